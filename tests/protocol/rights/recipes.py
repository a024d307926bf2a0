"""How each row of server/model/command_rights.c is tried out.

<box> is the mailbox on which the row's rights are held or not; <other> one on which all
are: where messages go to, or come from, or the new parent. <own> is a name in the user's
own namespace. In each of them there is one message.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    run: str  # the command
    selects: str = ""  # the mailbox it works in; "" when it needs none
    extra: str = ""  # rights without which it does not come so far, or nobody sees what came of it
    flags: str = ""  # of the message in <box>, set by its administrator
    before: tuple = ()  # commands of the user before
    shows: str = ""  # untagged response when the right is held; without it there is none
    look: tuple = ()  # (who, command, last untagged response with the right, without)
    opens: tuple = ()  # response code of the tagged OK with the right, without
    absent: str = "NO [NONEXISTENT]"  # the reply without `l`


@dataclass(frozen=True)
class Elsewhere:
    """It can't be tried out like the others."""

    where: str


def finds(key, mailbox):
    """Whether the user finds a message by its number and flag in that mailbox."""
    return (
        ("bob", f"SELECT {mailbox}", "", ""),
        ("bob", f"SEARCH {key}", f"* SEARCH {key.split()[0]}", "* SEARCH"),
    )


ALL_FLAGS = r"\Seen \Deleted \Flagged"
APPEND = "APPEND <box> (%s) {{literal+ hello}}"
REPLACE = "REPLACE 1 <box> (%s) {{literal+ hello}}"
TRY_CREATE = "NO [TRYCREATE]"
FILTER_FLAGS = (
    r'FILTER SIEVE SCRIPT "require \"imap4flags\"; '
    r'addflag [\"\\\\Seen\", \"\\\\Deleted\", \"\\\\Flagged\"];" ALL'
)
# the flag, its search key, rights that allow another flag to be changed in the same command
FLAGS = ((r"\Seen", "SEEN", "w"), (r"\Deleted", "DELETED", "w"), ("other flags", "FLAGGED", "t"))


def flag_rows():
    for flag, key, another in FLAGS:
        yield ("APPEND", flag), Recipe(
            APPEND % ALL_FLAGS, extra="r", absent=TRY_CREATE, look=finds(f"2 {key}", "<box>")
        )
        yield ("STORE", flag), Recipe(
            f"STORE 1 +FLAGS ({ALL_FLAGS})",
            selects="<box>",
            extra=another,
            look=finds(f"1 {key}", "<box>"),
        )
        yield ("REPLACE", flag), Recipe(
            REPLACE % ALL_FLAGS,
            selects="<other>",
            extra="r",
            absent=TRY_CREATE,
            look=finds(f"2 {key}", "<box>"),
        )
        yield ("FILTER", flag), Recipe(
            FILTER_FLAGS, selects="<box>", extra=another, look=finds(f"1 {key}", "<box>")
        )
        for verb in ("COPY", "MOVE"):
            yield (verb, flag), Recipe(
                f"{verb} 1 <box>",
                selects="<other>",
                extra="r",
                before=(f"STORE 1 +FLAGS ({ALL_FLAGS})",),
                absent=TRY_CREATE,
                look=finds(f"2 {key}", "<box>"),
            )


