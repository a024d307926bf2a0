"""Where it happens: a PostgreSQL that flushes and counts pages, a server, users.

The cluster is one of tests/support/postgres with pg_stat_statements; the server
is that of the protocol tests (postroom_testing.server), built for measuring.
Sizes are filled by SQL, past the server, from letters that came through it.
"""

import atexit
import os
import resource
import subprocess
from pathlib import Path

from postroom_testing.connection import Connection
from postroom_testing.server import PEOPLE, POSTGRES, World, password_of, temporary_folder

FILL = Path(__file__).with_name("fill.sql")
SETTINGS = {
    "workers": 1,
    "limits.connections_per_user": 100000,
    "limits.connections_per_address": 100000,
    "limits.mailboxes_per_user": 1000000,
    "limits.list_items": 1000000,
    "search.index": False,  # made in the background, it would be among what is measured
}
OPEN_FILES = 60000
COPIED = "alice"  # whose password all users of fill.sql have


class Client(Connection):
    """Runs commands without looking at more of the answer than its end."""

    def run(self, text):
        """The number of octets of the answer; fails when it is not OK."""
        self.tag_number += 1
        tag = b"t%d " % self.tag_number
        octets = text.encode() if isinstance(text, str) else text
        self.socket.settimeout(300)
        self.socket.sendall(tag + octets + b"\r\n")
        return self._await(tag, octets[:60])

    def log_in(self, user):
        self.run(f"LOGIN {user} {password_of(user if user in PEOPLE else COPIED)}")

    def _await(self, tag, command):
        size, tail = 0, b"\r\n"
        while True:
            octets = self.socket.recv(1 << 20)
            if not octets:
                raise RuntimeError(f"{command}: the server has closed")
            size += len(octets)
            tail = (tail + octets)[-4096:]
            last = tail.rfind(b"\r\n" + tag, 0, -2)
            if tail.endswith(b"\r\n") and last >= 0 and b"\r\n" not in tail[last + 2 : -2]:
                break
        if not tail[last + 2 + len(tag) :].startswith(b"OK"):
            raise RuntimeError(f"{command} got {tail[last + 2:-2]}")
        return size


def raise_file_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(OPEN_FILES, hard), hard))


class Stage:
    def __init__(self, build):
        os.environ["POSTROOM_TEST_BUILD"] = str(build)
        self.folder = temporary_folder("postroom-growth-")
        self.cluster = self.folder / "cluster"
        self._start_cluster()
        atexit.register(self._stop_cluster)
        os.environ["POSTROOM_TEST_CLUSTER"] = str(self.cluster)
        self.world = World()
        self.server = None

    def _start_cluster(self):
        start = [POSTGRES, "start", self.cluster]
        done = subprocess.run(start, check=True, capture_output=True, text=True)
        for setting in (
            "shared_preload_libraries = 'pg_stat_statements'",
            "shared_buffers = '512MB'",
            "max_wal_size = '4GB'",
        ):
            self._psql(done.stdout.strip(), f"ALTER SYSTEM SET {setting}")
        subprocess.run([POSTGRES, "stop", self.cluster], check=True)
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
        self._psql(done.stdout.strip(), "CREATE EXTENSION pg_stat_statements")
        self.statistics = subprocess.Popen(  # a session of its own, in another database
            ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", done.stdout.strip()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.postmaster = int((self.cluster / "data/postmaster.pid").read_text().split()[0])

    def _stop_cluster(self):
        self.statistics.communicate()
        subprocess.run([POSTGRES, "stop", self.cluster], check=True)

    # The database --------------------------------------------------------------------

    @staticmethod
    def _psql(conninfo, sql):
        command = ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", conninfo]
        done = subprocess.run(command, input=sql, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{sql[:200]}: {done.stderr}")
        return done.stdout

    def sql(self, text):
        return self._psql(self.world.conninfo(self.server.database), text)

    def statistic(self, query):
        """One line of a query about what the server's database was asked for."""
        self.statistics.stdin.write(query.format(database=self.server.database) + ";\n")
        self.statistics.stdin.flush()
        return self.statistics.stdout.readline()

    # The server -----------------------------------------------------------------------

    def begin(self, workers=1):
        """A fresh database with what fill.sql needs, and a server that runs."""
        self.end_server()
        self.server = self.world.server(dict(SETTINGS, workers=workers))
        self.sql(FILL.read_text("utf-8"))
        self.server.start()

    def refresh(self, workers=1):
        """After filling: known sizes and nothing in a worker's memory."""
        self.server.stop()
        self.sql("VACUUM ANALYZE; CHECKPOINT")
        self.server.configure({"workers": workers})
        self.server.start()

    def end_server(self):
        if self.server:
            if self.server.stop() or self.server.problems():
                raise RuntimeError(f"the server has failed: {self.server.log_tail()}")
            self.server.remove()
            self.server = None

    def connect(self, user):
        client = Client(self.server.imap_port)
        client.receive()
        client.log_in(user)
        return client

    def connect_to(self, user, worker):
        """Connects until the kernel chooses that worker."""
        for _ in range(500):
            client = Client(self.server.imap_port)
            client.receive()
            if client.worker() == worker:
                client.log_in(user)
                return client
            client.close()
        raise RuntimeError(f"no connection to worker {worker}")
