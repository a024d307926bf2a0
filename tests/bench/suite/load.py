"""The load generator: its scenarios, and what comes of running one."""

import json
import statistics
import subprocess
import sys
from typing import NamedTuple

from . import servers

IDLE_MEMORY = "idle-memory"
GRACE_SECONDS = 30


class Extent(NamedTuple):
    seconds: int  # of one measurement
    rounds: int
    messages: int  # of the large mailbox
    limit: int  # seconds after which the load generator is ended


EXTENTS = {
    "quick": Extent(1, 1, 2000, 240),
    "usual": Extent(2, 3, 10000, 400),
    "full": Extent(10, 3, 10000, 1800),
}


class Outcome(NamedTuple):
    """Figures, or the reason why there are none."""

    figures: dict = {}
    failed: str = ""
    skipped: str = ""
    is_final: bool = False  # it is of no use to try again


def list_scenarios(build):
    done = subprocess.run([build / "bench_load", "--list"], check=True, stdout=subprocess.PIPE)
    return [json.loads(line) for line in done.stdout.splitlines()]


class Loader:
    """The load generator with one scenario."""

    def __init__(self, arguments, extent, cluster, scenario):
        self.program = arguments.build / "bench_load"
        self.scenario = scenario["name"]
        self.members = arguments.sessions if self.scenario == IDLE_MEMORY else arguments.members
        self.extent = extent
        self.cluster = cluster

    def _command(self, server, processes, stage):
        options = {
            "scenario": self.scenario,
            "port": server.port,
            "lmtp-port": server.lmtp_port,
            "shared-address": server.shared_address,
            "password": servers.PASSWORD,
            "conninfo": self.cluster.conninfo,
            "memory-process": server.process,
            "seconds": self.extent.seconds,
            "scale": self.extent.messages,
            "members": self.members,
        }
        command = [self.program, *stage]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        for process in processes:
            command += ["--process", str(process)]
        return command

    def _run(self, name, server, processes, *stage):
        command = self._command(server, processes, stage)
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=self.extent.limit
            )
        except subprocess.TimeoutExpired:
            done = subprocess.CompletedProcess(command, 1, "", f"no end in {self.extent.limit} s")
        if done.returncode:
            reason = done.stderr.strip().removeprefix("bench_load: ")
            print(f"bench: {self.scenario}: {name}: {reason}", file=sys.stderr)
            server.stop()
            return Outcome(failed=reason or f"exit code {done.returncode}", is_final=True)
        figures = json.loads(done.stdout) if done.stdout else {}
        skipped = figures.get("skipped", "")
        return Outcome(figures=figures, skipped=skipped, is_final=bool(skipped))

    def prepare(self, server):
        return self._run(server.name, server, [], "--prepare")

    def measure(self, server):
        return self._run(server.name, server, server.processes)

    def measure_baseline(self, server):
        return self._run("SQL", server, [self.cluster.process], "--baseline")


def median_run(runs):
    """Each figure's median."""

    def median(values):
        if isinstance(values[0], dict):
            return {key: median([value[key] for value in values]) for key in values[0]}
        return values[0] if isinstance(values[0], str) else statistics.median(values)

    return median(runs)


def summary(scenario, name, outcomes):
    """One run of who is called so, for all rounds."""
    run = {"scenario": scenario["name"], "by": name, "rounds": len(outcomes)}
    good = [o.figures for o in outcomes if not o.failed and not o.skipped]
    if good:
        run.update(median_run(good))
    failures = [o.failed for o in outcomes if o.failed]
    if failures:
        run["failed"] = failures[0]
        run["failures"] = len(failures)
    if outcomes[-1].skipped:
        run["skipped"] = outcomes[-1].skipped
    return run
