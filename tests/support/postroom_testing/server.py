"""Postroom servers for tests, each with a database of its own.

    world = World()            a cluster, a template database with the usual people
    server = world.server()    a copy of it and a server on two free ports
    server.start(); …; server.stop()

The people: alice, bob, carol (password "<name>-secret"); the group sales =
{alice, bob}; Shared/Sales with group:sales lrswipkxte and carol lr.

From the environment: POSTROOM_TEST_BUILD (the build folder), and
POSTROOM_TEST_CLUSTER (the folder of a running cluster, see
tests/support/postgres); tests/run sets both.
"""

import atexit
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
POSTGRES = ROOT / "tests/support/postgres"
PEOPLE = ("alice", "bob", "carol")
SANITIZER_MARKS = re.compile(
    r"ERROR: AddressSanitizer|ERROR: LeakSanitizer|runtime error:|SUMMARY: |stack smashing"
)
FIRST_PORT, LAST_PORT = 22000, 23999


def password_of(user):
    return f"{user}-secret"


class Ports:
    """Free ports, none twice."""

    def __init__(self):
        self.lock = threading.Lock()
        self.at = FIRST_PORT + 40 * os.getpid() % (LAST_PORT - FIRST_PORT)

    def take(self):
        with self.lock:
            for _ in range(LAST_PORT - FIRST_PORT + 1):
                self.at = self.at + 1 if self.at < LAST_PORT else FIRST_PORT
                with socket.socket() as probe:
                    try:
                        probe.bind(("127.0.0.1", self.at))
                        return self.at
                    except OSError:
                        continue
        raise RuntimeError(f"no free port from {FIRST_PORT} to {LAST_PORT}")


def config_text(settings):
    """{"limits.line_length": 2000, …} in libconfig's syntax."""

    def value(v):
        if isinstance(v, (list, tuple)):
            return "[" + ", ".join(value(item) for item in v) + "]"
        if isinstance(v, str):
            return '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{v}L" if v > 0x7FFFFFFF else str(v)

    groups = {}
    for key, setting in settings.items():
        group, _, name = key.rpartition(".")
        groups.setdefault(group, []).append(f"{name} = {value(setting)};")
    lines = groups.pop("", [])
    for group, members in groups.items():
        lines += [f"{group}: {{", *members, "};"]
    return "\n".join(lines) + "\n"


