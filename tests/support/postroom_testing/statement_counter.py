"""What the server asks PostgreSQL: a proxy between them that counts.

    counter = StatementCounter(world.cluster, folder)   listens in the folder
    counter.conninfo(database)                          for the server to use
    counter.count(); …; counter.counted()               exchanges between the two

An exchange is what ends in one Sync: the statements that PostgreSQL answers
together. Its round is 1 when nothing was answered before it was sent, else one
more than that of the last answer: the greatest round of a worker is the number
of round trips that somebody had to wait for. While it counts, the proxy holds
each answer back, so that whatever a worker sends without waiting for that
answer is seen to be sent before it.
"""

import asyncio
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass
from pathlib import Path

QUERIES = Path(__file__).resolve().parents[3] / "sql/queries"
HOLD = 0.02  # seconds that each answer is held back
QUIET = 0.12  # seconds without an octet: all is done
PATIENCE = 20
NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
UNAWAITED = "notify"  # the connection whose answers no command waits for
# What the clock starts and no command; "\Recent is no more" is written 2 s later.
BY_THE_CLOCK = re.compile(
    r"sweep_\w+|mailbox_modseqs|mailbox_claim_recent|search_(due|claim|release|worn_\w+)"
)
END = {"transaction_commit", "transaction_rollback"}


def squeezed(sql):
    return " ".join(re.sub(r"--.*", "", sql).split()).rstrip("; ")


def query_names():
    """{text: name}: what is sent as text has no name on the wire."""
    names = {}
    for path in sorted(QUERIES.glob("*.sql")):
        parts = NAME.split(path.read_text("utf-8"))
        names.update({squeezed(sql): name for name, sql in zip(parts[1::2], parts[2::2])})
    return names


@dataclass
class Exchange:
    process: int  # of the server
    connection: str  # what it is for: "fast lane", "transactions", …
    round: int  # 0: nobody waits for it
    statements: list
    counts: bool = True  # a command has asked for it


def described(exchanges, process):
    """A line for each, seen from one worker: the round, what the connection is
    for, the statements; "elsewhere" when another process asked."""

    def place(exchange):
        elsewhere = exchange.process != process
        return elsewhere, exchange.round == 0, exchange.round, exchange.connection

    def line(exchange):
        words = ["elsewhere"] if exchange.process != process else []
        words += [str(exchange.round)] if exchange.round else []
        return " ".join([*words, f"{exchange.connection}:", *exchange.statements])

    return [line(exchange) for exchange in sorted(exchanges, key=place)] or ["(nothing)"]


class Frames:
    """Cuts a stream of PostgreSQL's protocol 3.0 into (type, payload)."""

    def __init__(self, begins_untyped):
        self.octets = b""
        self.untyped = begins_untyped

    def add(self, octets):
        self.octets += octets
        while True:
            head = 0 if self.untyped else 1
            if len(self.octets) < head + 4:
                return
            (length,) = struct.unpack_from("!I", self.octets, head)
            if len(self.octets) < head + length:
                return
            kind = self.octets[:head]
            payload = self.octets[head + 4 : head + length]
            self.octets = self.octets[head + length :]
            self.untyped = False
            yield kind, payload


class Wire:
    """One connection of the server: what it has sent and what is answered."""

    def __init__(self, counter, process):
        self.counter = counter
        self.process = process
        self.connection = ""
        self.sent = Frames(begins_untyped=True)
        self.received = Frames(begins_untyped=False)
        self.text = ""  # of the last statement without a name
        self.gathering = None
        self.in_transaction = False
        self.sweeping = False  # the clock has started that transaction
        self.unanswered = []  # exchanges; None: one that does not count

    def take_sent(self, octets):
        for kind, payload in self.sent.add(octets):
            if kind == b"":
                self._take_startup(payload)
            elif kind == b"P":
                self._take_parse(payload)
            elif kind == b"B":
                self._add(payload.split(b"\0", 2)[1].decode())
            elif kind == b"Q":
                self.text = payload[:-1].decode()
                self._add("")
                self._finish()
            elif kind == b"S":
                self._finish()

    def _take_startup(self, payload):
        fields = payload[4:].split(b"\0")
        named = dict(zip(fields[0::2], fields[1::2]))
        name = named.get(b"application_name", b"unnamed").decode()
        self.connection = name.removeprefix("postroom ")
        self.unanswered.append(None)  # PostgreSQL's "ready"
        self.setting_up = True

    def _take_parse(self, payload):
        name, text = payload.split(b"\0", 2)[:2]
        if not name:
            self.text = text.decode()

    def _add(self, name):
        """A statement begins to run; the first one decides the exchange's round."""
        if not self.gathering:
            awaited = self.connection != UNAWAITED
            number = self.counter.answered.get(self.process, 0) + 1 if awaited else 0
            self.gathering = Exchange(self.process, self.connection, number, [])
        self.gathering.statements.append(name or self.counter.name_of(self.text))

    def _finish(self):
        """The set-up of a new connection is nobody's command."""
        exchange = None if self.setting_up else self.gathering
        self.setting_up = False
        self.gathering = None
        self.unanswered.append(exchange)
        if exchange:
            self._look_for_clock(exchange)
            self.counter.exchanges.append(exchange)

    def _look_for_clock(self, exchange):
        """A sweep may be a transaction of several exchanges."""
        statements = set(exchange.statements)
        self.sweeping |= any(map(BY_THE_CLOCK.fullmatch, statements))
        exchange.counts = not self.sweeping
        self.in_transaction |= "transaction_begin" in statements
        self.in_transaction &= not END & statements
        self.sweeping &= self.in_transaction

    def take_received(self, octets):
        for kind, _ in self.received.add(octets):
            if kind == b"Z" and self.unanswered:
                exchange = self.unanswered.pop(0)
                if exchange:
                    self.counter.exchange_answered(exchange)


