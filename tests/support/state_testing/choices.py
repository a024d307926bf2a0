"""Which command comes next."""

from . import operations as op
from .appends import Append, Catenate
from .model import GUEST, MEMBER
from .searches import SEARCHES, ReturningSearch, Search
from .selecting import Enable, Leave, Resync, Select, Status
from .sets import random_set
from .sharing import Create, Delete, Rename, SetRights

FETCHES = (
    ("FLAGS",),
    ("UID", "FLAGS"),
    ("RFC822.SIZE", "BODY.PEEK[]"),
    ("BODY[]",),
    ("FLAGS", "BODY[]<7.11>"),
    ("UID", "BODY[TEXT]"),
    ("BODY.PEEK[TEXT]", "UID", "RFC822.SIZE"),
    ("BINARY.PEEK[1]", "BINARY.SIZE[1]"),
)
RETURNS = (
    (("ALL",), False),
    (("MIN", "MAX", "COUNT"), False),
    (("COUNT",), False),
    (("SAVE", "ALL"), False),
    (("SAVE", "COUNT"), False),
    (("SAVE", "MIN"), False),
    (("SAVE", "MIN", "MAX"), False),
    ((), True),
    (("SAVE",), True),
    (("SAVE", "MAX"), True),
    (("COUNT", "SAVE", "MIN"), True),
)
CHILDREN = ("one", "two", "three")
LARGE = 100_000
RIGHTS = {
    "bob": (MEMBER, MEMBER, MEMBER - {"r"}, MEMBER - {"l", "r"}, GUEST),
    "carol": (GUEST, GUEST, frozenset(), frozenset("l"), frozenset("lrswite")),
}


