"""The walk: several sessions on several workers do random things, alone, in
pipelines, at the same time, or idling, and every answer is checked."""

import collections
import random
import time

from . import operations as op
from .choices import Chooser
from .model import Mailbox, Message, Violation
from .session import Session
from .sets import SequenceSet

MAILBOXES = ("Shared/Sales", "Shared/Archive")
PEOPLE = {"alice1": "alice", "alice2": "alice", "bob1": "bob", "bob2": "bob", "carol1": "carol"}
WORKERS = (0, 1)
TRANSCRIPT_LINES = 2000


class Walk:
    def __init__(self, server, seed, messages=0):
        self.server = server
        self.rng = random.Random(seed)
        self.transcript = collections.deque(maxlen=TRANSCRIPT_LINES)
        self.mailboxes = {name: Mailbox(name) for name in MAILBOXES}
        self.bodies = {}  # (mailbox, uid) → octets, of expunged messages too
        self.counts = collections.Counter()
        self.caches = {}  # (session, mailbox) → what its client has kept (Session.remember)
        self.validities = {}  # mailbox → UIDVALIDITY
        self.messages = messages
        self.chooser = Chooser(self.rng, self, max(40, messages))
        self.sessions = {
            name: Session(self, name, user, WORKERS[n % 2])
            for n, (name, user) in enumerate(PEOPLE.items())
        }
        self.observers = [
            Session(self, f"{user}-observer", user, WORKERS[0]) for user in ("alice", "bob", "carol")
        ]

    def fill(self):
        """Many messages, by copying all to the same mailbox again and again."""
        name = MAILBOXES[0]
        writers = [session for session in self.awake() if not session.is_guest]
        if not writers or len(self.mailboxes[name].messages) >= self.messages // 2:
            return
        self.alone(writers[0], op.Select(name, False))
        while len(self.mailboxes[name].messages) < self.messages:
            self.alone(writers[0], self.chooser.append_to(name))
            self.alone(writers[0], op.Copy("COPY", SequenceSet([(1, None)], True), name))

    def run(self, seconds):
        steps = (
            (self.one_command, 60),
            (self.pipeline, 10),
            (self.at_once, 12),
            (self.idle, 14),
            (self.reconnect, 1),
        )
        actions, weights = zip(*steps)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.counts["steps"] += 1
            self.fill()
            self.rng.choices(actions, weights)[0]()
        for session in self.sessions.values():
            if session.idling:
                session.await_news()
                session.end_idle()
            self.alone(session, op.Operation("NOOP"))
        self.observe(compare=True)

    def close(self):
        for session in [*self.sessions.values(), *self.observers]:
            session.close()

    def story(self):
        """What everybody has said lately, and what the one who spoke last did."""
        lines = list(self.transcript)
        name = lines[-1].split(">")[0].split("<")[0] if lines else ""
        own = [line for line in lines if line.startswith((name + ">", name + "<"))]
        lately = [line for line in lines if "-observer" not in line]
        return [*lately[-60:], f"-- {name}", *own[-60:]]

    # What a step may be ------------------------------------------------------------

    def awake(self):
        return [session for session in self.sessions.values() if not session.idling]

    def one_command(self):
        if self.awake():
            session = self.rng.choice(self.awake())
            self.alone(session, self.chooser.any(session.view))

    def alone(self, session, *operations):
        """Commands of one session while nobody else does anything: afterwards
        it knows all that is true."""
        session.send(operations)
        for operation in operations:
            operation.alone = True
            self.counts["commands"] += 1
            answer = session.answer(operation)
            if answer.reply.startswith("OK"):
                operation.take_effect(session, answer, self)
            if session.view:
                session.view.align(may_keep_expunged=not operation.may_expunge)

    def pipeline(self):
        sessions = [session for session in self.awake() if session.view]
        if not sessions:
            return
        session = self.rng.choice(sessions)
        view = session.view
        self.alone(
            session,
            *(self.chooser.in_mailbox(view, by_uid=True) for _ in range(self.rng.randint(2, 6))),
        )

    def at_once(self):
        """Nobody can tell in which order these are done, only that all are in one."""
        sessions = self.rng.sample(self.awake(), min(len(self.awake()), self.rng.randint(2, 5)))
        chosen = [(session, self.chooser.any(session.view)) for session in sessions]
        for session, operation in chosen:
            session.send([operation])
        for session, operation in chosen:
            self.counts["commands at once"] += 1
            session.answer(operation)
        self.observe(compare=False)
        for session in sessions:
            self.alone(session, op.Operation("NOOP"))

    def idle(self):
        session = self.rng.choice(list(self.sessions.values()))
        if not session.view:
            return
        if not session.idling:
            session.start_idle()
            self.counts["IDLEs"] += 1
        if self.rng.random() < 0.5:
            session.await_news()
        if self.rng.random() < 0.3:
            session.end_idle()
            self.alone(session, op.Operation("NOOP"))  # news may have been under way

    def reconnect(self):
        name = self.rng.choice([session.name for session in self.awake()] or [None])
        if name:
            self.sessions[name].remember()
            self.sessions[name].close()
            worker = self.rng.choice(WORKERS)
            self.sessions[name] = Session(self, name, PEOPLE[name], worker)
            self.counts["reconnects"] += 1

    # What a fresh session sees -------------------------------------------------------

    def observe(self, compare):
        """Takes what fresh sessions see for true; or compares it."""
        for mailbox in self.mailboxes.values():
            seen_by = {}
            for observer in self.observers:
                select = op.Select(mailbox.name, True)
                fetch = op.Fetch(SequenceSet([(1, None)], True), ("UID", "FLAGS"))
                observer.send([select, fetch])
                answer = observer.answer(select)
                if compare:
                    select.take_effect(observer, answer, self)
                seen_by[observer.user] = observer.answer(fetch).fetched
                uidnext = self._uidnext(answer)
            true = self._from_observers(mailbox, seen_by, uidnext)
            if compare and true.messages != mailbox.messages:
                raise Violation(f"a fresh session sees {true.messages}, not {mailbox.messages}")
            mailbox.messages, mailbox.uidnext = true.messages, true.uidnext

    @staticmethod
    def _uidnext(answer):
        line = next(line for line in answer.untagged if b"[UIDNEXT " in line)
        return int(line.split(b"UIDNEXT ")[1].split(b"]")[0])

    def _from_observers(self, mailbox, seen_by, uidnext):
        true = Mailbox(mailbox.name)
        true.uidnext = uidnext
        if uidnext < mailbox.uidnext:
            raise Violation(f"UIDNEXT went from {mailbox.uidnext} to {uidnext}")
        for user, fetched in seen_by.items():
            for uid, items in fetched:
                flags = frozenset(flag.decode() for flag in items["FLAGS"]) - {"\\Recent"}
                message = true.messages.setdefault(
                    uid, Message(self.bodies[mailbox.name, uid], flags - {op.SEEN})
                )
                if message.flags != flags - {op.SEEN}:
                    raise Violation(f"UID {uid} has {message.flags} for one, {flags} for {user}")
                if op.SEEN in flags:
                    message.seen.add(user)
        if len({len(fetched) for fetched in seen_by.values()}) > 1:
            raise Violation(f"not everybody sees the same messages in {mailbox.name}")
        return true
