"""The differences from Dovecot that are known, each with who is right (docs/imap-support.md).

explain(message, difference) names the rule that a difference falls under, or is None.
"""

import re

INVENTED = (b"MISSING_MAILBOX", b"MISSING_DOMAIN", b"SYNTAX_ERROR")
ENVELOPE_TEXT = re.compile(r"ENVELOPE (date|subject|message-id|in-reply-to)$")
ENVELOPE_SENDERS = re.compile(r"ENVELOPE (from|sender|reply-to)$")
ENVELOPE_ADDRESSES = re.compile(r"ENVELOPE (from|sender|reply-to|to|cc|bcc)$")


def invented_words(_message, what, _ours, theirs):
    """It puts words where an address has no mailbox or host, ours are empty; what is between
    the commas of such a field it may also cut in another way."""
    return ENVELOPE_ADDRESSES.search(what) and any(word in repr(theirs).encode() for word in INVENTED)


def repeated_field(message, what, ours, theirs):
    """Of fields that may be there once the first counts for us; for Dovecot the last, or all of
    those with addresses."""
    if found := ENVELOPE_TEXT.search(what):
        return has_several(message, found[1])
    found = ENVELOPE_SENDERS.search(what)
    begins = found and (theirs or [])[: len(ours or [])] == (ours or [])
    return begins and (has_several(message, "from") or has_several(message, found[1]))


def has_several(message, field):
    return len(re.findall(rb"(?im)^%s *:" % field.encode(), message)) > 1


def broken_addresses(message, what, _ours, _theirs):
    """What no RFC allows is an address as far as it can be read as one."""
    return ENVELOPE_ADDRESSES.search(what) and BROKEN_ADDRESS.search(message)


BROKEN_ADDRESS = re.compile(rb"(?m)^ folded at once\r|[:,] [^\r\n<,:]*@[^\r\n<,:]* <")


def encoded_message(message, what, ours, _theirs):
    """A message in base64, which RFC 2046 section 5.2.1 forbids, is not looked into."""
    return what.startswith("BODY") and ours is None and ENCODED_MESSAGE.search(message)


ENCODED_MESSAGE = re.compile(rb"(?i)message/rfc822[^\0]*transfer-encoding: *(base64|quoted-print)")


def white_space(_message, what, ours, theirs):
    """Unfolding takes away line ends, and nothing else (RFC 5322 section 2.2.3)."""
    return (
        ENVELOPE_TEXT.search(what)
        and None not in (ours, theirs)
        and ours.split() == theirs.split()
    )


def default_charset(_message, what, ours, theirs):
    """It adds the default of a text part (RFC 2045 section 5.2); we show what is there."""
    return what.endswith(" parameters") and theirs == [*(ours or []), b"charset", b"us-ascii"]


def unreadable_type(_message, what, ours, theirs):
    """A Content-Type that can't be read is text/plain; charset=us-ascii (RFC 2045 section 5.2)."""
    field = what.split()[-1]
    return (
        (field == "type" and (ours, theirs) == (b"text", b""))
        or (field == "subtype" and theirs == b"" and ours == b"plain")
        or (field == "parameters" and theirs is None and ours == [b"charset", b"us-ascii"])
        or (field == "extension" and isinstance(ours[0], int) and ours[1:] == theirs)
    )


def empty_disposition(_message, what, ours, theirs):
    """No disposition is NIL; its is ("" NIL)."""
    if not what.endswith((" extension", " multipart")):
        return False
    return ours == [None if each == [b"", None] else each for each in theirs]


def broken_parameters(message, what, _ours, _theirs):
    """A value that lacks its quotes goes up to the next semicolon for us, to the next
    character that is not allowed for Dovecot; so do boundaries, and what follows from them."""
    return BROKEN_PARAMETER.search(message) and what.startswith("BODY")


BROKEN_PARAMETER = re.compile(
    rb"(?i)(boundary=[^\"\s;]*[=?:,()/' ]|name=[^\"\s;]+ [^\s;]|; *=|; name *(;|\r\n)|name=\"[^\"\r]*\r"
    rb"|; \(comment\)|=[a-z-]+\s+[a-z]+=)"
)


def no_field(_message, what, ours, theirs):
    """A line that is no field is no header field that does not match."""
    return what.startswith("BODY[HEADER.FIELDS.NOT") and fields_of(theirs) == fields_of(ours)


def fields_of(header):
    lines = re.split(rb"\r\n(?![ \t])", header)
    return [line for line in lines if re.match(rb"[!-9;-~]+[ \t]*:", line)]


def line_end_of_header(_message, what, ours, theirs):
    """A boundary behind a header leaves the header its line end."""
    return re.search(r"\.(MIME|HEADER)\]", what) and ours == (theirs or b"") + b"\r\n"


def line_end_of_boundary(_message, what, ours, theirs):
    """The line end before a boundary is the boundary's (RFC 2046 section 5.1.1), behind a
    message that ends with a multipart, too."""
    if what.endswith(" size"):
        return theirs == ours + 2
    if what.endswith(" extension"):
        return isinstance(ours[0], int) and theirs[:1] == [ours[0] + 1]
    return re.search(r"TEXT\]|BODY\[[0-9.]*\]", what) and theirs == (ours or b"") + b"\r\n"


def boundary_in_boundary(message, what, _ours, _theirs):
    """A line is a boundary when nothing follows but white space (delimiter and transport-padding
    in RFC 2046 section 5.1.1); for Dovecot it may go on, when no other boundary fits better."""
    boundaries = set(re.findall(rb'(?i)boundary="?([^"\s;]+)', message))
    begins = any(
        one != two and two.startswith(one) for one in boundaries for two in boundaries
    )
    return what.startswith("BODY") and begins


RULES = (
    invented_words,
    repeated_field,
    white_space,
    encoded_message,
    broken_addresses,
    default_charset,
    unreadable_type,
    empty_disposition,
    no_field,
    line_end_of_header,
    line_end_of_boundary,
    boundary_in_boundary,
    broken_parameters,
)


def explain(message, difference):
    for rule in RULES:
        if rule(message, *difference):
            return rule.__name__
    return None
