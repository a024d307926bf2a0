"""Letters: text of any size, none twice."""

import random

LETTERS = 1000  # that large mailboxes are made of
LETTER_SIZE = 2048
WORDS = "order offer invoice customer delivery price week please thanks meeting report".split()


def letter(number, size=LETTER_SIZE):
    """Octets with CRLF line ends, of about that size; every hundredth is "rare"."""
    chance = random.Random(number)
    rare = " zanzibar" if number % 100 == 0 else ""
    head = (
        f"Date: Mon, 6 Jan 2025 {number % 24:02}:{number % 60:02}:00 +0000\r\n"
        f"From: Sender {number} <sender{number}@example.org>\r\n"
        f"To: Sales <sales@example.com>\r\nSubject: Order {number}{rare}\r\n"
        f"Message-ID: <{number}.{size}@growth.example>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    line = " ".join(chance.choice(WORDS) for _ in range(10)) + "\r\n"
    lines = [line, f"{chance.getrandbits(64):x}\r\n"]
    page = "".join(
        " ".join(chance.choice(WORDS) for _ in range(10)) + "\r\n" for _ in range(200)
    )
    body = "".join(lines) + page * (size // len(page) + 1)
    return (head + body)[: max(size, len(head) + 40) - 2].encode() + b"\r\n"


def literal(octets):
    """Not asking first (RFC 7888)."""
    return b"{%d+}\r\n" % len(octets) + octets


def append(mailbox, octets):
    return b"APPEND %s " % mailbox.encode() + literal(octets)


def store_letters(stage, count=LETTERS):
    """Into alice's Seed, through the server: fill.sql makes mailboxes of them."""
    client = stage.connect("alice")
    client.run("CREATE Seed")
    for number in range(count):
        client.run(append("Seed", letter(number)))
    client.close()
