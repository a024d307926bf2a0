"""Makes messages by chance: nested, broken and international MIME, from a seed.

All lines end with CRLF and no octet is NUL: servers differ in what they make of others when
they store them, and this is about what they read in them.
"""

import base64
import quopri

WORDS = ["order", "Grüße", "日本語", "invoice", "Straße", "naïve", "résumé", "привет", "x" * 70]
CHARSETS = ["us-ascii", "utf-8", "iso-8859-1", "koi8-r", "unknown-8bit", '"utf-8"']
ADDRESSES = [
    "alice@example.com",
    "Alice <alice@example.com>",
    '"Smith, Bob" <bob@example.org>',
    "=?utf-8?q?Gr=C3=BCn?= <g@example.net>",
    "bob@example.org (Bob Builder)",
    "Sales: alice@example.com, bob@example.org;",
    "undisclosed-recipients:;",
    "<carol@example.com>, dave@example.com",
    '"quoted \\"pair\\"" <q@example.com>',
    "Alice\r\n <alice@example.com>",
]
BROKEN_ADDRESSES = [
    "",
    "alice",
    "alice@",
    "@example.com",
    "<>",
    "Alice <alice@example.com",
    "alice@example.com>",
    "a b c",
    ",,,",
    "alice@example.com bob@example.org",
    "<@relay.example,@other.example:alice@example.com>",
    "Group: alice@example.com",
    "Grüße <g@example.net>",
    "alice@[192.0.2.1]",
    '"unterminated <u@example.com>',
    "(comment only)",
    "alice . smith @ example . com",
]
DATES = ["Mon, 1 Jan 2024 10:00:00 +0000", "1 Feb 2023 09:30 EST", "yesterday", "", "(no date)"]
SUBTYPES = ["mixed", "alternative", "digest", "related", "signed", "report"]
PARAMETERS = [
    '; name="a.txt"',
    "; name=a.txt",
    "; name*=utf-8''gr%C3%BC%C3%9Fe.txt",
    '; name*0="one"; name*1="two"',
    "; name*0*=utf-8''%C3; name*1*=%BC",
    '; name="=?utf-8?q?a=C3=BC?="',
    '; name="a\\"b"',
    "; =x",
    "; name",
    ";",
    "; name=a b",
    '; name="open',
    "; (comment) name=c",
]
ENCODINGS = ["7bit", "8bit", "quoted-printable", "base64", "BASE64", "x-unknown", "binary"]
DISPOSITIONS = ["inline", "attachment", 'attachment; filename="f.bin"', "attachment; size=12", ""]


