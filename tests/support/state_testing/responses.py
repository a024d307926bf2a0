"""Reads untagged responses into Python values: FETCH, SEARCH, STATUS, LIST, numbers, flags."""

import re

NUMBERED = re.compile(rb"\* (\d+) (EXISTS|RECENT|EXPUNGE)")
FETCH = re.compile(rb"\* (\d+) (UID)?FETCH ")
CODE = re.compile(r"\[(APPENDUID|COPYUID) (\d+) ([\d:,]+)(?: ([\d:,]+))?\]")


class Malformed(Exception):
    """A response that is not what RFC 3501 allows."""


class Reader:
    """A cursor over one response: atoms, lists, strings."""

    def __init__(self, octets, at):
        self.octets = octets
        self.at = at

    def _take(self, regex):
        found = re.compile(regex, re.DOTALL).match(self.octets, self.at)
        if not found:
            raise Malformed(f"at {self.at}: {self.octets!r}")
        self.at = found.end()
        return found

    def _next_is(self, octets):
        if not self.octets.startswith(octets, self.at):
            return False
        self.at += len(octets)
        return True

    def value(self):
        """bytes for strings and atoms, None for NIL, a list for a list."""
        if self._next_is(b"("):
            items = []
            while not self._next_is(b")"):
                if items:
                    self._take(rb" |(?=\()")  # lists of lists may do without
                items.append(self.value())
            return items
        if self._next_is(b'"'):
            quoted = self._take(rb'((?:[^"\\\r\n]|\\["\\])*)"')[1]
            return re.sub(rb"\\(.)", rb"\1", quoted)
        self._next_is(b"~")  # literal8 (RFC 3516)
        if self._next_is(b"{"):
            size = int(self._take(rb"(\d+)\}\r\n")[1])
            self.at += size
            return self.octets[self.at - size : self.at]
        atom = self._take(rb'[^(){%*"\x00-\x20\x7f-\xff]+')[0]
        return None if atom == b"NIL" else atom

    def fetch_items(self):
        """{name: value} of "(NAME value NAME value)"; sections are part of a name."""
        items = {}
        self._take(rb"\(")
        while not self._next_is(b")"):
            if items:
                self._take(rb" ")
            name = self._take(rb"[A-Z0-9.]+(?:\[[^]]*\](?:<\d+>)?)?")[0].decode()
            self._take(rb" ")
            if name in items:
                raise Malformed(f"{name} twice in {self.octets!r}")
            items[name] = self.value()
        if self.at != len(self.octets):
            raise Malformed(f"something follows: {self.octets!r}")
        return items


def fetch(response):
    """(number, {name: value}), or None when it is another response. With UIDFETCH (RFC 9586)
    the number is the UID."""
    found = FETCH.match(response)
    if not found:
        return None
    return int(found[1]), Reader(response, found.end()).fetch_items()


def is_uid_fetch(response):
    return bool(re.match(rb"\* \d+ UIDFETCH ", response))


def status(response):
    """(name, {item: number}) of "* STATUS …", or None."""
    found = re.fullmatch(rb'\* STATUS "?([^" ]+)"? \((.*)\)', response)
    if not found:
        return None
    words = found[2].decode().split()
    return found[1].decode(), {name: int(value) for name, value in zip(words[::2], words[1::2])}


LIST = re.compile(rb'\* LIST \(([^)]*)\) "/" "?([^" ]+)"?(?: \("?OLDNAME"? \("?([^" ]+)"?\)\))?')


def listed(response):
    """(name, {attributes}, old name or None) of "* LIST …", or None."""
    found = LIST.fullmatch(response)
    if not found:
        return None
    return found[2].decode(), set(found[1].decode().split()), found[3] and found[3].decode()


def numbered(response):
    """(number, "EXISTS" | "RECENT" | "EXPUNGE"), or None."""
    found = NUMBERED.fullmatch(response)
    return (int(found[1]), found[2].decode()) if found else None


def vanished(response):
    """The UIDs of "* VANISHED [(EARLIER)] …" and whether they went earlier, or None."""
    found = re.fullmatch(rb"\* VANISHED (\(EARLIER\) )?([\d:,]+)", response)
    return (uid_list(found[2].decode()), bool(found[1])) if found else None


def highest_modseq(response):
    """The number of a HIGHESTMODSEQ code, or None."""
    found = re.search(rb" OK \[HIGHESTMODSEQ (\d+)\]", response)
    return int(found[1]) if found else None


def search(response):
    """The numbers of "* SEARCH …", or None."""
    if not re.fullmatch(rb"\* SEARCH( \d+)*", response):
        return None
    return [int(number) for number in response.split()[2:]]


ESEARCH = re.compile(rb'\* ESEARCH \(TAG "(\w+)"\)( UID)?((?: [A-Z]+ (?:\([^)]*\)|[\d:,]+))*)')


def esearch(response):
    """{"TAG": …, "UID": by UID?, "MIN": …, "MAX": …, "COUNT": …, "ALL": [numbers], "PARTIAL":
    (range, [numbers])} of "* ESEARCH …" with None for what is not there; None when it is another
    response."""
    found = ESEARCH.fullmatch(response)
    if not found:
        return None
    told = {"TAG": found[1].decode(), "UID": bool(found[2])}
    items = dict(re.findall(r" ([A-Z]+) (\([^)]*\)|[\d:,]+)", found[3].decode()))
    for name in ("MIN", "MAX", "COUNT"):
        told[name] = int(items[name]) if name in items else None
    told["ALL"] = uid_list(items["ALL"]) if "ALL" in items else None
    told["PARTIAL"] = None
    if "PARTIAL" in items:
        pages, _, numbers = items["PARTIAL"][1:-1].partition(" ")
        told["PARTIAL"] = pages, [] if numbers == "NIL" else uid_list(numbers)
    return told


def flags(values):
    return frozenset(value.decode() for value in values)


def flag_list(response):
    """The flags of "* FLAGS (…)", or None."""
    if not response.startswith(b"* FLAGS "):
        return None
    return flags(Reader(response, len(b"* FLAGS ")).value())


def uid_list(text):
    """[1, 2, 3, 5] from "1:3,5"; in the order as written."""
    uids = []
    for item in text.split(","):
        first, _, last = item.partition(":")
        uids += range(int(first), int(last or first) + 1)
    return uids


def response_code(text, name):
    """(uidvalidity, [uids], [uids] or None) of APPENDUID or COPYUID, or None."""
    found = CODE.search(text)
    if not found or found[1] != name:
        return None
    return int(found[2]), uid_list(found[3]), uid_list(found[4]) if found[4] else None


def modified(text):
    """The numbers of a MODIFIED code (RFC 7162), [] when there is none."""
    found = re.search(r"\[MODIFIED ([\d:,]+)\]", text)
    return uid_list(found[1]) if found else []
