"""Sessions that idle in one shared mailbox."""

import selectors
import time

from ..letters import append, letter
from ..series import MEMORY, PAGES, PROCESSOR, TIME

NAME = "members"
TITLE = "Members who idle in a shared mailbox, one worker"
UNIT = "sessions"
SIZES = (1, 10, 100, 1000, 5000)
QUICK_SIZES = (1, 10, 100)
MAILBOX = "Shared/Sales"
TURNS = 12
PATIENCE = 60


class Crowd:
    """Sessions in IDLE; counts who has heard of a new message."""

    def __init__(self, stage):
        self.stage = stage
        self.selector = selectors.DefaultSelector()
        self.size = 0

    def grow(self, size):
        while self.size < size:
            client = self.stage.connect(("alice", "bob")[self.size % 2])
            client.run(f"SELECT {MAILBOX}")
            client.socket.sendall(b"i IDLE\r\n")
            while not client.receive().startswith(b"+"):
                pass
            client.socket.setblocking(False)
            self.selector.register(client.socket, selectors.EVENT_READ)
            self.size += 1

    def await_news(self):
        """Until all have heard of one more message."""
        heard = 0
        deadline = time.monotonic() + PATIENCE
        while heard < self.size:
            for key, _ in self.selector.select(1):
                heard += key.fileobj.recv(1 << 16).count(b" EXISTS\r\n")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{heard} of {self.size} sessions have heard of a message")


def run(stage, meter, sizes, result):
    stage.begin()
    crowd = Crowd(stage)
    writer = stage.connect("alice")
    own = stage.connect("bob")
    own.run("SELECT INBOX")
    empty = meter.memory()
    for size in sizes:
        crowd.grow(size)
        append_times = []

        def tell(turn, size=size, append_times=append_times):
            at = time.perf_counter()
            writer.run(append(MAILBOX, letter(size * 1000 + turn)))
            append_times.append(time.perf_counter() - at)
            crowd.await_news()

        cost = meter.measure(tell, repeats=TURNS)
        result.add(size, "all are told", PROCESSOR, cost.processor_us / 1000, "linear")
        result.add(size, "PostgreSQL's part", PROCESSOR, cost.postgres_us / 1000, "constant")
        result.add(size, "all are told", PAGES, cost.pages, "constant")
        result.add(size, "all have read it", TIME, cost.ms, "linear")
        result.add(size, "the APPEND", TIME, 1000 * sorted(append_times)[TURNS // 2], "constant")
        noop = meter.measure(lambda turn: own.run("NOOP"))
        result.add_cost(size, "NOOP of another session", noop, "constant")
        if size >= 100:
            memory = (meter.memory() - empty) / 1024
            result.add(size, "of the worker", MEMORY, memory, "linear")
            result.add(size, "for each session", MEMORY, memory / size, "constant")
