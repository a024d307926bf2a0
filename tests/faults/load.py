"""Clients that change two mailboxes all the time and remember what they were told.

A writer appends letters to the user's INBOX and to Shared/Sales, flags them and
moves them to and fro. When a connection ends in a command, or the reply is NO,
the letter may be in either state; the writer reconnects and leaves that letter
alone. `verify` compares what is there in the end with what was acknowledged.
"""

import random
import re
import threading
import time

from postroom_testing.connection import Closed, Refused, Silent
from stage import User

SHARED = "Shared/Sales"
APPENDUID = re.compile(r"APPENDUID (\d+) (\d+)")
COPYUID = re.compile(rb"COPYUID (\d+) \d+ (\d+)")
FETCHED = re.compile(
    rb"\* \d+ FETCH \(UID (\d+) FLAGS \(([^)]*)\) BODY.*?\r\nX-Marker: (\S+)", re.DOTALL
)
PROBLEMS = (Closed, Silent, OSError)


class Letter:
    def __init__(self, marker):
        self.marker = marker
        self.acknowledged = False
        self.places = set()  # where it may be
        self.flags = {"\\Flagged": {False}, "\\Seen": {False}}  # what each may be
        self.uid = None

    def message(self):
        return (
            f"From: writer@example.com\r\nSubject: {self.marker}\r\n"
            f"X-Marker: {self.marker}\r\n\r\n{self.marker}\r\n"
        ).encode()


class Given:
    """The UIDs that were acknowledged: none may be given twice."""

    def __init__(self):
        self.lock = threading.Lock()
        self.uids = {}
        self.twice = []

    def add(self, place, uidvalidity, uid, marker):
        key = (place, int(uidvalidity), int(uid))
        with self.lock:
            if self.uids.setdefault(key, marker) != marker:
                self.twice.append((key, marker, self.uids[key]))


class Writer(threading.Thread):
    def __init__(self, load, number, name, worker):
        super().__init__(daemon=True)
        self.load, self.number, self.worker = load, number, worker
        self.user = name
        self.random = random.Random(number)
        self.selected = "INBOX" if number % 2 else SHARED
        self.other = SHARED if number % 2 else "INBOX"
        self.letters = []
        self.at_hand = []  # in the selected mailbox, for certain
        self.client = None
        self.reconnects = 0
        self.refused = []
        self.slowest = 0
        self.slowest_step = None

    def place(self, mailbox):
        return SHARED if mailbox == SHARED else f"{self.user}:INBOX"

    def connect(self):
        while not self.load.ended.is_set():
            try:
                return User(self.load.server, self.user, self.worker, self.selected)
            except (*PROBLEMS, Refused):
                time.sleep(0.05)
        return None

    def run(self):
        self.client = self.connect()
        while not self.load.ended.is_set():
            began = time.monotonic()
            try:
                self.step()
            except Refused as refusal:
                self.refused.append(str(refusal))
            except PROBLEMS:
                self.reconnects += 1
                self.worker = None  # whichever takes us
                self.client = self.connect()
            except Exception as problem:
                self.load.bugs.append(f"{type(problem).__name__}: {problem}")
                break
            if time.monotonic() - began > self.slowest:
                self.slowest = time.monotonic() - began
                self.slowest_step = (self.step_kind, self.refused[-1:])
        if self.client:
            self.client.close()

    def step(self):
        kind = self.random.random()
        step = self.store if kind < 0.8 else self.move
        if kind < 0.5 or not self.at_hand:
            step = self.append
        self.step_kind = step.__name__
        step()

    def append(self):
        letter = Letter(f"{self.user}-{self.number}-{len(self.letters)}")
        self.letters.append(letter)
        mailbox = self.random.choice((self.selected, self.other))
        letter.places = {self.place(mailbox)}
        _, reply = self.client.append(mailbox, letter.message())
        letter.acknowledged = True
        uidvalidity, uid = APPENDUID.search(reply).groups()
        self.load.given.add(self.place(mailbox), uidvalidity, uid, letter.marker)
        letter.uid = int(uid)
        if mailbox == self.selected:
            self.at_hand.append(letter)

    def take(self):
        return self.at_hand.pop(self.random.randrange(len(self.at_hand)))

    def store(self):
        letter = self.take()
        flag = self.random.choice(list(letter.flags))
        wanted = not next(iter(letter.flags[flag]))
        letter.flags[flag].add(wanted)
        sign = "+" if wanted else "-"
        self.client.command(f"UID STORE {letter.uid} {sign}FLAGS.SILENT ({flag})")
        letter.flags[flag] = {wanted}
        self.at_hand.append(letter)

    def move(self):
        letter = self.take()
        target = self.place(self.other)
        letter.places.add(target)
        untagged, reply = self.client.command(f"UID MOVE {letter.uid} {self.other}")
        uidvalidity, uid = COPYUID.search(b"\n".join([*untagged, reply.encode()])).groups()
        self.load.given.add(target, uidvalidity, uid, letter.marker)
        letter.places = {target}
        letter.uid = int(uid)


