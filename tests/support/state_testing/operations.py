"""The commands of the walk: what they send, and what must be so afterwards.

begin() runs when the command is next to be answered, settle() when it was
answered with OK: what holds whatever other sessions do meanwhile. take_effect()
is for a command that was alone: it checks the answer and changes what is true.
"""

import re

from . import responses
from .model import DELETED, SEEN, Violation, changed

KEYWORDS = ("$Forwarded", "work", "later", "red")
FLAGS = (SEEN, "\\Answered", "\\Flagged", DELETED, "\\Draft") + KEYWORDS


def require(condition, what):
    if not condition:
        raise Violation(what)


class Operation:
    may_expunge = True
    needs_mailbox = False  # that is selected
    writes = False  # refused when the mailbox is read-only
    closes = False  # the mailbox before, with [CLOSED]
    alone = False  # nobody else does anything: what comes of it is certain
    doubtful = False  # rights or names change at the same time: it may fail

    def __init__(self, text):
        self.text = text.encode() if isinstance(text, str) else text

    def replies(self, session):
        """How the tagged reply may begin."""
        if self.doubtful:
            return "OK", "NO", "BAD"
        if self.needs_mailbox and not session.view:
            return "NO", "BAD"  # it was lost
        return self.expected(session)

    def expected(self, session):
        return "NO" if self.writes and session.view.read_only else "OK"

    def prepare(self, session):
        """Before it is sent."""

    def begin(self, session):
        self.view = session.view

    def hear(self, session, response):
        """An untagged response, before the view takes it."""

    def settle(self, session, answer):
        pass

    def take_effect(self, session, answer, world):
        pass


class Check(Operation):
    needs_mailbox = True


def refusal(mailbox, user, right):
    """How a command is refused that puts messages into a mailbox, "" when it is not."""
    if not mailbox or not mailbox.may(user, "l"):
        return "NO [TRYCREATE]"
    return "" if mailbox.may(user, right) else "NO [NOPERM]"


class OnMessages(Operation):
    """Works on a sequence set."""

    needs_mailbox = True

    def __init__(self, name, sequence, rest):
        uid = "UID " if sequence.by_uid else ""
        super().__init__(f"{uid}{name} {sequence} {rest}".rstrip())
        self.sequence = sequence
        self.may_expunge = sequence.by_uid

    def begin(self, session):
        super().begin(session)
        self.uids = self.sequence.uids(session.view)


class Store(OnMessages):
    writes = True

    def __init__(self, sequence, change, flags, silent, unchanged_since=None):
        self.change, self.flags, self.silent = change, frozenset(flags), silent
        self.unchanged_since = unchanged_since
        condition = "" if unchanged_since is None else f"(UNCHANGEDSINCE {unchanged_since}) "
        name = condition + change + (".SILENT" if silent else "")
        super().__init__("STORE", sequence, f"{name} ({' '.join(flags)})")

    def begin(self, session):
        super().begin(session)
        view = session.view
        self.known = dict(zip(view.uids, view.flags))
        self.modseqs, self.modseq = dict(view.modseqs), view.modseq

    def settle(self, session, answer):
        modified = responses.modified(answer.reply)
        if not self.sequence.by_uid:
            modified = [self.view.uids[number - 1] for number in modified]
        self.modified = set(modified)
        if self.silent and not self.view.read_only:
            self._reckon(session, {uid for uid, items in answer.fetched if "FLAGS" in items})

    def _reckon(self, session, told):
        """What is not told the client knows itself; not, of what it was told by NOTIFY, whether
        that was before or after."""
        view = self.view
        for at, uid in enumerate(view.uids):
            unsure = None in self.known or (uid in told and session.watch and not self.alone)
            if unsure:
                view.flags[at] = None
            elif uid in self.uids and uid not in self.modified | told and view.flags[at] is not None:
                view.flags[at] = changed(view.flags[at], self.change, self.flags)

    def take_effect(self, session, answer, world):
        view = self.view
        if view.read_only:
            return
        if self.unchanged_since is not None:
            self._check_modified(session, view.mailbox)
            world.counts["conditional stores"] += 1
            world.counts["modified"] += len(self.modified)
        stored = set(self.uids) - self.modified
        for uid in stored:
            view.mailbox.change(session.user, uid, self.change, self.flags)
        told = {uid for uid, items in answer.fetched if "FLAGS" in items}
        missing = {uid for uid in stored if uid in view.mailbox.messages} - told
        require(self.silent or not missing, f"STORE does not tell the flags of {missing}")

    def _check_modified(self, session, mailbox):
        """RFC 7162 sections 3.1.3 and 3.1.12: whoever says +FLAGS or -FLAGS is not refused
        because of other flags."""
        require(self.modified <= set(self.uids), f"{self.modified} are not among {self.uids}")
        for uid in set(self.uids) & set(mailbox.messages):
            if uid in self.modified:
                now = self.view.modseqs.get(uid, self.unchanged_since + 1)
                require(now > self.unchanged_since, f"UID {uid} at {now} is MODIFIED")
                continue
            before = self.modseqs.get(uid, 0)
            stale = self.change == "FLAGS" and before > self.unchanged_since
            require(not stale, f"UID {uid} was at {before}, and is not MODIFIED")
            self._check_not_lost(session, mailbox, uid)

    def _check_not_lost(self, session, mailbox, uid):
        known, true = self.known.get(uid), mailbox.flags(session.user, uid)
        if known is None or self.unchanged_since > self.modseq:
            return
        differ = known ^ true if self.change == "FLAGS" else (known ^ true) & self.flags
        require(not differ, f"UID {uid} has {true}, known were {known}, and is not MODIFIED")


