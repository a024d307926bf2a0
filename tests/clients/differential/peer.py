"""Dovecot of Debian as a peer: its imap program alone, logged in, between two pipes.

It is unpacked into a folder and runs chrooted there, which takes root.
"""

import os
import select
import subprocess
from pathlib import Path

from postroom_testing.connection import Connection
from postroom_testing.server import ROOT
from suite.peers.root import Root

PACKAGES = ("dovecot-imapd", "dovecot-core")
CONFIGURATION = """
ssl = no
base_dir = /srv/run
state_dir = /srv/state
log_path = /srv/state/log
mail_uid = vmail
mail_gid = vmail
mail_location = sdbox:~/mail
mail_fsync = never
namespace inbox {
  inbox = yes
  separator = /
}
"""


class Pipes:
    """What a Connection asks of a socket; the program refuses to have one as its output."""

    def __init__(self, program):
        self.program = program
        self.timeout = None

    def settimeout(self, timeout):
        self.timeout = timeout

    def sendall(self, octets):
        octets = memoryview(octets)
        while octets:
            octets = octets[self.program.stdin.write(octets) :]

    def recv(self, size):
        if not select.select([self.program.stdout], [], [], self.timeout)[0]:
            raise TimeoutError
        return os.read(self.program.stdout.fileno(), size)


class Dovecot:
    def __init__(self, folder):
        build = Path(os.environ.get("POSTROOM_TEST_BUILD", ROOT / "build-test")).resolve()
        self.root = Root(folder / "dovecot", build / "client-packages" / "dovecot", PACKAGES)
        self.root.make()
        for name in ("run", "state", "home"):
            self.root.add(f"srv/{name}", "vmail")
        (self.root.folder / "srv/dovecot.conf").write_text(CONFIGURATION)
        self.program = subprocess.Popen(
            self.root.command("/usr/lib/dovecot/imap", "-c", "/srv/dovecot.conf"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={"USER": "alice", "HOME": "/srv/home", "PATH": "/usr/bin:/bin"},
        )

    def connection(self):
        """One that has been greeted."""
        connection = Connection.over(Pipes(self.program))
        connection.receive()
        return connection

    def stop(self):
        self.program.stdin.close()
        self.program.wait(30)
        self.program.stdout.close()
        self.root.remove()