class Generator:
    """`random` decides; `broken`: how probable what no RFC allows is."""

    def __init__(self, random, broken):
        self.random = random
        self.broken = broken
        self.boundaries = 0

    def is_broken(self):
        return self.random.random() < self.broken

    def perhaps(self, probability=0.5):
        return self.random.random() < probability

    # Header -------------------------------------------------------------------------------

    def addresses(self):
        if self.is_broken():
            return self.random.choice(BROKEN_ADDRESSES)
        return ", ".join(self.random.sample(ADDRESSES, self.random.randint(1, 3)))

    def text(self):
        words = " ".join(self.random.choices(WORDS, k=self.random.randint(1, 6)))
        way = self.random.randint(0, 3)
        if way == 0:
            return words.encode("ascii", "replace").decode()
        if way == 1:
            return f"=?utf-8?b?{base64.b64encode(words.encode()).decode()}?="
        if way == 2:
            return words.replace(" ", "\r\n ")
        return words

    def field(self, name):
        makers = {"Date": lambda: self.random.choice(DATES[: 5 if self.is_broken() else 2])}
        if name in ("From", "To", "Cc", "Bcc", "Sender", "Reply-To"):
            value = self.addresses()
        elif name in ("Message-ID", "In-Reply-To"):
            value = f"<{self.random.randint(0, 999)}@example.com>"
        else:
            value = makers.get(name, self.text)()
        colon = " :" if self.is_broken() and self.perhaps(0.2) else ":"
        return f"{name}{colon} {value}\r\n" if self.perhaps(0.95) else f"{name}:{value}\r\n"

    def header(self):
        names = ["From", "To", "Subject", "Date", "Message-ID"]
        names += [n for n in ("Cc", "Bcc", "Sender", "Reply-To", "In-Reply-To") if self.perhaps(0.2)]
        names += ["X-Custom"] * self.random.randint(0, 2)
        if self.is_broken():
            names.remove(self.random.choice(names))
        if self.is_broken():
            names.append(self.random.choice(names))
        self.random.shuffle(names)
        lines = "".join(map(self.field, names))
        if self.is_broken():
            lines += self.random.choice(["no colon\r\n", " folded at once\r\n", ": no name\r\n"])
        return lines

    def part_fields(self, content_type, encoding=None):
        lines = f"Content-Type: {content_type}\r\n"
        if encoding:
            lines += f"Content-Transfer-Encoding: {encoding}\r\n"
        if self.perhaps(0.3):
            lines += f"Content-Disposition: {self.random.choice(DISPOSITIONS)}\r\n"
        if self.perhaps(0.1):
            lines += "Content-ID: <part@example.com>\r\n"
        if self.perhaps(0.1):
            lines += f"Content-Description: {self.text()}\r\n"
        if self.perhaps(0.1):
            lines += self.random.choice(
                ["Content-Language: de\r\n", "Content-Language: de, en\r\n", "Content-MD5: abcd\r\n",
                 "Content-Location: http://example.com/a\r\n"]
            )
        if self.is_broken():
            lines = self.random.choice(
                ["Content-Type: text\r\n", "Content-Type: /\r\n", "Content-Type:\r\n",
                 lines.upper(), lines + lines, "Content-Type: text/plain, text/html\r\n"]
            )
        return lines

    # Body ---------------------------------------------------------------------------------

    def encoded(self, text, charset):
        """As it says it is, unless it lies."""
        if self.is_broken() or charset == "unknown-8bit":
            return text.encode()
        return text.encode(charset, "replace")

    def leaf(self):
        charset, encoding = self.random.choice(CHARSETS), self.random.choice(ENCODINGS)
        lines = [" ".join(self.random.choices(WORDS, k=self.random.randint(0, 8)))
                 for _ in range(self.random.randint(0, 6))]
        body = self.encoded("\r\n".join(lines), charset.strip('"'))
        if encoding == "quoted-printable":
            body = quopri.encodestring(body).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        elif encoding.lower() == "base64":
            body = base64.encodebytes(body).replace(b"\n", b"\r\n")
        subtype = self.random.choice(["plain", "html", "calendar"])
        content_type = f"text/{subtype}; charset={charset}"
        if self.perhaps(0.3):
            content_type = "application/octet-stream" + self.random.choice(PARAMETERS)
        return self.part_fields(content_type, encoding), body

    def multipart(self, depth):
        self.boundaries += 1
        boundary = f"b{self.boundaries}" + ("" if self.perhaps() else "=_'()+,-./:? x")
        if self.is_broken():
            boundary = "b"  # the start of the others
        parts = [self.entity(depth + 1) for _ in range(self.random.randint(0, 3))]
        body = b"" if self.perhaps() else b"preamble\r\n"
        for fields, content in parts:
            spaces = b"  " if self.perhaps(0.1) else b""
            body += b"--" + boundary.encode() + spaces + b"\r\n" + fields.encode()
            if not self.is_broken() or fields:
                body += b"\r\n"
            body += content + b"\r\n"
        if not self.is_broken():
            body += b"--" + boundary.encode() + b"--"
        body += b"" if self.perhaps() else b"\r\nepilogue\r\n"
        subtype = self.random.choice(SUBTYPES)
        quoted = f'"{boundary}"' if not self.is_broken() else boundary
        return self.part_fields(f"multipart/{subtype}; boundary={quoted}"), body

    def message_part(self, depth):
        kind = "message/rfc822" if self.perhaps(0.8) else "message/global"
        fields = "" if self.is_broken() else self.part_fields(kind)
        inner, body = self.entity(depth + 1)
        return fields, (self.header() + inner).encode() + b"\r\n" + body

    def entity(self, depth):
        if depth < 5 and self.perhaps(0.45):
            return self.multipart(depth)
        if depth < 5 and self.perhaps(0.2):
            return self.message_part(depth)
        if self.perhaps(0.1):
            return "", "Nothing is said of this.\r\n".encode()
        return self.leaf()

    def message(self):
        fields, body = self.entity(0)
        mime = "MIME-Version: 1.0\r\n" if not self.is_broken() else ""
        return (self.header() + mime + fields).encode() + b"\r\n" + body
