"""What is true (Mailbox) and what one client knows (ClientView)."""

from dataclasses import dataclass, field

from . import responses

SEEN = "\\Seen"
DELETED = "\\Deleted"


class Violation(Exception):
    """The server has said or done what it must not."""


@dataclass
class Message:
    body: bytes
    flags: frozenset  # without \\Seen
    seen: set = field(default_factory=set)  # users


class Mailbox:
    """A shared mailbox: \\Seen is everybody's own."""

    def __init__(self, name):
        self.name = name
        self.uidnext = 1
        self.messages = {}  # uid → Message, ascending

    def flags(self, user, uid):
        message = self.messages[uid]
        return message.flags | {SEEN} if user in message.seen else message.flags

    def append(self, user, uid, body, flags):
        if uid < self.uidnext:
            raise Violation(f"{self.name}: UID {uid} given, but {self.uidnext} was announced")
        self.messages[uid] = Message(body, flags - {SEEN}, {user} if SEEN in flags else set())
        self.uidnext = uid + 1

    def change(self, user, uid, change, flags):
        message = self.messages.get(uid)
        if not message:
            return
        now = changed(self.flags(user, uid), change, flags)
        message.flags = now - {SEEN}
        (message.seen.add if SEEN in now else message.seen.discard)(user)

    def expunge(self, uids):
        for uid in uids:
            self.messages.pop(uid, None)

    def deleted(self):
        return [uid for uid, message in self.messages.items() if DELETED in message.flags]

    def unseen(self, user):
        return sum(user not in message.seen for message in self.messages.values())


def changed(old, change, flags):
    """STORE's +FLAGS, -FLAGS and FLAGS."""
    if change == "+FLAGS":
        return old | flags
    return old - flags if change == "-FLAGS" else flags


class ClientView:
    """The selected mailbox as the responses of one session describe it.

    uids and flags go by message number; None is what was not told yet.
    """

    def __init__(self, user, mailbox, read_only, resyncs=False):
        self.user = user
        self.mailbox = mailbox
        self.read_only = read_only
        self.resyncs = resyncs  # QRESYNC is enabled
        self.modseqs = {}  # uid → the last one told
        self.modseq = 0  # up to which it knows the mailbox (RFC 7162 section 6)
        self.uids = []
        self.flags = []
        self.defined = frozenset()  # of the last FLAGS response
        self.saved = set()  # UIDs that "$" stands for; None: not known which

    def apply(self, response, may_expunge):
        """Takes one untagged response; Violation when it can't be true."""
        number = responses.numbered(response)
        fetched = responses.fetch(response)
        defined = responses.flag_list(response)
        vanished = responses.vanished(response)
        if vanished:
            self._apply_vanished(*vanished, may_expunge)
        elif number:
            self._apply_number(*number, may_expunge)
        elif fetched:
            self._apply_fetch(*fetched)
        elif defined is not None:
            self.defined = defined

    def _apply_number(self, number, kind, may_expunge):
        count = len(self.uids)
        if kind == "EXISTS":
            if number < count:
                raise Violation(f"EXISTS {number} after {count}, without EXPUNGE")
            self.uids += [None] * (number - count)
            self.flags += [None] * (number - count)
        elif kind == "RECENT" and number > count:
            raise Violation(f"RECENT {number} of {count} messages")
        elif kind == "EXPUNGE":
            if self.resyncs:
                raise Violation("EXPUNGE, though QRESYNC is enabled")
            if not may_expunge:
                raise Violation("EXPUNGE while message numbers are in use")
            if not 1 <= number <= count:
                raise Violation(f"EXPUNGE {number} of {count} messages")
            del self.uids[number - 1], self.flags[number - 1]

    def _apply_vanished(self, uids, earlier, may_expunge):
        if not self.resyncs:
            raise Violation("VANISHED without QRESYNC")
        if earlier:
            return  # they are not among the numbered ones
        if not may_expunge:
            raise Violation("VANISHED while message numbers are in use")
        for uid in uids:
            at = self._place_of(uid)
            del self.uids[at], self.flags[at]

    def _place_of(self, uid):
        if uid in self.uids:
            return self.uids.index(uid)
        for at, known in enumerate(self.uids):  # one whose UID was never told
            later = [other for other in self.uids[at:] if other]
            if known is None and all(uid < other for other in later[:1]):
                return at
        raise Violation(f"VANISHED {uid}, which is not there")

    def _apply_fetch(self, number, items):
        if not 1 <= number <= len(self.uids):
            raise Violation(f"FETCH {number} of {len(self.uids)} messages")
        if "UID" in items:
            self._learn_uid(number - 1, int(items["UID"]))
        if "MODSEQ" in items and self.uids[number - 1]:
            uid, modseq = self.uids[number - 1], int(items["MODSEQ"][0])
            if modseq < self.modseqs.get(uid, 0):
                raise Violation(f"UID {uid} was at modseq {self.modseqs[uid]}, is at {modseq}")
            self.modseqs[uid] = modseq
        if "FLAGS" in items:
            flags = responses.flags(items["FLAGS"]) - {"\\Recent"}
            if flags - self.defined:
                raise Violation(f"{sorted(flags - self.defined)} are in no FLAGS response")
            self.flags[number - 1] = flags

    def _learn_uid(self, at, uid):
        if self.uids[at] not in (None, uid):
            raise Violation(f"message {at + 1} was UID {self.uids[at]}, is {uid} now")
        below = next((known for known in reversed(self.uids[:at]) if known), 0)
        above = next((known for known in self.uids[at + 1 :] if known), uid + 1)
        if not below < uid < above:
            raise Violation(f"UID {uid} of message {at + 1} is between {below} and {above}")
        self.uids[at] = uid

    def align(self, may_keep_expunged):
        """The client must know what is true now; what it was not told is filled in."""
        true_uids = list(self.mailbox.messages)
        kept = []
        if may_keep_expunged:
            kept = [uid for uid in self.uids if uid and uid not in self.mailbox.messages]
        expected = sorted(true_uids + kept)
        if len(expected) != len(self.uids):
            raise Violation(f"{len(self.uids)} messages are known, {len(expected)} are there")
        for at, uid in enumerate(expected):
            if self.uids[at] not in (None, uid):
                raise Violation(f"message {at + 1} is UID {uid}, not {self.uids[at]}")
            if uid in self.mailbox.messages:
                self._align_flags(at, uid)
        self.uids = expected

    def told_of_everything(self):
        """The same view with the UIDs of all messages that are there or still shown."""
        view = ClientView(self.user, self.mailbox, self.read_only)
        view.saved = self.saved
        kept = [uid for uid in self.uids if uid and uid not in self.mailbox.messages]
        view.uids = sorted(list(self.mailbox.messages) + kept)
        return view

    def _align_flags(self, at, uid):
        true = self.mailbox.flags(self.user, uid)
        if self.flags[at] not in (None, true):
            raise Violation(
                f"UID {uid} has {sorted(true)}, but {self.user} knows {sorted(self.flags[at])}"
            )
        self.flags[at] = true

    def is_aligned(self):
        """Whether align() would find nothing wrong; changes nothing."""
        trial = ClientView(self.user, self.mailbox, self.read_only)
        trial.uids, trial.flags = list(self.uids), list(self.flags)
        try:
            trial.align(may_keep_expunged=False)
        except Violation:
            return False
        return True
