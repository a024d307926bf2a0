"""Octets of a message."""

from ..letters import append, letter
from ..series import MEMORY

NAME = "message_size"
TITLE = "Octets of a message"
UNIT = "octets"
SIZES = (2048, 16384, 131072, 1048576, 8388608, 52428800)
QUICK_SIZES = (16384, 1048576, 8388608)

COMMANDS = (
    ("FETCH BODY[]", "linear", "UID FETCH {uid} (BODY.PEEK[])"),
    ("FETCH 1 KB of the middle", "levels off", "UID FETCH {uid} (BODY.PEEK[]<{middle}.1024>)"),
    ("FETCH header fields", "constant", "UID FETCH {uid} (BODY.PEEK[HEADER.FIELDS (SUBJECT)])"),
    ("FETCH ENVELOPE", "constant", "UID FETCH {uid} (ENVELOPE BODYSTRUCTURE)"),
    ("COPY", "constant", "UID COPY {uid} Kept"),
)


def run(stage, meter, sizes, result):
    stage.begin()
    client = stage.connect("alice")
    client.run("CREATE Kept")
    client.run("SELECT INBOX")
    uid = 0
    for size in sizes:
        texts = [letter(size + turn, size) for turn in range(6 if size < 1 << 22 else 3)]
        client.run(append("INBOX", texts.pop()))
        uid += 1
        before = meter.restart_peak()
        cost = meter.measure(
            lambda turn, texts=texts: client.run(append("INBOX", texts[turn - 1])),
            warm=False,
            repeats=len(texts),
        )
        result.add_cost(size, "APPEND", cost, "linear")
        for name, expected, command in COMMANDS:
            text = command.format(uid=uid, middle=size // 2)
            result.add_cost(
                size, name, meter.measure(lambda turn, text=text: client.run(text)), expected
            )
        peak = max(meter.peak() - before, 0) / 1024
        result.add(size, "the worker's peak over before", MEMORY, peak, "levels off")
        uid += len(texts)
