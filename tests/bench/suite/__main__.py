"""Runs the scenarios, one server after the other, round by round."""

import argparse
import fnmatch
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from . import promises, servers, table

# seconds of a measurement, rounds, messages of the large mailbox
EXTENTS = {"quick": (1, 1, 2000), "usual": (2, 3, 10000), "full": (10, 3, 10000)}
IDLE_MEMORY = "idle-memory"


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", dest="extent", action="store_const", const="quick")
    extent.add_argument("--full", dest="extent", action="store_const", const="full")
    parser.add_argument("--scenario", action="append")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--no-baseline", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.set_defaults(extent="usual")
    return parser.parse_args()


def list_scenarios(build):
    lines = subprocess.run([build / "bench_load", "--list"], check=True, stdout=subprocess.PIPE)
    return [json.loads(line) for line in lines.stdout.splitlines()]


def choose(scenarios, patterns, extent):
    if not patterns:
        return [s for s in scenarios if extent == "full" or not s["full"]]
    chosen = [s for s in scenarios if any(fnmatch.fnmatch(s["name"], p) for p in patterns)]
    if not chosen:
        raise SystemExit(f"bench: no scenario is called {', '.join(patterns)}; see --list")
    return chosen


class Bench:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.seconds, self.rounds, self.scale = EXTENTS[arguments.extent]
        self.cluster = servers.Cluster(folder)
        self.folder = folder
        self.servers = {}

    def __enter__(self):
        self.cluster.remove()
        self.cluster.start()
        for name, server in servers.SERVERS.items():
            self.servers[name] = server(self.arguments.build, self.folder, self.cluster)
            self.servers[name].prepare()
        return self

    def __exit__(self, *failure):
        for server in self.servers.values():
            server.stop()
        self.cluster.stop()
        self.cluster.remove()

    # One scenario --------------------------------------------------------------

    def load(self, scenario, server, processes, *stage):
        """Runs the load generator; its figures, None when it has only prepared."""
        sessions = scenario["name"] == IDLE_MEMORY
        members = self.arguments.sessions if sessions else self.arguments.members
        options = {
            "scenario": scenario["name"],
            "port": server.port,
            "password": servers.PASSWORD,
            "conninfo": self.cluster.conninfo,
            "memory-process": server.process,
            "seconds": self.seconds,
            "scale": self.scale,
            "members": members,
        }
        command = [self.arguments.build / "bench_load", *stage]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        for process in processes:
            command += ["--process", str(process)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise SystemExit(f"bench: {scenario['name']} failed; see {server.log}")
        return json.loads(done.stdout) if done.stdout else None

    def provide(self, server, scenario):
        workers = scenario["workers"] or self.arguments.workers
        if server.daemon and server.workers != workers:
            server.stop()
        if not server.daemon:
            server.start(workers)

    def run_server(self, name, scenario):
        server = self.servers[name]
        self.cluster.settle()
        run = self.load(scenario, server, server.processes)
        return {**run, "by": name, "workers": server.workers}

    def run_baseline(self, scenario):
        server = self.servers["postroom"]
        self.cluster.settle()
        run = self.load(scenario, server, [self.cluster.process], "--baseline")
        return {**run, "by": "SQL"}

    def prepare(self, scenario):
        for server in self.servers.values():
            self.provide(server, scenario)
            if scenario["prepare"]:
                self.load(scenario, server, [], "--prepare")
                server.stop()
                self.provide(server, scenario)

    def run(self, scenario):
        """The runs of all servers and the baseline: medians of the rounds."""
        self.prepare(scenario)
        rounds = []
        for _ in range(1 if scenario["prepare"] else self.rounds):
            rounds.append([self.run_server(name, scenario) for name in self.servers])
            if scenario["baseline"] and not self.arguments.no_baseline:
                rounds[-1].append(self.run_baseline(scenario))
        runs = [median_run(same) for same in zip(*rounds)]
        if runs[-1]["by"] == "SQL":
            for run in (run for run in runs[:-1] if "skipped" not in run):
                run["ratio"] = run["per_second"] / runs[-1]["per_second"]
                run["processor_ratio"] = run["processor_ms"] / (runs[-1]["processor_ms"] or 1)
        return runs


def median_run(runs):
    """Each figure's median."""

    def median(values):
        if isinstance(values[0], dict):
            return {key: median([value[key] for value in values]) for key in values[0]}
        return values[0] if isinstance(values[0], str) else statistics.median(values)

    return runs[0] if "skipped" in runs[0] else median(list(runs))


def write_json(path, arguments, bench, runs):
    report = {
        "cores": len(os.sched_getaffinity(0)),
        "postgresql": bench.cluster.version(),
        "extent": arguments.extent,
        "seconds": bench.seconds,
        "rounds": bench.rounds,
        "messages": bench.scale,
        "runs": runs,
    }
    path.write_text(json.dumps(report, indent=1) + "\n")


def main():
    arguments = parse_arguments()
    scenarios = list_scenarios(arguments.build)
    if arguments.list:
        for scenario in scenarios:
            full = " (--full)" if scenario["full"] else ""
            print(f"{scenario['name']:<22} {scenario['help']}{full}")
        return 0
    scenarios = choose(scenarios, arguments.scenario, arguments.extent)
    servers.raise_file_limit()
    folder = arguments.build / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o711)
    runs = []
    with Bench(arguments, folder) as bench:
        table.print_heading()
        for scenario in scenarios:
            for run in bench.run(scenario):
                runs.append(run)
                table.print_run(run)
        if arguments.json:
            write_json(arguments.json, arguments, bench, runs)
    return 0 if promises.check(runs) else 1


if __name__ == "__main__":
    sys.exit(main())
