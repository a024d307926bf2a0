"""Runs each scenario of the bench once to be warm, once to be profiled."""

import argparse
import fnmatch
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from growth.meter import Meter
from growth.stage import COPIED, Stage, raise_file_limit
from postroom_testing.server import password_of
from suite.servers import DOMAIN, MEMBERS, SHARED, USERS

from . import report, statements
from .sampler import Sampler, layers_of_functions, places

ROOT = Path(__file__).resolve().parents[3]
WORKERS = 2
MESSAGES = 10000
PROGRAMS = {"workers": "postroomd", "PostgreSQL": "postgres"}


@dataclass
class Profile:
    name: str
    help: str
    operations: int
    processor_ms: tuple  # worker, PostgreSQL
    places: dict
    statements: list


class Bench:
    def __init__(self, arguments):
        self.build = arguments.build.resolve()
        self.seconds = arguments.seconds
        self.stage = Stage(self.build)
        self.layers = layers_of_functions(self.build)
        self.workers = 0

    def prepare_people(self):
        """As tests/bench/run has them, all with the same password."""
        self.stage.begin(WORKERS)
        self.workers = WORKERS
        for user in set(USERS) - set(MEMBERS):
            self.stage.sql(f"SELECT growth.add_user('{user}')")
        self.stage.sql(
            "UPDATE users SET verifier = (SELECT verifier FROM users WHERE login = "
            f"'{COPIED}')"
        )
        for mailbox in SHARED[1:]:
            self.stage.server.control("mailbox", "create", mailbox)
            self.stage.server.control("acl", "set", mailbox, "group:sales", "lrswipkxte")
        self.stage.server.control("domain", "add", DOMAIN)
        self.stage.server.control("address", "add", f"sales@{DOMAIN}", SHARED[0])
        self.stage.server.control("acl", "set", SHARED[0], "anyone", "p")
        self.stage.refresh(WORKERS)

    def load(self, scenario, seconds, *part):
        server = self.stage.server
        options = {
            "scenario": scenario["name"],
            "port": server.imap_port,
            "lmtp-port": server.lmtp_port,
            "shared-address": f"sales@{DOMAIN}",
            "password": password_of(COPIED),
            "conninfo": server.world.conninfo(server.database),
            "process": server.process.pid,
            "memory-process": server.process.pid,
            "seconds": seconds,
            "scale": MESSAGES,
        }
        command = [self.build / "bench_load", *part]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout) if done.stdout else {}

    def warm(self, scenario):
        workers = scenario["workers"] or WORKERS
        if scenario["prepare"]:
            self.load(scenario, 1, "--prepare")
        if scenario["prepare"] or workers != self.workers:
            self.stage.refresh(workers)
            self.workers = workers
        if not scenario["prepare"]:
            self.load(scenario, 1)

    def profile(self, scenario):
        """None when the scenario has nothing to measure here."""
        self.warm(scenario)
        meter = Meter(self.stage, 0)
        before, processor_before = statements.read(self.stage), meter.processor()
        with Sampler([pid for pids in processor_before for pid in pids], self.stage.folder) as taken:
            result = self.load(scenario, self.seconds)
        processor = meter.processor_since(processor_before)
        if "operations" not in result:
            return None
        operations = max(result["operations"], 1)
        return Profile(
            scenario["name"],
            scenario["help"],
            operations,
            tuple(ns / operations / 1e6 for ns in processor),
            {
                title: places(taken.samples, program, self.layers)
                for title, program in PROGRAMS.items()
            },
            statements.difference(before, statements.read(self.stage), operations),
        )


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/profile")
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--scenario", action="append")
    parser.add_argument("--seconds", type=float, default=3)
    arguments = parser.parse_args()
    if not arguments.output:
        whole = not arguments.scenario
        arguments.output = ROOT / "docs/performance" if whole else arguments.build
    return arguments


def chosen_scenarios(arguments):
    done = subprocess.run(
        [arguments.build / "bench_load", "--list"], check=True, capture_output=True, text=True
    )
    for line in done.stdout.splitlines():
        scenario = json.loads(line)
        patterns = arguments.scenario or ["*"]
        if any(fnmatch.fnmatch(scenario["name"], pattern) for pattern in patterns):
            if arguments.scenario or not scenario.get("full"):
                yield scenario


def main():
    arguments = parse_arguments()
    arguments.output.mkdir(parents=True, exist_ok=True)
    raise_file_limit()
    bench = Bench(arguments)
    profiles = []
    try:
        bench.prepare_people()
        for scenario in chosen_scenarios(arguments):
            profile = bench.profile(scenario)
            if profile:
                profiles.append(profile)
                print("\n".join(report.section(profile)), flush=True)
    finally:
        bench.stage.end_server()
    cores = len(os.sched_getaffinity(0))
    report.write(arguments.output / "profile.md", profiles, cores, WORKERS)
    print(f"written to {arguments.output}/profile.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
