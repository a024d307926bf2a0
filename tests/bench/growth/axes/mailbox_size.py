"""Messages in a mailbox."""

from ..letters import LETTERS, append, letter, store_letters
from ..series import MEMORY

NAME = "mailbox_size"
TITLE = "Messages in a mailbox"
UNIT = "messages"
SIZES = (1000, 10000, 100000, 1000000)
QUICK_SIZES = (100, 1000, 10000)
READS_EVERYTHING = 100000  # headers of more are not searched: it takes minutes

# name, expected law, command; {last} is the last UID.
COMMANDS = (
    ("SELECT, warm", "constant", "SELECT INBOX"),
    ("NOOP", "constant", "NOOP"),
    ("STATUS", "constant", "STATUS INBOX (MESSAGES UNSEEN UIDNEXT)"),
    ("FETCH flags of 1", "constant", "UID FETCH {last} (FLAGS)"),
    ("FETCH body of 1", "constant", "UID FETCH {last} (BODY.PEEK[])"),
    ("FETCH envelopes of 50", "constant", "UID FETCH {page}:{last} (UID ENVELOPE)"),
    ("COPY 1", "constant", "UID COPY {last} Kept"),
    ("FETCH 1:* flags", "linear", "FETCH 1:* (UID FLAGS)"),
    ("SEARCH FLAGGED", "linear", "SEARCH FLAGGED"),
    ("SEARCH SUBJECT, no index", "linear", "SEARCH SUBJECT zanzibar"),
)


def measure_size(stage, meter, size, result):
    client = stage.connect(f"size{size}")
    client.run("CREATE Kept")
    client.run("SELECT Kept")
    client.run("EXAMINE Kept")
    before = meter.memory()
    cold = meter.measure(lambda turn: client.run("SELECT INBOX"), warm=False, repeats=1)
    result.add_cost(size, "SELECT, cold", cold, "linear")
    result.add(size, "of the worker", MEMORY, max(meter.memory() - before, 1) / 1024, "linear")
    for name, expected, command in COMMANDS:
        if name.startswith("SEARCH SUBJECT") and size > READS_EVERYTHING:
            continue
        text = command.format(last=size, page=size - 49)
        cost = meter.measure(lambda turn, text=text: client.run(text))
        result.add_cost(size, name, cost, expected)
    measure_changes(meter, client, size, result)
    client.close()


def measure_changes(meter, client, size, result):
    def store(turn):
        client.run(f"UID STORE {size} {'-+'[turn % 2]}FLAGS (\\Answered)")

    def append_one(turn):
        client.run(append("INBOX", letter(size * 1000 + turn)))

    def remove(turn):
        client.run(f"UID STORE {turn + 1} +FLAGS.SILENT (\\Deleted)")
        client.run("EXPUNGE")

    def store_all(turn):
        client.run(f"STORE 1:* {'-+'[turn % 2]}FLAGS.SILENT (\\Draft)")

    result.add_cost(size, "STORE 1", meter.measure(store), "constant")
    result.add_cost(size, "APPEND", meter.measure(append_one), "constant")
    result.add_cost(size, "STORE and EXPUNGE 1", meter.measure(remove, repeats=20), "constant")
    once = size >= READS_EVERYTHING
    cost = meter.measure(store_all, warm=not once, repeats=1 if once else 3)
    result.add_cost(size, "STORE 1:*", cost, "linear")


def run(stage, meter, sizes, result):
    stage.begin()
    store_letters(stage)
    for size in sizes:
        stage.sql(f"SELECT growth.add_owner('size{size}', {size}, 0, {LETTERS})")
    stage.refresh()
    for size in sizes:
        measure_size(stage, meter, size, result)
