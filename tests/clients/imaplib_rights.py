"""The calls for rights of Python's imaplib and of what has its methods, as a client of
rights_cases."""

from client_test import password_of
from imap_value import parse
from rights_cases import Failed
from witness import without_obsolete


def octets(data):
    """What was read, its literals included: those come as tuples."""
    parts = [b"\r\n".join(item) if isinstance(item, tuple) else item for item in data]
    return b"".join(parts)


class ImaplibRights:
    """Of a class that has connected(server), which opens a connection by TLS, and ERROR,
    what it raises when the server says BAD."""

    def __init__(self, server, user):
        self.client = self.connected(server)
        self.client.login(user, password_of(user))

    def end(self):
        self.client.logout()

    def _call(self, method, mailbox, *arguments):
        try:
            status, data = getattr(self.client, method)(f'"{mailbox}"', *arguments)
        except self.ERROR as error:
            raise Failed(str(error)) from None
        if status != "OK":
            raise Failed(octets(data).decode())
        return data

    def create(self, mailbox):
        self._call("create", mailbox)

    def setacl(self, mailbox, identifier, rights):
        self._call("setacl", mailbox, identifier, rights)

    def deleteacl(self, mailbox, identifier):
        self._call("deleteacl", mailbox, identifier)

    def acl(self, mailbox):
        values, _ = parse(octets(self._call("getacl", mailbox)))
        words = [value.decode() for value in values[1:]]
        return dict(zip(words[0::2], map(without_obsolete, words[1::2])))

    def rights(self, mailbox):
        values, _ = parse(octets(self._call("myrights", mailbox)))
        return without_obsolete(values[1].decode())

    def identifier(self, name):
        """They know literals at the end of a command only: it has to bring its own."""
        encoded = name.encode()
        return name if name.isascii() else b"{%d+}\r\n%s" % (len(encoded), encoded)
