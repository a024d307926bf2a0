"""Reads what FETCH answers, as strictly as RFC 3501 section 9 writes it.

parse() turns a response's values into lists, octets, numbers and None (NIL);
require_envelope() and require_body_structure() say whether such a value is one.
"""

import re

ATOM = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\\]\[]+")
SECTION = re.compile(rb"[A-Z0-9.]+\[[^\]]*\](<\d+>)?")
FLAG = re.compile(rb"\\[A-Za-z]+")
# TEXT-CHAR is 7-bit and without CR and LF; only " and \ are escaped.
QUOTED = re.compile(rb'"((?:[^"\\\r\n\x00\x80-\xff]|\\["\\])*)"')
LITERAL = re.compile(rb"\{(\d+)\}\r\n")


class Malformed(Exception):
    pass


class Atom(bytes):
    """Not a string: the name of an item, a flag."""


def parse(octets, at=0):
    """The values from there on, up to ")" or the end; and where that is."""
    values = []
    while at < len(octets) and octets[at : at + 1] != b")":
        value, at = _value(octets, at)
        values.append(value)
        if octets[at : at + 1] == b" " and octets[at + 1 : at + 2] not in (b" ", b")", b""):
            at += 1
        elif octets[at : at + 1] not in (b")", b"(", b""):
            raise Malformed(f"at {at}: {octets[at : at + 40]!r}")
    return values, at


def _value(octets, at):
    if octets[at : at + 1] == b"(":
        values, end = parse(octets, at + 1)
        if octets[end : end + 1] != b")":
            raise Malformed(f"at {end}: no )")
        return values, end + 1
    if found := LITERAL.match(octets, at):
        end = found.end() + int(found[1])
        return octets[found.end() : end], end
    if found := QUOTED.match(octets, at):
        return re.sub(rb'\\(["\\])', rb"\1", found[1]), found.end()
    for word in (SECTION, FLAG, ATOM):
        if found := word.match(octets, at):
            return _word(found[0]), found.end()
    raise Malformed(f"at {at}: {octets[at : at + 40]!r}")


def _word(octets):
    if octets == b"NIL":
        return None
    return int(octets) if octets.isdigit() else Atom(octets)


def fetch_items(response):
    """{name: value} of "* n FETCH (…)"."""
    start = re.match(rb"\* \d+ FETCH \(", response).end()
    values, end = parse(response, start)
    if response[end:] != b")":
        raise Malformed(f"after the items: {response[end : end + 40]!r}")
    return dict(zip(values[0::2], values[1::2]))


# What it must be ------------------------------------------------------------------------


def require(condition, what, value):
    if not condition:
        raise Malformed(f"{what}: {value!r}"[:300])


def is_string(value):
    return isinstance(value, bytes) and not isinstance(value, Atom)


def is_nstring(value):
    return value is None or is_string(value)


def require_envelope(value):
    require(isinstance(value, list) and len(value) == 10, "an envelope has ten fields", value)
    for at in (0, 1, 8, 9):
        require(is_nstring(value[at]), "a string or NIL", value[at])
    for addresses in value[2:8]:
        require(addresses is None or addresses, "an empty list of addresses", value)
        for address in addresses or []:
            require(len(address) == 4, "an address has four fields", address)
            require(all(map(is_nstring, address)), "fields of an address are strings", address)


def _require_parameters(value):
    require(value is None or (value and len(value) % 2 == 0), "parameters are pairs", value)
    require(all(map(is_string, value or [])), "parameters are strings", value)


def _require_extension(value):
    """body-ext-1part after the MD5, body-ext-mpart after the parameters."""
    for disposition in value[:1]:
        if disposition is not None:
            require(len(disposition) == 2 and is_string(disposition[0]), "disposition", value)
            _require_parameters(disposition[1])
    for language in value[1:2]:
        strings = language if isinstance(language, list) else [language]
        require(strings and all(map(is_nstring, strings)), "language", value)
    require(all(map(is_nstring, value[2:3])), "location", value)
    require(len(value) <= 3, "extension data that RFC 3501 does not know", value)


def require_body_structure(value):
    require(isinstance(value, list) and value, "a body is a list", value)
    if isinstance(value[0], list):
        _require_multipart(value)
    else:
        _require_single_part(value)


def _leading(value):
    count = next((at for at, part in enumerate(value) if not isinstance(part, list)), len(value))
    return value[:count]


def _require_multipart(value):
    parts = _leading(value)
    for part in parts:
        require_body_structure(part)
    rest = value[len(parts) :]
    require(rest and is_string(rest[0]), "a multipart's subtype", rest)
    if len(rest) > 1:
        _require_parameters(rest[1])
    _require_extension(rest[2:])


def _require_single_part(value):
    require(len(value) >= 7, "a part has seven fields at least", value)
    require(is_string(value[0]) and is_string(value[1]), "type and subtype", value)
    _require_parameters(value[2])
    require(is_nstring(value[3]) and is_nstring(value[4]), "id and description", value)
    require(is_string(value[5]) and isinstance(value[6], int), "encoding and size", value)
    rest = value[7:]
    if is_message(value):
        require_envelope(rest[0])
        require_body_structure(rest[1])
        rest = rest[2:]
    if has_lines(value):
        require(rest and isinstance(rest[0], int), "lines", value)
        rest = rest[1:]
    require(all(map(is_nstring, rest[:1])), "MD5", value)
    _require_extension(rest[1:])


def is_message(part):
    return (part[0].lower(), part[1].lower()) == (b"message", b"rfc822")


def has_lines(part):
    return part[0].lower() == b"text" or is_message(part)


def leaves(value, number=""):
    """(section, part) of each part that is not a multipart, messages' parts too."""
    if isinstance(value[0], list):
        for at, part in enumerate(_leading(value), 1):
            yield from leaves(part, f"{number}.{at}" if number else str(at))
        return
    number = number or "1"
    yield number, value
    if is_message(value):
        inner = value[8]
        # A message's only part is number.1, a multipart's are number.1, number.2 …
        yield from leaves(inner, number if isinstance(inner[0], list) else f"{number}.1")
