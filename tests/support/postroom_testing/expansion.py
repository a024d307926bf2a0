"""What stands in {{ }} in a protocol script (docs/testing.md).

In what is sent and in what is expected:
    {{NAME}}              a variable; port, imaps_port, folder; i in "N times:"
    {{literal MESSAGE}}   {n}, CRLF and the message's octets
    {{literal+ MESSAGE}}  the same, not asking first (RFC 7888)
    {{text MESSAGE}}      its octets; {{size MESSAGE}} their number
    {{repeat N TEXT}}     {{octets 00ff}}     {{base64 TEXT}}
    {{password USER}}     {{plain USER PASSWORD}}  (base64 for AUTHENTICATE PLAIN)
In what is expected only:
    {{/REGEX/}}           anything that matches
    {{NAME=/REGEX/}}      the same, kept as a variable
"""

import base64
import re

from .server import password_of

BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
REGEX = re.compile(r"(?:(\w+)=)?/(.*)/", re.DOTALL)


class Scope:
    """The variables and messages of one script that runs."""

    def __init__(self, messages, variables):
        self.messages = messages
        self.variables = variables

    def _message(self, name):
        if name not in self.messages:
            raise ValueError(f"no message {name!r}")
        return self.messages[name]

    def _literal(self, name, sign=b""):
        octets = self._message(name)
        return b"{%d%s}\r\n" % (len(octets), sign) + octets

    def _call(self, inside):
        word, _, rest = inside.partition(" ")
        functions = {
            "literal": lambda: self._literal(rest),
            "literal+": lambda: self._literal(rest, b"+"),
            "text": lambda: self._message(rest),
            "size": lambda: b"%d" % len(self._message(rest)),
            "repeat": lambda: self._repeat(*rest.split(" ", 1)),
            "octets": lambda: bytes.fromhex(rest),
            "base64": lambda: base64.b64encode(rest.encode()),
            "password": lambda: password_of(rest).encode(),
            "plain": lambda: self._plain(*rest.split(" ", 1)),
        }
        if word in functions and rest:
            return functions[word]()
        if inside not in self.variables:
            raise ValueError(f"{{{{{inside}}}}} is nothing known")
        return self.variables[inside]

    @staticmethod
    def _repeat(count, text):
        return text.encode() * int(count)

    @staticmethod
    def _plain(user, password):
        return base64.b64encode(b"\0%s\0%s" % (user.encode(), password.encode()))

    def expand(self, text):
        """The octets that a text of the script stands for."""
        octets = b""
        at = 0
        for braces in BRACES.finditer(text):
            octets += text[at : braces.start()].encode() + self._call(braces[1])
            at = braces.end()
        return octets + text[at:].encode()

    def matches(self, pattern, octets):
        """Whether octets are what the pattern says; keeps what it names."""
        parts, names, at = b"", [], 0
        for braces in BRACES.finditer(pattern):
            parts += re.escape(pattern[at : braces.start()].encode())
            regex = REGEX.fullmatch(braces[1])
            if regex:
                parts += b"(" + regex[2].encode() + b")"
                names.append((regex[1], re.compile(regex[2].encode()).groups))
            else:
                parts += re.escape(self._call(braces[1]))
            at = braces.end()
        parts += re.escape(pattern[at:].encode())
        found = re.fullmatch(parts, octets, re.DOTALL)
        if found:
            self._keep(names, found)
        return bool(found)

    def _keep(self, names, found):
        group = 1
        for name, inner_groups in names:
            if name:
                self.variables[name] = found[group]
            group += 1 + inner_groups
