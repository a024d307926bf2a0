"""The walk: several sessions on several workers do random things, alone, in
pipelines, at the same time, or idling, and every answer is checked."""

import collections
import random
import re
import time

from . import operations as op
from .choices import Chooser
from .model import GUEST, MEMBER, Mailbox, Message, Violation
from .selecting import Select, uid_set
from .session import Session
from .sets import SequenceSet
from .sharing import ADMINISTRATOR, Delete, SetRights
from .traits import random_traits

MAILBOXES = ("Shared/Sales", "Shared/Archive")
PEOPLE = {"alice1": "alice", "alice2": "alice", "bob1": "bob", "bob2": "bob", "carol1": "carol"}
RESYNCING = ("alice2", "bob2", "carol1")  # always enable QRESYNC
WORKERS = (0, 1)


class Walk:
    def __init__(self, server, seed, messages=0):
        self.server = server
        self.rng = random.Random(seed)
        self.transcript = []
        self.mailboxes = {
            name: Mailbox(name, {"alice": MEMBER, "bob": MEMBER, "carol": GUEST})
            for name in MAILBOXES
        }
        self.mailboxes["INBOX"] = Mailbox("INBOX", {"alice": MEMBER})
        self.counts = collections.Counter()
        self.caches = {}  # (session, user, mailbox) → what its client has kept (Session.remember)
        self.in_flux = False  # rights or mailboxes change while others are at work
        self.messages = messages
        self.chooser = Chooser(self.rng, self, max(40, messages))
        self.sessions = {}
        for n, name in enumerate(PEOPLE):
            self.connect(name, WORKERS[n % 2])
        self.observers = [
            Session(self, f"{user}-observer", user, WORKERS[0]) for user in ("alice", "bob", "carol")
        ]

    def connect(self, name, worker):
        traits = random_traits(self.rng, name in RESYNCING)
        status = self.rng.random() < 0.7
        self.sessions[name] = Session(self, name, PEOPLE[name], worker, traits, status)

    def fill(self):
        """Many messages, by copying all to the same mailbox again and again."""
        sales = self.mailboxes[MAILBOXES[0]]
        writers = [session for session in self.awake() if session.user == ADMINISTRATOR]
        if not writers or len(sales.messages) >= self.messages // 2:
            return
        self.alone(writers[0], Select(sales, False))
        while len(sales.messages) < self.messages:
            self.alone(writers[0], self.chooser.append_to(sales))
            self.alone(writers[0], op.Copy("COPY", SequenceSet([(1, None)], True), sales.name, sales))

    def run(self, seconds):
        steps = (
            (self.one_command, 60),
            (self.pipeline, 10),
            (self.at_once, 10),
            (self.share_at_once, 3),
            (self.share, 5),
            (self.idle, 12),
            (self.listen, 5),
            (self.reconnect, 3),
            (self.log_in_again, 1.5),
        )
        actions, weights = zip(*steps)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.counts["steps"] += 1
            self.fill()
            self.rng.choices(actions, weights)[0]()
        for session in self.sessions.values():
            if session.idling or session.watch:
                session.await_news()
            if session.idling:
                session.end_idle()
            self.alone(session, op.Operation("NOOP"))
        self.observe(compare=True)

    def close(self):
        for session in [*self.sessions.values(), *self.observers]:
            session.close()

    def story(self):
        """What everybody has said lately, and what the one who spoke last did."""
        lines = list(self.transcript)
        name = re.split("[<>=]", lines[-1])[0] if lines else ""
        own = [line for line in lines if re.match(f"{name}[<>=]", line)]
        lately = [line for line in lines if "-observer" not in line]
        return [*lately[-60:], f"-- {name}", *own[-60:]]

    # What a step may be ------------------------------------------------------------

    def awake(self):
        return [session for session in self.sessions.values() if not session.idling]

    def one_command(self):
        if self.awake():
            session = self.rng.choice(self.awake())
            self.listen_first(session)
            self.alone(session, self.chooser.any(session))

    def listen_first(self, session):
        """To a client that has asked for NOTIFY news may be under way."""
        if session.watch and session.view:
            self.alone(session, op.Operation("NOOP"))

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
            if not session.view or isinstance(operation, Delete):
                continue  # of its own mailbox: with the next command it is told that it is closed
            if session.view.is_lost():
                raise Violation(f"{session.view.mailbox.name} is still selected")
            session.view.align(may_keep_expunged=not operation.may_expunge)

    def pipeline(self):
        sessions = [
            session for session in self.awake() if session.view and not session.view.is_lost()
        ]
        if not sessions:
            return
        session = self.rng.choice(sessions)
        self.listen_first(session)
        view, length = session.view, self.rng.randint(2, 6)
        if view:
            self.alone(session, *(self.chooser.in_mailbox(view, True) for _ in range(length)))

    def at_once(self):
        """Nobody can tell in which order these are done, only that all are in one."""
        sessions = self.rng.sample(self.awake(), min(len(self.awake()), self.rng.randint(2, 5)))
        self._together([(session, self.chooser.any(session)) for session in sessions])
        self.observe(compare=False)
        for session in sessions:
            self.alone(session, op.Operation("NOOP"))

    def _together(self, chosen):
        for session, operation in chosen:
            session.send([operation])
        for session, operation in chosen:
            self.counts["commands at once"] += 1
            session.answer(operation)

    # Mailboxes and rights ----------------------------------------------------------

    def administrators(self):
        return [session for session in self.awake() if session.user == ADMINISTRATOR]

    def share(self):
        if self.administrators():
            self.counts["mailboxes and rights"] += 1
            session = self.rng.choice(self.administrators())
            self.listen_first(session)
            self.alone(session, self.chooser.share())

    def share_at_once(self):
        """A mailbox is deleted, or somebody loses rights for a moment, while others are at work."""
        if not self.administrators():
            return
        actor = self.rng.choice(self.administrators())
        others = [session for session in self.awake() if session is not actor]
        others = self.rng.sample(others, min(len(others), self.rng.randint(1, 4)))
        change = self.rng.choice((self.chooser.delete, self.chooser.set_rights))()
        self.counts["mailboxes and rights at once"] += 1
        self.in_flux = True
        chosen = [(session, self.chooser.any(session)) for session in others]
        for _, operation in chosen:
            operation.doubtful = True
        self._change_among(actor, change, chosen)
        self.observe(compare=False)
        for session in [actor, *others]:
            self.alone(session, op.Operation("NOOP"))
        self.in_flux = False

    def _change_among(self, actor, change, chosen):
        """Afterwards rights are as they were, so that everybody can be asked what there is."""
        back = None
        if isinstance(change, SetRights):
            before = change.mailbox.rights[change.user]
            back = SetRights(change.mailbox, change.user, before)
            for session in self.sessions.values():
                if session.view and session.user == change.user:
                    session.view.may_close = True
        chosen.insert(self.rng.randint(0, len(chosen)), (actor, change))
        self._together(chosen)
        if back:
            self._together([(actor, back)])
        else:
            change.take_effect(actor, None, self)

    # IDLE, NOTIFY, coming back --------------------------------------------------------

    def idle(self):
        session = self.rng.choice(list(self.sessions.values()))
        if not session.view and not session.watch:
            return
        if not session.idling:
            session.start_idle()
            self.counts["IDLEs"] += 1
        if self.rng.random() < 0.5:
            session.await_news()
        if self.rng.random() < 0.3:
            session.end_idle()
            self.alone(session, op.Operation("NOOP"))  # news may have been under way

    def listen(self):
        """What NOTIFY tells without a command."""
        sessions = [session for session in self.awake() if session.watch]
        if sessions:
            self.rng.choice(sessions).await_news()
            self.counts["NOTIFYs"] += 1

    def reconnect(self):
        name = self.rng.choice([session.name for session in self.awake()] or [None])
        if name:
            self.sessions[name].remember()
            self.sessions[name].close()
            self.connect(name, self.rng.choice(WORKERS))
            self.counts["reconnects"] += 1

    def log_in_again(self):
        """On the same connection (RFC 8437), perhaps as somebody else."""
        if not self.awake():
            return
        session = self.rng.choice(self.awake())
        session.log_out()
        user = self.rng.choice((session.user, session.user, *PEOPLE.values()))
        traits = random_traits(self.rng, session.name in RESYNCING)
        session.log_in(user, traits, self.rng.random() < 0.7)
        self.counts["logins again"] += 1

    # What a fresh session sees -------------------------------------------------------

    def observe(self, compare):
        """Takes what fresh sessions see for true; or compares it."""
        for mailbox in self.mailboxes.values():
            seen_by = {}
            for observer in self.observers:
                if not mailbox.may(observer.user, "r"):
                    mailbox.unasked.add(observer.user)
                    continue
                uidnext, seen_by[observer.user] = self._ask(observer, mailbox, compare)
                self._learn_bodies(observer, mailbox)
                mailbox.unasked.discard(observer.user)
            true = self._from_observers(mailbox, seen_by, uidnext)
            if compare and true.messages != mailbox.messages:
                raise Violation(f"a fresh session sees {true.messages}, not {mailbox.messages}")
            mailbox.messages, mailbox.uidnext = true.messages, true.uidnext

    def _ask(self, observer, mailbox, compare):
        """UIDNEXT and what FETCH says."""
        select = Select(mailbox, True)
        fetch = op.Fetch(SequenceSet([(1, None)], True), ("UID", "FLAGS"))
        observer.send([select, fetch])
        answer = observer.answer(select)
        if compare:
            select.take_effect(observer, answer, self)
        return self._uidnext(answer), observer.answer(fetch).fetched

    def ask_unasked(self, mailbox):
        """What those have seen who may read again; while others are at work they are asked later."""
        for observer in self.observers:
            user = observer.user
            if self.in_flux or user not in mailbox.unasked or not mailbox.may(user, "r"):
                continue
            for uid, items in self._ask(observer, mailbox, False)[1]:
                seen = mailbox.messages[uid].seen
                (seen.add if op.SEEN.encode() in items["FLAGS"] else seen.discard)(user)
            mailbox.unasked.discard(user)

    @staticmethod
    def _learn_bodies(observer, mailbox):
        """Of messages whose UIDs nobody was told, for who made them might not read them."""
        unknown = [uid for uid in observer.view.uids if uid not in mailbox.bodies]
        if unknown:
            fetch = op.Operation(f"UID FETCH {uid_set(unknown)} BODY.PEEK[]")
            observer.send([fetch])
            for uid, items in observer.answer(fetch).fetched:
                mailbox.bodies[uid] = items["BODY[]"]

    @staticmethod
    def _uidnext(answer):
        line = next(line for line in answer.untagged if b"[UIDNEXT " in line)
        return int(line.split(b"UIDNEXT ")[1].split(b"]")[0])

    def _from_observers(self, mailbox, seen_by, uidnext):
        true = Mailbox(mailbox.name, mailbox.rights)
        true.uidnext = uidnext
        if uidnext < mailbox.uidnext:
            raise Violation(f"UIDNEXT went from {mailbox.uidnext} to {uidnext}")
        for user, fetched in seen_by.items():
            for uid, items in fetched:
                flags = frozenset(flag.decode() for flag in items["FLAGS"]) - {"\\Recent"}
                message = true.messages.setdefault(
                    uid, Message(mailbox.bodies[uid], flags - {op.SEEN})
                )
                if message.flags != flags - {op.SEEN}:
                    raise Violation(f"UID {uid} has {message.flags} for one, {flags} for {user}")
                if op.SEEN in flags:
                    message.seen.add(user)
        if len({len(fetched) for fetched in seen_by.values()}) > 1:
            raise Violation(f"not everybody sees the same messages in {mailbox.name}")
        for uid in true.messages.keys() & mailbox.messages.keys():  # whoever can't be asked
            true.messages[uid].seen |= mailbox.messages[uid].seen - seen_by.keys()
        return true
