"""Clients that take nothing, send half of something, or send slowly: nobody else
may notice, and a worker's memory stays bounded."""

import threading
import time

from load import SHARED, Load
from stage import User, wait_until

MEGABYTE = 1 << 20
STALLED_APPENDS = 200
# What one stalled append may cost: a message that is just too large for one statement
# (MESSAGE_SMALL_MAX), the scanner, a fiber, the socket.
STALLED_APPEND_COST = MEGABYTE + (400 << 10)


def memory_of(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) << 10


def take_literal(client, size):
    """The first literal that comes; fifty megabytes in no time."""
    stream = client.connection.socket.makefile("rb")
    stream.readline()
    return stream.read(size)


class Slowly(threading.Thread):
    """Sends commands one octet every 10 ms."""

    def __init__(self, load, client):
        super().__init__(daemon=True)
        self.load, self.client, self.answers = load, client, 0
        self.start()

    def run(self):
        while not self.load.ended.is_set():
            for octet in b"slow NOOP\r\n":
                self.client.connection.send(bytes([octet]))
                time.sleep(0.01)
            while not self.client.connection.receive().startswith(b"slow OK"):
                pass
            self.answers += 1


def quiet_server(stage):
    """One worker, whose memory the address sanitizer does not keep for long."""
    environment = stage.world.environment
    before = environment["ASAN_OPTIONS"]
    environment["ASAN_OPTIONS"] = before + ":quarantine_size_mb=4"
    try:
        return stage.server({"workers": 1})
    finally:
        environment["ASAN_OPTIONS"] = before


def start_load(server):
    load = Load(server, [("bob", None)])
    load.add_bystander("alice", 0)
    load.add_bystander("bob", 0)
    time.sleep(0.5)
    return load


def check_load(check, load):
    load.end()
    for bystander in load.bystanders:
        check("a bystander saw no error", not bystander.problem, bystander.problem)
        check(f"a bystander never waited 1 s: {bystander.slowest * 1000:.0f} ms at most",
              bystander.slowest < 1)  # fmt: skip
    check("a writer was never refused", not load.writers[0].refused, load.writers[0].refused)
    wrong = load.verify()
    check("all acknowledged letters are there, once", not wrong, "\n".join(wrong[:20]))


def fault_client_that_takes_nothing(stage, check):
    server = quiet_server(stage)
    alice = User(server, "alice", mailbox="INBOX")
    large = b"Subject: large\r\n\r\n" + b"0123456789abcde\r\n" * (50 * MEGABYTE // 17)
    alice.append("INBOX", large)
    load = start_load(server)
    pid = server.worker_pid(0)
    before = memory_of(pid)
    readers = [User(server, "alice", mailbox="INBOX") for _ in range(10)]
    for reader in readers:
        reader.connection.send(b"f FETCH 1 BODY.PEEK[]\r\n")
    most = 0
    for _ in range(20):
        time.sleep(0.1)
        most = max(most, memory_of(pid) - before)
    check(f"ten that take nothing of 50 MB cost less than 20 MB: {most / MEGABYTE:.1f} MB",
          most < 20 * MEGABYTE)  # fmt: skip
    check("one that takes it later gets it all", take_literal(readers[0], len(large)) == large)
    for reader in readers:
        reader.close()
    alice.close()
    check_load(check, load)


def fault_clients_with_half_a_literal(stage, check):
    server = quiet_server(stage)
    load = start_load(server)
    pid = server.worker_pid(0)
    before = memory_of(pid)
    half = b"Subject: half\r\n\r\n" + b"x" * (MEGABYTE + 50000)
    clients = [User(server, "alice") for _ in range(STALLED_APPENDS)]
    for client in clients:
        client.connection.send(b"h APPEND INBOX {3000000+}\r\n" + half)
    stored = wait_until(
        lambda: stage.sql(server, "SELECT count(*) FROM message_chunks WHERE n = 3 AND"
                          " message_id IN (SELECT message_id FROM uploads)")
        == str(STALLED_APPENDS)
    )  # fmt: skip
    check("what they sent is stored so far", stored)
    each = (memory_of(pid) - before) // STALLED_APPENDS
    check(f"each of {STALLED_APPENDS} costs less than {STALLED_APPEND_COST >> 10} KB: {each >> 10} KB",
          each < STALLED_APPEND_COST)  # fmt: skip
    for client in clients:
        client.close()
    left = "SELECT count(*) FROM uploads"
    check("what they sent is given up", wait_until(lambda: stage.sql(server, left) == "0"),
          stage.sql(server, left))  # fmt: skip
    check_load(check, load)


def fault_clients_that_send_slowly(stage, check):
    server = quiet_server(stage)
    load = start_load(server)
    slow = [Slowly(load, User(server, "alice", mailbox=SHARED)) for _ in range(20)]
    time.sleep(2)
    check_load(check, load)
    for thread in slow:
        thread.join(5)
    answers = min(thread.answers for thread in slow)
    check("the slow ones are answered", answers >= 5, answers)
