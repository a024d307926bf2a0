"""One IMAP connection: sends octets, receives whole responses.

A response is one line and the literals in it, without its last CRLF, as the
server sent it: b'* 1 FETCH (BODY[] {2}\r\nhi)'.
"""

import re
import socket
import ssl
import time

from .deflated_socket import DeflatedSocket

LITERAL_AT_END = re.compile(rb"\{(\d+)\}$")


class Closed(Exception):
    """The server has ended the connection."""


class Silent(Exception):
    """Nothing (more) came in the time given."""


class Refused(Exception):
    """A command did not get the reply that was asked for."""


def tls_context(version=None):
    """A context that takes the self-signed certificates of tests."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.minimum_version = context.maximum_version = version
    return context


class Connection:
    def __init__(self, port, tls=None, host="127.0.0.1", timeout=20):
        self._begin(socket.create_connection((host, port), timeout), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.start_tls(tls)

    @classmethod
    def over(cls, connected, timeout=20):
        """A connection by a socket that is there already."""
        connection = cls.__new__(cls)
        connection._begin(connected, timeout)
        return connection

    def _begin(self, connected, timeout):
        self.timeout = timeout
        self.received = b""
        self.tag_number = 0
        self.socket = connected

    def start_tls(self, context):
        self.socket.settimeout(self.timeout)
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def start_deflate(self):
        self.socket = DeflatedSocket(self.socket, self._take(len(self.received)))

    def close(self):
        self.socket.close()

    # Octets ----------------------------------------------------------------

    def send(self, octets):
        self.socket.settimeout(max(self.timeout, 60))
        self.socket.sendall(octets)

    def _fill(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise Silent()
        self.socket.settimeout(left)
        try:
            octets = self.socket.recv(1 << 16)
        except (TimeoutError, ssl.SSLWantReadError):
            raise Silent() from None
        except (ConnectionError, ssl.SSLError):
            octets = b""
        if not octets:
            raise Closed()
        self.received += octets

    def _take(self, size):
        taken, self.received = self.received[:size], self.received[size:]
        return taken

    # Responses -------------------------------------------------------------

    def _response_end(self, deadline):
        """Where the response at the start of what was received ends."""
        at = 0
        while True:
            end = self.received.find(b"\r\n", at)
            if end < 0:
                self._fill(deadline)
                continue
            literal = LITERAL_AT_END.search(self.received, at, end)
            if not literal:
                return end
            at = end + 2 + int(literal[1])
            while len(self.received) < at:
                self._fill(deadline)

    def receive(self, timeout=None):
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        end = self._response_end(deadline)
        return self._take(end + 2)[:-2]

    def wait_closed(self, timeout=None):
        """Everything that still comes, until the server closes."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        try:
            while True:
                self._fill(deadline)
        except Closed:
            return self._take(len(self.received))

    # Commands --------------------------------------------------------------

    def send_command(self, octets):
        """Sends a command's text, pausing for "+" at each synchronising literal."""
        at = 0
        for literal in re.finditer(rb"\{(\d+)\}\r\n", octets):
            if literal.start() < at:
                continue  # looks like one, inside of one
            self.send(octets[at : literal.end()])
            answer = self.receive()
            while answer.startswith(b"* "):
                answer = self.receive()
            if not answer.startswith(b"+ "):
                self.received = answer + b"\r\n" + self.received
                return
            at = literal.end() + int(literal[1])
            self.send(octets[literal.end() : at])
        self.send(octets[at:])

    def command(self, text, wanted="OK"):
        """Sends a command; returns its untagged responses and the tagged one."""
        self.tag_number += 1
        tag = b"t%d" % self.tag_number
        octets = text.encode() if isinstance(text, str) else text
        self.send_command(tag + b" " + octets + b"\r\n")
        untagged = []
        while True:
            response = self.receive()
            if response.startswith(tag + b" "):
                break
            untagged.append(response)
        reply = response[len(tag) + 1 :].decode("utf-8", "replace")
        if wanted and not reply.startswith(wanted):
            raise Refused(f"{text!r} got {reply!r} instead of {wanted!r}")
        return untagged, reply

    def session(self):
        """The server's id of this session, "<worker>-<number>"."""
        untagged, _ = self.command("ID NIL")
        return re.search(rb'"session" "([^"]+)"', b"\n".join(untagged))[1].decode()

    def worker(self):
        return int(self.session().split("-")[0])


def connect(port, tls=None, timeout=20):
    """A connection that has read the greeting, and the greeting."""
    connection = Connection(port, tls, timeout=timeout)
    return connection, connection.receive()


def connect_to_worker(port, is_wanted, tls=None, attempts=200):
    """Connects until the kernel chooses a worker for which is_wanted(number)."""
    for _ in range(attempts):
        connection, greeting = connect(port, tls)
        if is_wanted(connection.worker()):
            return connection, greeting
        connection.close()
    raise Refused(f"no such worker in {attempts} connections")
