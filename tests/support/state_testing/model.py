"""What is true (Mailbox) and what one client knows of the mailbox it has selected (ClientView)."""

from dataclasses import dataclass, field

from . import responses
from .traits import Traits

SEEN = "\\Seen"
DELETED = "\\Deleted"
MEMBER = frozenset("lrswipkxte")
GUEST = frozenset("lr")
CHANGING = frozenset("swite")  # without any of these a mailbox is read-only


class Violation(Exception):
    """The server has said or done what it must not."""


@dataclass
class Message:
    body: bytes
    flags: frozenset  # without \\Seen
    seen: set = field(default_factory=set)  # users


class Mailbox:
    """\\Seen is everybody's own."""

    def __init__(self, name, rights):
        self.name = name
        self.rights = rights  # user → those in force
        self.uidnext = 1
        self.messages = {}  # uid → Message, ascending
        self.bodies = {}  # uid → octets, of expunged messages too
        self.validity = None
        self.is_deleted = False
        self.unasked = set()  # users who may have seen more, but could not be asked

    def may(self, user, right):
        return not self.is_deleted and right in self.rights.get(user, ())

    def may_change(self, user):
        return bool(not self.is_deleted and self.rights.get(user, frozenset()) & CHANGING)

    def readers(self):
        return [user for user in self.rights if self.may(user, "r")]

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

    def __init__(self, user, mailbox, examined, traits=Traits()):
        self.user = user
        self.mailbox = mailbox
        self.examined = examined
        self.traits = traits
        self.modseqs = {}  # uid → the last one told
        self.modseq = 0  # up to which it knows the mailbox (RFC 7162 section 6)
        self.uids = []
        self.flags = []
        self.defined = frozenset()  # of the last FLAGS response
        self.recent = 0  # the last RECENT response
        self.recents = set()  # UIDs with \\Recent
        self.saved = set()  # UIDs that "$" stands for; None: not known which
        self.lost_at = None  # what was there when it might not be read any more: Lost
        self.may_close = False  # it was lost for a while at least
        self.told_read_only = None

    @property
    def read_only(self):
        return self.examined or not self.mailbox.may_change(self.user)

    def is_lost(self):
        return not self.mailbox.may(self.user, "r")

    def lose(self):
        """From now on nothing may be told that was not so already."""
        uidnext = self.mailbox.uidnext
        behind = uidnext - 1 - max((uid for uid in self.uids if uid), default=0)
        self.lost_at = Lost(set(self.mailbox.messages), len(self.uids) + behind, uidnext)
        self.may_close = True

    def regain(self):
        """The server may have closed it meanwhile, or may not have noticed."""
        self.lost_at = None

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
            if responses.is_uid_fetch(response) != self.traits.uidonly:
                raise Violation(f"UIDONLY is {self.traits.uidonly}: {response[:80]}")
            self._apply_fetch(*fetched)
        elif defined is not None:
            self.defined = defined
        elif response.startswith((b"* OK [READ-ONLY]", b"* OK [READ-WRITE]")):
            self.told_read_only = b"[READ-ONLY]" in response

    def _apply_number(self, number, kind, may_expunge):
        count = len(self.uids)
        if kind == "EXISTS":
            if number < count:
                raise Violation(f"EXISTS {number} after {count}, without EXPUNGE")
            if self.lost_at and number > self.lost_at.count:
                raise Violation(f"EXISTS {number}, told after the right to read was lost")
            self.uids += [None] * (number - count)
            self.flags += [None] * (number - count)
        elif kind == "RECENT" and (number > count or self.traits.rev2):
            raise Violation(f"RECENT {number} of {count} messages, for {self.traits}")
        elif kind == "RECENT":
            self.recent = number
        elif kind == "EXPUNGE":
            if self.traits.tells_vanished():
                raise Violation(f"EXPUNGE, though {self.traits} is enabled")
            if not may_expunge:
                raise Violation("EXPUNGE while message numbers are in use")
            if not 1 <= number <= count:
                raise Violation(f"EXPUNGE {number} of {count} messages")
            self._remove(number - 1)

    def _remove(self, at):
        if self.lost_at and self.uids[at] in self.lost_at.there:
            raise Violation(f"EXPUNGE of UID {self.uids[at]}, told after the right to read was lost")
        self.recents.discard(self.uids[at])
        del self.uids[at], self.flags[at]

    def _apply_vanished(self, uids, earlier, may_expunge):
        if not self.traits.tells_vanished() or (earlier and not self.traits.qresync):
            raise Violation(f"VANISHED for {self.traits}")
        if earlier:
            return  # they are not among the numbered ones
        if not may_expunge:
            raise Violation("VANISHED while message numbers are in use")
        for uid in uids:
            self._remove(self._place_of(uid))

    def _place_of(self, uid):
        if uid in self.uids:
            return self.uids.index(uid)
        for at, known in enumerate(self.uids):  # one whose UID was never told
            later = [other for other in self.uids[at:] if other]
            if known is None and all(uid < other for other in later[:1]):
                return at
        raise Violation(f"VANISHED {uid}, which is not there")

    def place(self, number):
        """Where the message of a FETCH is."""
        if not 1 <= number <= len(self.uids):
            raise Violation(f"FETCH {number} of {len(self.uids)} messages")
        return number - 1

    def _apply_fetch(self, number, items):
        at = self.place(number)
        if "UID" in items:
            self._learn_uid(at, int(items["UID"]))
        uid = self.uids[at]
        if self.lost_at and uid and uid >= self.lost_at.uidnext:
            raise Violation(f"UID {uid}, told after the right to read was lost")
        if "MODSEQ" in items and uid:
            modseq = int(items["MODSEQ"][0])
            if modseq < self.modseqs.get(uid, 0):
                raise Violation(f"UID {uid} was at modseq {self.modseqs[uid]}, is at {modseq}")
            self.modseqs[uid] = modseq
        if "FLAGS" in items:
            self._learn_flags(at, responses.flags(items["FLAGS"]))

    def _learn_flags(self, at, flags):
        if "\\Recent" in flags and self.traits.rev2:
            raise Violation("\\Recent, though IMAP4rev2 is enabled")
        (self.recents.add if "\\Recent" in flags else self.recents.discard)(self.uids[at])
        flags -= {"\\Recent"}
        if flags - self.defined:
            raise Violation(f"{sorted(flags - self.defined)} are in no FLAGS response")
        self.flags[at] = flags

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
        if self.told_read_only not in (None, self.read_only):
            raise Violation(f"it is told that READ-ONLY is {self.told_read_only}")
        if len(self.recents - {None}) > self.recent:
            raise Violation(f"RECENT {self.recent}, but {self.recents} are shown as \\Recent")
        self._align_uids(expected)
        for at, uid in enumerate(expected):
            if uid in self.mailbox.messages:
                self._align_flags(at, uid)

    def _align_uids(self, expected):
        for at, uid in enumerate(expected):
            if self.uids[at] not in (None, uid):
                raise Violation(f"message {at + 1} is UID {uid}, not {self.uids[at]}")
        self.uids = expected

    def told_of_everything(self):
        """The same view with the UIDs of all messages that are there or still shown."""
        view = ClientView(self.user, self.mailbox, self.examined)
        view.saved = self.saved
        kept = [uid for uid in self.uids if uid and uid not in self.mailbox.messages]
        view.uids = sorted(list(self.mailbox.messages) + kept)
        return view

    def _align_flags(self, at, uid):
        true = self.mailbox.flags(self.user, uid)
        if self.flags[at] is not None and not self.traits.tells_flags:
            return
        if self.flags[at] not in (None, true):
            raise Violation(
                f"UID {uid} has {sorted(true)}, but {self.user} knows {sorted(self.flags[at])}"
            )
        self.flags[at] = true

    def is_aligned(self, may_keep_expunged=False):
        """Whether align() would find nothing wrong; changes nothing."""
        trial = type(self)(self.user, self.mailbox, self.examined, self.traits)
        trial.uids, trial.flags = list(self.uids), list(self.flags)
        trial.recent, trial.recents = self.recent, self.recents
        try:
            trial.align(may_keep_expunged)
        except Violation:
            return False
        return True


