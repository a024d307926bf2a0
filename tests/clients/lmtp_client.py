"""LMTP for tests: a plain connection, and what has come, by IMAP."""

import socket

from client_test import same
from postroom_testing.connection import connect
from postroom_testing.server import password_of

DOMAIN = "example.org"


class Lmtp:
    """A plain connection that has said LHLO."""

    def __init__(self, server, greets=True):
        self.server = server
        self.socket = socket.create_connection(("127.0.0.1", server.lmtp_port), 30)
        self.file = self.socket.makefile("rb")
        self.expect(220)
        if greets:
            self.extensions = self.ask("LHLO client.example", 250)

    def send(self, octets):
        self.socket.sendall(octets if isinstance(octets, bytes) else octets.encode() + b"\r\n")

    def reply(self):
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                raise AssertionError("the server has closed")
            same(line[-2:], b"\r\n", f"the end of {line!r}")
            lines.append(line[4:-2].decode())
            if line[3:4] != b"-":
                return int(line[:3]), lines

    def expect(self, code, enhanced=None):
        got, lines = self.reply()
        same(got, code, f"the code of {lines}")
        if enhanced:
            same(lines[0].split(" ")[0], enhanced, f"the enhanced code of {lines}")
        return lines

    def ask(self, command, code, enhanced=None):
        self.send(command)
        return self.expect(code, enhanced)

    def begin(self, *recipients, sender="sender@elsewhere.example", parameters=""):
        self.ask(f"MAIL FROM:<{sender}>{parameters}", 250, "2.1.0")
        for recipient in recipients:
            self.ask(f"RCPT TO:<{recipient}>", 250, "2.1.5")

    def closed(self):
        same(self.file.read(), b"", "what comes before the end")

    def close(self):
        self.file.close()
        self.socket.close()


def imap(server, user):
    connection, _ = connect(server.imap_port)
    connection.command(f"LOGIN {user} {password_of(user)}")
    return connection


def bodies(server, user, mailbox):
    """Octets of all messages."""
    connection = imap(server, user)
    connection.command(f'EXAMINE "{mailbox}"')
    untagged, _ = connection.command("UID FETCH 1:* BODY.PEEK[]")
    connection.close()
    found = []
    for line in untagged:
        if b"BODY[]" in line:
            size = int(line.split(b"{")[1].split(b"}")[0])
            start = line.index(b"}\r\n") + 3
            found.append(line[start : start + size])
    return found
