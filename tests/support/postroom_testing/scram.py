"""The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677)."""

import base64
import hashlib
import hmac
import os


def _hmac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


class Scram:
    """first() → server's answer → final() → server's answer → verify()."""

    def __init__(self, user, password, binding=None, binding_name="tls-unique"):
        self.password = password.encode()
        self.gs2 = f"p={binding_name},,".encode() if binding else b"n,,"
        self.binding = binding or b""
        self.nonce = base64.b64encode(os.urandom(18))
        self.first_bare = b"n=" + user.encode() + b",r=" + self.nonce
        self.signature = None

    def first(self):
        return self.gs2 + self.first_bare

    def final(self, server_first):
        fields = dict(field.split(b"=", 1) for field in server_first.split(b","))
        if not fields[b"r"].startswith(self.nonce):
            raise ValueError("the server's nonce does not begin with ours")
        salted = hashlib.pbkdf2_hmac(
            "sha256", self.password, base64.b64decode(fields[b"s"]), int(fields[b"i"])
        )
        without_proof = (
            b"c=" + base64.b64encode(self.gs2 + self.binding) + b",r=" + fields[b"r"]
        )
        message = b",".join([self.first_bare, server_first, without_proof])
        client_key = _hmac(salted, b"Client Key")
        proof = _hmac(hashlib.sha256(client_key).digest(), message)
        self.signature = _hmac(_hmac(salted, b"Server Key"), message)
        mixed = bytes(a ^ b for a, b in zip(client_key, proof))
        return without_proof + b",p=" + base64.b64encode(mixed)

    def verify(self, server_final):
        """Whether the server has proved that it knows the verifier."""
        return server_final == b"v=" + base64.b64encode(self.signature)


def authenticate(connection, tag, user, password, plus=False, initial=True):
    """AUTHENTICATE; returns the tagged response."""
    binding = connection.socket.get_channel_binding("tls-unique") if plus else None
    scram = Scram(user, password, binding)
    mechanism = b"SCRAM-SHA-256-PLUS" if plus else b"SCRAM-SHA-256"
    first = base64.b64encode(scram.first())
    if initial:  # RFC 4959
        connection.send(tag + b" AUTHENTICATE " + mechanism + b" " + first + b"\r\n")
    else:
        connection.send(tag + b" AUTHENTICATE " + mechanism + b"\r\n")
        connection.receive()
        connection.send(first + b"\r\n")
    challenge = connection.receive()
    if not challenge.startswith(b"+ "):
        return challenge
    final = scram.final(base64.b64decode(challenge[2:]))
    connection.send(base64.b64encode(final) + b"\r\n")
    challenge = connection.receive()
    if not challenge.startswith(b"+ "):
        return challenge
    if not scram.verify(base64.b64decode(challenge[2:])):
        return b"the server did not prove that it knows the password"
    connection.send(b"\r\n")
    return connection.receive()
