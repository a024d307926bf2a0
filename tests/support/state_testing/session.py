"""One connection of the walk with what its client knows."""

import time
from dataclasses import dataclass, field

from postroom_testing.connection import Closed, Silent, connect_to_worker
from postroom_testing.server import password_of

from . import responses
from .model import Violation
from .notifications import Watch, notify_command
from .traits import Traits

NEWS_SECONDS = 10  # in which IDLE and NOTIFY must have told what is new


@dataclass
class Answer:
    untagged: list = field(default_factory=list)
    fetched: list = field(default_factory=list)  # (UID, items); UID None: not told yet
    numbers: list = field(default_factory=list)  # of these messages
    reply: str = ""


def shown(octets):
    return octets if len(octets) <= 200 else octets[:200] + b"..."


class Session:
    def __init__(self, world, name, user, worker, traits=Traits(), status=True):
        self.world, self.name, self.user = world, name, user
        self.tag = 0
        self.view = None
        self.idling = False
        self.compresses = False
        self.connection, _ = connect_to_worker(world.server.imap_port, lambda n: n == worker)
        self.log_in(user, traits, status)

    def log_in(self, user, traits, status):
        """`status`: NOTIFY tells first how all mailboxes are."""
        self.user, self.traits, self.watch = user, traits, None
        self._note("=", f"{user}: {traits}".encode())
        self._say(f"LOGIN {user} {password_of(user)}")
        if traits.compresses and not self.compresses:
            self._say("COMPRESS DEFLATE")
            self.connection.start_deflate()
            self.compresses = True
        if traits.enables():
            self._say(f"ENABLE {' '.join(traits.enables())}")
        if traits.notify:
            self.watch = Watch(self.world, user)
            for response in self._say(notify_command(traits, status)):
                self.watch.hear(response)

    def _say(self, text):
        self._note(">", text.encode())
        return self.connection.command(text)[0]

    def log_out(self):
        """UNAUTHENTICATE (RFC 8437): the connection stays."""
        self.remember()
        untagged = self._say("UNAUTHENTICATE")
        closed = any(b"[CLOSED]" in response for response in untagged)
        if closed != bool(self.view):
            raise Violation(f"UNAUTHENTICATE told {untagged}")
        self.view = None

    # What a client keeps of a mailbox that it leaves: (modseq, {uid: flags}) ----------

    def remember(self):
        """What is not known whole is of no use later."""
        view = self.view
        if self.traits.qresync and view and None not in view.uids + view.flags:
            cache = view.modseq, dict(zip(view.uids, view.flags))
            self.world.caches[self.name, self.user, view.mailbox] = cache

    def recall(self, mailbox):
        if not self.traits.qresync:
            return None
        return self.world.caches.get((self.name, self.user, mailbox))

    def _learn_modseq(self, answer, tagged):
        """RFC 7162 section 6: the last HIGHESTMODSEQ of a command counts, else the highest MODSEQ."""
        if not self.view:
            return
        told = [responses.highest_modseq(line) for line in [*answer.untagged, tagged]]
        told = [modseq for modseq in told if modseq]
        shown = [int(items["MODSEQ"][0]) for _, items in answer.fetched if "MODSEQ" in items]
        self.view.modseq = told[-1] if told else max([self.view.modseq, *shown])

    def _note(self, sign, octets):
        self.world.transcript.append(f"{self.name}{sign} {shown(octets)!r}")

    # Commands ------------------------------------------------------------------

    def send(self, operations):
        """All in one write; they are answered in this order."""
        octets = b""
        for operation in operations:
            operation.prepare(self)
        for number, operation in enumerate(operations, self.tag + 1):
            octets += b"t%d %s\r\n" % (number, operation.text)
            self._note(">", b"t%d %s" % (number, operation.text))
        self.connection.send(octets)

    def answer(self, operation):
        """What the server says to the next command; checked as far as always holds."""
        self.tag += 1
        tag = b"t%d " % self.tag
        operation.begin(self)
        answer = Answer()
        may_expunge = operation.may_expunge or self.traits.is_immediate()
        while True:
            response = self._receive(may_expunge, answer, operation=operation)
            if response.startswith(tag):
                break
        self._learn_modseq(answer, response)
        answer.reply = response[len(tag) :].decode()
        expected = operation.replies(self)
        if not answer.reply.startswith(expected):
            raise Violation(f"{operation.text[:80]} got {answer.reply!r} instead of {expected}")
        if answer.reply.startswith("OK"):
            operation.settle(self, answer)
        elif operation.closes:
            self.left()
        return answer

    def _receive(self, may_expunge, answer, timeout=None, operation=None):
        try:
            response = self.connection.receive(timeout)
        except Closed:
            raise Violation("the server has closed the connection") from None
        except Silent:
            raise Violation("the server says nothing") from None
        self._note("<", response)
        if response.startswith(b"* "):
            if response.startswith((b"* BYE", b"* BAD")):
                raise Violation(f"{response!r}")
            answer.untagged.append(response)
            if operation:
                operation.hear(self, response)
            if response.startswith(b"* OK [CLOSED]") and not (operation and operation.closes):
                self._lose(response)
            if self.watch:
                self.watch.hear(response)
            self._take(response, may_expunge, answer)
        return response

    def _lose(self, response):
        """The mailbox is closed because it may not be read (RFC 4314), or is deleted."""
        view = self.view
        if not view or not (view.is_lost() or view.may_close or self.world.in_flux):
            raise Violation(f"{response!r}")
        self.world.counts["mailboxes lost"] += 1
        self.remember()
        self.left()

    def _take(self, response, may_expunge, answer):
        if not self.view:
            return
        self.view.apply(response, may_expunge)
        fetched = responses.fetch(response)
        if fetched:
            number, items = fetched
            answer.fetched.append((self.view.uids[self.view.place(number)], items))
            answer.numbers.append(number)

    def left(self):
        """The mailbox that was selected is left."""
        if self.watch and self.view:
            self.watch.left(self.view)
        self.view = None

    # IDLE and NOTIFY -------------------------------------------------------------

    def start_idle(self):
        self.tag += 1
        self._note(">", b"t%d IDLE" % self.tag)
        self.connection.send(b"t%d IDLE\r\n" % self.tag)
        answer = Answer()
        while not self._receive(True, answer).startswith(b"+ "):
            pass
        self._learn_modseq(answer, b"")
        self.idling = True

    def _missing(self):
        """What it is still to be told, "" when nothing."""
        view = self.view
        if view and view.is_lost():
            return f"{view.mailbox.name} may not be read any more"
        delayed = not self.idling and not self.traits.is_immediate()
        if view and not view.is_aligned(may_keep_expunged=delayed):
            return "news of the selected mailbox"
        return self.watch.wrong(view and view.mailbox) if self.watch else ""

    def await_news(self):
        """Until the client knows everything. It may seem so a little early: of new
        messages nobody tells it the UIDs, so it takes none for known."""
        deadline = time.monotonic() + NEWS_SECONDS
        while missing := self._missing():
            try:
                left = max(deadline - time.monotonic(), 0)
                answer = Answer()
                self._learn_modseq(answer, self._receive(True, answer, left))
            except Violation as violation:
                if str(violation) != "the server says nothing":
                    raise
                if self.view and not self.view.is_lost():
                    self.view.align(may_keep_expunged=True)  # says what is missing
                raise Violation(f"not told: {missing}") from None

    def end_idle(self):
        self._note(">", b"DONE")
        self.connection.send(b"DONE\r\n")
        self.idling = False
        answer = Answer()
        tag = b"t%d " % self.tag
        while not (response := self._receive(True, answer)).startswith(tag):
            pass
        self._learn_modseq(answer, response)
        if not response.startswith(tag + b"OK"):
            raise Violation(f"IDLE ended with {response!r}")

    def close(self):
        self.connection.close()
