"""The commands of the walk: what they send, and what must be so afterwards.

begin() runs when the command is next to be answered, settle() when it was
answered: what holds whatever other sessions do meanwhile. take_effect() is for
a command that was alone: it checks the answer and changes what is true.
"""

import re

from . import responses
from .model import DELETED, SEEN, ClientView, Violation, changed

KEYWORDS = ("$Forwarded", "work", "later", "red")
FLAGS = (SEEN, "\\Answered", "\\Flagged", DELETED, "\\Draft") + KEYWORDS


def require(condition, what):
    if not condition:
        raise Violation(what)


class Operation:
    may_expunge = True
    writes = False  # refused when the mailbox is read-only
    closes = False  # the mailbox before, with [CLOSED]
    alone = False  # nobody else does anything: what comes of it is certain

    def __init__(self, text):
        self.text = text.encode() if isinstance(text, str) else text

    def expected(self, session):
        """How the tagged reply must begin."""
        read_only = session.view and session.view.read_only
        return "NO" if self.writes and read_only else "OK"

    def prepare(self, session):
        """Before it is sent."""

    def begin(self, session):
        pass

    def hear(self, session, response):
        """An untagged response, before the view takes it."""

    def settle(self, session, answer):
        pass

    def take_effect(self, session, answer, world):
        pass


class OnMessages(Operation):
    """Works on a sequence set."""

    def __init__(self, name, sequence, rest):
        uid = "UID " if sequence.by_uid else ""
        super().__init__(f"{uid}{name} {sequence} {rest}".rstrip())
        self.sequence = sequence
        self.may_expunge = sequence.by_uid

    def begin(self, session):
        self.uids = self.sequence.uids(session.view)


class Store(OnMessages):
    writes = True

    def __init__(self, sequence, change, flags, silent):
        self.change, self.flags, self.silent = change, frozenset(flags), silent
        name = change + (".SILENT" if silent else "")
        super().__init__("STORE", sequence, f"{name} ({' '.join(flags)})")

    def begin(self, session):
        super().begin(session)
        view = session.view
        if not self.silent or view.read_only:
            return
        for at, uid in enumerate(view.uids):  # the client reckons for itself
            if uid in self.uids and view.flags[at] is not None:
                view.flags[at] = changed(view.flags[at], self.change, self.flags)

    def take_effect(self, session, answer, world):
        view = session.view
        if view.read_only:
            return
        for uid in self.uids:
            view.mailbox.change(session.user, uid, self.change, self.flags)
        told = {uid for uid, items in answer.fetched if "FLAGS" in items}
        missing = {uid for uid in self.uids if uid in view.mailbox.messages} - told
        require(self.silent or not missing, f"STORE does not tell the flags of {missing}")


class Fetch(OnMessages):
    """Shows messages as they are now: "*" is one that the client may just have heard of."""

    def __init__(self, sequence, items):
        self.items = items
        super().__init__("FETCH", sequence, f"({' '.join(items)})")

    def settle(self, session, answer):
        grew = any(line.endswith(b" EXISTS") for line in answer.untagged)
        if grew and self.sequence.has_star():
            return
        for uid in self.uids:
            told = {}
            for fetched, items in answer.fetched:
                if fetched == uid:
                    told.update((name, value) for name, value in items.items() if name != "FLAGS")
            body = session.body(uid)
            self._check(uid, told, body)

    def _check(self, uid, told, body):
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
                "BODY[TEXT]": body.partition(b"\r\n\r\n")[2],
            }[name]
            require(told[name] == value, f"{name} of UID {uid} is {told[name][:99]}")

    def take_effect(self, session, answer, world):
        marks = any(item.startswith("BODY[") for item in self.items)
        if marks and not session.view.read_only:
            for uid in self._shown(session, answer):
                session.view.mailbox.change(session.user, uid, "+FLAGS", {SEEN})

    def _shown(self, session, answer):
        """Whose bodies were shown. "*" was the last message when the command came, and that
        may have been expunged at its end."""
        if not self.sequence.has_star():
            return self.sequence.uids(session.view.told_of_everything())
        everything = session.view.told_of_everything().uids
        shown = [
            uid or everything[number - 1]  # numbers hold while a FETCH may leave UIDs out
            for (uid, items), number in zip(answer.fetched, answer.numbers)
            if any(name.startswith("BODY[") for name in items)
        ]
        return [uid for uid in shown if uid in session.view.mailbox.messages]


class Append(Operation):
    def __init__(self, name, flags, body):
        head = f"APPEND {name} ({' '.join(flags)}) {{{len(body)}+}}\r\n"
        super().__init__(head.encode() + body)
        self.name, self.flags, self.body = name, frozenset(flags), body

    def expected(self, session):
        return "NO [NOPERM]" if session.is_guest else "OK [APPENDUID "

    def settle(self, session, answer):
        code = responses.response_code(answer.reply, "APPENDUID")
        self.uid = code and code[1][0]
        if code:
            session.world.bodies[self.name, self.uid] = self.body

    def take_effect(self, session, answer, world):
        if self.uid:
            mailbox = world.mailboxes[self.name]
            mailbox.append(session.user, self.uid, self.body, self.flags)


