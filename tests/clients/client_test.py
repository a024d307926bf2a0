"""What the tests with real clients share.

Each executable of this folder is a test: it starts a server of its own (see
postroom_testing.server for the environment variables), prints a line for each
case and "N passed, N failed", and exits 1 when one failed.
"""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

from postroom_testing.report import Report  # noqa: E402
from postroom_testing.server import ROOT, World, password_of  # noqa: E402

__all__ = [
    "Report",
    "password_of",
    "require_program",
    "run",
    "same",
    "sample_message",
    "started_server",
    "unpacked",
]


def require_program(name, package):
    if not shutil.which(name):
        sys.exit(f"{name} is not installed (apt-get install {package})")


def unpacked(name, packages):
    """A folder of Debian packages that are unpacked, not installed; it is kept for the next time."""
    build = Path(os.environ.get("POSTROOM_TEST_BUILD", ROOT / "build-test")).resolve()
    folder = build / "client-packages" / name
    subprocess.run([ROOT / "tests/support/unpack-packages", folder, *packages], check=True)
    return folder


def same(actual, expected, what=""):
    if actual != expected:
        raise AssertionError(f"{what}: {shown(actual)} instead of {shown(expected)}")


def shown(value, most=400):
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"


def sample_message(subject, body=b"Hello.\r\n", identifier=None):
    """A message of CRLF lines, 8-bit and a bare CR in its body."""
    return (
        b"From: Alice <alice@example.com>\r\nTo: bob@example.com\r\n"
        b"Date: Mon, 1 Jan 2024 10:00:00 +0000\r\n"
        + (b"Message-ID: <%s@example.com>\r\n" % identifier.encode() if identifier else b"")
        + b"Subject: %s\r\n\r\n" % subject.encode()
        + body
    )


@contextmanager
def started_server(report, settings=None):
    """A server with alice, bob, carol and Shared/Sales; its end is a case, too."""
    server = World().server(settings)
    server.start()
    try:
        yield server
    finally:
        report.run("the server stops cleanly and has logged no bug", stop, server)


def stop(server):
    code = server.stop()
    problems = server.problems()
    server.remove()
    if code or problems:
        raise AssertionError(f"exit code {code}\n{problems}")


def run(*command, code=0, **options):
    """Runs a client; its output as octets. Fails when its exit code is another."""
    done = subprocess.run(command, capture_output=True, timeout=120, **options)
    if done.returncode != code:
        printed = (done.stdout + done.stderr).decode("utf-8", "replace")[-1500:]
        raise AssertionError(f"exit code {done.returncode} instead of {code}: {printed}")
    return done.stdout
