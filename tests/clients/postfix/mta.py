"""Debian's Postfix, unpacked and set up in a folder of its own; of the machine's it needs
nothing but two names, and what docs/mail-in.md tells an administrator to write is read there.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import time

from client_test import same, unpacked
from postroom_testing.server import ROOT

PACKAGES = ["postfix", "postfix-pgsql"]
DOCUMENT = ROOT / "docs/mail-in.md"

SETTINGS = """compatibility_level = 3.6
config_directory = {folder}/etc
meta_directory = {folder}/etc
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
import_environment = MAIL_CONFIG TZ LD_LIBRARY_PATH
mail_owner = {owner}
setgid_group = mail
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.elsewhere.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
default_transport = error:5.4.1 nothing leaves this test
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
minimal_backoff_time = 600s
"""

# The second smtpd takes what the first refuses by the map, for the queue's sake; the next two take
# mail with TLS from the first octet, and by a Unix socket.
SERVICES = """{port} inet n - n - - smtpd
{blind_port} inet n - n - - smtpd -o virtual_mailbox_maps= -o smtpd_reject_unlisted_recipient=no
{tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
inject unix n - n - - smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
scache unix - - n - 1 scache
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

PRIVATE = "active bounce corrupt defer deferred flush hold incoming private saved trace".split()
SHARED = ("maildrop", "public")
QUEUES = ("maildrop", "incoming", "active", "deferred", "hold", "corrupt")


def documented(beginning):
    """The block of docs/mail-in.md that begins so."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.M | re.S)
    (block,) = [block for block in blocks if block.startswith(beginning)]
    return block


def replaced(text, values):
    """Each key, which must be there, by its value."""
    for key, value in values.items():
        same(key in text, True, f"{key} is in what is documented")
        text = text.replace(key, str(value))
    return text


class Postfix:
    def __init__(self, server, socket):
        self.root = unpacked("postfix", PACKAGES)
        self.folder = server.folder / "postfix"
        self.port, self.blind_port, self.tls_port = (server.world.ports.take() for _ in range(3))
        self.socket = self.folder / "queue/public/inject"
        # Whoever may reach the cluster's socket: smtpd asks the map as this user.
        self.owner = pwd.getpwuid(os.stat(server.world.cluster).st_uid).pw_name
        self.environment = dict(
            os.environ,
            MAIL_CONFIG=str(self.folder / "etc"),
            LD_LIBRARY_PATH=str(self.root / "usr/lib/postfix"),
        )
        self._make_folders()
        self._write_settings(server, socket)

    def _make_folders(self):
        for name in ("etc", "queue", "queue/pid"):
            (self.folder / name).mkdir(parents=True)
        for name in ("data", *(f"queue/{name}" for name in PRIVATE)):
            (self.folder / name).mkdir(mode=0o700)
            shutil.chown(self.folder / name, self.owner)
        for name in SHARED:
            path = self.folder / "queue" / name
            path.mkdir()
            shutil.chown(path, self.owner, "mail")
            path.chmod(0o730 if name == "maildrop" else 0o2710)

    def _write_settings(self, server, socket):
        etc = self.folder / "etc"
        values = {
            "root": self.root,
            "folder": self.folder,
            "owner": self.owner,
            "port": self.port,
            "blind_port": self.blind_port,
            "tls_port": self.tls_port,
            "certificate": server.world.certificate,
            "key": server.world.key,
        }
        delivery = replaced(
            documented("virtual_transport"),
            {"/run/postroom/lmtp": socket, "/etc/postfix/postroom.cf": etc / "postroom.cf"},
        )
        (etc / "main.cf").write_text(SETTINGS.format(**values) + delivery)
        (etc / "master.cf").write_text(SERVICES.format(**values))
        (etc / "dynamicmaps.cf").write_text("pgsql postfix-pgsql.so dict_pgsql_open\n")
        places = {
            "/var/run/postgresql": f"unix:{server.world.cluster}",
            "dbname = postroom": f"dbname = {server.database}",
        }
        (etc / "postroom.cf").write_text(replaced(documented("hosts = "), places))

    # Running it --------------------------------------------------------------------

    def __enter__(self):
        with open(self.folder / "master.log", "wb") as log:
            self.process = subprocess.Popen(
                [self.root / "usr/lib/postfix/sbin/master", "-d", "-c", self.folder / "etc"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )
        self.wait_until(lambda: "daemon started" in self.log())
        return self

    def __exit__(self, *_):
        """master ends its children before it does."""
        self.process.terminate()
        self.process.wait(20)

    def reload(self):
        """New processes, to which no database is known to be away."""
        self.process.send_signal(signal.SIGHUP)

    def queued(self, *names):
        """Messages in these queues."""
        queues = [self.folder / "queue" / name for name in names]
        return sum(len(files) for queue in queues for _, _, files in os.walk(queue))

    def wait_until_deferred(self, count):
        self.wait_until(lambda: self.queued("deferred") == self.queued(*QUEUES) == count)

    def flush(self):
        command = [self.root / "usr/sbin/postqueue", "-c", self.folder / "etc", "-f"]
        subprocess.run(command, check=True, env=self.environment, timeout=20)

    def wait_until_empty(self, flushes=False):
        """Of all mail that was taken; flushes makes it try again at once what was deferred."""

        def is_empty():
            if flushes and self.queued("deferred"):
                self.flush()
            return not self.queued(*QUEUES)

        self.wait_until(is_empty)

    def wait_until_delivered(self, more):
        """So many recipients more than until now."""
        wanted = self._whole_log().count("status=sent") + more
        self.wait_until(lambda: self._whole_log().count("status=sent") >= wanted)

    def wait_until(self, is_true, timeout=20):
        deadline = time.monotonic() + timeout
        while not is_true():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self.queued(*QUEUES)} messages in the queue:\n{self.log()}")
            time.sleep(0.05)

    def _whole_log(self):
        logs = [self.folder / name for name in ("master.log", "postfix.log")]
        return "".join(log.read_text("utf-8", "replace") for log in logs if log.exists())

    def log(self):
        """Its last lines."""
        return "\n".join(self._whole_log().splitlines()[-30:])
