"""SEARCH in two servers: the same messages, but for what is known (docs/imap-support.md).

Of messages that are not broken: what Python reads in them says who is right.
"""

import email
import email.header
import email.policy
import re

WORDS = ("order", "invoice", "grüße", "GRÜßE", "日本", "привет", "ПРИВЕТ", "naïve", "Résumé", "alice",
         "bob@example", "Builder", "x" * 20, "f.bin", "A.TXT", "attachment", "nowhere")
FIELDS = ("FROM", "TO", "CC", "BCC", "SUBJECT", "HEADER X-Custom")
ADDRESSES = FIELDS[:4]
TEXTS = ("BODY", "TEXT")
OTHERS = (
    'HEADER Message-ID "<1"',
    'HEADER Bcc ""',
    'HEADER Content-Type "multipart"',
    "SENTSINCE 1-Jan-2024",
    "SENTON 1-Jan-2024",
    "SENTON 1-Feb-2023",
    "LARGER 500",
    "SMALLER 500",
    "OR SUBJECT order FROM alice",
    "1:10 NOT SUBJECT order",
    "NOT (SENTSINCE 1-Feb-2023 LARGER 300)",
)


def search(connection, program, word=None):
    command = f"SEARCH CHARSET UTF-8 {program}".encode()
    if word is not None:
        command += b" {%d}\r\n%s" % (len(word.encode()), word.encode())
    responses, _ = connection.command(command)
    (found,) = [line for line in responses if line.startswith(b"* SEARCH")]
    return set(map(int, found.split()[2:]))


def compare(ours, theirs, messages):
    """What is not explained: (program, message, who found it)."""
    found = []
    for key in (*FIELDS, *TEXTS):
        for word in WORDS:
            mine, other = search(ours, key, word), search(theirs, key, word)
            found += [
                each
                for each in differences(f"{key} {word}", mine, other)
                if not is_known(key, word, messages[each[1] - 1], each[2])
            ]
    for program in OTHERS:
        found += differences(program, search(ours, program), search(theirs, program))
    return found


def differences(program, mine, other):
    return [(program, number, "ours only") for number in sorted(mine - other)] + [
        (program, number, "theirs only") for number in sorted(other - mine)
    ]


def is_known(key, word, message, who):
    """Address fields that can't be read are searched as they stand. BODY and TEXT look into more
    here: into text whose encoding or charset is broken, TEXT into names of files that RFC 2231
    encodes. There both take a message/global for text."""
    headers, texts, names = map(str.casefold, contents(message))
    word = word.casefold()
    if key in ADDRESSES:
        return who == "ours only" and word in headers
    if who == "ours only":
        return word in texts or (key == "TEXT" and word in names)
    return b"message/global" in message and word in texts


def contents(octets):
    """Of all parts: their headers, their texts in every reading, and the names of files."""
    headers, names = [], []
    texts = [octets.partition(b"\r\n\r\n")[2].decode("utf-8", "replace")]
    for part in email.message_from_bytes(octets, policy=email.policy.compat32).walk():
        headers += [readable(value) for _, value in part.raw_items()]
        names.append(part.get_filename(""))
        payload = part.get_payload(decode=True) or b""
        charset = re.sub(r'["\s]', "", str(part.get_content_charset("utf-8")))
        for reading in {charset, "utf-8", "cp1252"}:
            try:
                texts.append(payload.decode(reading, "replace"))
            except LookupError:
                continue
    return "\n".join(headers), "\n".join(texts), "\n".join(names)


def readable(value):
    """Folding undone, encoded words decoded, octets above 127 as UTF-8."""
    octets = re.sub(r"[\r\n]+", "", str(value)).encode("ascii", "surrogateescape")
    text = octets.decode("utf-8", "replace")
    try:
        return text + " " + str(email.header.make_header(email.header.decode_header(text)))
    except (ValueError, LookupError):
        return text