class Copy(OnMessages):
    def __init__(self, verb, sequence, target):
        self.target = target
        super().__init__(verb, sequence, target)
        self.moves = verb == "MOVE"
        self.may_expunge = True

    def expected(self, session):
        if self.moves and session.view.read_only:
            return "NO [READ-ONLY]"
        if self.target not in session.world.mailboxes:
            return "NO [TRYCREATE]"
        if session.is_guest:
            return "NO [NOPERM]"
        return "OK"

    def settle(self, session, answer):
        said = answer.reply
        if self.moves:
            said = " ".join(line.decode() for line in answer.untagged if b"[COPYUID" in line)
        code = responses.response_code(said, "COPYUID")
        self.pairs = list(zip(code[1], code[2])) if code else []
        if code:
            require(len(code[1]) == len(code[2]), f"sets of different size: {said}")
        for source, copy in self.pairs:
            session.world.bodies[self.target, copy] = session.body(source)

    def take_effect(self, session, answer, world):
        if not answer.reply.startswith("OK"):
            return
        source, target = session.view.mailbox, world.mailboxes[self.target]
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
            target.append(session.user, copy, session.body(uid), flags)
        if self.moves:
            source.expunge(copied)

    def begin(self, session):
        super().begin(session)
        self.before_uids, self.before_flags = list(session.view.uids), list(session.view.flags)


class Replace(Operation):
    """Of one message, by number or UID, which somebody else may have expunged by then."""

    def __init__(self, number, by_uid, name, flags, body):
        verb = "UID REPLACE" if by_uid else "REPLACE"
        head = f"{verb} {number} {name} ({' '.join(flags)}) {{{len(body)}+}}\r\n"
        super().__init__(head.encode() + body)
        self.number, self.by_uid = number, by_uid
        self.name, self.flags, self.body = name, frozenset(flags), body
        self.new = None

    def begin(self, session):
        self.uid = self.number if self.by_uid else session.view.uids[self.number - 1]

    def expected(self, session):
        if session.view.read_only:
            return "NO [READ-ONLY]"
        if not self.alone:
            return ""
        there = self.uid in session.view.mailbox.messages
        return "OK" if there else "NO [NONEXISTENT]"

    def hear(self, session, response):
        code = responses.response_code(response.decode(errors="replace"), "APPENDUID")
        if code:
            self.new = code[1][0]
            session.world.bodies[self.name, self.new] = self.body

    def take_effect(self, session, answer, world):
        require(self.new, "REPLACE told no UID")
        world.mailboxes[self.name].append(session.user, self.new, self.body, self.flags)
        session.view.mailbox.expunge([self.uid])
        world.counts["replaced"] += 1


class Expunge(Operation):
    writes = True

    def __init__(self, sequence=None):
        super().__init__(f"UID EXPUNGE {sequence}" if sequence else "EXPUNGE")
        self.sequence = sequence

    def begin(self, session):
        self.uids = self.sequence.uids(session.view) if self.sequence else None

    def take_effect(self, session, answer, world):
        mailbox = session.view.mailbox
        if not session.view.read_only:
            mailbox.expunge(
                uid for uid in mailbox.deleted() if self.uids is None or uid in self.uids
            )


SEARCHES = {
    "ALL": lambda flags: True,
    "SEEN": lambda flags: SEEN in flags,
    "UNSEEN UNDELETED": lambda flags: not flags & {SEEN, DELETED},
    "OR FLAGGED ANSWERED": lambda flags: bool(flags & {"\\Flagged", "\\Answered"}),
    "KEYWORD red": lambda flags: "red" in flags,
    "NOT (KEYWORD work DRAFT)": lambda flags: not {"work", "\\Draft"} <= flags,
}


class Search(Operation):
    """Finds what is so when its result is sent: news may come before it."""

    def __init__(self, by_uid, key, sequence):
        inside = f" {'UID ' if sequence.by_uid else ''}{sequence}" if sequence else ""
        super().__init__(f"{'UID ' if by_uid else ''}SEARCH {key}{inside}")
        self.by_uid, self.matches, self.sequence = by_uid, SEARCHES[key], sequence
        self.may_expunge = by_uid
        self.found = None

    def hear(self, session, response):
        found = responses.search(response)
        if found is None:
            return
        require(self.found is None, f"{self.text} answered twice")
        self.found = found
        self._check(session.view)

    def _check(self, view):
        """Of messages that the client has only been told the number of, either may be true."""
        known = [at for at, uid in enumerate(view.uids) if uid and view.flags[at] is not None]
        all_known = len(known) == len(view.uids)
        if self.sequence and not all_known:
            return
        sure, numbers = self._sure(view, known)
        found = self.found
        if not all_known:
            found = [number for number in found if number in numbers.values()]
        require(found == sure, f"{self.text} found {self.found}, not {sure}")

    def _sure(self, view, known):
        """What it must find among the known ones, and how those are numbered."""
        wanted = self.sequence.uids(view) if self.sequence else view.uids
        matching = [
            at for at in known if view.uids[at] in wanted and self.matches(view.flags[at])
        ]
        numbers = {at: view.uids[at] if self.by_uid else at + 1 for at in known}
        return [numbers[at] for at in matching], numbers

    def settle(self, session, answer):
        require(self.found is not None, f"{self.text} told no result")


