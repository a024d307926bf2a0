"""Workers of one server."""

from ..letters import append, letter
from ..series import MEMORY

NAME = "workers"
TITLE = "Workers"
UNIT = "workers"
SIZES = (1, 2, 4)
QUICK_SIZES = (1, 2)
MAILBOX = "Shared/Sales"


def run(stage, meter, sizes, result):
    stage.begin()
    for size in sizes:
        stage.refresh(size)
        result.add(size, "idle", MEMORY, meter.memory() / 1024, "linear")
        members = [stage.connect_to("bob", worker) for worker in range(size)]
        for member in members:
            member.run(f"SELECT {MAILBOX}")
        alice = stage.connect("alice")
        alice.run(append("INBOX", letter(size)))
        alice.run("SELECT INBOX")

        def store(turn, alice=alice):
            alice.run(f"STORE 1 {'-+'[turn % 2]}FLAGS (\\Answered)")

        def tell(turn, alice=alice, size=size):
            alice.run(append(MAILBOX, letter(size * 1000 + turn)))

        costs = (
            ("NOOP", "constant", lambda turn: alice.run("NOOP")),
            ("FETCH body", "constant", lambda turn: alice.run("FETCH 1 (BODY.PEEK[])")),
            ("STORE in one's own", "linear", store),
            ("APPEND to what is open in all", "linear", tell),
        )
        for name, expected, operation in costs:
            result.add_cost(size, name, meter.measure(operation), expected)
        for client in (alice, *members):
            client.close()
