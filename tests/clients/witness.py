"""A second login by plain protocol: says what the calls of a client have really done."""

import hashlib
import re

from postroom_testing.connection import LITERAL_AT_END, Refused, connect, tls_context
from postroom_testing.server import password_of

from client_test import same
from imap_value import parse

SUBJECT = re.compile(rb"^Subject: ([^\r\n]*)", re.MULTILINE)


def literal(text):
    octets = text if isinstance(text, bytes) else text.encode()
    return b"{%d}\r\n%s" % (len(octets), octets)


class Witness:
    """Rights are told without the letters c and d of RFC 2086, which say nothing new."""

    def __init__(self, server, user, password=None):
        self.connection, _ = connect(server.imaps_port, tls_context())
        password = password or password_of(user)
        self.connection.command(b"LOGIN " + literal(user) + b" " + literal(password))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def _values(self, command, mailbox, rest=b""):
        """What the one untagged response has behind the mailbox's name."""
        untagged, _ = self.connection.command(command + b" " + literal(mailbox) + rest)
        start = b"* %s " % command.removeprefix(b"GET")
        (found,) = [line[len(start) :] for line in untagged if line.startswith(start)]
        values, _ = parse(found)
        return [value.decode() for value in values[1:]]

    def acl(self, mailbox):
        """{identifier: rights}, for one who has the right to see them."""
        values = self._values(b"GETACL", mailbox)
        return dict(zip(values[0::2], map(without_obsolete, values[1::2])))

    def rights(self, mailbox):
        """This user's; None when there is no such mailbox for them."""
        try:
            (rights,) = self._values(b"MYRIGHTS", mailbox)
        except Refused as refused:
            if "[NONEXISTENT]" not in str(refused):
                raise
            return None
        return without_obsolete(rights)

    def list_rights(self, mailbox, identifier):
        """The groups of rights, the first is what the identifier has at any rate."""
        return self._values(b"LISTRIGHTS", mailbox, b" " + literal(identifier))[1:]

    def quota(self, root):
        """{resource: [used, limit]}"""
        untagged, _ = self.connection.command(b"GETQUOTA " + literal(root))
        (line,) = [line for line in untagged if line.startswith(b"* QUOTA ")]
        words = parse(line[len(b"* QUOTA ") :])[0][1]
        return {words[at].decode(): words[at + 1 : at + 3] for at in range(0, len(words), 3)}

    def append(self, mailbox, message, wanted="OK", flags=""):
        """The tagged reply."""
        command = b"APPEND " + literal(mailbox) + f" ({flags}) ".encode() + literal(message)
        return self.connection.command(command, wanted)[1]

    def command(self, command):
        return self.connection.command(command)

    def status(self, mailbox, items):
        """As the server words it, in parentheses."""
        (line,), _ = self.connection.command(
            b"STATUS " + literal(mailbox) + f" ({items})".encode()
        )
        return line[line.index(b"(") :].decode()

    def store(self, mailbox, numbers, change):
        self.connection.command(b"SELECT " + literal(mailbox))
        self.connection.command(f"STORE {numbers} {change}")
        self.connection.command("UNSELECT")

    def expunge(self, mailbox, numbers):
        self.connection.command(b"SELECT " + literal(mailbox))
        self.connection.command(f"STORE {numbers} +FLAGS.SILENT (\\Deleted)")
        self.connection.command("CLOSE")

    def messages(self, mailbox):
        """{subject: (its flags but \\Recent, a digest of its octets)}; all subjects differ."""
        self.connection.command(b"EXAMINE " + literal(mailbox))
        fetched, _ = self.connection.command("FETCH 1:* (FLAGS BODY.PEEK[])", None)
        self.connection.command("UNSELECT")
        found = {}
        for response in fetched:
            line, _, body = response.partition(b"\r\n")
            flags = set(re.search(rb"FLAGS \((.*?)\)", line)[1].decode().split())
            octets = body[: int(LITERAL_AT_END.search(line)[1])]
            subject = SUBJECT.search(octets)[1].decode()
            same(subject in found, False, f"a second {subject}")
            digest = hashlib.sha256(octets).hexdigest()[:16]
            found[subject] = " ".join(sorted(flags - {r"\Recent"})), digest
        return found

    def subjects(self, mailbox):
        """Those of all messages, by EXAMINE."""
        self.connection.command(b"EXAMINE " + literal(mailbox))
        fetched, _ = self.connection.command("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])", None)
        lines = [re.search(rb"Subject: ([^\r\n]*)", line) for line in fetched]
        return [line[1].decode() for line in lines if line]

    def listed(self, pattern, command=b"LIST"):
        """{mailbox: attributes}"""
        untagged, _ = self.connection.command(command + b' "" ' + literal(pattern))
        found = {}
        for line in untagged:
            attributes, _, mailbox = parse(line[len(b"* LIST ") :])[0]
            found[mailbox.decode()] = {bytes(attribute).decode() for attribute in attributes}
        return found


def without_obsolete(rights):
    return rights.replace("c", "").replace("d", "")
