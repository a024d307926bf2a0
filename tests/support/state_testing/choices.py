"""Which command comes next."""

from . import operations as op
from .sets import random_set

FETCHES = (
    ("FLAGS",),
    ("UID", "FLAGS"),
    ("RFC822.SIZE", "BODY.PEEK[]"),
    ("BODY[]",),
    ("FLAGS", "BODY[]<7.11>"),
    ("UID", "BODY[TEXT]"),
    ("BODY.PEEK[TEXT]", "UID", "RFC822.SIZE"),
)


class Chooser:
    def __init__(self, rng, world, enough):
        self.rng = rng
        self.enough = enough  # messages: with more, fewer come
        self.world = world
        self.bodies = 0

    def flags(self, most=3):
        return self.rng.sample(op.FLAGS, self.rng.randint(0, most))

    def body(self):
        self.bodies += 1
        head = f"Subject: message {self.bodies}\r\nFrom: a@example.com\r\n\r\n"
        lines = 12000 if self.rng.random() < 0.01 else self.rng.randint(0, 4)
        return (head + f"Line of {self.bodies}, for a while.\r\n" * lines).encode()

    def name(self):
        return self.rng.choice(list(self.world.mailboxes))

    def append(self):
        return self.append_to(self.name())

    def append_to(self, name):
        return op.Append(name, self.flags(), self.body())

    def select(self):
        return op.Select(self.name(), self.rng.random() < 0.2)

    def without_mailbox(self):
        return self.rng.choices(
            (self.select, self.append, lambda: op.Status(self.name()), lambda: op.Operation("NOOP")),
            (10, 2, 1, 1),
        )[0]()

    def store(self, view, by_uid):
        return op.Store(
            random_set(self.rng, view, by_uid),
            self.rng.choice(("+FLAGS", "+FLAGS", "-FLAGS", "FLAGS")),
            self.flags() or ["\\Deleted"],
            self.rng.random() < 0.4,
        )

    def fetch(self, view, by_uid):
        return op.Fetch(random_set(self.rng, view, by_uid), self.rng.choice(FETCHES))

    def copy(self, view, by_uid):
        verb = self.rng.choice(("COPY", "MOVE"))
        target = self.name() if self.rng.random() < 0.95 else "Shared/Nowhere"
        return op.Copy(verb, random_set(self.rng, view, by_uid), target)

    def replace(self, view, by_uid):
        known = [uid for uid in view.uids if uid]
        if not view.uids or (by_uid and not known):
            return self.append()
        number = self.rng.choice(known) if by_uid else self.rng.randint(1, len(view.uids))
        return op.Replace(number, by_uid, self.name(), self.flags(), self.body())

    def expunge(self, view, by_uid):
        return op.Expunge(random_set(self.rng, view, True) if by_uid else None)

    def search(self, view, by_uid):
        sequence = random_set(self.rng, view, by_uid or self.rng.random() < 0.5)
        some = view.uids and self.rng.random() < 0.4
        key, inside = self.rng.choice(list(op.SEARCHES)), sequence if some else None
        if self.rng.random() < 0.5:
            return op.Search(by_uid, key, inside)
        returns = self.rng.choice((("ALL",), ("MIN", "MAX", "COUNT"), ("COUNT",), ("SAVE", "ALL")))
        return op.ReturningSearch(by_uid, key, inside, returns)

    def in_mailbox(self, view, by_uid=None):
        """by_uid: only what names messages by UID, or no messages at all."""
        if by_uid is None:
            by_uid = not view.uids or self.rng.random() < 0.5
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
                self.append,
                lambda: op.Status(self.name()),
                lambda: op.Operation("NOOP"),
                lambda: op.Operation("CHECK"),
            ),
            (24, 16, 8, 3 if crowded else 8, 6, 6, 3 if crowded else 12, 3, 5, 1),
        )[0]()

    def leave(self):
        return op.Leave(self.rng.choice(("CLOSE", "UNSELECT")))

    def any(self, view):
        if not view:
            return self.without_mailbox()
        if self.rng.random() < 0.05:
            return self.rng.choice((self.select, self.leave))()
        return self.in_mailbox(view)
