"""Odd messages from the world: in by APPEND and by import, out octet for octet.

POSTROOM_CORPUS names a folder; every .eml below it counts. Without it the
messages of the fuzz targets' corpus go in.
"""

import os
from pathlib import Path

from postroom_testing.connection import connect
from postroom_testing.server import ROOT, password_of

ITEMS = b"(ENVELOPE BODYSTRUCTURE BODY RFC822.SIZE BODY.PEEK[] BODY.PEEK[HEADER] BODY.PEEK[TEXT])"


def corpus():
    folder = Path(os.environ.get("POSTROOM_CORPUS", ROOT / "tests/fuzz/corpus/mime"))
    mails = [path for path in sorted(folder.rglob("*.eml")) if path.stat().st_size > 0]
    if not mails:
        raise AssertionError(f"no .eml below {folder}")
    return mails


def log_in(server):
    connection, _ = connect(server.imap_port)
    connection.command(f"LOGIN alice {password_of('alice')}")
    return connection


def fetch(connection, number):
    """The literal that FETCH BODY[] brings."""
    untagged, _ = connection.command(b"FETCH %d BODY.PEEK[]" % number)
    header, _, rest = untagged[0].partition(b"\r\n")
    size = int(header[header.rindex(b"{") + 1 : -1])
    return rest[:size]


def require_same(connection, mails):
    connection.command("SELECT INBOX")
    altered = [
        str(path)
        for number, path in enumerate(mails, 1)
        if fetch(connection, number) != path.read_bytes()
    ]
    if altered:
        raise AssertionError(f"{len(altered)} came back altered: {altered[:10]}")


def test_append(server):
    connection = log_in(server)
    mails = corpus()
    for path in mails:
        octets = path.read_bytes()
        connection.command(b"APPEND INBOX {%d+}\r\n%s" % (len(octets), octets))
    require_same(connection, mails)


def test_import(server):
    mails = corpus()
    server.control("import", "alice:INBOX", *mails)
    connection = log_in(server)
    require_same(connection, mails)


def test_import_twice_is_once(server):
    mails = corpus()
    server.control("import", "alice:INBOX", *mails)
    server.control("import", "alice:INBOX", *mails)
    connection = log_in(server)
    require_same(connection, mails)
    untagged, _ = connection.command("STATUS INBOX (MESSAGES)")
    if untagged[-1] != b"* STATUS INBOX (MESSAGES %d)" % len(mails):
        raise AssertionError(untagged[-1])


def test_everything_can_be_fetched_and_searched(server):
    mails = corpus()
    server.control("import", "alice:INBOX", *mails)
    connection = log_in(server)
    connection.command("SELECT INBOX")
    for number in range(1, len(mails) + 1):
        connection.command(b"FETCH %d %s" % (number, ITEMS))
    connection.command("SEARCH TEXT nothing-like-this")
    connection.command("SEARCH OR FROM e SUBJECT e SENTSINCE 1-Jan-1990")
