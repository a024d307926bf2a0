"""What all peers have in common: they run chrooted, as root, and are made ready
over IMAP."""

import contextlib
import imaplib
import socket

from .. import servers


class Peer(servers.Server):
    """One has configure(), command() and prepare_mailboxes()."""

    def __init__(self, name, folder, root):
        super().__init__(name, folder / name)
        self.root = root

    def prepare(self):
        self.configure()
        self.start(1)
        self.prepare_mailboxes()

    def start(self, workers):
        self.launch(self.root.command(*self.command()))
        self.await_start(self._greets)

    def suits(self, workers):
        """It has as many processes as it likes."""
        return self.is_alive()

    def _greets(self):
        with contextlib.suppress(OSError), socket.create_connection(
            ("127.0.0.1", self.port), timeout=5
        ) as connection:
            return connection.recv(4) == b"* OK"
        return False

    @contextlib.contextmanager
    def session(self, user):
        """IMAP as somebody: a function that runs a command and wants OK."""
        imap = imaplib.IMAP4("127.0.0.1", self.port, timeout=30)
        imap.login(user, servers.PASSWORD)

        def run(command, *arguments):
            status, answer = getattr(imap, command)(*arguments)
            if status != "OK":
                raise servers.NotStarted(f"{self.name}: {command} {arguments}: {answer}")

        yield run
        imap.logout()

    def version(self):
        return self.root.version()

    def remove(self):
        self.root.remove()
