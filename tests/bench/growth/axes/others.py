"""What other users own: nothing that one user does may cost more for it."""

from ..letters import store_letters
from .user_commands import measure_commands

NAME = "others"
TITLE = "Other users, each with 2 mailboxes, 10 messages, a group and rights"
UNIT = "other users"
SIZES = (10, 100, 1000, 10000)
QUICK_SIZES = (10, 100, 1000)


def run(stage, meter, sizes, result):
    stage.begin()
    store_letters(stage, 10)
    made = 0
    for size in sizes:
        # a new one each time: what was measured before has left its traces
        stage.sql(f"SELECT growth.add_owner('me{size}', 10, 10, 10)")
        stage.sql(f"SELECT growth.add_others({made + 1}, {size}, 10, 10)")
        made = size
        stage.refresh()
        measure_commands(stage, meter, f"me{size}", size, result, {})
