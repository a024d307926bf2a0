"""What two servers say of the same message, taken apart: where they differ, and how.

A difference is (what, ours, theirs): "ENVELOPE from", "BODYSTRUCTURE 1.2 size",
"BODY[1.MIME]", …
"""

from imap_value import fetch_items, is_message, leaves

ENVELOPE = ("date", "subject", "from", "sender", "reply-to", "to", "cc", "bcc", "in-reply-to",
            "message-id")
PART = ("type", "subtype", "parameters", "id", "description", "encoding", "size")
FIELDS = "BODY.PEEK[HEADER.FIELDS (From TO subject Date X-Custom)]"
NOT_FIELDS = "BODY.PEEK[HEADER.FIELDS.NOT (From TO subject Date Received)]"
WHOLE = f"RFC822.SIZE BODY.PEEK[] BODY.PEEK[HEADER] BODY.PEEK[TEXT] {FIELDS} {NOT_FIELDS}"


def fetch(connection, number, items):
    responses, _ = connection.command(f"FETCH {number} ({items})")
    (found,) = [each for each in responses if each.startswith(b"* %d FETCH " % number)]
    return {name.upper(): value for name, value in fetch_items(found).items()}


def differences(ours, theirs, number):
    """Of this message in two connections."""
    found = []
    mine, other = (fetch(each, number, "ENVELOPE BODYSTRUCTURE BODY") for each in (ours, theirs))
    for name, one, two in zip(ENVELOPE, mine[b"ENVELOPE"], other[b"ENVELOPE"]):
        add(found, f"ENVELOPE {name}", one, two)
    for item in ("BODYSTRUCTURE", "BODY"):
        compare_structure(found, item, mine[item.encode()], other[item.encode()], "")
    sections = sorted(
        {section for each in (mine, other) for section in sections_of(each[b"BODYSTRUCTURE"])}
    )
    wanted = " ".join([WHOLE, *(f"BODY.PEEK[{section}]<0.100000>" for section in sections)])
    mine, other = (fetch(each, number, wanted) for each in (ours, theirs))
    for name in sorted(mine.keys() | other.keys()):
        add(found, name.decode(), mine.get(name), other.get(name))
    return found


def add(found, what, one, two):
    if one != two:
        found.append((what, one, two))


def sections_of(structure):
    """Of all parts that are no multipart: what they contain, and their headers."""
    for section, part in leaves(structure):
        yield section
        yield f"{section}.MIME"
        if is_message(part):
            yield f"{section}.HEADER"
            yield f"{section}.TEXT"


def subparts(value):
    count = next((at for at, part in enumerate(value) if not isinstance(part, list)), len(value))
    return value[:count]


def compare_structure(found, item, one, two, number):
    what = f"{item} {number or 'top'}"
    if isinstance(one[0], list) != isinstance(two[0], list):
        add(found, f"{what} kind", one, two)
        return
    if not isinstance(one[0], list):
        compare_part(found, item, one, two, number)
        return
    mine, other = subparts(one), subparts(two)
    add(found, f"{what} parts", len(mine), len(other))
    add(found, f"{what} multipart", one[len(mine) :], two[len(other) :])
    for at, (each, match) in enumerate(zip(mine, other), 1):
        compare_structure(found, item, each, match, f"{number}.{at}" if number else str(at))


def compare_part(found, item, one, two, number):
    """Behind the seven fields a message has its envelope, its structure and its lines."""
    what = f"{item} {number or 'top'}"
    for name, mine, other in zip(PART, map(folded, PART, one), map(folded, PART, two)):
        add(found, f"{what} {name}", mine, other)
    one, two = one[len(PART) :], two[len(PART) :]
    if one and two and isinstance(one[0], list) and isinstance(two[0], list):
        for name, mine, other in zip(ENVELOPE, one[0], two[0]):
            add(found, f"{what} ENVELOPE {name}", mine, other)
        compare_structure(found, item, one[1], two[1], f"{number}.1" if number else "1")
        one, two = one[2:], two[2:]
    add(found, f"{what} extension", one, two)


def folded(name, value):
    """As far as case means nothing: RFC 2045 sections 5.1 and 6.1."""
    if name == "parameters" and value:
        return [word.lower() if is_insensitive(value, at) else word for at, word in enumerate(value)]
    return value.lower() if name in ("type", "subtype", "encoding") and value else value


def is_insensitive(parameters, at):
    """Parameters' names are, and what a charset is called."""
    return at % 2 == 0 or parameters[at - 1].lower() == b"charset"
