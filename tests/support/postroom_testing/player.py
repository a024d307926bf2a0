"""Plays a protocol script against a server of its own.

Each method is one statement of the language in docs/testing.md.
"""

import json
import re
import ssl
import subprocess
import time
from dataclasses import replace

from . import lmtp, scram
from .connection import Closed, Connection, Refused, Silent, connect_to_worker, tls_context
from .expansion import Scope
from .server import PEOPLE, ROOT, password_of
from .statement_counter import StatementCounter, described

TLS_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3, None: None}
PATIENCE = 20  # seconds that an expected line may take


class Failed(Exception):
    """The server did not do what the script says."""


def shown(octets, most=300):
    text = octets.decode("utf-8", "backslashreplace").replace("\r\n", "␍␊")
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= most else f"{text[:most]}… ({len(octets)} octets)"


class Player:
    def __init__(self, server, statements):
        self.instance = server
        self.statements = statements
        self.sessions = {}
        self.users = {}
        self.workers = {}
        self.transcript = []
        self.unordered = {}  # session → lines still to come
        self.counter = None
        self.costs_seen = {}  # statement's line → its block as it should be
        variables = {
            "port": b"%d" % server.imap_port,
            "imaps_port": b"%d" % server.imaps_port,
            "lmtp_port": b"%d" % server.lmtp_port,
            "managesieve_port": b"%d" % server.managesieve_port,
            "folder": str(server.folder).encode(),
            "credentials": str(ROOT / "tests/support/credentials").encode(),
        }
        self.scope = Scope({}, variables)

    def play(self):
        at = None
        if any(statement.name in ("costs", "count") for statement in self.statements):
            self._count_statements()
        try:
            for at in self.statements:
                if at.name != "expect_unordered":
                    self._finish_unordered()
                arguments = {key: value for key, value in at.arguments.items() if key != "session"}
                if "session" in at.arguments and at.name not in ("connect", "kill_worker"):
                    arguments["connection"] = self._session(at.arguments["session"])
                elif "session" in at.arguments:
                    arguments["session"] = at.arguments["session"]
                getattr(self, at.name)(at, **arguments)
            self._finish_unordered()
        except (Failed, Refused, RuntimeError, ValueError, OSError) as problem:
            line = at.line if at else 0
            raise Failed(f"line {line}: {problem}") from None
        except Closed:
            raise Failed(f"line {at.line}: the server has closed the connection") from None
        except Silent:
            raise Failed(f"line {at.line}: the server says nothing") from None
        self._finish_counting()

    def close(self):
        for connection in self.sessions.values():
            connection.close()

    def end(self):
        """After the server."""
        if self.counter:
            self.counter.close()
            self.counter = None

    def _session(self, name):
        if name not in self.sessions:
            raise Failed(f"no session {name}")
        return self.sessions[name]

    def _name(self, connection):
        return next(name for name, other in self.sessions.items() if other is connection)

    def _note(self, connection, sign, octets):
        self.transcript.append(f"{self._name(connection)}{sign} {shown(octets)}")

    def _receive(self, connection, timeout=PATIENCE):
        response = connection.receive(timeout)
        self._note(connection, "<", response)
        return response

    # The server -------------------------------------------------------------------

    def config(self, at, key, value):
        self.instance.configure({key: json.loads(self.scope.expand(value))})

    def server(self, at, verb):
        if verb == "start":
            self.instance.start()
        elif verb == "stop":
            code = self.instance.stop()
            if code:
                raise Failed(f"postroomd ended with exit code {code}")
        else:
            workers = self.instance.settings["workers"]
            reloaded = self.instance.log_text().count("event=reloaded")
            self.instance.signal("HUP")
            self.instance.wait_for_log("event=reloaded", reloaded + workers)

    def kill_worker(self, at, session):
        self.instance.kill_worker(self.workers[session])

    def log(self, at, regex):
        deadline = time.monotonic() + PATIENCE
        while not re.search(regex, self.instance.log_text()):
            if time.monotonic() > deadline:
                raise Failed(f"nothing in the log matches {regex}")
            time.sleep(0.05)

    def no_log(self, at, regex):
        found = re.search(f".*{regex}.*", self.instance.log_text())
        if found:
            raise Failed(f"the log has {found[0]}")

    def wait(self, at, seconds):
        time.sleep(float(seconds))

    def shell(self, at, command, fails):
        environment = dict(
            self.instance.world.environment, POSTROOM_CONFIG=str(self.instance.config)
        )
        done = subprocess.run(
            ["bash", "-c", self.scope.expand(command).decode()],
            cwd=self.instance.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
        output = done.stdout.decode("utf-8", "replace").rstrip("\n")
        self.transcript.append(f"$ {command}\n{output}")
        if bool(done.returncode) != bool(fails):
            raise Failed(f"exit code {done.returncode}: {output}")
        if at.block:
            self._compare(at.block, [line.encode() for line in output.split("\n")])

    def message(self, at, name, bare):
        text = "\r\n".join(at.block) + ("" if bare else "\r\n")
        self.scope.messages[name] = self.scope.expand(text)

    def deliver(self, at, name, addresses):
        octets = self.scope.expand(f"{{{{text {name}}}}}")
        lmtp.deliver(self.instance.lmtp_port, addresses.split(", "), octets)

    # Connections -----------------------------------------------------------------

    def connect(self, at, session, options):
        """connect NAME [as USER|anonymous|silently] [tls[1.2|1.3] [with certificate FILE]]
        [elsewhere than|beside OTHER]"""
        found = re.fullmatch(
            r"(?: as (?P<user>\S+)| (?P<anonymous>anonymous)| (?P<silent>silently))?"
            r"(?: (?P<tls>tls)(?P<version>1\.[23])?(?: with certificate (?P<file>\S+))?)?"
            r"(?: (?P<where>elsewhere than|beside) (?P<other>\w+))?",
            options,
        )
        if not found:
            raise Failed(f"connect{options}: unknown options")
        if not self.instance.process:
            self.instance.start()
        tls = self._tls(found["version"], found["file"]) if found["tls"] else None
        port = self.instance.imaps_port if tls else self.instance.imap_port
        if found["silent"]:  # the greeting is for the script to read
            self.sessions[session] = Connection(port, tls, timeout=PATIENCE)
            return
        connection, greeting = connect_to_worker(port, self._worker_filter(found), tls)
        self.sessions[session] = connection
        self.workers[session] = connection.worker()
        self._note(connection, "<", greeting)
        if not found["anonymous"]:
            self._log_in(connection, found["user"] or session.rstrip("0123456789"))

    def _worker_filter(self, found):
        if not found["where"]:
            return lambda worker: True
        other = self.workers[found["other"]]
        if found["where"] == "beside":
            return lambda worker: worker == other
        return lambda worker: worker != other

    def _log_in(self, connection, user):
        if user not in PEOPLE:
            raise Failed(f"no user {user}: write \"as USER\" or \"anonymous\"")
        connection.command(f'LOGIN "{user}" "{password_of(user)}"')
        self.transcript.append(f"{self._name(connection)} is logged in as {user}")

    def start_tls(self, at, connection, version, file):
        connection.start_tls(self._tls(version, file))

    def _tls(self, version, file):
        """FILE.pem in the server's folder has a certificate and its key."""
        context = tls_context(TLS_VERSIONS[version])
        if file:
            context.load_cert_chain(self.instance.folder / f"{file}.pem")
        return context

    def start_deflate(self, at, connection):
        connection.start_deflate()

    def authenticate(self, at, connection, user, password, mechanism, asked, pattern):
        password = self.scope.expand(password).decode()
        plus = mechanism.endswith("-PLUS")
        answer = scram.authenticate(connection, b"s1", user, password, plus, not asked)
        self._note(connection, "<", answer)
        self._require(pattern, answer)

    def hang_up(self, at, connection):
        connection.close()

    def closed(self, at, connection):
        left = connection.wait_closed(PATIENCE)
        if left:
            raise Failed(f"before it closed, the server said {shown(left)}")

    # Saying and hearing ------------------------------------------------------------

    def send(self, at, connection, text):
        octets = self.scope.expand(text) + b"\r\n"
        self._note(connection, ">", octets)
        connection.send_command(octets) if "{{literal " in text else connection.send(octets)

    def send_raw(self, at, connection, text):
        octets = self.scope.expand(text)
        self._note(connection, ">>", octets)
        connection.send(octets)

    def send_many(self, at, connection, count, text):
        octets = b""
        for i in range(int(count)):
            self.scope.variables["i"] = b"%d" % i
            octets += self.scope.expand(text) + b"\r\n"
        self._note(connection, f"> {count} times:", text.encode())
        connection.send(octets)

    def expect_many(self, at, connection, count, pattern):
        for i in range(int(count)):
            self.scope.variables["i"] = b"%d" % i
            self._require(pattern, connection.receive(PATIENCE))

    def expect(self, at, connection, pattern):
        if pattern == "...":
            self.skipping = connection
            return
        while True:
            response = self._receive(connection)
            if self.scope.matches(pattern, response):
                self.skipping = None
                return
            if self.skipping is not connection:
                self._require(pattern, response)

    skipping = None

    def expect_unordered(self, at, connection, pattern):
        self.unordered.setdefault(connection, []).append(pattern)

    def _finish_unordered(self):
        for connection, patterns in self.unordered.items():
            while patterns:
                response = self._receive(connection)
                fitting = [p for p in patterns if self.scope.matches(p, response)]
                if not fitting:
                    raise Failed(f"none of {patterns} is\n    {shown(response)}")
                patterns.remove(fitting[0])
        self.unordered = {}

    def silent(self, at, connection, seconds):
        try:
            response = self._receive(connection, float(seconds))
        except Silent:
            return
        raise Failed(f"not silent: {shown(response)}")

    def command(self, at, connection, status, code, text):
        connection.tag_number += 1
        tag = b"t%d" % connection.tag_number
        octets = tag + b" " + self.scope.expand(text) + b"\r\n"
        self._note(connection, ">", octets)
        connection.send_command(octets)
        untagged = []
        while True:
            response = self._receive(connection)
            if response.startswith(tag + b" "):
                break
            untagged.append(response)
        wanted = tag + b" " + status.encode() + self.scope.expand(code or "") + b" "
        if not response.startswith(wanted):
            raise Failed(f"expected {shown(wanted)}…, got\n    {shown(response)}")
        if at.block:
            self._compare(at.block, untagged)

    # What it costs the database -------------------------------------------------------

    def _count_statements(self):
        self.counter = StatementCounter(self.instance.world.cluster, self.instance.folder)
        conninfo = self.counter.conninfo(self.instance.database)
        self.instance.configure({"database.conninfo": conninfo})
        self.wrong_costs = []

    def costs(self, at, connection, text):
        self.count(at)
        self.command(replace(at, block=["..."]), connection, "OK", None, text)
        self.counted(at, connection)

    def count(self, at):
        self.counter.count()

    def counted(self, at, connection):
        process = self.instance.worker_pid(self.workers[self._name(connection)])
        seen = described(self.counter.counted(), process)
        self.costs_seen[at.line] = seen
        if seen != at.block:
            self.wrong_costs.append(
                "\n    ".join([f"line {at.line}: expected", *at.block, *["\ngot"], *seen])
            )

    def _finish_counting(self):
        """All that differ at once: a change concerns many commands."""
        if self.counter and self.wrong_costs:
            raise Failed("\n".join(self.wrong_costs))

    # Comparing ---------------------------------------------------------------------

    def _require(self, pattern, octets):
        if not self.scope.matches(pattern, octets):
            raise Failed(f"expected\n    {pattern}\ngot\n    {shown(octets)}")

    def _compare(self, block, lines):
        """The block's lines in this order; "..." stands for any number of lines,
        "(nothing)" for none."""
        patterns = [] if block == ["(nothing)"] else list(block)
        if not self._compare_from(patterns, lines):
            got = "\n".join("    " + shown(line, 2000) for line in lines) or "    (nothing)"
            raise Failed("expected\n" + "\n".join("    " + p for p in block) + f"\ngot\n{got}")

    def _compare_from(self, patterns, lines):
        if not patterns:
            return not lines
        if patterns[0] == "...":
            return any(
                self._compare_from(patterns[1:], lines[skipped:])
                for skipped in range(len(lines) + 1)
            )
        return (
            bool(lines)
            and self.scope.matches(patterns[0], lines[0])
            and self._compare_from(patterns[1:], lines[1:])
        )
