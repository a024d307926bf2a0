"""mbsync: 300 messages both ways; a repeated run changes nothing."""

import subprocess

from postroom_testing.connection import connect
from postroom_testing.server import password_of

MESSAGES = 300

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


def count(connection, mailbox):
    untagged, _ = connection.command(f"STATUS {mailbox} (MESSAGES)")
    return int(untagged[-1].rsplit(b" ", 1)[1].rstrip(b")"))


def modseqs(server):
    """The highest modseq of every mailbox: it does not move when nothing changes."""
    command = ["psql", "-XAtc", "SELECT mailbox_id, highest_modseq FROM mailbox_state ORDER BY 1"]
    conninfo = server.world.conninfo(server.database)
    return subprocess.run([*command, conninfo], capture_output=True, check=True).stdout


def require(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


def unix_lines(octets):
    """mbsync stores with LF."""
    return octets.replace(b"\r\n", b"\n")


def body(path):
    lines = path.read_bytes().split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith(b"X-TUID:"))


def test_both_ways(server):
    connection = log_in(server)
    local = Mailbox(server)
    for number in range(MESSAGES // 2):
        append(connection, b"INBOX", number)
    local.sync()
    require(len(local.files()), MESSAGES // 2)
    for number in range(MESSAGES // 2, MESSAGES):
        place = local.folder / "INBOX/cur" / f"{number}.here:2,S"
        place.write_bytes(unix_lines(mail(number)))
    local.sync()
    require(count(connection, "INBOX"), MESSAGES)
    texts = sorted(body(path) for path in local.files())
    require(texts, sorted(unix_lines(mail(number)) for number in range(MESSAGES)))
    before = local.state(), modseqs(server)
    local.sync()
    require((local.state(), modseqs(server)), before)


def test_flags_and_deletions_both_ways(server):
    connection = log_in(server)
    local = Mailbox(server)
    for number in range(10):
        append(connection, b"INBOX", number)
    local.sync()
    connection.command("SELECT INBOX")
    connection.command("STORE 1 +FLAGS (\\Flagged)")
    connection.command("STORE 2 +FLAGS (\\Deleted)")
    connection.command("EXPUNGE")
    local.sync()
    require(len(local.files()), 9)
    require(len([path for path in local.files() if "F" in path.name.rpartition(",")[2]]), 1)
    victim, seen = local.files()[5], local.files()[6]
    victim.unlink()
    base = seen.name.partition(":")[0]
    seen.rename(local.folder / "INBOX/cur" / f"{base}:2,RS")
    local.sync()
    connection.command("NOOP")
    require(count(connection, "INBOX"), 8)
    untagged, _ = connection.command("SEARCH ANSWERED SEEN")
    require(len(untagged[0].split()), 3)


def test_new_folder_and_shared_folder(server):
    connection = log_in(server)
    local = Mailbox(server, tls="STARTTLS")
    connection.command("CREATE Work")
    append(connection, b"Work", 1)
    append(connection, b"Shared/Sales", 2)
    local.sync()
    require(len(local.files("Work")), 1)
    require(len(local.files("Shared/Sales")), 1)