class Fetch(OnMessages):
    """Shows messages as they are now: "*" is one that the client may just have heard of.

    page: (first, last) of RFC 9394's PARTIAL, negative ones from the end.
    """

    def __init__(self, sequence, items, page=None):
        self.items, self.page = items, page
        partial = f" (PARTIAL {page[0]}:{page[1]})" if page else ""
        super().__init__("FETCH", sequence, f"({' '.join(items)}){partial}")

    def settle(self, session, answer):
        grew = any(line.endswith(b" EXISTS") for line in answer.untagged)
        if grew and (self.page or self.sequence.has_star()):
            return
        if self.page and not self.alone:
            return
        uids = page_of(self.uids, self.page) if self.page else self.uids
        if self.page and None not in self.view.uids:
            told = {uid for uid, items in answer.fetched if set(items) - {"UID", "FLAGS", "MODSEQ"}}
            require(told <= set(uids), f"{self.text} tells {told}, not {uids}")
        for uid in uids:
            if session.traits.is_immediate() and uid not in self.view.uids:
                continue  # its EXPUNGE came before the command did
            told = {}
            for fetched, items in answer.fetched:
                if fetched == uid:
                    told.update((name, value) for name, value in items.items() if name != "FLAGS")
            self._check(uid, told, self.view.mailbox.bodies[uid])

    def _check(self, uid, told, body):
        text = body.partition(b"\r\n\r\n")[2]
        for item in self.items:
            name = re.sub(r"\.PEEK|\.\d+>", lambda m: ">" if m[0][-1] == ">" else "", item)
            if name == "FLAGS":
                continue
            require(name in told, f"FETCH does not tell {name} of UID {uid}")
            value = {
                "UID": b"%d" % uid,
                "RFC822.SIZE": b"%d" % len(body),
                "BODY[]": body,
                "BODY[]<7>": body[7:18],
                "BODY[TEXT]": text,
                "BINARY[1]": text,
                "BINARY.SIZE[1]": b"%d" % len(text),
            }[name]
            require(told[name] == value, f"{name} of UID {uid} is {told[name][:99]}")

    def take_effect(self, session, answer, world):
        marks = any(item.startswith("BODY[") for item in self.items)
        if marks and self.view and not self.view.read_only:
            for uid in self._shown(answer):
                self.view.mailbox.change(session.user, uid, "+FLAGS", {SEEN})

    def _shown(self, answer):
        """Whose bodies were shown. "*" was the last message when the command came, and that
        may have been expunged at its end."""
        if not self.sequence.has_star():
            return self.sequence.uids(self.view.told_of_everything())
        everything = self.view.told_of_everything().uids
        shown = [
            uid or everything[number - 1]  # numbers hold while a FETCH may leave UIDs out
            for (uid, items), number in zip(answer.fetched, answer.numbers)
            if any(name.startswith("BODY[") for name in items)
        ]
        return [uid for uid in shown if uid in self.view.mailbox.messages]


