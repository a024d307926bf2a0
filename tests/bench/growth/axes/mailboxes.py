"""Mailboxes of one's own."""

from ..letters import store_letters
from .user_commands import measure_commands

NAME = "mailboxes"
TITLE = "Mailboxes of one's own"
UNIT = "mailboxes"
SIZES = (10, 100, 1000, 10000, 20000)
QUICK_SIZES = (10, 100, 1000)
# LIST "" * shows all of them; what else may grow?
GROWING = {"LIST *": "linear", "LSUB *": "linear"}


def run(stage, meter, sizes, result):
    stage.begin()
    store_letters(stage, 10)
    for size in sizes:
        stage.sql(f"SELECT growth.add_owner('me{size}', 10, {size}, 10)")
    stage.refresh()
    for size in sizes:
        measure_commands(stage, meter, f"me{size}", size, result, GROWING)