class StatementCounter:
    def __init__(self, cluster, folder):
        self.upstream = f"{cluster}/.s.PGSQL.5432"
        self.folder = folder
        self.names = query_names()
        self.exchanges = []
        self.answered = {}  # process → the greatest round that was answered
        self.hold = 0
        self.busy_at = 0
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait()

    def conninfo(self, database):
        return f"host={self.folder} user=postroom dbname={database}"

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    # Counting -------------------------------------------------------------------

    def count(self):
        """Forgets what was, once that is all done."""
        self._call(self._start_counting)

    def counted(self):
        """The exchanges since count(), when all is quiet again."""
        return self._call(self._stop_counting)

    def _call(self, function):
        return asyncio.run_coroutine_threadsafe(function(), self.loop).result()

    async def _start_counting(self):
        await self._quiet()
        self.exchanges = []
        self.answered = {}
        self.hold = HOLD

    async def _stop_counting(self):
        await self._quiet()
        self.hold = 0
        return [exchange for exchange in self.exchanges if exchange.counts]

    async def _quiet(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < self.busy_at + QUIET:
            if time.monotonic() > deadline:
                raise RuntimeError("the server does not stop asking PostgreSQL")
            await asyncio.sleep(QUIET / 8)

    def name_of(self, text):
        return self.names.get(squeezed(text), f"({squeezed(text)})")

    def exchange_answered(self, exchange):
        known = self.answered.get(exchange.process, 0)
        if exchange.counts:
            self.answered[exchange.process] = max(known, exchange.round)

    # Passing on -------------------------------------------------------------------

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        path = self.folder / ".s.PGSQL.5432"
        self.loop.run_until_complete(asyncio.start_unix_server(self._serve, path))
        ready.set()
        self.loop.run_forever()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def _serve(self, from_server, to_server):
        process, _, _ = struct.unpack(
            "3i",
            to_server.get_extra_info("socket").getsockopt(
                socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")
            ),
        )
        wire = Wire(self, process)
        try:
            from_database, to_database = await asyncio.open_unix_connection(self.upstream)
        except OSError:
            to_server.close()
            return
        held = asyncio.Queue()
        await asyncio.gather(
            self._pass_up(wire, from_server, to_database),
            self._hold(from_database, held),
            self._pass_down(wire, held, to_server),
        )

    async def _pass_up(self, wire, reader, writer):
        try:
            while octets := await reader.read(1 << 16):
                self.busy_at = time.monotonic()
                wire.take_sent(octets)
                writer.write(octets)
                await writer.drain()
        except OSError:
            pass
        writer.close()

    async def _hold(self, reader, held):
        try:
            while octets := await reader.read(1 << 16):
                self.busy_at = time.monotonic()
                await held.put((self.busy_at + self.hold, octets))
        except OSError:
            pass
        await held.put((0, b""))

    async def _pass_down(self, wire, held, writer):
        try:
            while True:
                due, octets = await held.get()
                if not octets:
                    break
                await asyncio.sleep(max(0, due - time.monotonic()))
                self.busy_at = time.monotonic()
                wire.take_received(octets)
                writer.write(octets)
                await writer.drain()
        except OSError:
            pass
        writer.close()
