"""The moments around COMMIT: its answer is lost, what came before it is lost."""

import contextlib
import os
import signal
import threading
import time

from load import Load
from stage import Closed, Silent, User, wait_until
from test_database import check_load


def set_postgres(stage, server, setting, value):
    change = f"SET {setting} = '{value}'" if value else f"RESET {setting}"
    stage.sql(server, f"ALTER SYSTEM {change}")
    stage.sql(server, "SELECT pg_reload_conf()")


WAITING_COMMITS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'SyncRep'"
)


def fault_answer_to_commit_lost(stage, check):
    """Transactions that are committed and wait for a standby that is not there are
    ended: what they did is there, and nobody was told. They must be found."""
    server = stage.server()
    load = Load(server, [("alice", 0), ("bob", 1), ("alice", 1), ("bob", 0)])
    load.add_idler("bob", 0)
    time.sleep(0.5)
    ended = 0
    set_postgres(stage, server, "synchronous_standby_names", "nobody")
    try:
        for _ in range(6):
            count = f"SELECT count(*) {WAITING_COMMITS}"
            wait_until(lambda sql=count: int(stage.sql(server, sql)) >= 1, 3)
            ended += stage.sql(server, f"SELECT pg_terminate_backend(pid) {WAITING_COMMITS}").count("t")
    finally:
        set_postgres(stage, server, "synchronous_standby_names", None)
    check("there were such commits", ended >= 3, ended)
    time.sleep(0.5)
    refusals = [text for w in load.writers for text in w.refused]
    check(f"each of {ended} is answered OK", not refusals, refusals)
    check_load(check, load, bounded=False)


class Appending(threading.Thread):
    """An APPEND whose answer comes later."""

    def __init__(self, client, message):
        super().__init__(daemon=True)
        self.client, self.message, self.reply = client, message, None
        self.start()

    def run(self):
        try:
            _, self.reply = self.client.append("INBOX", self.message, wanted=None)
        except (Closed, Silent) as problem:
            self.reply = type(problem).__name__


