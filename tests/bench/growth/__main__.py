"""Runs the axes, one after the other, and writes what came of them."""

import argparse
import os
import sys
import time
from pathlib import Path

from . import report
from .axes import AXES
from .meter import Meter
from .series import Result
from .stage import Stage, raise_file_limit

ENOUGH = {False: 0.4, True: 0.05}  # seconds of an operation; quickly
ROOT = Path(__file__).resolve().parents[3]


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/growth/run")
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--axis", action="append", choices=[axis.NAME for axis in AXES])
    arguments = parser.parse_args()
    if not arguments.output:
        whole = not arguments.quick and not arguments.axis
        arguments.output = ROOT / "docs/performance" if whole else arguments.build / "growth"
    return arguments


def main():
    arguments = parse_arguments()
    arguments.output.mkdir(parents=True, exist_ok=True)
    raise_file_limit()
    results = []
    stage = Stage(arguments.build.resolve())
    try:
        for axis in AXES:
            if arguments.axis and axis.NAME not in arguments.axis:
                continue
            began = time.monotonic()
            result = Result(axis)
            meter = Meter(stage, ENOUGH[arguments.quick])
            axis.run(stage, meter, axis.QUICK_SIZES if arguments.quick else axis.SIZES, result)
            results.append(result)
            print("\n".join(report.section(result)))
            print(f"({time.monotonic() - began:.0f} s)\n", flush=True)
    finally:
        stage.end_server()
    report.write_document(arguments.output, results, len(os.sched_getaffinity(0)))
    for result in results:
        for quantity in report.plotted(result):
            report.plot(arguments.output, result, quantity)
    found = report.differences(results)
    print("\n".join(found) or "Nothing grows faster than it should.")
    print(f"written to {arguments.output}")
    return 1 if found and not arguments.quick else 0  # small sizes say little about laws


if __name__ == "__main__":
    sys.exit(main())
