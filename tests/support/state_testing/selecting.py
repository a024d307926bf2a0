"""SELECT, what a client that comes back is told, the ways out, and STATUS."""

import re
from dataclasses import replace

from . import responses
from .model import SEEN, new_view
from .operations import Operation, require
from .traits import ENABLED


class Status(Operation):
    def __init__(self, mailbox):
        super().__init__(f"STATUS {mailbox.name} (MESSAGES UIDNEXT UNSEEN)")
        self.mailbox = mailbox

    def expected(self, session):
        return "OK" if self.mailbox.may(session.user, "r") else "NO"

    def take_effect(self, session, answer, world):
        mailbox = self.mailbox
        wanted = (
            f"* STATUS {mailbox.name} (MESSAGES {len(mailbox.messages)}"
            f" UIDNEXT {mailbox.uidnext} UNSEEN {mailbox.unseen(session.user)})"
        )
        require(wanted.encode() in answer.untagged, f"no {wanted!r}")


def check_resync(session, answer, cache, mailbox, among=None):
    """Whether a client that had `cache` (modseq, {uid: flags}) knows now what is true; `among`:
    of these UIDs, for it asked for no others."""
    since, known = cache[0], dict(cache[1])
    for line in answer.untagged:  # what has just vanished was there before
        for uid in (responses.vanished(line) or [[]])[0]:
            require(uid not in mailbox.messages, f"UID {uid} has not vanished")
            known.pop(uid, None)
        number, items = responses.fetch(line) or (0, {})
        if "FLAGS" in items:
            known[int(items.get("UID", number))] = responses.flags(items["FLAGS"]) - {"\\Recent"}
    true = {uid: mailbox.flags(session.user, uid) for uid in mailbox.messages}
    asked = known.keys() | true.keys() if among is None else set(among)
    wrong = {uid for uid in asked if known.get(uid) != true.get(uid)}
    require(not wrong, f"after a resync from {since} the client is wrong on {wrong}")
    session.world.counts["resyncs"] += 1


def uid_set(uids):
    return ",".join(str(uid) for uid in uids)


class Select(Operation):
    """With QRESYNC, if the session has been there before: then it is told what it has missed."""

    closes = True

    def __init__(self, mailbox, examine):
        super().__init__(f"{'EXAMINE' if examine else 'SELECT'} {mailbox.name}")
        self.mailbox, self.examine = mailbox, examine
        self.cache = self.among = self.next = None

    def prepare(self, session):
        session.remember()
        self.cache = session.recall(self.mailbox)
        if self.cache and not self.mailbox.validity:
            self.cache = None
        if self.cache:
            parameters = f"{self.mailbox.validity} {self.cache[0]}{self._known(session)}"
            self.text += f" (QRESYNC ({parameters}))".encode()

    def _known(self, session):
        """RFC 7162 sections 3.2.5.1 and 3.2.5.2: what the client knows may be told, too."""
        rng, uids = session.world.rng, sorted(self.cache[1])
        text = ""
        if uids and rng.random() < 0.4:
            self.among = sorted(rng.sample(uids, rng.randint(1, len(uids))))
            if rng.random() < 0.5:
                self.among = list(range(1, uids[-1] + 1))
            text = f" {uid_set(self.among)}"
        if uids and not session.traits.uidonly and rng.random() < 0.4:
            numbers = sorted(rng.sample(range(len(uids)), rng.randint(1, len(uids))))
            pairs = uid_set(at + 1 for at in numbers), uid_set(uids[at] for at in numbers)
            text += f" ({pairs[0]} {pairs[1]})"
        return text

    def expected(self, session):
        if not self.mailbox.may(session.user, "r"):
            return "NO"
        return "OK [READ-ONLY]" if session.view.read_only else "OK [READ-WRITE]"

    def begin(self, session):
        self.next = new_view(session.user, self.mailbox, self.examine, session.traits)
        if session.view is None:
            self._enter(session)

    def hear(self, session, response):
        """What comes before CLOSED is of the mailbox before."""
        if response.startswith(b"* OK [CLOSED]"):
            self._enter(session)

    def _enter(self, session):
        session.left()
        session.view = self.next

    def settle(self, session, answer):
        require(session.view is self.next, "the mailbox before is not CLOSED")
        told = b"\n".join(answer.untagged)
        validity = int(re.search(rb"\[UIDVALIDITY (\d+)\]", told)[1])
        known = self.mailbox.validity
        require(known in (None, validity), f"UIDVALIDITY was {known}, is {validity}")
        self.mailbox.validity = validity
        session.view.told_read_only = answer.reply.startswith("OK [READ-ONLY]")

    def take_effect(self, session, answer, world):
        mailbox, told = self.mailbox, b"\n".join(answer.untagged)
        if self.cache:
            check_resync(session, answer, self.cache, mailbox, self.among)
        uidnext = int(re.search(rb"\[UIDNEXT (\d+)\]", told)[1])
        require(uidnext == mailbox.uidnext, f"UIDNEXT {uidnext}, not {mailbox.uidnext}")
        unseen = [
            at
            for at, uid in enumerate(mailbox.messages, 1)
            if SEEN not in mailbox.flags(session.user, uid)
        ]
        if session.traits.rev2 or session.traits.uidonly:
            unseen = []
        told_unseen = re.search(rb"\[UNSEEN (\d+)\]", told)
        told_unseen = [int(told_unseen[1])] if told_unseen else []
        require(told_unseen == unseen[:1], f"UNSEEN {told_unseen}, not {unseen[:1]}")


class Resync(Operation):
    """UID FETCH (CHANGEDSINCE n VANISHED) in the mailbox: RFC 7162 section 3.2.6."""

    needs_mailbox = True

    def __init__(self, cache):
        super().__init__(f"UID FETCH 1:* (FLAGS) (CHANGEDSINCE {cache[0]} VANISHED)")
        self.cache = cache

    def take_effect(self, session, answer, world):
        if self.view:
            check_resync(session, answer, self.cache, self.view.mailbox)


class Enable(Operation):
    """Of what changes how the selected mailbox is told (RFC 5161), from there on."""

    needs_mailbox = True

    def __init__(self, trait):
        super().__init__(f"ENABLE {ENABLED[trait]}")
        self.trait = trait

    def replies(self, session):
        return "OK"  # also when the mailbox was lost meanwhile

    def hear(self, session, response):
        if response.startswith(b"* ENABLED "):
            session.traits = replace(session.traits, **{self.trait: True})
            if session.view:
                session.view.traits = session.traits

    def settle(self, session, answer):
        require(getattr(session.traits, self.trait), f"{self.text} got {answer.untagged}")
        session.world.counts["enabled later"] += 1


class Leave(Operation):
    """CLOSE and UNSELECT."""

    needs_mailbox = True
    may_expunge = False

    def settle(self, session, answer):
        session.remember()
        session.left()
        for response in answer.untagged:  # what STATUS has said is newer
            if session.watch and responses.status(response):
                session.watch.hear(response)

    def take_effect(self, session, answer, world):
        if self.text == b"CLOSE" and not self.view.read_only:
            self.view.mailbox.expunge(self.view.mailbox.deleted())
