"""The processes of a server: those below the one that was started, and those
that left their parent but not its session.
"""

import os
import signal
import time
from pathlib import Path


def _read(pid):
    """Its parent, its session and when it began; None when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else (int(fields[1]), int(fields[3]), fields[19])


def _running():
    known = {int(name): _read(name) for name in os.listdir("/proc") if name.isdigit()}
    return {pid: facts for pid, facts in known.items() if facts}


def _below(running, root):
    found = {root}
    while more := {pid for pid, facts in running.items() if facts[0] in found} - found:
        found |= more
    return found


def _strays(running, root):
    in_session = {pid for pid, facts in running.items() if facts[1] == root}
    return in_session - _below(running, root)


def strays(root):
    """Those of its session that are not below it."""
    return sorted(_strays(_running(), root))


def others(root):
    """All but the one that was started, each with when it began."""
    running = _running()
    found = _below(running, root) | _strays(running, root)
    return {pid: running[pid][2] for pid in found - {root}}


def _is_running(pid, began):
    known = _read(pid)
    return known is not None and known[2] == began


def end(begun, seconds):
    """Waits for processes that are about to end; kills those that don't."""
    deadline = time.monotonic() + seconds
    while left := [pid for pid, began in begun.items() if _is_running(pid, began)]:
        if time.monotonic() > deadline:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.02)
