"""Python's imaplib: an ordinary session from login to logout."""

import imaplib
import ssl
import time

from postroom_testing.server import password_of

MAIL = b"From: alice@example.com\r\nSubject: by imaplib\r\n\r\nHello.\r\n"


def ok(result):
    status, data = result
    if status != "OK":
        raise AssertionError(f"{status}: {data}")
    return data


def require(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


def context_of(server):
    return ssl.create_default_context(cafile=server.world.certificate)


def log_in(server, user="alice"):
    client = imaplib.IMAP4("localhost", server.imap_port)
    ok(client.login(user, password_of(user)))
    return client


def test_a_whole_session(server):
    client = log_in(server)
    ok(client.create("Work"))
    ok(client.subscribe("Work"))
    ok(client.append("Work", "(\\Seen)", imaplib.Time2Internaldate(time.time()), MAIL))
    require(ok(client.select("Work")), [b"1"])
    require(ok(client.search(None, "SUBJECT", '"imaplib"')), [b"1"])
    require(ok(client.fetch("1", "(BODY.PEEK[])"))[0][1], MAIL)
    ok(client.store("1", "+FLAGS", "(\\Flagged $Work)"))
    flags = imaplib.ParseFlags(ok(client.fetch("1", "(FLAGS)"))[0])
    require({b"\\Seen", b"\\Flagged", b"$Work"} <= set(flags), True)
    ok(client.copy("1", "INBOX"))
    ok(client.store("1", "+FLAGS", "\\Deleted"))
    require(ok(client.expunge()), [b"1"])
    ok(client.close())
    ok(client.rename("Work", "Labour"))
    require(len(ok(client.list('""', "*"))), 4)
    ok(client.delete("Labour"))
    require(client.logout()[0], "BYE")


def test_starttls(server):
    client = imaplib.IMAP4("localhost", server.imap_port)
    ok(client.starttls(context_of(server)))
    ok(client.login("alice", password_of("alice")))
    ok(client.noop())
    client.logout()


def test_tls(server):
    context = context_of(server)
    client = imaplib.IMAP4_SSL("localhost", server.imaps_port, ssl_context=context)
    ok(client.login("alice", password_of("alice")))
    require(ok(client.status("INBOX", "(MESSAGES)")), [b"INBOX (MESSAGES 0)"])
    client.logout()


def test_authenticate_plain(server):
    client = imaplib.IMAP4("localhost", server.imap_port)
    answer = f"\0alice\0{password_of('alice')}".encode()
    ok(client.authenticate("PLAIN", lambda challenge: answer))
    client.logout()


def test_rights(server):
    client = log_in(server)
    ok(client.create("Work"))
    ok(client.setacl("Work", "bob", "lr"))
    require(b"bob lr" in ok(client.getacl("Work"))[0], True)
    bob = log_in(server, "bob")
    require(ok(bob.myrights('"Other Users/alice/Work"')), [b'"Other Users/alice/Work" lr'])
    ok(client.deleteacl("Work", "bob"))
    require(bob.select('"Other Users/alice/Work"')[0], "NO")
    ok(client.namespace())
    client.logout()
    bob.logout()


def test_errors_are_exceptions(server):
    client = log_in(server)
    require(client.select("Nowhere")[0], "NO")
    ok(client.select("INBOX"))
    try:
        client.fetch("99", "(FLAGS)")
    except imaplib.IMAP4.error:
        return
    raise AssertionError("a message number that is not there was not refused")


def test_many_messages(server):
    client = log_in(server)
    began = time.monotonic()
    for number in range(200):
        ok(client.append("INBOX", None, None, MAIL + b"%d\r\n" % number))
    # imaplib sends a literal and its CRLF apart: 40 ms each when the server's kernel
    # takes its time to acknowledge the first.
    require(time.monotonic() - began < 6, True)
    ok(client.select("INBOX"))
    fetched = [part for part in ok(client.fetch("1:*", "(UID BODY.PEEK[])")) if part != b")"]
    require([octets for _, octets in fetched], [MAIL + b"%d\r\n" % i for i in range(200)])
