"""The protocol scripts of the rights: one for each way in which rights are held and each
situation in which one of them is missing."""

import re
from dataclasses import dataclass

MAILBOX = re.compile(r"<(box|other)>((?:/\w+)?)")
ALL = "lrswipkxtea"
WRITING = set("swite")  # without any of these a mailbox opens read-only
CHANGING_FLAGS = set("swt")
EXPIRES_AFTER = 2  # seconds

HEAD = """\
# {title}
# Made by tests/protocol/rights/generate from the table of rights.
message hello
    Subject: hello

    Hi.
"""


def letters(rights):
    return "".join(letter for letter in ALL if letter in rights)


def without(rights, lost):
    """As SETACL takes them."""
    return letters(set(rights) - set(lost)) or '""'


class Way:
    """How bob comes to his rights. alice administers the mailboxes."""

    name = title = ""
    top = "Shared/R"
    expires = False

    def top_of(self, case):
        """The mailbox above those of the case, as alice names it."""
        return self.top

    def bobs(self, mailbox):
        return mailbox

    def give(self, box, rights, lost):
        """Statements: bob has the rights without those lost."""
        return [f"alice OK SETACL {box} bob {without(rights, lost)}"]

    def give_for_now(self, box, rights, lost):
        """bob has them all, and is going to lose some."""
        return self.give(box, rights, "")

    def take(self, box, lost):
        return [f"alice OK SETACL {box} bob -{lost}"]


class Shared(Way):
    name, title = "shared", "in a shared mailbox"


class OthersOwn(Way):
    name, title = "others", "in another user's mailbox"
    top = "R"

    def bobs(self, mailbox):
        return f"Other Users/alice/{mailbox}"


class Group(Way):
    name, title = "group", "as a member of a group"

    def give(self, box, rights, lost):
        return [f"alice OK SETACL {box} group:sales {without(rights, lost)}"]

    def take(self, box, lost):
        return [f"alice OK SETACL {box} group:sales -{lost}"]


class Negative(Way):
    name, title = "negative", "where negative rights take some away"

    def give(self, box, rights, lost):
        return [
            f"alice OK SETACL {box} bob {ALL}",
            f"alice OK SETACL {box} -bob {without(ALL, without(rights, lost))}",
        ]

    def take(self, box, lost):
        return [f"alice OK SETACL {box} -bob +{lost}"]


class Expired(Way):
    """The right that is lost comes from a row of the group, which expires: the rows below
    Shared/R/<right> at the same time, when all cases are ready."""

    name, title = "expired", "where a right has expired"
    expires = True

    def top_of(self, case):
        return f"{self.top}/{case.lost or 'nothing'}"

    def give(self, box, rights, lost):
        given = super().give(box, rights, lost)
        return given + ([f"alice OK SETACL {box} group:sales {lost}"] if lost else [])

    def give_for_now(self, box, rights, lost):
        return self.give(box, rights, lost)

    def take(self, box, lost):
        return []

    def expire(self, losses):
        when = f'$(date -u -d "+{EXPIRES_AFTER} seconds" +%Y-%m-%dT%H:%M:%SZ)'
        return [
            f'$ postroomctl acl set {self.top}/{lost} group:sales {lost} --recursive'
            f' --until "{when}"'
            for lost in losses
        ] + [f"wait {EXPIRES_AFTER + 0.2}"]


WAYS = (Shared(), OthersOwn(), Group(), Negative(), Expired())
SITUATIONS = {
    "missing": "Every command with each right it needs, and without",
    "selected": "Rights that are lost while the mailbox is selected",
    "idling": "Rights that are lost in IDLE",
}


@dataclass
class Case:
    """One row of the table with one right lost, or none."""

    row: dict
    recipe: object
    number: int
    rights: str  # what is needed, and what lets bob come so far
    lost: str

    @property
    def refused(self):
        return self.lost and (self.row["without"] == "refused" or "l" in self.lost)

    def title(self):
        what = f"{self.row['command']} {self.row['part']}".rstrip()
        return f"# {what} ({self.row['mailbox']}) " + (
            f"without {self.lost}" if self.lost else f"with {self.rights} and no more"
        )


