"""Mail from outside, by LMTP (RFC 2033)."""

import socket

PATIENCE = 30


class NotDelivered(RuntimeError):
    """The reply that was no yes."""


def _expect(replies, code):
    while True:
        line = replies.readline()
        if line[:3] != code:
            raise NotDelivered(f"expected {code.decode()}, got {line!r}")
        if line[3:4] != b"-":
            return


def deliver(port, recipients, octets):
    """One message to all of them, who must all be given it."""
    commands = ["MAIL FROM:<sender@elsewhere.example>"]
    commands += [f"RCPT TO:<{recipient}>" for recipient in recipients]
    text = "".join(f"{command}\r\n" for command in [*commands, "DATA"])
    stuffed = octets.replace(b"\r\n.", b"\r\n..")
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as wire:
        replies = wire.makefile("rb")
        _expect(replies, b"220")
        wire.sendall(b"LHLO client.example\r\n")
        _expect(replies, b"250")
        wire.sendall(text.encode())
        for _ in commands:
            _expect(replies, b"250")
        _expect(replies, b"354")
        wire.sendall(stuffed + b".\r\n")
        for _ in recipients:
            _expect(replies, b"250")
        wire.sendall(b"QUIT\r\n")
        _expect(replies, b"221")
