"""What fault tests break: a PostgreSQL cluster of their own and servers on it."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SUPPORT = Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))

from postroom_testing import server as servers  # noqa: E402
from postroom_testing.connection import Closed, Silent, connect, connect_to_worker  # noqa: E402
from postroom_testing.server import password_of  # noqa: E402

__all__ = ["Closed", "Silent", "Stage", "User", "wait_until"]

WAIT_MS = 2500  # database.wait_ms of the servers here: the bound that commands wait


def wait_until(is_true, timeout=20, step=0.02):
    """Whether it came true in time."""
    deadline = time.monotonic() + timeout
    while not is_true():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True


class Stage:
    def __init__(self):
        servers.FIRST_PORT, servers.LAST_PORT = 21500, 21599
        os.environ.pop("POSTROOM_TEST_CLUSTER", None)  # others' tests go on there
        self.world = servers.World()

    def server(self, settings=None):
        server = self.world.server({"database.wait_ms": WAIT_MS, **(settings or {})})
        server.start()
        return server

    # PostgreSQL ------------------------------------------------------------------

    def sql(self, server, text, database=None):
        return self._psql(self.world.conninfo(database or server.database), text)

    @staticmethod
    def _psql(conninfo, text):
        done = subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text, conninfo],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"psql: {done.stderr}")
        return done.stdout.strip()

    def sql_session(self, server):
        """A psql to write statements to: .stdin; its transactions stay open."""
        return subprocess.Popen(
            ["psql", "-XAtq", self.world.conninfo(server.database)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def _as_owner(self, *command):
        if os.getuid() == 0:
            command = ("runuser", "-u", "postgres", "--", *command)
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)

    def stop_postgres(self, mode="immediate"):
        data = f"{self.world.cluster}/data"
        self._as_owner(
            "/usr/lib/postgresql/15/bin/pg_ctl", "-D", data, "-m", mode, "-w", "stop", "-s"
        )

    def start_postgres(self):
        subprocess.run(
            [servers.POSTGRES, "start", self.world.cluster, "--unsafe"],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    @contextlib.contextmanager
    def hidden_postgres(self):
        """PostgreSQL where the server does not find it; gives a `sql` for there."""
        with tempfile.TemporaryDirectory(prefix="postroom-hidden-") as folder:
            shutil.chown(folder, pwd.getpwuid(os.stat(f"{self.world.cluster}/data").st_uid).pw_name)
            command = ["/usr/lib/postgresql/15/bin/pg_ctl", "-D", f"{self.world.cluster}/data", "-w", "-s"]
            options = f"-c unix_socket_directories={folder} -c fsync=off"
            self._as_owner(*command, "-l", f"{self.world.cluster}/postgres.log", "-o", options, "start")

            def sql(server, text):
                host = f"host={folder}"
                conninfo = self.world.conninfo(server.database)
                return self._psql(conninfo.replace(f"host={self.world.cluster}", host), text)

            try:
                yield sql
            finally:
                self._as_owner(*command, "-m", "fast", "stop")

    def backends(self, server, application):
        """Process ids of the server's connections of one kind ("postroom …")."""
        rows = self.sql(
            server,
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            f" AND application_name LIKE '{application}'",
        )
        return [int(pid) for pid in rows.split()]

    def terminate(self, server, application):
        self.sql(
            server,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = current_database() AND application_name LIKE '{application}'",
        )

    def kill_backend(self, pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def contradictions(self, server):
        """What tests/support/check-database says, "" when all is well."""
        done = subprocess.run(
            [SUPPORT / "check-database", self.world.conninfo(server.database)],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        return done.stdout + done.stderr


class User:
    """A logged-in connection, to a worker if one is asked for."""

    def __init__(self, server, name, worker=None, mailbox=None):
        if worker is None:
            self.connection, _ = connect(server.imap_port)
        else:
            self.connection, _ = connect_to_worker(server.imap_port, lambda w: w == worker)
        self.name = name
        self.command(f"LOGIN {name} {password_of(name)}")
        if mailbox:
            self.command(f"SELECT {mailbox}")

    def command(self, text, wanted="OK"):
        return self.connection.command(text, wanted)

    def append(self, mailbox, message, wanted="OK"):
        header = f"APPEND {mailbox} {{{len(message)}+}}\r\n".encode()
        return self.connection.command(header + message, wanted)

    def count(self):
        """How many messages the selected mailbox has, by its own word."""
        untagged, _ = self.command("UID SEARCH ALL")
        return len(next(line for line in untagged if b"SEARCH" in line).split()) - 2

    def close(self):
        self.connection.close()