def crash_without_wal_writer(stage, server, before_crash=lambda: None):
    """What was committed asynchronously just now is lost for certain."""
    writer = int(stage.sql(server, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'"))
    os.kill(writer, signal.SIGSTOP)
    before_crash()
    stopping = threading.Thread(target=stage.stop_postgres, args=("immediate",))
    stopping.start()
    time.sleep(0.2)
    os.kill(writer, signal.SIGCONT)  # it has SIGQUIT waiting
    stopping.join()


LETTER = b"Subject: secret\r\n\r\nof alice\r\n"
# Too large to be stored in the transaction of its entry (INTAKE_HOLD_MAX is 64 KB).
LARGE_LETTER = b"Subject: secret\r\n\r\n" + b"of alice, line by line\r\n" * 4000
NEWEST = "SELECT max(id) FROM messages"


def user_with_a_letter(stage, server):
    alice = User(server, "alice")
    alice.append("INBOX", b"Subject: first\r\n\r\nfirst\r\n")
    stage.sql(server, "CHECKPOINT")  # PostgreSQL has logged no ids in advance
    return alice


@contextlib.contextmanager
def locked_mailboxes(stage, server):
    """Whoever changes a mailbox waits, until PostgreSQL crashes or this ends."""
    session = stage.sql_session(server)
    session.stdin.write("BEGIN; SELECT count(*) FROM (SELECT FROM mailbox_state FOR UPDATE) s;\n")
    session.stdin.flush()
    session.stdout.readline()
    try:
        yield
    finally:
        session.kill()
        session.wait()


def is_waiting_for_a_lock(stage, server):
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return wait_until(lambda: stage.sql(server, waiting) == "1")


def fault_content_lost(stage, check):
    """A crash between a large message's content and its commit; afterwards its id goes
    to somebody else's message."""
    server = stage.server({"database.wait_ms": 15000})
    alice = user_with_a_letter(stage, server)
    before = stage.sql(server, NEWEST)
    lost = []

    def append_behind_a_lock():
        lost.append(Appending(alice, LARGE_LETTER))
        check("its content is stored first",
              wait_until(lambda: stage.sql(server, NEWEST) != before))  # fmt: skip
        lost.append(stage.sql(server, NEWEST))
        check("its batch waits", is_waiting_for_a_lock(stage, server))

    with locked_mailboxes(stage, server):
        crash_without_wal_writer(stage, server, append_behind_a_lock)
    appending, message_id = lost
    with stage.hidden_postgres() as sql:
        there = sql(server, f"SELECT count(*) FROM messages WHERE id = {message_id}")
        check("the crash has lost the content", there == "0")
        next_id = sql(server, "SELECT nextval('messages_id_seq')")
        check("its id is given again", int(next_id) <= int(message_id), (next_id, message_id))
        sql(server, "INSERT INTO messages (id, sha256, size, header, envelope, bodystructure, parts)"
            f" SELECT {message_id}, sha256('bob'), 3, '', '()', '()', parts FROM messages LIMIT 1")  # fmt: skip
        sql(server, f"INSERT INTO message_chunks VALUES ({message_id}, 0, 'bob')")
    stage.start_postgres()
    appending.join(20)
    reply = appending.reply
    check("the client is told NO [UNAVAILABLE]", reply and reply.startswith("NO [UNAVAILABLE]"), reply)
    alice.command("SELECT INBOX")
    check("nobody else's message came into the mailbox", alice.count() == 1, alice.count())
    stage.sql(server, f"SELECT setval('messages_id_seq', {message_id})")
    alice.append("INBOX", LARGE_LETTER)
    check("it works when tried again", alice.count() == 2)
    alice.close()


def fault_letter_in_its_transaction(stage, check):
    """The same with a letter whose content comes with its entry: nothing can be lost
    between the two, so the append is done over again."""
    server = stage.server({"database.wait_ms": 15000})
    alice = user_with_a_letter(stage, server)
    before = stage.sql(server, NEWEST)
    appending = []

    def append_behind_a_lock():
        appending.append(Appending(alice, LETTER))
        check("its batch waits", is_waiting_for_a_lock(stage, server))
        check("its content is not stored yet", stage.sql(server, NEWEST) == before)

    with locked_mailboxes(stage, server):
        crash_without_wal_writer(stage, server, append_behind_a_lock)
    stage.start_postgres()
    appending[0].join(20)
    reply = appending[0].reply
    check("the client is told OK", reply and reply.startswith("OK"), reply)
    alice.command("SELECT INBOX")
    check("the letter is there once", alice.count() == 2, alice.count())
    untagged, _ = alice.command("FETCH * BODY.PEEK[]")
    check("it is the letter", LETTER in untagged[0], untagged)
    alice.close()


def fault_upload_lost(stage, check):
    """A crash in the middle of a message that is too large for one statement
    (MESSAGE_SMALL_MAX is 1 MB); the message goes on afterwards."""
    server = stage.server({"database.wait_ms": 15000})
    alice = User(server, "alice", mailbox="INBOX")
    message = b"Subject: large\r\n\r\n" + b"0123456789abcde\r\n" * 180000
    half = len(message) // 2
    chunks = "SELECT count(*) FROM message_chunks"

    def send_half():
        alice.connection.send(b"large APPEND INBOX {%d+}\r\n" % len(message) + message[:half])
        stored = wait_until(lambda: int(stage.sql(server, chunks)) >= 1)
        check("its first half is being stored", stored)

    crash_without_wal_writer(stage, server, send_half)
    stage.start_postgres()
    check("the crash has lost a chunk", stage.sql(server, chunks) == "0", stage.sql(server, chunks))
    alice.connection.send(message[half:] + b"\r\n")
    reply = alice.connection.receive(25)
    check("the client is told NO [UNAVAILABLE]", reply.startswith(b"large NO [UNAVAILABLE]"), reply)
    alice.append("INBOX", message)
    untagged, _ = alice.command("FETCH * BODY.PEEK[]")
    check("it works when tried again", message in untagged[0], len(untagged[0]))
    check("nothing is left of the first", stage.sql(server, "SELECT count(*) FROM uploads") == "0")
    alice.close()
