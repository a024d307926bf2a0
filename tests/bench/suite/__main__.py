"""Runs the scenarios, one server after the other, round by round."""

import argparse
import fnmatch
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from . import load, peers, promises, servers, table


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", dest="extent", action="store_const", const="quick")
    extent.add_argument("--full", dest="extent", action="store_const", const="full")
    parser.add_argument("--peer", action="append", default=[], choices=peers.PEERS)
    parser.add_argument("--scenario", action="append")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--no-baseline", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.set_defaults(extent="usual")
    return parser.parse_args()


def choose(scenarios, patterns, extent):
    """Those that are asked for by name; else all that do not take too long."""
    if not patterns:
        return [s for s in scenarios if extent == "full" or not s.get("full")]
    chosen = [s for s in scenarios if any(fnmatch.fnmatch(s["name"], p) for p in patterns)]
    if not chosen:
        raise SystemExit(f"bench: no scenario is called {', '.join(patterns)}; see --list")
    return chosen


class Bench:
    """PostgreSQL and all servers, as long as it lasts."""

    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.extent = load.EXTENTS[arguments.extent]
        self.cluster = servers.Cluster(folder)
        self.folder = folder
        self.servers = []

    def __enter__(self):
        try:
            self.cluster.remove()
            self.cluster.start()
            self.servers = [servers.Postroom(self.arguments.build, self.folder, self.cluster)]
            for peer in self.arguments.peer:
                self.servers += peers.PEERS[peer](self.folder, self.arguments.build / "packages")
            for server in self.servers:
                server.prepare()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure):
        for server in self.servers:
            server.stop()
        for server in self.servers:
            server.remove()
        self.cluster.stop()
        self.cluster.remove()

    def attempt(self, server, scenario, work):
        """What comes of work(server), with as many workers as the scenario wants."""
        workers = scenario["workers"] or self.arguments.workers
        try:
            if not server.suits(workers):
                server.stop()
                server.start(workers)
        except servers.NotStarted as problem:
            return load.Outcome(failed=str(problem), is_final=True)
        return work(server)

    def contestants(self, scenario):
        """Functions that measure once, by the name of who is measured."""
        loader = load.Loader(self.arguments, self.extent, self.cluster, scenario)
        found = {
            server.name: lambda server=server: self.attempt(server, scenario, loader.measure)
            for server in self.servers
        }
        if scenario["baseline"] and not self.arguments.no_baseline:
            found["SQL"] = lambda: loader.measure_baseline(self.servers[0])
        return found

    def prepare(self, scenario):
        """Fills the mailboxes, and stops the servers, which start anew when they are
        measured; who has failed, or cannot do it."""
        if not scenario["prepare"]:
            return {}
        loader = load.Loader(self.arguments, self.extent, self.cluster, scenario)
        outcomes = {}
        for server in self.servers:
            outcomes[server.name] = self.attempt(server, scenario, loader.prepare)
            server.stop()
        return {name: outcome for name, outcome in outcomes.items() if outcome.is_final}

    def run(self, scenario):
        """What all have done, a run each: medians of the rounds."""
        outcomes = {name: [outcome] for name, outcome in self.prepare(scenario).items()}
        for _ in range(1 if scenario["prepare"] else self.extent.rounds):
            for name, measure in self.contestants(scenario).items():
                done = outcomes.setdefault(name, [])
                if name == "SQL" and outcomes["postroom"][-1].is_final:
                    done.append(load.Outcome(skipped="there is nothing of Postroom's to work on"))
                elif not done or not done[-1].is_final:
                    self.cluster.settle()
                    done.append(measure())
        return [load.summary(scenario, name, done) for name, done in outcomes.items()]


def write_json(path, arguments, bench, runs):
    report = {
        "cores": len(os.sched_getaffinity(0)),
        "versions": {
            "postgresql": bench.cluster.version(),
            **{server.name: server.version() for server in bench.servers},
        },
        "extent": arguments.extent,
        "seconds": bench.extent.seconds,
        "rounds": bench.extent.rounds,
        "messages": bench.extent.messages,
        "runs": runs,
        "targets": promises.compare(runs),
    }
    path.write_text(json.dumps(report, indent=1) + "\n")


def hand_over(*paths):
    """To whom has called sudo: what root has made."""
    user = os.environ.get("SUDO_UID")
    if user is None or os.getuid() != 0:
        return
    for path in paths:
        for made in (path, *path.rglob("*")) if path.exists() else ():
            os.chown(made, int(user), int(os.environ["SUDO_GID"]), follow_symlinks=False)


def run_all(arguments, scenarios, folder):
    runs = []
    with Bench(arguments, folder) as bench:
        table.print_heading()
        for scenario in scenarios:
            for run in bench.run(scenario):
                runs.append(run)
                table.print_run(run)
            if arguments.json:  # all of it again, so that a long run can be stopped
                write_json(arguments.json, arguments, bench, runs)
    table.print_ratios(runs)
    table.print_targets(promises.compare(runs))
    return runs


def is_right(runs):
    """Slow is no failure, nor is what a peer does wrong."""
    return not any(promises.faults(run) for run in runs if run["by"] in ("postroom", "SQL"))


def main():
    arguments = parse_arguments()
    scenarios = load.list_scenarios(arguments.build)
    if arguments.list:
        for scenario in scenarios:
            print(f"{scenario['name']:<20} {scenario['help']}")
        return 0
    scenarios = choose(scenarios, arguments.scenario, arguments.extent)
    servers.raise_file_limit()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = arguments.build / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o711)
    try:
        runs = run_all(arguments, scenarios, folder)
    except servers.NotStarted as problem:
        raise SystemExit(f"bench: {problem}") from None
    except KeyboardInterrupt:
        return 130
    finally:
        hand_over(folder, arguments.build / "packages", *filter(None, [arguments.json]))
    return 0 if is_right(runs) else 1


if __name__ == "__main__":
    sys.exit(main())
