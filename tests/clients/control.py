"""postroomctl for tests: its exit code is checked, what it printed comes back."""

import json
import subprocess

from client_test import same

DONE, REFUSED, USAGE = 0, 1, 2


def control(server, *arguments, input=b"secret\n", code=DONE):
    """postroomctl with these arguments: (stdout, stderr)."""
    done = subprocess.run(
        [server.world.build / "postroomctl", "-c", server.config, *arguments],
        input=input,
        capture_output=True,
        env=server.world.environment,
        timeout=60,
    )
    said = done.stdout + done.stderr
    same(done.returncode, code, f"exit code of {arguments}, which said {said!r}")
    return done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def said(server, *arguments, **options):
    return control(server, *arguments, **options)[0]


def refused(server, *arguments, **options):
    """What it says on standard error; it must print nothing else."""
    out, error = control(server, *arguments, code=REFUSED, **options)
    same(out, "", f"standard output of {arguments}")
    return error


def json_of(server, *arguments, **options):
    return json.loads(said(server, *arguments, "--json", **options))


def expect(text, words):
    if words not in text:
        raise AssertionError(f"{words!r} is not in {text!r}")
