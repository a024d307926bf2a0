"""Cyrus IMAP.

Rights by group (of /etc/group in its root), shared mailboxes below Shared/, and
a \\Seen flag for each user, as it always has. It flushes new messages and all
changes of its indexes to disk. Passwords are not hashed (sasldb). What is not
said here is as Debian has it.
"""

from .. import servers
from . import peer, root

PACKAGES = ("cyrus-imapd", "sasl2-bin")
ADMINISTRATOR = "cyrus"
SESSIONS = 12000

IMAPD = """
configdirectory: /var/lib/cyrus
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
idlesocket: /run/cyrus/socket/idle
defaultpartition: default
partition-default: /var/spool/cyrus/mail
altnamespace: yes
unixhierarchysep: yes
sharedprefix: Shared
hashimapspool: yes
umask: 077
admins: cyrus
allowplaintext: yes
sasl_mech_list: PLAIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
unix_group_enable: yes
tls_server_cert: /var/lib/cyrus/certificate.pem
tls_server_key: /var/lib/cyrus/key.pem
"""
MASTER = """
START {{
  recover cmd="ctl_cyrusdb -r"
  idled cmd="idled"
}}
SERVICES {{
  imap cmd="imapd -U 1000" listen="127.0.0.1:{port}" prefork=8 maxchild={sessions}
  lmtp cmd="lmtpd -a" listen="127.0.0.1:{lmtp_port}" prefork=0 maxchild={sessions}
}}
EVENTS {{
  checkpoint cmd="ctl_cyrusdb -c" period=30
}}
"""
FOLDERS = ("var/lib/cyrus", "var/lib/cyrus/socket", "var/spool/cyrus/mail", "run/cyrus", "run/cyrus/proc",
           "run/cyrus/lock", "run/cyrus/socket")  # fmt: skip


class Cyrus(peer.Peer):
    shared_address = f"+{servers.SHARED[0].partition('/')[2]}@{servers.DOMAIN}"

    def configure(self):
        for folder in FOLDERS:
            self.root.add(folder, "cyrus", 0o750)
        for file in servers.make_certificate(self.root.folder / "var/lib/cyrus"):
            self.root.own(file, "cyrus")
        etc = self.root.folder / "etc"
        (etc / "imapd.conf").write_text(IMAPD)
        (etc / "cyrus.conf").write_text(MASTER.format(port=self.port, lmtp_port=self.lmtp_port, sessions=SESSIONS))
        for user in (*servers.USERS, ADMINISTRATOR):
            self.root.run("/usr/sbin/saslpasswd2", "-p", "-c", user, input=servers.PASSWORD)
        self.root.own("etc/sasldb2", "cyrus")

    def command(self):
        return "/usr/lib/cyrus/bin/master", "-C", "/etc/imapd.conf", "-M", "/etc/cyrus.conf"

    def prepare_mailboxes(self):
        with self.session(ADMINISTRATOR) as run:
            for user in servers.USERS:
                run("create", f"user/{user}")
            for mailbox in servers.SHARED:
                name = mailbox.partition("/")[2]
                run("create", name)
                run("setacl", name, "group:sales", "lrswipkxte")
                run("setacl", name, "anyone", "p")


def make_servers(folder, archives):
    shelter = root.Root(folder / "cyrus-root", archives / "cyrus", PACKAGES)
    shelter.make([f"sales:x:61910:{','.join(servers.MEMBERS)}\n"])
    return [Cyrus("cyrus", folder, shelter)]
