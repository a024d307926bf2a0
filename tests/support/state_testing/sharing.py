"""Mailboxes that are made, renamed and deleted, and rights that come and go. All of that is done
by who administers them."""

from .model import GUEST, MEMBER, Mailbox
from .operations import Operation

BASE = {"alice": MEMBER, "bob": MEMBER, "carol": GUEST}
ADMINISTRATOR = "alice"


class Create(Operation):
    def __init__(self, parent, name):
        super().__init__(f"CREATE {name}")
        self.parent, self.name = parent, name

    def take_effect(self, session, answer, world):
        world.mailboxes[self.name] = Mailbox(self.name, dict(self.parent.rights))
        if session.watch:
            session.watch.created(self.name)


class Rename(Operation):
    def __init__(self, mailbox, name):
        super().__init__(f"RENAME {mailbox.name} {name}")
        self.mailbox, self.name = mailbox, name

    def take_effect(self, session, answer, world):
        old_name = self.mailbox.name
        del world.mailboxes[old_name]
        world.mailboxes[self.name] = self.mailbox
        self.mailbox.name = self.name
        if session.watch:
            session.watch.renamed(old_name, self.name)


class Delete(Operation):
    def __init__(self, mailbox):
        super().__init__(f"DELETE {mailbox.name}")
        self.mailbox = mailbox

    def take_effect(self, session, answer, world):
        for other in world.sessions.values():
            if other.view and other.view.mailbox is self.mailbox:
                other.view.lose()
                if world.in_flux:  # what others did at the same time may have come before it
                    other.view.lost_at = None
        del world.mailboxes[self.mailbox.name]
        self.mailbox.is_deleted = True
        if session.watch:
            session.watch.deleted(self.mailbox.name)


class SetRights(Operation):
    """Carol has rights of her own; bob has those of his group, so that some are taken from him."""

    def __init__(self, mailbox, user, rights):
        identifier, given = user, rights
        if user != "carol":
            identifier, given = f"-{user}", BASE[user] - rights
        letters = "".join(sorted(given))
        change = f"SETACL {mailbox.name} {identifier} {letters}"
        super().__init__(change if letters else f"DELETEACL {mailbox.name} {identifier}")
        self.mailbox, self.user, self.rights = mailbox, user, frozenset(rights)

    def take_effect(self, session, answer, world):
        self.mailbox.rights[self.user] = self.rights
        world.ask_unasked(self.mailbox)
        for other in world.sessions.values():
            view = other.view
            if not view or other.user != self.user or view.mailbox is not self.mailbox:
                continue
            if view.is_lost() and not view.lost_at:
                view.lose()
            elif not view.is_lost():
                view.regain()
