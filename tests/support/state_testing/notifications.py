"""What a client knows of all mailboxes by NOTIFY (RFC 5465)."""

from . import responses

EVENTS = "(MailboxName MessageNew MessageExpunge FlagChange)"
COUNTED = ("MESSAGES", "UIDNEXT", "UNSEEN")


def notify_command(traits, status):
    flags = " FlagChange" * traits.tells_flags
    selected = f"({traits.notify} (MessageNew (UID FLAGS) MessageExpunge{flags}))"
    elsewhere = f"(SUBTREE Shared {EVENTS}) (PERSONAL {EVENTS})"
    return f"NOTIFY SET {'STATUS ' if status else ''}{selected} {elsewhere}"


class Watch:
    """It begins with what is true, for the client has just asked."""

    def __init__(self, world, user):
        self.world, self.user = world, user
        self.names = self._true_names()
        self.told = {mailbox.name: self._count(mailbox) for mailbox in self._readable()}

    def _readable(self):
        return [
            mailbox for mailbox in self.world.mailboxes.values() if mailbox.may(self.user, "r")
        ]

    def _true_names(self):
        """Those that it sees, and whether it may read them."""
        return {
            mailbox.name: mailbox.may(self.user, "r")
            for mailbox in self.world.mailboxes.values()
            if mailbox.may(self.user, "l")
        }

    def _count(self, mailbox):
        counts = len(mailbox.messages), mailbox.uidnext, mailbox.unseen(self.user)
        return dict(zip(COUNTED, counts))

    def hear(self, response):
        listed = responses.listed(response)
        if listed and listed[1]:  # with none it is what SELECT tells (RFC 9051 section 6.3.2)
            name, attributes, old_name = listed
            self.names.pop(old_name, None)
            self.names[name] = "\\NoAccess" not in attributes
            if "\\NonExistent" in attributes:
                del self.names[name]
        status = responses.status(response)
        if status:
            self.told.setdefault(status[0], {}).update(status[1])

    # What the client knows because it did it itself --------------------------------------

    def left(self, view):
        """From a mailbox that was selected it knows what it was told there: not UIDNEXT."""
        unseen = sum(flags is not None and "\\Seen" not in flags for flags in view.flags)
        self.told[view.mailbox.name] = {
            "MESSAGES": len(view.uids),
            "UIDNEXT": None,
            "UNSEEN": None if None in view.flags else unseen,
        }

    def created(self, name):
        self.names[name] = True
        self.told[name] = {"MESSAGES": 0, "UIDNEXT": 1, "UNSEEN": 0}

    def renamed(self, name, new_name):
        self.names[new_name] = self.names.pop(name, True)
        self.told[new_name] = self.told.pop(name, dict.fromkeys(COUNTED))

    def deleted(self, name):
        self.names.pop(name, None)
        self.told.pop(name, None)

    # What it doesn't know ------------------------------------------------------------------

    def wrong(self, selected):
        """What the client has wrong, "" when nothing; `selected`: of this it is told otherwise."""
        true = self._true_names()
        if self.names != true:
            return f"the client knows {self.names}, there are {true}"
        for mailbox in self._readable():
            told, counts = self.told.get(mailbox.name, {}), self._count(mailbox)
            differs = any(told.get(item, "nothing") not in (None, counts[item]) for item in COUNTED)
            if mailbox is not selected and differs:
                return f"{mailbox.name} has {counts}, the client was told {told}"
        return ""