def page_of(numbers, page):
    """RFC 9394 section 3.1: both ends count, from the end when they are negative."""
    first, last = sorted(abs(number) for number in page)
    if page[0] < 0:
        return numbers[::-1][first - 1 : last][::-1]
    return numbers[first - 1 : last]


class Copy(OnMessages):
    def __init__(self, verb, sequence, name, target):
        """`target`: the mailbox of that name, or None."""
        super().__init__(verb, sequence, name)
        self.target = target
        self.moves = verb == "MOVE"
        self.may_expunge = True

    def begin(self, session):
        super().begin(session)
        self.before_uids, self.before_flags = list(session.view.uids), list(session.view.flags)

    def expected(self, session):
        if self.moves and session.view.read_only:
            return "NO [READ-ONLY]"
        refused = refusal(self.target, session.user, "i")
        if refused and not self.view.uids:
            return refused, "OK"  # there is nothing to copy
        return refused or "OK"

    def settle(self, session, answer):
        said = answer.reply
        if self.moves:
            said = " ".join(line.decode() for line in answer.untagged if b"[COPYUID" in line)
        code = responses.response_code(said, "COPYUID")
        self.pairs = list(zip(code[1], code[2])) if code else []
        if code:
            require(len(code[1]) == len(code[2]), f"sets of different size: {said}")
        for source, copy in self.pairs:
            self.target.bodies[copy] = self.view.mailbox.bodies[source]

    def take_effect(self, session, answer, world):
        source = self.view.mailbox
        there = [uid for uid in self.uids if uid in source.messages]
        copied = [uid for uid, _ in self.pairs]
        # What is expunged but still shown may be copied or not; not moved.
        require(set(there) <= set(copied) <= set(self.uids), f"{copied} copied, not {there}")
        require(not self.moves or copied == there, f"{copied} moved, not {there}")
        for uid, copy in self.pairs:
            at = self.before_uids.index(uid)
            flags = self.before_flags[at]
            if uid in source.messages:
                flags = source.flags(session.user, uid)
            self.target.append(session.user, copy, source.bodies[uid], flags)
        if self.moves:
            source.expunge(copied)


class Replace(Operation):
    """Of one message, by number or UID, which somebody else may have expunged by then."""

    needs_mailbox = True

    def __init__(self, number, by_uid, target, flags, body):
        verb = "UID REPLACE" if by_uid else "REPLACE"
        head = f"{verb} {number} {target.name} ({' '.join(flags)}) {{{len(body)}+}}\r\n"
        super().__init__(head.encode() + body)
        self.number, self.by_uid = number, by_uid
        self.target, self.flags, self.body = target, frozenset(flags), body
        self.new = None

    def begin(self, session):
        super().begin(session)
        self.uid = self.number if self.by_uid else session.view.uids[self.number - 1]

    def expected(self, session):
        if session.view.read_only:
            return "NO [READ-ONLY]"
        refused = refusal(self.target, session.user, "i")
        if refused or not self.alone:
            return "NO" if refused else ""
        there = self.uid in session.view.mailbox.messages
        return "OK" if there else "NO [NONEXISTENT]"

    def hear(self, session, response):
        code = responses.response_code(response.decode(errors="replace"), "APPENDUID")
        if code:
            self.new = code[1][0]
            self.target.bodies[self.new] = self.body

    def take_effect(self, session, answer, world):
        require(self.new, "REPLACE told no UID")
        self.target.append(session.user, self.new, self.body, self.flags)
        self.view.mailbox.expunge([self.uid])
        world.counts["replaced"] += 1


class Expunge(Operation):
    writes = True
    needs_mailbox = True

    def __init__(self, sequence=None):
        super().__init__(f"UID EXPUNGE {sequence}" if sequence else "EXPUNGE")
        self.sequence = sequence

    def begin(self, session):
        super().begin(session)
        self.uids = self.sequence.uids(session.view) if self.sequence else None

    def take_effect(self, session, answer, world):
        mailbox = self.view.mailbox
        if not self.view.read_only:
            mailbox.expunge(
                uid for uid in mailbox.deleted() if self.uids is None or uid in self.uids
            )
