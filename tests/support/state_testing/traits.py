"""What the client of one connection has asked for: extensions that change what it is told."""

from dataclasses import dataclass


ENABLED = {
    "qresync": "QRESYNC",
    "condstore": "CONDSTORE",
    "rev2": "IMAP4rev2",
    "uidonly": "UIDONLY",
}


@dataclass(frozen=True)
class Traits:
    qresync: bool = False
    condstore: bool = False
    rev2: bool = False
    uidonly: bool = False
    compresses: bool = False
    notify: str = ""  # how the selected mailbox is watched: SELECTED or SELECTED-DELAYED
    tells_flags: bool = True  # FlagChange is among the events of NOTIFY

    def knows_modseqs(self):
        return self.qresync or self.condstore

    def tells_vanished(self):
        """RFC 7162 section 3.2.10, RFC 9586 section 3.5: in place of EXPUNGE."""
        return self.qresync or self.uidonly

    def is_immediate(self):
        """RFC 5465 section 6.1.1: message numbers may change at any time."""
        return self.notify == "SELECTED"

    def wants_uids(self):
        """Whether it had better not use message numbers."""
        return self.uidonly or self.is_immediate()

    def enables(self):
        """The names for ENABLE (RFC 5161)."""
        return [name for trait, name in ENABLED.items() if getattr(self, trait)]

    def __str__(self):
        events = self.notify + " without FlagChange" * (not self.tells_flags)
        return " ".join([*self.enables(), "COMPRESS" * self.compresses, events]).strip()


def random_traits(rng, resyncs):
    """`resyncs`: by a client that always does."""
    notify = rng.choice(("SELECTED", "SELECTED-DELAYED")) if rng.random() < 0.4 else ""
    return Traits(
        qresync=resyncs or rng.random() < 0.1,
        condstore=rng.random() < 0.2,
        rev2=rng.random() < 0.3,
        uidonly=rng.random() < 0.25,
        compresses=rng.random() < 0.25,
        notify=notify,
        tells_flags=not notify or rng.random() < 0.75,
    )
