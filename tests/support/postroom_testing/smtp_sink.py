"""A mail server that keeps what it is given, for tests of what Postroom sends.

    sink = SmtpSink(port)
    sink.start(); …; sink.mails; sink.stop()

`replies` says what it answers instead of 250: {"RCPT bob@": ["451 4.2.0 later"], "END": […]}, a
list for each beginning of a command ("END": the message's last dot). Each is used once, the last
one for ever, unless it is None: then it is 250 from there on.
"""

import base64
import socket
import ssl
import threading
import time


class Mail:
    def __init__(self, sender, recipients, octets, secure, user):
        self.sender, self.recipients, self.octets = sender, recipients, octets
        self.secure, self.user = secure, user


class SmtpSink:
    EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 10000000")

    def __init__(self, port, extensions=EXTENSIONS, certificate=None, password=None):
        self.port = port
        self.extensions = extensions
        self.certificate = certificate  # (certificate, key): STARTTLS
        self.password = password  # "user:password": AUTH PLAIN, and nothing without
        self.mails = []
        self.replies = {}
        self.commands = []
        self.hold = threading.Event()  # cleared: no reply to a message's last dot
        self.hold.set()
        self.arrived = threading.Event()  # a message's last dot is there
        self.listener = None
        self.connections = set()

    def start(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in list(self.connections):
            connection.close()

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            session = Session(self, connection)
            self.connections.add(connection)
            threading.Thread(target=session.run, daemon=True).start()

    def reply_to(self, command):
        for start, replies in self.replies.items():
            if replies and command.startswith(start):
                return replies[0] if len(replies) == 1 else replies.pop(0)
        return None

    def wait_for(self, count, timeout=30):
        deadline = time.monotonic() + timeout
        while len(self.mails) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(self.mails)} mails of {count}: {self.commands[-20:]}")
            time.sleep(0.02)
        return self.mails


class Session:
    def __init__(self, sink, connection):
        self.sink, self.connection = sink, connection
        self.file = connection.makefile("rb")
        self.sender, self.recipients = None, []
        self.secure, self.user = False, None

    def say(self, text):
        self.connection.sendall(text.encode() + b"\r\n")

    def run(self):
        try:
            self.say("220 sink.example ESMTP")
            while self.run_command():
                pass
        except (OSError, ValueError):
            pass
        finally:
            self.sink.connections.discard(self.connection)
            self.connection.close()

    def run_command(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            return False
        command = line[:-2].decode("utf-8", "replace")
        self.sink.commands.append(command)
        verb, _, rest = command.partition(" ")
        told = self.sink.reply_to(command)
        if told:
            self.say(told)
        elif verb == "EHLO":
            self.greet()
        elif verb == "STARTTLS":
            self.start_tls()
        elif verb == "AUTH":
            self.authenticate(rest)
        elif verb == "MAIL":
            self.begin(rest)
        elif verb == "RCPT":
            self.recipients.append(rest[len("TO:<") : rest.rindex(">")])
            self.say("250 2.1.5 ok")
        elif verb == "DATA":
            self.take()
        elif verb == "QUIT":
            self.say("221 2.0.0 bye")
            return False
        else:
            self.say("250 2.0.0 ok")
        return True

    def greet(self):
        extensions = list(self.sink.extensions)
        if self.sink.certificate and not self.secure:
            extensions.append("STARTTLS")
        elif self.sink.password:
            extensions.append("AUTH PLAIN")
        lines = ["sink.example", *extensions]
        for line in lines[:-1]:
            self.say(f"250-{line}")
        self.say(f"250 {lines[-1]}")

    def start_tls(self):
        self.say("220 2.0.0 go on")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.sink.certificate)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.file = self.connection.makefile("rb")
        self.secure = True

    def authenticate(self, rest):
        answer = rest.partition(" ")[2]
        if not answer:
            self.say("334 ")
            answer = self.file.readline().decode().strip()
        given = base64.b64decode(answer).decode().split("\0")[1:]
        if ":".join(given) == self.sink.password:
            self.user = given[0]
            self.say("235 2.7.0 ok")
        else:
            self.say("535 5.7.8 no")

    def begin(self, rest):
        if self.sink.password and not self.user:
            self.say("530 5.7.0 who are you")
            return
        self.sender, self.recipients = rest[len("FROM:<") : rest.index(">")], []
        self.say("250 2.1.0 ok")

    def take(self):
        self.say("354 go on")
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                raise OSError("gone")
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        self.sink.arrived.set()
        self.sink.hold.wait()
        told = self.sink.reply_to("END")
        if not told:
            self.sink.mails.append(
                Mail(self.sender, self.recipients, b"".join(lines), self.secure, self.user)
            )
        self.say(told or "250 2.0.0 taken")
