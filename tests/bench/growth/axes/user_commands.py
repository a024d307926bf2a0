"""What one user does in own mailboxes: the commands of `mailboxes` and `others`."""

from ..letters import append, letter

# In the INBOX of 10 messages, which is selected; mailboxes F1 to F10 are there.
COMMANDS = (
    ("LIST *", 'LIST "" *'),
    ("LIST of one", 'LIST "" F7'),
    ("LSUB *", 'LSUB "" *'),
    ("STATUS", "STATUS F7 (MESSAGES UNSEEN)"),
    ("SELECT, warm", "SELECT INBOX"),
    ("FETCH flags", "FETCH 1 (FLAGS)"),
    ("FETCH body", "FETCH 1 (BODY.PEEK[])"),
    ("SEARCH SUBJECT", "SEARCH SUBJECT Order"),
    ("COPY", "COPY 1 F7"),
    ("GETACL", "GETACL F7"),
    ("MYRIGHTS", "MYRIGHTS F7"),
    ("SUBSCRIBE", "SUBSCRIBE F7"),
)


def changes(stage, client, user, size):
    def log_in(turn):
        stage.connect(user).close()

    def store(turn):
        client.run(f"STORE 1 {'-+'[turn % 2]}FLAGS (\\Answered)")

    def append_one(turn):
        client.run(append("F7", letter(size * 1000 + turn)))

    def create_and_delete(turn):
        client.run(f"CREATE N{turn}")
        client.run(f"DELETE N{turn}")

    def rename(turn):
        client.run("RENAME F9 Renamed")
        client.run("RENAME Renamed F9")

    def give_right(turn):
        client.run(f"SETACL F8 alice {'-+'[turn % 2]}s")

    return (
        ("LOGIN", log_in),
        ("STORE", store),
        ("APPEND", append_one),
        ("CREATE and DELETE", create_and_delete),
        ("RENAME, twice", rename),
        ("SETACL", give_right),
    )


def measure_commands(stage, meter, user, size, result, growing):
    client = stage.connect(user)
    client.run("SELECT INBOX")
    for name, text in COMMANDS:
        cost = meter.measure(lambda turn, text=text: client.run(text))
        result.add_cost(size, name, cost, growing.get(name, "constant"))
    for name, operation in changes(stage, client, user, size):
        cost = meter.measure(operation, repeats=None if name in ("STORE", "APPEND") else 30)
        result.add_cost(size, name, cost, growing.get(name, "constant"))
    client.close()
