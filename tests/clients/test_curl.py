"""curl: STARTTLS and TLS, uploads, fetches, custom commands."""

import subprocess

from postroom_testing.server import password_of

MAIL = b"From: alice@example.com\r\nSubject: by curl\r\n\r\nHello from curl.\r\n"


def curl(server, user, path, *options, scheme="imap"):
    port = server.imap_port if scheme == "imap" else server.imaps_port
    command = ["curl", "-sS", "--max-time", "30", "--cacert", str(server.world.certificate)]
    url = f"{scheme}://localhost:{port}/{path}"
    user = f"{user}:{password_of(user)}"
    done = subprocess.run([*command, *options, "-u", user, url], capture_output=True)
    if done.returncode:
        raise AssertionError(f"curl {url}: exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout


def upload(server, user, path, octets, **options):
    mail = server.folder / "mail.eml"
    mail.write_bytes(octets)
    curl(server, user, path, "-T", str(mail), **options)


def require(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


def test_upload_and_fetch_in_clear(server):
    upload(server, "alice", "INBOX", MAIL)
    require(curl(server, "alice", "INBOX;MAILINDEX=1"), MAIL)


def test_upload_and_fetch_with_starttls(server):
    upload(server, "alice", "INBOX", MAIL)
    require(curl(server, "alice", "INBOX;MAILINDEX=1", "--ssl-reqd"), MAIL)


def test_upload_and_fetch_with_tls(server):
    upload(server, "alice", "INBOX", MAIL, scheme="imaps")
    require(curl(server, "alice", "INBOX;UID=1", scheme="imaps"), MAIL)


def test_fetch_a_section(server):
    upload(server, "alice", "INBOX", MAIL)
    require(curl(server, "alice", "INBOX;UID=1;SECTION=TEXT"), b"Hello from curl.\r\n")


def test_login_options(server):
    for mechanism in ("PLAIN", "LOGIN"):
        listed = curl(server, "alice", "", "--login-options", f"AUTH={mechanism}", scheme="imaps")
        if b"INBOX" not in listed:
            raise AssertionError(f"AUTH={mechanism}: {listed!r}")


def test_search_and_store(server):
    upload(server, "alice", "INBOX", MAIL)
    require(curl(server, "alice", "INBOX?SUBJECT%20curl"), b"* SEARCH 1\r\n")
    curl(server, "alice", "INBOX", "-X", "STORE 1 +FLAGS (\\Flagged)")
    require(curl(server, "alice", "INBOX?FLAGGED"), b"* SEARCH 1\r\n")


def test_shared_folder(server):
    upload(server, "alice", "Shared/Sales", MAIL, scheme="imaps")
    require(curl(server, "bob", "Shared/Sales;MAILINDEX=1", scheme="imaps"), MAIL)
    require(curl(server, "carol", "Shared/Sales;MAILINDEX=1", scheme="imaps"), MAIL)


def test_wrong_password(server):
    command = ["curl", "-sS", "--max-time", "30", "-u", "alice:wrong"]
    done = subprocess.run([*command, f"imap://localhost:{server.imap_port}/"], capture_output=True)
    require(done.returncode, 67)  # CURLE_LOGIN_DENIED
