"""kill -9 of a worker and of the master."""

import os
import re
import signal
import time

from load import Load
from stage import User, wait_until


def fault_worker_killed(stage, check):
    server = stage.server()
    load = Load(server, [("alice", 0), ("bob", 0), ("alice", 1), ("bob", 1), ("alice", 0)])
    load.add_bystander("alice", 1)
    load.add_bystander("bob", 1)
    load.add_idler("bob", 1)
    time.sleep(1.5)
    before = load.acknowledged()
    first = server.worker_pid(0)
    for _ in range(2):
        killed = server.worker_pid(0)
        server.kill_worker(0)
        again = wait_until(lambda pid=killed: server.worker_pid(0) != pid, 10)
        check("the master starts it again", again, server.log_tail())
        time.sleep(1.5)
    load.end()
    writers = load.writers
    check("there was load", before > 10, f"{before} letters")
    check("the killed worker's clients came back", all(w.reconnects for w in writers if w.worker is None)
          and sum(w.reconnects for w in writers) >= 3, [w.reconnects for w in writers])  # fmt: skip
    check("nobody was refused", not any(w.refused for w in writers), [w.refused for w in writers])
    check("writers of the other worker kept their connection",
          all(w.reconnects == 0 for w in writers if w.worker == 1))  # fmt: skip
    for bystander in load.bystanders:
        check("a bystander saw no error", not bystander.problem, bystander.problem)
        check(f"a bystander never waited 2 s: {bystander.slowest * 1000:.0f} ms at most",
              bystander.slowest < 2)  # fmt: skip
    count = load.end_idlers()
    for idler in load.idlers:
        check("an idler saw all", idler.count == count and not idler.problem,
              f"{idler.count} of {count}, {idler.problem}")  # fmt: skip
    wrong = load.verify()
    check(f"all of {load.acknowledged()} acknowledged letters are there, once", not wrong,
          "\n".join(wrong[:20]))  # fmt: skip
    check("the log names the killed worker", f"worker=0 pid={first} signal=9" in server.log_text())


def fault_master_killed(stage, check):
    server = stage.server()
    load = Load(server, [("alice", 0), ("bob", 1)])
    time.sleep(1)
    pids = [server.worker_pid(0), server.worker_pid(1)]
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    gone = wait_until(lambda: not any(is_running(pid) for pid in pids), 15)
    check("the workers end", gone, [pid for pid in pids if is_running(pid)])
    server.start()
    check("it starts again at once", True)
    time.sleep(1)
    load.end()
    check("clients came back", all(w.reconnects for w in load.writers))
    wrong = load.verify()
    check(f"all of {load.acknowledged()} acknowledged letters are there, once", not wrong,
          "\n".join(wrong[:20]))  # fmt: skip


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return re.search(r"\) (\S)", stat.read())[1] != "Z"
    except OSError:
        return False


def fault_worker_killed_again_and_again(stage, check):
    """It is started later each time, then serves."""
    server = stage.server()
    for _ in range(4):
        pid = server.worker_pid(0)
        server.kill_worker(0)
        wait_until(lambda old=pid: server.worker_pid(0) != old, 10)
    began = time.monotonic()
    user = User(server, "alice", worker=0)
    user.close()
    check("it serves again", time.monotonic() - began < 10)
