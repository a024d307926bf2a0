"""kill -9 of PostgreSQL, its restart, and a server that starts before it."""

import subprocess
import time

from load import SHARED, Load
from postroom_testing.connection import connect
from stage import WAIT_MS, Closed, Silent, User, wait_until

SLACK = 2  # seconds over the bound that a loaded machine may take


def check_load(check, load, bounded=True):
    """What must hold whatever PostgreSQL did; bounded: when it was away, not slow."""
    load.end()
    check("no connection was lost", not any(w.reconnects for w in load.writers),
          [w.reconnects for w in load.writers])  # fmt: skip
    refusals = [text for w in load.writers for text in w.refused]
    check("refusals say UNAVAILABLE", all("[UNAVAILABLE]" in text for text in refusals), refusals)
    slowest, step = max((w.slowest, w.slowest_step) for w in load.writers)
    check("no command took longer than the bound",
          not bounded or slowest < WAIT_MS / 1000 + SLACK, f"{slowest:.1f} s: {step}")  # fmt: skip
    count = load.end_idlers()
    for idler in load.idlers:
        check("an idler saw all", idler.count == count and not idler.problem,
              f"{idler.count} of {count}, {idler.problem}")  # fmt: skip
    wrong = load.verify()
    check(f"all of {load.acknowledged()} acknowledged letters are there, once", not wrong,
          "\n".join(wrong[:20]))  # fmt: skip


LOST_CONTENT = "the database could not do it now"


def refusals_but_of_lost_content(server):
    """A crash loses content that waits for its commit; all else is done over again."""
    refused = [line for line in server.log_text().splitlines() if "event=refused" in line]
    return [line for line in refused if LOST_CONTENT not in line]


def start_load(server):
    load = Load(server, [("alice", 0), ("bob", 1), ("alice", 1), ("bob", 0)])
    load.add_idler("alice", 0)
    load.add_idler("bob", 1)
    return load


def works_again(load, seconds=8):
    """Whether letters are acknowledged again by all writers."""
    at = [sum(letter.acknowledged for letter in w.letters) for w in load.writers]
    return wait_until(
        lambda: all(
            sum(letter.acknowledged for letter in w.letters) > before
            for w, before in zip(load.writers, at)
        ),
        seconds,
    )


def fault_postgres_killed(stage, check):
    server = stage.server()
    load = start_load(server)
    for _ in range(2):
        time.sleep(1)
        stage.stop_postgres("immediate")
        stage.start_postgres()
        check("work goes on", works_again(load), server.log_tail())
    refusals = refusals_but_of_lost_content(server)
    check("a quick restart refuses nothing", not refusals, refusals)
    check_load(check, load)


def fault_postgres_away(stage, check):
    """Longer away than commands wait."""
    server = stage.server()
    load = start_load(server)
    time.sleep(0.5)
    stage.stop_postgres("immediate")
    bob, greeting = connect(server.imap_port)
    check("there is a greeting", greeting.startswith(b"* OK"), greeting)
    began = time.monotonic()
    _, reply = bob.command("LOGIN bob bob-secret", wanted=None)
    took = time.monotonic() - began
    check("LOGIN is answered NO [UNAVAILABLE]", reply.startswith("NO [UNAVAILABLE]"), reply)
    check("within the bound", took < WAIT_MS / 1000 + SLACK, f"{took:.1f} s")
    time.sleep(WAIT_MS / 1000 + 1)
    check("commands are refused meanwhile", all(w.refused for w in load.writers))
    stage.start_postgres()
    began = time.monotonic()
    check("work goes on", works_again(load), server.log_tail())
    check("soon", time.monotonic() - began < 4, f"{time.monotonic() - began:.1f} s")
    bob.command("LOGIN bob bob-secret")
    bob.close()
    check_load(check, load)


def fault_backends_killed(stage, check):
    """kill -9 of single backends (PostgreSQL then ends all others itself), and
    pg_terminate_backend, which spares the others."""
    server = stage.server()
    load = start_load(server)
    for kind in ("postroom transactions", "postroom content", "postroom fast lane"):
        time.sleep(0.3)
        pids = stage.backends(server, kind)
        stage.kill_backend(pids[0])
        check(f"work goes on without a {kind} backend", works_again(load), server.log_tail())
    for _ in range(5):
        time.sleep(0.1)
        stage.terminate(server, "postroom %")
    check("work goes on", works_again(load), server.log_tail())
    refusals = refusals_but_of_lost_content(server)
    check("nothing is refused", not refusals, refusals)
    check_load(check, load)


def fault_notifications_lost(stage, check):
    server = stage.server()
    load = start_load(server)
    for _ in range(8):
        stage.terminate(server, "postroom listen")
        stage.terminate(server, "postroom notify")
        time.sleep(0.15)
    check_load(check, load)


def fault_postgres_down_at_start(stage, check):
    server = stage.server()
    server.stop()
    stage.stop_postgres("fast")
    server.process = None
    server.log.write_text("")
    server.start_without_waiting()
    away = wait_until(lambda: "event=database-away" in server.log_text(), WAIT_MS / 1000 + SLACK)
    check("it says so in the log", away, server.log_tail())
    began = time.monotonic()
    try:
        connection, greeting = connect(server.imap_port)
        connection.close()
    except (Closed, Silent, OSError) as problem:
        greeting = str(problem).encode()
    check("clients get BYE [UNAVAILABLE]", greeting.startswith(b"* BYE [UNAVAILABLE]"), greeting)
    check("at once", time.monotonic() - began < 1, f"{time.monotonic() - began:.1f} s")
    stage.start_postgres()
    server.wait_for_log("event=worker-ready", 2, 10)
    User(server, "alice", mailbox=SHARED).close()
    check("it works once PostgreSQL does", True)


NEWEST_VERSION = "version = (SELECT max(version) FROM schema_version)"


def fault_wrong_schema(stage, check):
    server = stage.server()
    server.stop()
    empty = f"{server.database}_empty"
    stage.world.create_database(empty)
    for title, database, spoil in (
        ("no schema", empty, None),
        ("an older schema", server.database, f"DELETE FROM schema_version WHERE {NEWEST_VERSION}"),
        ("a newer schema", server.database, "INSERT INTO schema_version VALUES (999, 'newer')"),
    ):
        if spoil:
            stage.sql(server, spoil, database)
        server.configure({"database.conninfo": stage.world.conninfo(database)})
        server.log.write_text("")
        server.start_without_waiting()
        try:
            code = server.process.wait(10)
        except subprocess.TimeoutExpired:
            code = None
            server.stop()
        server.process = None
        advice = "postroomctl schema migrate" if "newer" not in title else "install the newer"
        check(f"{title}: it ends", code == 78, f"exit code {code}\n{server.log_tail()}")
        check(f"{title}: it says what to do", advice in server.log_text(), server.log_tail())
    server.configure({"database.conninfo": stage.world.conninfo(server.database)})
    stage.world.drop_database(empty)