RECIPES = {
    ("SELECT", None): Recipe("SELECT <box>"),
    ("SELECT", "READ-WRITE"): Recipe(
        "SELECT <box>", extra="r", opens=("[READ-WRITE]", "[READ-ONLY]")
    ),
    ("EXAMINE", None): Recipe("EXAMINE <box>"),
    ("CREATE", None): Recipe("CREATE <box>/New", absent="NO [NOPERM]"),
    ("DELETE", None): Recipe("DELETE <box>"),
    ("RENAME", None): Recipe("RENAME <box> <other>/Moved"),
    ("RENAME", "the new name"): Recipe("RENAME <other> <box>/Moved", absent="NO [NOPERM]"),
    ("RENAME", "a parent that is no mailbox"): Elsewhere("mailboxes/rename_parent"),
    ("RENAME", "INBOX"): Elsewhere("mailboxes/rename_inbox"),
    ("RENAME", "to another owner"): Recipe("RENAME <box> <own>"),
    ("SUBSCRIBE", None): Recipe("SUBSCRIBE <box>"),
    ("LIST", None): Recipe(
        'LIST "" <box>', shows='* LIST (\\HasNoChildren) "/" {{/.*/}}', absent="OK"
    ),
    ("STATUS", None): Recipe("STATUS <box> (MESSAGES)", shows="* STATUS {{/.*/}} (MESSAGES 1)"),
    ("APPEND", None): Recipe(APPEND % r"\Draft", absent=TRY_CREATE),
    ("SETACL", None): Recipe("SETACL <box> carol lr"),
    ("DELETEACL", None): Recipe("DELETEACL <box> carol"),
    ("GETACL", None): Recipe("GETACL <box>", shows="* ACL {{/.*/}}"),
    ("LISTRIGHTS", None): Recipe("LISTRIGHTS <box> carol", shows="* LISTRIGHTS {{/.*/}}"),
    ("MYRIGHTS", None): Recipe("MYRIGHTS <box>", shows="* MYRIGHTS {{/.*/}}"),
    ("GETQUOTAROOT", None): Recipe("GETQUOTAROOT <box>", shows="* QUOTAROOT {{/.*/}}"),
    ("GETMETADATA", None): Recipe(
        "GETMETADATA <box> /shared/comment", shows="* METADATA {{/.*/}}"
    ),
    ("SETMETADATA", None): Recipe("SETMETADATA <box> (/private/comment {{literal+ hello}})"),
    ("SETMETADATA", "/shared entries"): Recipe("SETMETADATA <box> (/shared/comment NIL)"),
    ("SETMETADATA", "/shared/imapsieve/script"): Recipe(
        "SETMETADATA <box> (/shared/imapsieve/script NIL)", extra="r"
    ),
    ("CLOSE", r"messages with \Deleted"): Recipe(
        "CLOSE",
        selects="<box>",
        flags=r"\Deleted",
        look=(
            ("alice", "STATUS <box> (MESSAGES)", "(MESSAGES 0)", "(MESSAGES 1)"),
        ),
    ),
    ("EXPUNGE", None): Recipe("EXPUNGE", selects="<box>", flags=r"\Deleted", shows="* 1 EXPUNGE"),
    ("SEARCH", None): Recipe("SEARCH ALL", selects="<box>", shows="* SEARCH 1"),
    ("SORT", None): Recipe("SORT (SUBJECT) UTF-8 ALL", selects="<box>", shows="* SORT 1"),
    ("THREAD", None): Recipe(
        "THREAD REFERENCES UTF-8 ALL", selects="<box>", shows="* THREAD (1)"
    ),
    ("FETCH", None): Recipe(
        "FETCH 1 BODY.PEEK[TEXT]", selects="<box>", shows="* 1 FETCH {{/[^Z]*/}}"
    ),
    ("FETCH", r"\Seen by BODY[]"): Recipe(
        "FETCH 1 BODY[TEXT]", selects="<box>", look=finds("1 SEEN", "<box>")
    ),
    ("STORE", None): Recipe(f"STORE 1 +FLAGS ({ALL_FLAGS})", selects="<box>"),
    ("COPY", None, "selected"): Recipe("COPY 1 <other>", selects="<box>"),
    ("COPY", None, "destination"): Recipe("COPY 1 <box>", selects="<other>", absent=TRY_CREATE),
    ("MOVE", None, "selected"): Recipe("MOVE 1 <other>", selects="<box>"),
    ("MOVE", None, "destination"): Recipe("MOVE 1 <box>", selects="<other>", absent=TRY_CREATE),
    ("REPLACE", None, "selected"): Recipe(
        "REPLACE 1 <other> {{literal+ hello}}", selects="<box>"
    ),
    ("REPLACE", None, "destination"): Recipe(
        REPLACE % r"\Draft", selects="<other>", absent=TRY_CREATE
    ),
    ("FILTER", None): Recipe(
        'FILTER SIEVE SCRIPT "keep;" ALL', selects="<box>", shows="* 1 FILTERED {{/.*/}}"
    ),
    ("FILTER", "what is not kept"): Recipe(
        'FILTER SIEVE SCRIPT "discard;" ALL',
        selects="<box>",
        extra="w",
        look=finds("1 DELETED", "<box>"),
    ),
    ("FILTER", "fileinto"): Elsewhere("filter/rights"),
    ("delivery", None): Elsewhere("unit_mail"),
    **dict(flag_rows()),
}
