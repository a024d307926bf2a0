"""Dovecot, twice: sdbox and maildir.

Like Postroom it has rights by group (acl), a shared namespace and a \\Seen flag
for each user in it (INDEXPVT). mail_fsync is "optimized", as Debian has it: new
messages are flushed to disk before OK, changes of flags are not. Its imap-login
serves many connections a process, which is several times faster than the
default, and passwords have one round of SHA-256: what it has to do for a login
is less than what Postroom does for a user's first one.
"""

import atexit
import base64
import hashlib
import os
import resource
import sys
from pathlib import Path

from .. import servers
from . import peer, root

PACKAGES = ("dovecot-imapd", "dovecot-lmtpd", "dovecot-core")
INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
INSTANCES_WANTED = 16384
FILES_BESIDE_CLIENTS = 1000

CONFIGURATION = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = /srv/{name}/run
state_dir = /srv/{name}/state
log_path = /dev/stderr
ssl = yes
ssl_cert = </srv/{name}/certificate.pem
ssl_key = </srv/{name}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain
auth_username_format = %Ln
recipient_delimiter = +
lmtp_save_to_detail_mailbox = yes
mail_fsync = optimized
mail_location = {name}:~/mail
mail_plugins = acl
mail_max_userip_connections = 100000
default_vsz_limit = 4G
passdb {{
  driver = passwd-file
  args = /srv/{name}/users
}}
userdb {{
  driver = passwd-file
  args = /srv/{name}/users
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
namespace shared {{
  type = public
  separator = /
  prefix = Shared/
  location = {name}:/srv/{name}/shared:INDEXPVT=~/shared
  subscriptions = no
}}
plugin {{
  acl = vfile:/srv/{name}/rights
}}
protocol imap {{
  mail_plugins = acl imap_acl
}}
protocol lmtp {{
  postmaster_address = postmaster@{domain}
}}
service imap-login {{
  service_count = 0
  process_min_avail = 2
  process_limit = 2
  client_limit = {clients}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service imap {{
  process_limit = {clients}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
"""
# Those to which every imap process has a connection.
CENTRAL_SERVICES = ("anvil", "auth", "config", "log", "stats")
RIGHTS = """
Shared group=sales lrk
Shared/* group=sales lrwstipkxe
"""


def hash_password():
    salt = os.urandom(16)
    digest = hashlib.sha256(servers.PASSWORD.encode() + salt).digest()
    return "{SSHA256}" + base64.b64encode(digest + salt).decode()


class Dovecot(peer.Peer):
    shared_address = f"{servers.MEMBERS[0]}+{servers.SHARED[0]}@{servers.DOMAIN}"

    def configure(self):
        home = self.root.add(f"srv/{self.name}")
        self.root.add(f"srv/{self.name}/state")
        for name in ("homes", "shared"):
            self.root.add(f"srv/{self.name}/{name}", "vmail")
        servers.make_certificate(home)
        (home / "users").write_text("".join(map(self._user_line, servers.USERS)))
        (home / "rights").write_text(RIGHTS)
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        clients = min(files, servers.OPEN_FILES) - FILES_BESIDE_CLIENTS
        text = CONFIGURATION.format(
            name=self.name,
            port=self.port,
            lmtp_port=self.lmtp_port,
            domain=servers.DOMAIN,
            clients=clients,
        )
        for service in CENTRAL_SERVICES:
            text += f"service {service} {{\n  client_limit = {clients}\n}}\n"
        (home / "dovecot.conf").write_text(text)

    def _user_line(self, user):
        vmail = root.USERS["vmail"]
        groups = "userdb_acl_groups=sales" if user in servers.MEMBERS else ""
        home = f"/srv/{self.name}/homes/{user}"
        return f"{user}:{hash_password()}:{vmail}:{vmail}::{home}::{groups}\n"

    def command(self):
        return "/usr/sbin/dovecot", "-F", "-c", f"/srv/{self.name}/dovecot.conf"

    def prepare_mailboxes(self):
        with self.session(servers.MEMBERS[0]) as run:
            for mailbox in servers.SHARED:
                run("create", mailbox)


def raise_instances():
    """IDLE takes an inotify instance for each session; without one Dovecot looks
    for news every 30 seconds only."""
    before = INSTANCES.read_text()
    if int(before) >= INSTANCES_WANTED:
        return
    try:
        INSTANCES.write_text(str(INSTANCES_WANTED))
        atexit.register(INSTANCES.write_text, before)
    except OSError:
        print(f"bench: {INSTANCES} stays {before.strip()}: Dovecot idles slowly", file=sys.stderr)


def make_servers(folder, archives):
    raise_instances()
    shelter = root.Root(folder / "dovecot-root", archives / "dovecot", PACKAGES)
    shelter.make()
    return [Dovecot(name, folder, shelter) for name in ("sdbox", "maildir")]
