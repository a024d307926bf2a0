"""Counts and prints what passes and fails; the last line is "N passed, N failed"."""

import sys
import threading
import time


class Report:
    def __init__(self, part):
        self.part = part
        self.passed = 0
        self.failed = 0
        self.lock = threading.Lock()
        self.began = time.monotonic()

    def ok(self, name, seconds=None):
        with self.lock:
            self.passed += 1
            took = f" ({seconds:.1f} s)" if seconds is not None else ""
            print(f"ok    {name}{took}", flush=True)

    def fail(self, name, why):
        with self.lock:
            self.failed += 1
            indented = "\n".join("      " + line for line in str(why).splitlines())
            print(f"FAIL  {name}\n{indented}", flush=True)

    def run(self, name, test, *arguments):
        """A test is a function that raises when it fails."""
        began = time.monotonic()
        try:
            test(*arguments)
        except Exception as problem:  # whatever it is, it is this test's
            self.fail(name, f"{type(problem).__name__}: {problem}")
        else:
            self.ok(name, time.monotonic() - began)

    def finish(self):
        took = time.monotonic() - self.began
        print(f"{self.part}: {self.passed} passed, {self.failed} failed ({took:.0f} s)", flush=True)
        sys.exit(1 if self.failed or not self.passed else 0)
