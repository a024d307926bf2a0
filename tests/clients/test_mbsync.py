"""mbsync: a folder made there, and a shared one."""

import subprocess

from postroom_testing.connection import connect
from postroom_testing.server import password_of


CONFIG = """
IMAPAccount postroom
Host localhost
Port {port}
User alice
Pass {password}
SSLType {tls}
CertificateFile {certificate}

IMAPStore remote
Account postroom

MaildirStore local
Path {folder}/
Inbox {folder}/INBOX
SubFolders Verbatim

Channel all
Far :remote:
Near :local:
Patterns INBOX Work Shared/Sales
Create Both
Expunge Both
SyncState *
Sync All
"""


class Mailbox:
    """A Maildir that mbsync keeps the same as the server's mailboxes."""

    def __init__(self, server, tls="IMAPS"):
        self.folder = server.folder / "mail"
        self.folder.mkdir()
        self.config = server.folder / "mbsyncrc"
        port = server.imaps_port if tls == "IMAPS" else server.imap_port
        text = CONFIG.format(
            port=port,
            password=password_of("alice"),
            tls=tls,
            certificate=server.world.certificate,
            folder=self.folder,
        )
        self.config.write_text(text)

    def sync(self):
        command = ["mbsync", "-V", "-c", str(self.config), "all"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        said = done.stdout + done.stderr
        if done.returncode or "error" in said.lower():
            raise AssertionError(f"mbsync: exit {done.returncode}: {said[-3000:]}")

    def files(self, name="INBOX"):
        place = self.folder / name
        return sorted(path for part in ("cur", "new") for path in place.glob(f"{part}/*"))

    def state(self):
        """Every file's name and age: what a run that changes nothing leaves."""
        return {
            str(path): path.stat().st_mtime_ns
            for path in self.folder.rglob("*")
            if path.is_file() and "/tmp/" not in str(path)
        }


def log_in(server):
    connection, _ = connect(server.imap_port)
    connection.command(f"LOGIN alice {password_of('alice')}")
    return connection


def mail(number):
    return f"From: alice@example.com\r\nSubject: number {number}\r\n\r\nText {number}\r\n".encode()


def append(connection, mailbox, number):
    octets = mail(number)
    connection.command(b"APPEND %s {%d+}\r\n%s" % (mailbox, len(octets), octets))


def require(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


def test_new_folder_and_shared_folder(server):
    connection = log_in(server)
    local = Mailbox(server, tls="STARTTLS")
    connection.command("CREATE Work")
    append(connection, b"Work", 1)
    append(connection, b"Shared/Sales", 2)
    local.sync()
    require(len(local.files("Work")), 1)
    require(len(local.files("Shared/Sales")), 1)
