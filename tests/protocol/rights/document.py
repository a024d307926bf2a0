"""docs/rights.md: the table of rights for people."""

from recipes import Elsewhere

ALL = "lrswipkxtea"
HEAD = """\
# Rights

Made by `tests/protocol/rights/generate` from `server/model/command_rights.c`; `postroomctl acl
commands` prints the same, `postroomctl acl explain LOGIN MAILBOX` says which of them a user has
and why. The rights are those of RFC 4314.

| right | allows to |
|---|---|
| `l` | see the mailbox; without it, it is as absent as one that does not exist |
| `r` | read |
| `s` | keep `\\Seen` |
| `w` | change flags other than `\\Seen` and `\\Deleted`, and keywords |
| `i` | put messages in |
| `p` | send mail to it |
| `k` | create mailboxes below |
| `x` | delete or rename the mailbox |
| `t` | set and clear `\\Deleted` |
| `e` | expunge |
| `a` | administer: give and take rights |

## Which command needs which

● is needed, ○ one of them is needed. A part of a command has a row of its own. What is *refused*
gets a NO and nothing is done; what is *left out* is left out of a command that otherwise succeeds.
"""
TAIL = """\

## What is answered without the right

| lost | answer |
|---|---|
| `l` | `NO [NONEXISTENT]`, as for a mailbox that is not there; `NO [TRYCREATE]` for where messages go to (APPEND, COPY, MOVE, REPLACE); `NO [NOPERM]` for a parent (CREATE, RENAME), as for a parent that is not there. LIST leaves the mailbox out |
| another that is needed | `NO [NOPERM]` |
| all of `s w i t e` | the mailbox opens read-only: `NO [READ-ONLY]` to STORE, EXPUNGE, MOVE out of it, REPLACE in it |
| `l` or `r` while it is selected | `* OK [CLOSED]`, at the next command or at once in IDLE, and nothing of the mailbox any more |

Each row is tried out with exactly the rights it needs, without each of them, with a right that is
lost while the mailbox is selected, and while its client idles there on another worker
(`tests/protocol/rights`): in a shared mailbox, in another user's, as a member of a group, with
negative rights, and with rights that expire.
"""


def mark(row, letter):
    if letter in row["one_of"]:
        return "○"
    needs_lookup = letter == "l" and row["mailbox"]
    return "●" if letter in row["rights"] or needs_lookup else ""


def document(table, recipe_of):
    lines = [HEAD]
    lines.append("| command | on | " + " | ".join(ALL) + " | without | note |")
    lines.append("|---" * (len(ALL) + 4) + "|")
    for row in table:
        what = f"{row['command']} {row['part'] and '(' + row['part'] + ')'}".rstrip()
        note = row["note"]
        recipe = recipe_of(row) if row["mailbox"] else None
        if isinstance(recipe, Elsewhere):
            note = "; ".join(filter(None, [note, f"tested by {recipe.where}"]))
        marks = " | ".join(mark(row, letter) for letter in ALL)
        lines.append(f"| {what} | {row['mailbox']} | {marks} | {row['without']} | {note} |")
    return "\n".join(lines) + "\n" + TAIL