def main_rights(table, row):
    """What the command as such needs on the same mailbox."""
    rights = {"l"}
    for other in table:
        same = other["command"] == row["command"] and other["mailbox"] == row["mailbox"]
        if same and not other["part"]:
            rights |= set(other["rights"])
    return rights


def cases(table, tried, situation):
    number = 0
    for row, recipe in tried:
        needed = main_rights(table, row) | set(row["rights"])
        if recipe.selects == "<box>":
            needed.add("r")
        rights = needed | set(recipe.extra) | set(row["one_of"])
        if situation != "missing":
            rights.add("r")
        losses = list(row["rights"] if row["part"] else letters(needed))
        if row["one_of"]:
            losses.append(row["one_of"])
        if situation == "missing":
            losses = ["", *losses]
        elif row["command"] in ("SELECT", "EXAMINE") and row["part"]:
            losses = []  # it is open already
        for lost in losses:
            number += 1
            yield Case(row, recipe, number, letters(rights), letters(lost))


class Writer:
    """Statements of one case."""

    def __init__(self, way, situation, case):
        self.way, self.situation, self.case = way, situation, case
        self.name = f"bob{case.number}"
        self.box = f"{way.top_of(case)}/{case.number}"
        self.other = f"{self.box}o"

    def names(self, text, as_seen):
        mailboxes = {"box": as_seen(self.box), "other": as_seen(self.other)}
        text = text.replace("<own>", f"Own{self.case.number}")
        return MAILBOX.sub(lambda m: f'"{mailboxes[m[1]]}{m[2]}"', text)

    def bob(self, reply, command, block=()):
        text = f"{self.name} {reply} {self.names(command, self.way.bobs)}"
        return [text, *(f"    {line}" for line in block)]

    def prepare(self):
        case, recipe = self.case, self.case.recipe
        lines = ["", case.title()]
        for box in (self.box, self.other):
            lines += [
                f"alice OK CREATE {box}",
                f"alice OK APPEND {box} ({recipe.flags if box == self.box else ''})"
                " {{literal hello}}",
                f"alice OK SETACL {box} carol l",
            ]
        lines.append(f"alice OK SETACL {self.other} bob {ALL}")
        give = self.way.give if self.situation == "missing" else self.way.give_for_now
        return lines + give(self.box, case.rights, case.lost)

    def begin(self):
        """Up to where the right is lost."""
        lines = self.prepare() + [f"connect {self.name} elsewhere than alice"]
        if self.situation == "missing":
            return lines
        lines += self.select()
        return lines + (self.idle() if self.situation == "idling" else [])

    def end(self):
        lines = []
        if self.situation == "missing":
            lines += self.select()
        else:
            lines += self.way.take(self.box, self.case.lost)
        if self.situation == "idling":
            lines += self.end_idle()
        if not self.is_kept_out():
            lines += self.run()
        return [*lines, f"{self.name} hangs up"]

    def is_kept_out(self):
        """It works in a mailbox that bob can't open."""
        lost = set(self.case.lost) & set("lr")
        return self.situation == "missing" and self.case.recipe.selects == "<box>" and lost

    def select(self):
        """The mailbox to work in, and what is to be done there before."""
        if self.is_kept_out():
            reply = "NO [NONEXISTENT]" if "l" in self.case.lost else "NO [NOPERM]"
            return self.bob(reply, "SELECT <box>")
        recipe = self.case.recipe
        selects = recipe.selects or ("" if self.situation == "missing" else "<box>")
        lines = self.bob("OK", f"SELECT {selects}") if selects else []
        for command in recipe.before:
            lines += self.bob("OK", command)
        return lines

    def closes(self):
        """Whether what was lost closes the mailbox that bob has selected."""
        in_box = (self.case.recipe.selects or "<box>") == "<box>"
        return self.situation != "missing" and in_box and set(self.case.lost) & set("lr")

    def reply(self):
        """How the tagged reply begins."""
        case, recipe = self.case, self.case.recipe
        works_inside = recipe.selects == "<box>"
        if self.closes() and works_inside:
            if self.situation == "idling":
                return "BAD"
            return "NO [NONEXISTENT]" if "l" in case.lost else "NO [NOPERM]"
        if recipe.opens:
            return f"OK {recipe.opens[bool(case.lost)]}"
        if not case.refused:
            return "OK"
        if "l" in case.lost:
            return recipe.absent
        held = set(case.rights) - set(case.lost)
        writes = case.row["command"] in ("STORE", "EXPUNGE", "MOVE", "REPLACE", "FILTER")
        if works_inside and writes and not held & WRITING:
            return "NO [READ-ONLY]"
        return "NO [NOPERM]"

    def run(self):
        case, recipe = self.case, self.case.recipe
        lines = []
        reply = self.reply()
        block = []
        if recipe.shows and not case.lost:
            block = ["...", recipe.shows]
        elif self.situation == "selected" and (recipe.shows or self.closes()):
            block = self.news() or ["(nothing)"]
        elif recipe.shows:
            block = ["(nothing)"]
        lines += self.bob(reply, recipe.run, block)
        if reply.startswith("OK") and not (case.lost and "l" in case.lost):
            lines += self.look()
        return lines

    def news(self):
        """What the session is told of the loss, in IDLE or with the next command."""
        lost, held = set(self.case.lost), set(self.case.rights)
        if (self.case.recipe.selects or "<box>") != "<box>":
            return []
        if self.closes():
            return ["* OK [CLOSED] {{/.*/}}"]
        read_only = held & WRITING and not (held - lost) & WRITING
        news = ["* OK [READ-ONLY] {{/.*/}}"] if read_only else []
        if lost & CHANGING_FLAGS:
            news += ["* FLAGS {{/.*/}}", "* OK [PERMANENTFLAGS {{/.*/}}"]
        return news

    def look(self):
        lines = []
        for who, command, held, lost in self.case.recipe.look:
            expected = lost if self.case.lost else held
            block = ["...", f"{{{{/.*/}}}}{expected}" if who == "alice" else expected]
            if who == "bob":
                lines += self.bob("OK", command, block if expected else ())
            else:
                text = f"alice OK {self.names(command, str)}"
                lines += [text, *(f"    {line}" for line in block)]
        return lines

    def idle(self):
        return [f"{self.name}> idle IDLE", f"{self.name}< + {{{{/.*/}}}}"]

    def end_idle(self):
        lines = [f"{self.name}< {line}" for line in self.news()]
        if self.closes():
            lines.append(f"alice OK APPEND {self.box} {{{{literal hello}}}}")
        return [*lines, f"{self.name}> DONE", f"{self.name}< idle {{{{/OK|NO/}}}} {{{{/.*/}}}}"]


def opening(way, writers):
    """The mailboxes above those of the cases."""
    lines = []
    if way.top.startswith("Shared/"):
        lines += [
            f"$ postroomctl mailbox create {way.top}",
            f"$ postroomctl acl set {way.top} alice {ALL}",
        ]
    lines.append("connect alice")
    tops = {writer.way.top_of(writer.case) for writer in writers} | {way.top}
    made = {way.top} if way.top.startswith("Shared/") else set()
    return lines + [f"alice OK CREATE {top}" for top in sorted(tops - made)]


def script(table, tried, way, situation):
    title = f"{SITUATIONS[situation]}: {way.title}"
    writers = [Writer(way, situation, case) for case in cases(table, tried, situation)]
    lines = [HEAD.format(title=title) + "config limits.connections_per_user = 1000"]
    lines += opening(way, writers)
    if not way.expires:
        for writer in writers:
            lines += writer.begin() + writer.end()
        return "\n".join(lines) + "\n"
    for writer in writers:
        lines += writer.begin()
    lines += way.expire(sorted({writer.case.lost for writer in writers if writer.case.lost}))
    for writer in writers:
        lines += writer.end()
    return "\n".join(lines) + "\n"
