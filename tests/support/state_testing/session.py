"""One connection of the walk with what its client knows."""

from dataclasses import dataclass, field

from postroom_testing.connection import Closed, Silent, connect_to_worker
from postroom_testing.server import password_of

from . import responses
from .model import Violation

RESYNCING = ("alice2", "bob2", "carol1")  # enable QRESYNC
NEWS_SECONDS = 10  # in which IDLE must have told what is new


@dataclass
class Answer:
    untagged: list = field(default_factory=list)
    fetched: list = field(default_factory=list)  # (UID, items); UID None: not told yet
    numbers: list = field(default_factory=list)  # of these messages
    reply: str = ""


def shown(octets):
    return octets if len(octets) <= 200 else octets[:200] + b"..."


class Session:
    def __init__(self, world, name, user, worker):
        self.world, self.name, self.user = world, name, user
        self.is_guest = user == "carol"  # may only read
        self.tag = 0
        self.view = None
        self.idling = False
        self.resyncs = name in RESYNCING
        self.connection, _ = connect_to_worker(world.server.imap_port, lambda n: n == worker)
        self.connection.command(f"LOGIN {user} {password_of(user)}")
        if self.resyncs:
            self.connection.command("ENABLE QRESYNC")

    # What a client keeps of a mailbox that it leaves: (modseq, {uid: flags}) ----------

    def remember(self):
        """What is not known whole is of no use later."""
        view = self.view
        if self.resyncs and view and None not in view.uids + view.flags:
            cache = view.modseq, dict(zip(view.uids, view.flags))
            self.world.caches[self.name, view.mailbox.name] = cache

    def recall(self, name):
        return self.world.caches.get((self.name, name)) if self.resyncs else None

    def _learn_modseq(self, answer, tagged):
        """RFC 7162 section 6: the last HIGHESTMODSEQ of a command counts, else the highest MODSEQ."""
        if not self.view:
            return
        told = [responses.highest_modseq(line) for line in [*answer.untagged, tagged]]
        told = [modseq for modseq in told if modseq]
        shown = [int(items["MODSEQ"][0]) for _, items in answer.fetched if "MODSEQ" in items]
        self.view.modseq = told[-1] if told else max([self.view.modseq, *shown])

    def body(self, uid):
        return self.world.bodies[self.view.mailbox.name, uid]

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
        while True:
            response = self._receive(
                operation.may_expunge, answer, hear=operation.hear, closes=operation.closes
            )
            if response.startswith(tag):
                break
        self._learn_modseq(answer, response)
        answer.reply = response[len(tag) :].decode()
        expected = operation.expected(self)
        if not answer.reply.startswith(expected):
            raise Violation(f"{operation.text[:80]} got {answer.reply!r} instead of {expected}")
        if expected.startswith("OK"):
            operation.settle(self, answer)
        return answer

    def _receive(self, may_expunge, answer, timeout=None, hear=None, closes=False):
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
            if response.startswith(b"* OK [CLOSED]") and not closes:
                raise Violation(f"{response!r}")
            answer.untagged.append(response)
            if hear:
                hear(self, response)
            self._take(response, may_expunge, answer)
        return response

    def _take(self, response, may_expunge, answer):
        if not self.view:
            return
        self.view.apply(response, may_expunge)
        fetched = responses.fetch(response)
        if fetched:
            number, items = fetched
            answer.fetched.append((self.view.uids[number - 1], items))
            answer.numbers.append(number)

    # IDLE ----------------------------------------------------------------------

    def start_idle(self):
        self.tag += 1
        self._note(">", b"t%d IDLE" % self.tag)
        self.connection.send(b"t%d IDLE\r\n" % self.tag)
        answer = Answer()
        while not self._receive(True, answer).startswith(b"+ "):
            pass
        self._learn_modseq(answer, b"")
        self.idling = True

    def await_news(self):
        """Until the client knows everything. It may seem so a little early: of new
        messages nobody tells it the UIDs, so it takes none for known."""
        while not self.view.is_aligned():
            try:
                answer = Answer()
                self._learn_modseq(answer, self._receive(True, answer, NEWS_SECONDS))
            except Violation as violation:
                if str(violation) != "the server says nothing":
                    raise
                self.view.align(may_keep_expunged=False)  # says what is missing

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
