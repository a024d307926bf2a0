"""Measures one operation: what it takes of processors, pages and time.

Processor time is that of the workers and of the PostgreSQL processes that serve
them, in nanoseconds from /proc; background writers do not count. Pages are those
that the statements touched, found in memory or not (pg_stat_statements): a measure
without noise.
"""

import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

REPEATS = (3, 300)
GROUPS = 6
TOO_LONG = 3  # seconds: once is enough
PAGES = """
SELECT coalesce(sum(shared_blks_hit + shared_blks_read), 0), coalesce(sum(calls), 0)
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = '{database}')
"""


@dataclass
class Cost:
    ms: float  # median, as the client sees it
    worker_us: float
    postgres_us: float
    pages: float
    statements: float

    @property
    def processor_us(self):
        return self.worker_us + self.postgres_us


def _processor_ns(pid):
    total = 0
    try:
        for task in os.scandir(f"/proc/{pid}/task"):
            total += int(Path(task.path, "schedstat").read_text().split()[0])
    except OSError:  # it has ended
        pass
    return total


def _children(pid):
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _difference(before, after):
    """Processes that have ended are left out; they were not the server's."""
    return sum(ns - before.get(pid, 0) for pid, ns in after.items())


class Meter:
    def __init__(self, stage, enough):
        self.stage = stage
        self.enough = enough  # seconds of an operation, over and over

    def _workers(self):
        return _children(self.stage.server.process.pid)

    def _backends(self):
        found = []
        for pid in _children(self.stage.postmaster):
            try:
                title = Path(f"/proc/{pid}/cmdline").read_text()
            except OSError:
                continue
            if f"postroom {self.stage.server.database} " in title:
                found.append(pid)
        return found

    def processor(self):
        """Nanoseconds of each process, of workers and of PostgreSQL."""
        return [
            {pid: _processor_ns(pid) for pid in pids} for pids in (self._workers(), self._backends())
        ]

    def _pages(self):
        """Pages and statements since the cluster was made."""
        return map(float, self.stage.statistic(PAGES).split("|"))

    def processor_since(self, before):
        return tuple(map(_difference, before, self.processor()))

    def measure(self, operation, warm=True, repeats=None):
        """`operation` is called with the number of the turn. Processor time is
        that of the quickest group of turns: others were disturbed."""
        if warm:
            operation(0)
        times, groups = [], []
        pages_before, statements_before = self._pages()
        for turns in self._groups(repeats):
            before = self.processor()
            for _ in range(turns):
                at = time.perf_counter()
                operation(len(times) + 1)
                times.append(time.perf_counter() - at)
            time.sleep(0.005)  # notifications
            worker, postgres = self.processor_since(before)
            groups.append((worker / turns / 1000, postgres / turns / 1000))
        pages_after, statements_after = self._pages()
        return Cost(
            statistics.median(times) * 1000,
            *min(groups, key=sum),
            (pages_after - pages_before) / len(times),
            (statements_after - statements_before) / len(times),
        )

    def _groups(self, repeats):
        """How many turns each group has."""
        most = repeats or REPEATS[1]
        least = repeats or REPEATS[0]
        began = time.monotonic()
        yield 1
        first = max(time.monotonic() - began, 1e-5)
        if first > TOO_LONG:
            return
        turns = min(most, max(least, int(self.enough / first))) - 1
        for group in range(GROUPS):
            size = turns * (group + 1) // GROUPS - turns * group // GROUPS
            if size:
                yield size

    # Memory -----------------------------------------------------------------------------

    def memory(self):
        """Octets of master and workers, what they share counted once."""
        pids = [self.stage.server.process.pid, *self._workers()]
        return sum(_memory_line(pid, "smaps_rollup", "Pss:") for pid in pids)

    def restart_peak(self):
        """From here on, peak_over() is what came on top of now."""
        for pid in self._workers():
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # proc(5)
        return self.peak()

    def peak(self):
        return sum(_memory_line(pid, "status", "VmHWM:") for pid in self._workers())


def _memory_line(pid, name, key):
    for line in Path(f"/proc/{pid}/{name}").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) * 1024
    return 0