def temporary_folder(prefix):
    """One that the cluster's owner may enter; gone at exit."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o711)
    if not os.environ.get("POSTROOM_TEST_KEEP"):
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class World:
    def __init__(self, people=True):
        build = os.environ.get("POSTROOM_TEST_BUILD", ROOT / "build-test")
        self.build = Path(build).resolve()
        self.folder = temporary_folder("postroom-test-")
        self.ports = Ports()
        self.counter = 0
        self.lock = threading.Lock()
        self._find_cluster()
        self._make_certificate()
        self.template = f"template_{os.getpid()}"
        self.environment = dict(
            os.environ,
            ASAN_OPTIONS="detect_leaks=1:exitcode=99",
            UBSAN_OPTIONS="print_stacktrace=1",
            PATH=f"{self.build}:{os.environ['PATH']}",
        )
        self._make_template(people)

    def _find_cluster(self):
        cluster = os.environ.get("POSTROOM_TEST_CLUSTER")
        if not cluster:
            cluster = str(self.folder / "cluster")
            subprocess.run(
                [POSTGRES, "start", cluster, "--unsafe"], check=True, stdout=subprocess.DEVNULL
            )
            atexit.register(subprocess.run, [POSTGRES, "stop", cluster])
        self.cluster = cluster

    def _make_certificate(self):
        self.certificate = self.folder / "certificate.pem"
        self.key = self.folder / "key.pem"
        command = (
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
            " -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
        ).split()
        subprocess.run(
            [*command, "-keyout", self.key, "-out", self.certificate],
            check=True,
            stderr=subprocess.DEVNULL,
        )

    def conninfo(self, database):
        return f"host={self.cluster} user=postroom dbname={database}"

    def create_database(self, name, template=None):
        command = ["createdb", "-h", self.cluster, "-U", "postroom", name]
        if template:
            command += ["-T", template]
        with self.lock:  # a template is copied by one at a time
            subprocess.run(command, check=True)

    def drop_database(self, name):
        command = ["dropdb", "-h", self.cluster, "-U", "postroom", "--force", "--if-exists", name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _make_template(self, people):
        self.create_database(self.template)
        atexit.register(self.drop_database, self.template)
        template = Server(self, "template", self.template, {})
        template.control("schema", "migrate")
        if not people:
            return
        for user in PEOPLE:
            template.control("user", "add", user, input=password_of(user) + "\n")
        template.control("group", "add", "sales")
        template.control("group", "add-member", "sales", "alice")
        template.control("group", "add-member", "sales", "bob")
        template.control("mailbox", "create", "Shared/Sales")
        template.control("acl", "set", "Shared/Sales", "group:sales", "lrswipkxte")
        template.control("acl", "set", "Shared/Sales", "carol", "lr")

    def server(self, settings=None):
        with self.lock:
            self.counter += 1
            name = f"test_{os.getpid()}_{self.counter}"
        self.create_database(name, self.template)
        return Server(self, name, name, settings or {})


class Server:
    def __init__(self, world, name, database, settings):
        self.world = world
        self.database = database
        self.folder = world.folder / name
        self.folder.mkdir()
        self.config = self.folder / "postroom.conf"
        self.log = self.folder / "postroomd.log"
        self.process = None
        self.imap_port = world.ports.take()
        self.imaps_port = world.ports.take()
        self.lmtp_port = world.ports.take()
        self.managesieve_port = world.ports.take()
        self.managesieves_port = world.ports.take()
        self.settings = {
            "workers": 2,
            "pid_file": str(self.folder / "postroomd.pid"),
            "listen.imap": [f"127.0.0.1:{self.imap_port}"],
            "listen.imaps": [f"127.0.0.1:{self.imaps_port}"],
            "listen.lmtp": [f"127.0.0.1:{self.lmtp_port}"],
            "listen.managesieve": [f"127.0.0.1:{self.managesieve_port}"],
            "listen.managesieves": [f"127.0.0.1:{self.managesieves_port}"],
            "database.conninfo": world.conninfo(database),
            "tls.certificate": str(world.certificate),
            "tls.key": str(world.key),
        }
        self.configure(settings)

    def configure(self, settings):
        self.settings.update(settings)
        self.config.write_text(config_text(self.settings))

    def control(self, *arguments, input=""):
        """postroomctl; its output. Fails when it does."""
        done = subprocess.run(
            [self.world.build / "postroomctl", "-c", self.config, *arguments],
            input=input,
            capture_output=True,
            text=True,
            env=self.world.environment,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(
                f"postroomctl {' '.join(map(str, arguments))}: "
                f"exit {done.returncode}: {done.stdout}{done.stderr}"
            )
        return done.stdout

    # Running it ----------------------------------------------------------------

    def start(self):
        ready = self.log_text().count("event=worker-ready")
        self.start_without_waiting()
        self.wait_for_log("event=worker-ready", ready + self.settings["workers"])

    def start_without_waiting(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.world.build / "postroomd", "-c", self.config],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.world.environment,
                start_new_session=True,
            )

    def wait_for_log(self, text, count=1, timeout=60):
        deadline = time.monotonic() + timeout
        while self.log_text().count(text) < count:
            if self.process.poll() is not None:
                raise RuntimeError(f"postroomd has ended:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"no {text!r} in the log:\n{self.log_tail()}")
            time.sleep(0.02)

    def stop(self, timeout=40):
        """Gracefully; returns its exit code."""
        if not self.process:
            return 0
        self.process.terminate()
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.process = None
        return code

    def worker_pid(self, number):
        pids = re.findall(rf"event=worker-ready worker={number} pid=(\d+)", self.log_text())
        return int(pids[-1])

    def kill_worker(self, number):
        os.kill(self.worker_pid(number), signal.SIGKILL)

    def signal(self, name):
        self.process.send_signal(getattr(signal, f"SIG{name}"))

    def remove(self):
        self.world.drop_database(self.database)
        if not os.environ.get("POSTROOM_TEST_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    # What it says -----------------------------------------------------------------

    def log_text(self):
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def log_tail(self, lines=25):
        return "\n".join(self.log_text().splitlines()[-lines:])

    def problems(self):
        """What sanitizers and the server's own bugs left in the log, "" when nothing."""
        text = self.log_text()
        found = SANITIZER_MARKS.search(text)
        if found:
            return text[max(0, found.start() - 200) : found.start() + 6000]
        bugs = [line for line in text.splitlines() if "error=internal" in line]
        return "\n".join(bugs)
