"""perf: which functions the processors were in."""

import re
import signal
import subprocess
import time
from collections import Counter

RATE = 1999  # a second; prime, so that nothing keeps step with it
ATTACHING = 0.5  # seconds
LAYER_OF_LIBRARY = re.compile(r"libpostroom_(\w+)\.a$")


def layers_of_functions(build):
    """{function: layer}, also of static ones."""
    found = {}
    for library in sorted(build.glob("libpostroom_*.a")):
        layer = LAYER_OF_LIBRARY.search(library.name)[1]
        done = subprocess.run(["nm", library], capture_output=True, text=True)
        for line in done.stdout.splitlines():
            fields = line.split()
            if len(fields) == 3 and fields[1] in "tT":
                found[fields[2]] = layer
    return found


class Sampler:
    """with Sampler(pids, folder) as sampler: …; sampler.samples"""

    def __init__(self, pids, folder):
        self.data = folder / "perf.data"
        self.pids = pids
        self.samples = Counter()  # (program, library, function) → samples

    def __enter__(self):
        command = ["perf", "record", "-q", "-e", "cpu-clock", "-F", str(RATE), "-o", self.data]
        self.perf = subprocess.Popen(
            [*command, "-p", ",".join(map(str, self.pids))], stderr=subprocess.DEVNULL
        )
        time.sleep(ATTACHING)
        return self

    def __exit__(self, *failure):
        self.perf.send_signal(signal.SIGINT)
        self.perf.wait()
        done = subprocess.run(
            ["perf", "report", "-i", self.data, "--stdio", "-q", "--no-children", "-n"]
            + ["-s", "comm,dso,sym", "-t", "|", "--percent-limit", "0"],
            capture_output=True,
            text=True,
        )
        for line in done.stdout.splitlines():
            fields = [field.strip() for field in line.split("|")]
            if len(fields) == 5 and fields[1].isdigit():
                function = re.sub(r"^\[[.k]\] ", "", fields[4])
                self.samples[fields[2], fields[3], function] += int(fields[1])


def places(samples, program, layers):
    """Samples of one program: all, by layer or library, by function."""
    by_place, by_function = Counter(), Counter()
    for (name, library, function), count in samples.items():
        if name != program:
            continue
        place = "kernel" if "kernel" in library else library.split(".so")[0]
        if program in library:
            place = layers.get(function, program)
        by_place[place] += count
        if not function.startswith("0x"):  # PostgreSQL's packages have few names
            by_function[f"{function} ({place})"] += count
    return sum(by_place.values()), by_place, by_function