class Bystander(threading.Thread):
    """Works in peace on one worker: any error is a failure, and so is waiting."""

    def __init__(self, load, name, worker):
        super().__init__(daemon=True)
        self.load = load
        self.client = User(load.server, name, worker, SHARED)
        self.slowest = 0
        self.steps = 0
        self.problem = None

    def run(self):
        try:
            while not self.load.ended.is_set():
                began = time.monotonic()
                self.client.command("UID FETCH * (FLAGS)")
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.steps += 1
                time.sleep(0.02)
        except Exception as problem:
            self.problem = f"{type(problem).__name__}: {problem}"


class Idler(threading.Thread):
    """Idles in Shared/Sales and keeps count by what it is told."""

    def __init__(self, load, name, worker=None):
        super().__init__(daemon=True)
        self.load = load
        self.client = User(load.server, name, worker)
        untagged, _ = self.client.command(f"SELECT {SHARED}")
        self.count = next(int(line.split()[1]) for line in untagged if line.endswith(b" EXISTS"))
        self.client.connection.send(b"i IDLE\r\n")
        self.client.connection.receive()
        self.problem = None
        self.heard = 0

    def run(self):
        try:
            while not self.load.over.is_set():
                try:
                    self.hear(self.client.connection.receive(0.2))
                except Silent:
                    continue
        except Exception as problem:
            self.problem = f"{type(problem).__name__}: {problem}"

    def hear(self, line):
        self.heard += 1
        if line.endswith(b" EXISTS"):
            self.count = int(line.split()[1])
        elif line.endswith(b" EXPUNGE"):
            self.count -= 1


class Load:
    """Writers, bystanders and idlers on one server, until `end`."""

    def __init__(self, server, writers):
        """writers: (user, worker or None) for each."""
        self.server = server
        self.given = Given()
        self.bugs = []  # of this program
        self.ended = threading.Event()  # writers and bystanders stop
        self.over = threading.Event()  # idlers too
        self.writers = [Writer(self, i, *who) for i, who in enumerate(writers)]
        self.bystanders, self.idlers = [], []
        for writer in self.writers:
            writer.start()

    def add_bystander(self, name, worker):
        self.bystanders.append(Bystander(self, name, worker))
        self.bystanders[-1].start()

    def add_idler(self, name, worker=None):
        self.idlers.append(Idler(self, name, worker))
        self.idlers[-1].start()

    def letters(self):
        return [letter for writer in self.writers for letter in writer.letters]

    def acknowledged(self):
        return sum(letter.acknowledged for letter in self.letters())

    def end(self):
        self.ended.set()
        for thread in [*self.writers, *self.bystanders]:
            thread.join(30)

    def end_idlers(self, timeout=10):
        """Gives them time to hear the rest; how many messages there are."""
        reader = User(self.server, "alice", mailbox=SHARED)
        count = reader.count()
        reader.close()
        deadline = time.monotonic() + timeout
        while any(i.count != count for i in self.idlers) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.over.set()
        for idler in self.idlers:
            idler.join(5)
        return count

    # What is there in the end -------------------------------------------------------

    def _read(self, user):
        """place → [(uid, flags, marker)] as this user sees them."""
        client = User(self.server, user)
        found = {}
        for mailbox, place in (("INBOX", f"{user}:INBOX"), (SHARED, SHARED)):
            client.command(f"SELECT {mailbox}")
            lines, _ = client.command(
                "UID FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (X-Marker)])"
            )
            matches = [FETCHED.match(line) for line in lines]
            found[place] = [
                (int(m[1]), m[2].decode().split(), m[3].decode()) for m in matches if m
            ]
        client.close()
        return found

    def verify(self):
        """What is wrong, in words."""
        wrong = self.bugs + [f"UID {key} was given to {a} and {b}" for key, a, b in self.given.twice]
        for user in sorted({writer.user for writer in self.writers}):
            found = self._read(user)
            uids = {(place, m[0]): m[2] for place, rows in found.items() for m in rows}
            for (place, _, uid), marker in self.given.uids.items():
                if uids.get((place, uid), marker) != marker:
                    wrong.append(f"{place} UID {uid} was {marker}, is {uids[place, uid]}")
            for writer in self.writers:
                if writer.user == user:
                    for letter in writer.letters:
                        wrong += self._verify_letter(letter, found)
        return wrong

    @staticmethod
    def _verify_letter(letter, found):
        copies = [
            (place, uid, flags)
            for place, rows in found.items()
            for uid, flags, marker in rows
            if marker == letter.marker
        ]
        if len(copies) > 1:
            return [f"{letter.marker} is there {len(copies)} times: {copies}"]
        if not copies:
            return [f"{letter.marker} is lost"] if letter.acknowledged else []
        place, _, flags = copies[0]
        wrong = []
        if place not in letter.places:
            wrong.append(f"{letter.marker} is in {place}, not in {letter.places}")
        for flag, may_be in letter.flags.items():
            if (flag in flags) not in may_be:
                wrong.append(f"{letter.marker} has flags {flags}, {flag} should be {may_be}")
        return wrong
