"""A section for each scenario, in Markdown."""

from growth.report import number

PLACES = 8
FUNCTIONS = 8
STATEMENTS = 10
SMALL = 0.01  # a share that is not shown

INTRODUCTION = """# Where the time goes

Made by `tests/bench/profile`: each scenario of the bench for some seconds, {cores} cores, {workers}
workers where the scenario has no say. Processor time is that of the workers and of the PostgreSQL
processes that serve them. Shares are samples of perf, of the workers or of PostgreSQL alone: first
by layer of the server (`server/<layer>`) or by library, then the functions that took most; in a
virtual machine `_raw_spin_unlock_irqrestore` and `finish_task_switch` stand for waking somebody and
for being woken. Statements are named as in `sql/queries`; their time has waiting for locks in it,
but not the flush at the end of a transaction. Logging in at the start of a run is among them.
"""


def shares(counter, total, most):
    parts = [
        f"{name} {100 * count / total:.0f} %"
        for name, count in counter.most_common(most)
        if count >= SMALL * total
    ]
    return ", ".join(parts) or "too little to see"


def statement_table(statements):
    lines = ["| statement | for one operation | ms | pages | log octets |", "|---|--:|--:|--:|--:|"]
    for one in statements[:STATEMENTS]:
        cells = (number(one.calls), number(one.ms), number(one.pages), number(one.log))
        lines.append(f"| {one.name} | " + " | ".join(cells) + " |")
    return lines


def section(profile):
    worker, postgres = profile.processor_ms
    lines = [
        f"## {profile.name}",
        "",
        f"{profile.help}. {profile.operations:,} operations; processor time of one: worker "
        f"{number(worker)} ms, PostgreSQL {number(postgres)} ms.",
        "",
        "| | |",
        "|---|---|",
    ]
    for title, (total, by_place, by_function) in profile.places.items():
        lines.append(f"| {title} | {shares(by_place, total, PLACES)} |")
        lines.append(f"| | {shares(by_function, total, FUNCTIONS)} |")
    return [*lines, "", *statement_table(profile.statements), ""]


def write(path, profiles, cores, workers):
    lines = INTRODUCTION.format(cores=cores, workers=workers).split("\n")
    for profile in profiles:
        lines += section(profile)
    path.write_text("\n".join(lines).rstrip("\n") + "\n", "utf-8")