@dataclass
class Lost:
    """How a mailbox was when a session lost the right to read it."""

    there: set
    count: int  # the most messages that EXISTS may tell
    uidnext: int


class NumberlessView(ClientView):
    """With UIDONLY (RFC 9586): there are no message numbers. Messages that it knows of by EXISTS
    alone are the last ones."""

    def place(self, number):
        uid = number
        if uid in self.uids:
            return self.uids.index(uid)
        if None not in self.uids:
            raise Violation(f"UIDFETCH {uid}, which is not there")
        at = sum(known is not None and known < uid for known in self.uids)
        unknown = self.uids.index(None)
        del self.flags[unknown]
        self.uids.remove(None)
        self.uids.insert(at, uid)
        self.flags.insert(at, None)
        return at

    def _place_of(self, uid):
        if uid in self.uids:
            return self.uids.index(uid)
        if None not in self.uids:
            raise Violation(f"VANISHED {uid}, which is not there")
        return self.uids.index(None)

    def _align_uids(self, expected):
        known = {uid: flags for uid, flags in zip(self.uids, self.flags) if uid}
        if not set(known) <= set(expected):
            raise Violation(f"{sorted(set(known) - set(expected))} are known, but gone")
        self.uids = expected
        self.flags = [known.get(uid) for uid in expected]


def new_view(user, mailbox, examined, traits):
    kind = NumberlessView if traits.uidonly else ClientView
    return kind(user, mailbox, examined, traits)
