"""What is measured: a PostgreSQL cluster and the servers, each with the same
users, mailboxes and rights.

A server has start(workers), stop(), ports for IMAP and LMTP, the process ids whose
time counts, and after prepare() the people of the bench: bench1 to bench16, lmtp1 to
lmtp64, who get mail at DOMAIN, and bob and alice, who share Shared/Sales and
Shared/Archive. Mail to its shared_address comes into Shared/Sales.
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

from . import processes

ROOT = Path(__file__).resolve().parents[3]
POSTGRES = ROOT / "tests/support/postgres"
PASSWORD = "bench-secret"
MEMBERS = ("alice", "bob")
USERS = [f"bench{i}" for i in range(1, 17)] + [f"lmtp{i}" for i in range(1, 65)] + [*MEMBERS]
DOMAIN = "bench.example"
SHARED = ("Shared/Sales", "Shared/Archive")
PORTS = range(21300, 21400)
OPEN_FILES = 60000
START_SECONDS = 60
STOP_SECONDS = 60


def _rotated(ports):
    """From somewhere in the middle on: another bench may be choosing, too."""
    start = os.getpid() * 7 % len(ports)
    return [*ports[start:], *ports[:start]]


def free_port(ports=iter(_rotated(PORTS))):
    """A port that nobody listens on; never the same one twice."""
    for port in ports:
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
        """Before a measurement: what the last one left to do is done."""
        subprocess.run(["psql", "-q", "-d", self.conninfo, "-c", "CHECKPOINT"], check=True)
        os.sync()

    def version(self):
        command = ["psql", "-d", self.conninfo, "-Atc", "SHOW server_version"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[0]


def make_certificate(folder):
    """A key and its certificate, as PEM files."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench"
    subprocess.run(
        ["openssl", "req", "-x509", *words.split(), "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    return key, certificate


class NotStarted(Exception):
    """Where to read why."""


class Server:
    """A daemon in the foreground, in a session of its own."""

    shared_address = f"sales@{DOMAIN}"

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.folder.mkdir()
        self.log = folder / f"{name}.log"
        self.port = free_port()
        self.lmtp_port = free_port()
        self.daemon = None
        self.workers = 0

    def launch(self, command):
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def await_start(self, is_ready):
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            if self.daemon.poll() is not None or time.monotonic() > deadline:
                raise NotStarted(f"did not start; see {self.log}")
            time.sleep(0.02)

    def stop(self):
        if not self.daemon:
            return
        others = processes.others(self.process)
        self.daemon.send_signal(signal.SIGTERM)
        try:
            self.daemon.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
        processes.end(others, STOP_SECONDS)
        self.daemon = None

    @property
    def process(self):
        return self.daemon.pid

    @property
    def processes(self):
        """Whose time counts, with that of all below them."""
        return [self.process, *processes.strays(self.process)]

    def is_alive(self):
        return self.daemon is not None and self.daemon.poll() is None

    def version(self):
        """Of its packages; nothing for what was just built."""
        return ""

    def remove(self):
        """What it needs no more when the bench ends; logs stay."""

    def suits(self, workers):
        """Whether it runs and has that many workers."""
        return self.is_alive() and self.workers == workers


class Postroom(Server):
    def __init__(self, build, folder, cluster):
        super().__init__("postroom", folder / "postroom")
        self.build = build
        self.cluster = cluster
        self.config = self.folder / "postroom.conf"
        self.key, self.certificate = make_certificate(self.folder)

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
        self.control("domain", "add", DOMAIN)
        self.control("address", "add", self.shared_address, SHARED[0])
        self.control("acl", "set", SHARED[0], "anyone", "p")

    def _configure(self, workers):
        self.config.write_text(
            f"""workers = {workers};
listen: {{ imap = ["127.0.0.1:{self.port}"]; lmtp = ["127.0.0.1:{self.lmtp_port}"]; }};
tls: {{ certificate = "{self.certificate}"; key = "{self.key}"; }};
database: {{ conninfo = "{self.cluster.conninfo}"; }};
limits: {{ connections_per_user = 100000; connections_per_address = 100000;
          mailboxes_per_user = 100000; }};
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
        self.launch([self.build / "postroomd", "-c", self.config])
        self.workers = workers
        self.await_start(lambda: self._ready_workers() >= ready + workers)

    def _ready_workers(self):
        return self.log.read_text().count("event=worker-ready") if self.log.exists() else 0

    @property
    def processes(self):
        return [self.process, self.cluster.process]