class Chooser:
    def __init__(self, rng, world, enough):
        self.rng = rng
        self.enough = enough  # messages: with more, fewer come
        self.world = world
        self.bodies = 0

    def flags(self, most=3):
        return self.rng.sample(op.FLAGS, self.rng.randint(0, most))

    def head(self):
        self.bodies += 1
        return f"Subject: message {self.bodies}\r\nFrom: a@example.com\r\n\r\n".encode()

    def body(self):
        lines = 12000 if self.rng.random() < 0.01 else self.rng.randint(0, 4)
        nul = "\0\1" if self.rng.random() < 0.08 else ""
        return self.head() + f"Line of {self.bodies}{nul}, for a while.\r\n".encode() * lines

    def page(self):
        sign = self.rng.choice((1, 1, -1))
        return sign * self.rng.randint(1, 5), sign * self.rng.randint(1, 9)

    def mailbox(self, user):
        """One that has a name for this user, and now and then one that may not be read."""
        named = [mailbox for mailbox in self.world.mailboxes.values() if user in mailbox.rights]
        readable = [mailbox for mailbox in named if mailbox.may(user, "r")]
        if readable and (self.world.in_flux or self.rng.random() < 0.9):
            named = readable
        return self.rng.choice(named)

    def target(self, user):
        """One of which the new UIDs are told, or where nothing comes of it."""
        while True:
            mailbox = self.mailbox(user)
            if mailbox.may(user, "r") or not mailbox.may(user, "i"):
                return mailbox

    # Commands ------------------------------------------------------------------------

    def append(self, user):
        target = self.mailbox(user)
        if self.rng.random() < 0.2:
            return self.catenate(user, target)
        return self.append_to(target)

    def append_to(self, target):
        return Append(target, self.flags(), self.body())

    def catenate(self, user, target):
        source = self.mailbox(user)
        uids = [uid for uid, body in source.bodies.items() if len(body) < LARGE and b"\0" not in body]
        if not uids:
            return self.append_to(target)
        there = [uid for uid in uids if uid in source.messages]
        uid = self.rng.choice(there if there and self.rng.random() < 0.9 else uids)
        return Catenate(
            target, self.flags(), self.head(), source, uid, section=self.rng.random() < 0.5
        )

    def select(self, user):
        return Select(self.mailbox(user), self.rng.random() < 0.2)

    def without_mailbox(self, user):
        return self.rng.choices(
            (
                lambda: self.select(user),
                lambda: self.append(user),
                lambda: Status(self.mailbox(user)),
                lambda: op.Operation("NOOP"),
            ),
            (10, 2, 1, 1),
        )[0]()

    def store(self, view, by_uid):
        condition = None
        if view.traits.knows_modseqs() and self.rng.random() < 0.3:
            condition = self.rng.choice((view.modseq, view.modseq, *view.modseqs.values(), 1))
        return op.Store(
            random_set(self.rng, view, by_uid),
            self.rng.choice(("+FLAGS", "+FLAGS", "-FLAGS", "FLAGS")),
            self.flags() or ["\\Deleted"],
            self.rng.random() < 0.4,
            condition,
        )

    def fetch(self, view, by_uid):
        sequence, items = random_set(self.rng, view, by_uid), self.rng.choice(FETCHES)
        peeks = not any(item.startswith("BODY[") for item in items)
        paged = by_uid and peeks and self.rng.random() < 0.2
        return op.Fetch(sequence, items, self.page() if paged else None)

    def copy(self, view, by_uid):
        verb = self.rng.choice(("COPY", "MOVE"))
        sequence = random_set(self.rng, view, by_uid)
        if self.rng.random() < 0.05:
            return op.Copy(verb, sequence, "Shared/Nowhere", None)
        target = self.target(view.user)
        return op.Copy(verb, sequence, target.name, target)

    def replace(self, view, by_uid):
        known = [uid for uid in view.uids if uid]
        if not view.uids or (by_uid and not known):
            return self.append(view.user)
        number = self.rng.choice(known) if by_uid else self.rng.randint(1, len(view.uids))
        return op.Replace(number, by_uid, self.target(view.user), self.flags(), self.body())

    def expunge(self, view, by_uid):
        return op.Expunge(random_set(self.rng, view, True) if by_uid else None)

    def search(self, view, by_uid):
        inside_uids = by_uid or view.traits.wants_uids() or self.rng.random() < 0.5
        sequence = random_set(self.rng, view, inside_uids)
        some = view.uids and self.rng.random() < 0.4
        key, inside = self.rng.choice(list(SEARCHES)), sequence if some else None
        if self.rng.random() < 0.5:
            return Search(by_uid, key, inside)
        returns, paged = self.rng.choice(RETURNS)
        return ReturningSearch(by_uid, key, inside, returns, self.page() if paged else None)

    def resync(self, view):
        known = [
            cache
            for (_, user, mailbox), cache in self.world.caches.items()
            if user == view.user and mailbox is view.mailbox
        ]
        if not known or not view.traits.qresync:
            return op.Operation("NOOP")
        return Resync(self.rng.choice(known))

    def enable(self, view):
        """Not UIDONLY: its client would have to forget the numbers."""
        trait = self.rng.choice(("qresync", "condstore", "rev2"))
        return op.Operation("NOOP") if getattr(view.traits, trait) else Enable(trait)

    def in_mailbox(self, view, by_uid=None):
        """by_uid: only what names messages by UID, or no messages at all."""
        if by_uid is None:
            by_uid = not view.uids or view.traits.wants_uids() or self.rng.random() < 0.5
        many = max(len(mailbox.messages) for mailbox in self.world.mailboxes.values())
        crowded = many > self.enough
        return self.rng.choices(
            (
                lambda: self.store(view, by_uid),
                lambda: self.fetch(view, by_uid),
                lambda: self.search(view, by_uid),
                lambda: self.copy(view, by_uid),
                lambda: self.replace(view, by_uid),
                lambda: self.expunge(view, by_uid),
                lambda: self.append(view.user),
                lambda: Status(self.mailbox(view.user)),
                lambda: op.Operation("NOOP"),
                lambda: op.Check("CHECK"),
                lambda: self.resync(view),
                lambda: self.enable(view),
            ),
            (24, 16, 10, 3 if crowded else 8, 6, 6, 3 if crowded else 12, 3, 5, 1, 3, 1),
        )[0]()

    def leave(self):
        return Leave(self.rng.choice(("CLOSE", "UNSELECT")))

    def any(self, session):
        view, user = session.view, session.user
        if not view:
            return self.without_mailbox(user)
        if self.rng.random() < 0.05:
            return self.rng.choice((lambda: self.select(user), self.leave))()
        return self.in_mailbox(view)

    # Mailboxes and rights --------------------------------------------------------------

    def _children(self):
        return [mailbox for name, mailbox in self.world.mailboxes.items() if name.count("/") == 2]

    def _parents(self):
        return [mailbox for name, mailbox in self.world.mailboxes.items() if name.count("/") == 1]

    def set_rights(self):
        mailbox = self.rng.choice(self._parents() + self._children())
        user = self.rng.choice(list(RIGHTS))
        return SetRights(mailbox, user, self.rng.choice(RIGHTS[user]))

    def delete(self):
        children = self._children()
        return Delete(self.rng.choice(children)) if children else self.set_rights()

    def share(self):
        """What the one who administers the mailboxes does next."""
        if self.rng.random() < 0.5:
            return self.set_rights()
        parent = self.rng.choice(self._parents())
        name = f"{parent.name}/{self.rng.choice(CHILDREN)}"
        children = self._children()
        if name in self.world.mailboxes:
            return self.delete()
        if children and self.rng.random() < 0.4:
            return Rename(self.rng.choice(children), name)
        return Create(parent, name)
