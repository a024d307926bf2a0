"""What is measured: a PostgreSQL cluster and the servers, each with the same
users, mailboxes and rights.

A server is a row of SERVERS. It has start(workers), stop(), a port, the process
ids whose time counts, and after prepare() the people of the bench: bench1 to
bench16, and bob and alice, who share Shared/Sales and Shared/Archive.
"""

import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
POSTGRES = ROOT / "tests/support/postgres"
PASSWORD = "bench-secret"
USERS = [f"bench{i}" for i in range(1, 17)] + ["alice", "bob"]
MEMBERS = ("alice", "bob")
SHARED = ("Shared/Sales", "Shared/Archive")
PORTS = range(21300, 21400)
OPEN_FILES = 60000


def free_port():
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise SystemExit(f"bench: no free port from {PORTS[0]} to {PORTS[-1]}")


def raise_file_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (max(hard, OPEN_FILES), hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
            return
        except (ValueError, OSError):
            continue


class Cluster:
    """A private PostgreSQL, flushing to disk as in production."""

    def __init__(self, folder):
        self.folder = folder / "cluster"
        if len(str(self.folder)) > 85 or not self._owner_may_enter(folder):
            self.folder = Path(tempfile.mkdtemp(prefix="postroom-bench-", dir="/var/tmp"))

    @staticmethod
    def _owner_may_enter(folder):
        if os.getuid() != 0:
            return True
        command = ["runuser", "-u", "postgres", "--", "test", "-x", folder]
        return subprocess.run(command, cwd="/").returncode == 0

    def start(self):
        done = subprocess.run(
            [POSTGRES, "start", self.folder], check=True, stdout=subprocess.PIPE, text=True
        )
        self.conninfo = done.stdout.strip()
        self.process = int((self.folder / "data/postmaster.pid").read_text().split()[0])

    def stop(self):
        subprocess.run([POSTGRES, "stop", self.folder], check=True)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def settle(self):
        """Before a scenario: what the last one left to do is done."""
        subprocess.run(["psql", "-q", "-d", self.conninfo, "-c", "CHECKPOINT"], check=True)

    def version(self):
        command = ["psql", "-d", self.conninfo, "-Atc", "SHOW server_version"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[0]


class Postroom:
    def __init__(self, build, folder, cluster):
        self.build = build
        self.cluster = cluster
        self.folder = folder / "postroom"
        self.folder.mkdir()
        self.config = self.folder / "postroom.conf"
        self.log = self.folder / "postroomd.log"
        self.port = free_port()
        self.daemon = None
        self.workers = 0

    def prepare(self):
        self._configure(1)
        self.control("schema", "migrate")
        for user in USERS:
            self.control("user", "add", user, input=PASSWORD + "\n")
        self.control("group", "add", "sales")
        for user in MEMBERS:
            self.control("group", "add-member", "sales", user)
        for mailbox in SHARED:
            self.control("mailbox", "create", mailbox)
            self.control("acl", "set", mailbox, "group:sales", "lrswipkxte")

    def _configure(self, workers):
        self.config.write_text(
            f"""workers = {workers};
listen: {{ imap = ["127.0.0.1:{self.port}"]; }};
database: {{ conninfo = "{self.cluster.conninfo}"; }};
limits: {{ connections_per_user = 100000; connections_per_address = 100000; }};
"""
        )

    def control(self, *arguments, input=""):
        done = subprocess.run(
            [self.build / "postroomctl", "-c", self.config, *arguments],
            input=input,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"bench: postroomctl {' '.join(arguments)}: {done.stderr}")

    def start(self, workers):
        self._configure(workers)
        ready = self._ready_workers()
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen(
                [self.build / "postroomd", "-c", self.config],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.workers = workers
        deadline = time.monotonic() + 30
        while self._ready_workers() < ready + workers:
            if self.daemon.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"bench: postroomd did not start; see {self.log}")
            time.sleep(0.02)

    def _ready_workers(self):
        return self.log.read_text().count("event=worker-ready") if self.log.exists() else 0

    def stop(self):
        if not self.daemon:
            return
        self.daemon.send_signal(signal.SIGTERM)
        try:
            self.daemon.wait(40)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
        self.daemon = None

    @property
    def process(self):
        return self.daemon.pid

    @property
    def processes(self):
        return [self.process, self.cluster.process]


SERVERS = {"postroom": Postroom}