class ReturningSearch(Search):
    """RFC 4731; with SAVE what was found is "$" from then on (RFC 5182)."""

    def __init__(self, by_uid, key, sequence, returns):
        super().__init__(by_uid, key, sequence)
        words = f"SEARCH RETURN ({' '.join(returns)})".encode()
        self.text = self.text.replace(b"SEARCH", words, 1)
        self.returns = returns

    def hear(self, session, response):
        told = responses.esearch(response)
        if told is None:
            return
        require(self.found is None, f"{self.text} answered twice")
        require(told["UID"] == self.by_uid, f"{self.text} got {response}")
        self.found = told
        view = session.view
        if None not in view.uids + view.flags:
            sure, _ = self._sure(view, range(len(view.uids)))
            self._compare(sure)
        self._save(view)

    def _compare(self, sure):
        wanted = {"MIN": sure and sure[0], "MAX": sure and sure[-1], "COUNT": len(sure), "ALL": sure}
        for name, value in wanted.items():
            expected = value if name in self.returns and (sure or name == "COUNT") else None
            require(self.found[name] == expected, f"{self.text} told {self.found}, not {wanted}")

    def _save(self, view):
        if "SAVE" not in self.returns:
            return
        found = self.found["ALL"] or []
        if not self.by_uid:
            found = [view.uids[number - 1] for number in found]
        view.saved = None if None in found else set(found)


class Status(Operation):
    def __init__(self, name):
        super().__init__(f"STATUS {name} (MESSAGES UIDNEXT UNSEEN)")
        self.name = name

    def take_effect(self, session, answer, world):
        mailbox = world.mailboxes[self.name]
        wanted = (
            f"* STATUS {self.name} (MESSAGES {len(mailbox.messages)}"
            f" UIDNEXT {mailbox.uidnext} UNSEEN {mailbox.unseen(session.user)})"
        )
        require(wanted.encode() in answer.untagged, f"no {wanted!r}")


class Select(Operation):
    """With QRESYNC, if the session has been there before: then it is told what it has missed."""

    closes = True

    def __init__(self, name, examine):
        super().__init__(f"{'EXAMINE' if examine else 'SELECT'} {name}")
        self.name, self.examine = name, examine
        self.cache = None

    def prepare(self, session):
        session.remember()
        self.cache = session.recall(self.name)
        if self.cache:
            validity = session.world.validities[self.name]
            self.text += b" (QRESYNC (%d %d))" % (validity, self.cache[0])

    def expected(self, session):
        return "OK [READ-ONLY]" if session.view.read_only else "OK [READ-WRITE]"

    def begin(self, session):
        mailbox = session.world.mailboxes[self.name]
        read_only = self.examine or session.is_guest
        session.view = ClientView(session.user, mailbox, read_only, session.resyncs)

    def settle(self, session, answer):
        told = b"\n".join(answer.untagged)
        session.world.validities[self.name] = int(re.search(rb"\[UIDVALIDITY (\d+)\]", told)[1])

    def _check_resync(self, session, answer, mailbox):
        known = dict(self.cache[1])
        for line in answer.untagged:
            for uid in (responses.vanished(line) or [[]])[0]:
                require(uid not in mailbox.messages, f"UID {uid} has not vanished")
                known.pop(uid, None)
        for uid, items in answer.fetched:
            known[uid] = responses.flags(items["FLAGS"]) - {"\\Recent"}
        true = {uid: mailbox.flags(session.user, uid) for uid in mailbox.messages}
        wrong = {uid for uid in known.keys() | true.keys() if known.get(uid) != true.get(uid)}
        require(not wrong, f"after a resync from {self.cache[0]} the client is wrong on {wrong}")
        session.world.counts["resyncs"] += 1

    def take_effect(self, session, answer, world):
        mailbox, told = world.mailboxes[self.name], b"\n".join(answer.untagged)
        if self.cache:
            self._check_resync(session, answer, mailbox)
        uidnext = int(re.search(rb"\[UIDNEXT (\d+)\]", told)[1])
        require(uidnext == mailbox.uidnext, f"UIDNEXT {uidnext}, not {mailbox.uidnext}")
        unseen = [
            at
            for at, uid in enumerate(mailbox.messages, 1)
            if SEEN not in mailbox.flags(session.user, uid)
        ]
        told_unseen = re.search(rb"\[UNSEEN (\d+)\]", told)
        told_unseen = [int(told_unseen[1])] if told_unseen else []
        require(told_unseen == unseen[:1], f"UNSEEN {told_unseen}, not {unseen[:1]}")


class Leave(Operation):
    """CLOSE and UNSELECT."""

    may_expunge = False

    def settle(self, session, answer):
        session.remember()
        self.left = session.view
        session.view = None

    def take_effect(self, session, answer, world):
        if self.text == b"CLOSE" and not self.left.read_only:
            self.left.mailbox.expunge(self.left.mailbox.deleted())
