"""Reads a protocol script: statements, each with the block indented below it.

The language is described in docs/testing.md; what each statement does is in
player.py.
"""

import re
from dataclasses import dataclass, field

INDENT = "    "
SESSION = r"(?P<session>[a-z]\w*)"

# The first that matches counts. Groups become arguments of Player.<name>.
STATEMENTS = [
    ("config", r"config (?P<key>[\w.]+) = (?P<value>.+)"),
    ("message", r"message (?P<name>\w+)(?P<bare> without a line end)?"),
    ("server", r"server (?P<verb>start|stop|reload)"),
    ("kill_worker", r"kill worker of (?P<session>\w+)"),
    ("log", r"log (?P<regex>.+)"),
    ("no_log", r"no log (?P<regex>.+)"),
    ("wait", r"wait (?P<seconds>[\d.]+)"),
    ("shell", r"\$(?P<fails>!)? (?P<command>.+)"),
    ("deliver", r"deliver (?P<name>\w+) to (?P<addresses>\S+(, \S+)*)"),
    ("count", r"count"),
    ("counted", r"counted beside (?P<session>\w+)"),
    ("connect", rf"connect {SESSION}(?P<options>.*)"),
    ("send_many", rf"{SESSION}> (?P<count>\d+) times: (?P<text>.*)"),
    ("expect_many", rf"{SESSION}< (?P<count>\d+) times: (?P<pattern>.*)"),
    ("send_raw", rf"{SESSION}>> (?P<text>.*)"),
    ("send", rf"{SESSION}> ?(?P<text>.*)"),
    ("expect_unordered", rf"{SESSION}<~ (?P<pattern>.*)"),
    ("expect", rf"{SESSION}< (?P<pattern>.*)"),
    ("closed", rf"{SESSION} closed"),
    ("hang_up", rf"{SESSION} hangs up"),
    ("silent", rf"{SESSION} silent (?P<seconds>[\d.]+)"),
    ("start_tls", rf"{SESSION} starts tls(?P<version>1\.[23])?(?: with certificate (?P<file>\S+))?"),
    ("start_deflate", rf"{SESSION} compresses"),
    ("costs", rf"{SESSION} costs +(?P<text>.*)"),
    (
        "authenticate",
        rf"{SESSION} authenticates as (?P<user>\S+) with (?P<password>\{{\{{.*?\}}\}}|\S+) by "
        r"(?P<mechanism>SCRAM-SHA-256(?:-PLUS)?)(?P<asked> without initial response)?"
        r": (?P<pattern>.*)",
    ),
    ("command", rf"{SESSION} (?P<status>OK|NO|BAD)(?P<code> \[[^\]]+\])? +(?P<text>.*)"),
]
COMPILED = [(name, re.compile(regex)) for name, regex in STATEMENTS]


class ScriptError(Exception):
    """The script itself is wrong."""


@dataclass
class Statement:
    line: int
    name: str
    arguments: dict
    block: list = field(default_factory=list)  # the indented lines


def parse_statement(path, number, text):
    for name, regex in COMPILED:
        found = regex.fullmatch(text)
        if found:
            return Statement(number, name, found.groupdict())
    raise ScriptError(f"{path}:{number}: not a statement: {text}")


def write_blocks(path, blocks):
    """Gives statements, by their line, other blocks."""
    lines = path.read_text("utf-8").splitlines()
    for line in sorted(blocks, reverse=True):
        end = line
        while end < len(lines) and lines[end].startswith(INDENT):
            end += 1
        lines[line:end] = [INDENT + text for text in blocks[line]]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def parse(path):
    """The title (the first comment) and the statements of a script."""
    title = ""
    statements = []
    blank_lines = 0
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith(INDENT):
            if not statements:
                raise ScriptError(f"{path}:{number}: a block without a statement")
            block = statements[-1].block
            block += [""] * (blank_lines if block else 0) + [line[len(INDENT) :]]
            blank_lines = 0
        elif not line.strip():
            blank_lines += 1
        else:
            blank_lines = 0
            if line.startswith("#"):
                title = title or line.lstrip("# ")
            else:
                statements.append(parse_statement(path, number, line))
    return title, statements
