/*
 * Which rights which command needs (RFC 4314 section 4), as data: docs/rights.md,
 * the scripts of tests/protocol/rights and `postroomctl acl explain` are made from
 * it. What is enforced is what the commands themselves declare and what the mail
 * layer requires; unit_imap holds this table against the declarations.
 */
#ifndef POSTROOM_MODEL_COMMAND_RIGHTS_H
#define POSTROOM_MODEL_COMMAND_RIGHTS_H

#include <stdbool.h>

#include "model/rights.h"

/* The mailbox on which the rights are needed. */
enum command_subject {
    ON_NOTHING,     /* no mailbox's rights matter */
    ON_SELECTED,    /* the one that is selected */
    ON_NAMED,       /* the one that the command names */
    ON_DESTINATION, /* the one that messages go to */
    ON_PARENT,      /* the closest one above the name that is to be */
    ON_LISTED       /* each one that the pattern fits */
};

/* What happens without the rights. */
enum command_denial {
    DENIAL_REFUSES, /* NO, nothing is done */
    DENIAL_OMITS,   /* OK, this part of it is left out */
    DENIAL_LIMITS   /* OK, the mailbox is opened read-only */
};

/* Everything that needs any right on a mailbox needs `l` as well: without it the
 * mailbox is absent. `all` names it only where nothing else is needed. */
struct command_rights {
    const char *command; /* as in the command table; in small letters: no IMAP command */
    const char *part;    /* NULL: the command as such; else what of it, as a client writes it */
    enum command_subject subject;
    rights_mask all; /* every one of these … */
    rights_mask any; /* … and at least one of these, if any are named */
    enum command_denial denial;
    const char *note; /* NULL: nothing to add */
};

/* In the order of the command table; ends with a row without a command. A
 * command has one for each mailbox on which it needs rights (ON_NOTHING: none), and one
 * for each part that needs others. */
const struct command_rights *command_rights_all(void);

bool command_rights_are_held(const struct command_rights *row, rights_mask held);
/* What is lacking, for people: "te", "one of swt"; nothing when nothing is. */
void command_rights_render_lack(const struct command_rights *row, rights_mask held,
                                struct buffer *out);
/* "selected mailbox", "parent" …; "" for ON_NOTHING. */
const char *command_subject_text(enum command_subject subject);
/* "refused", "left out", "read-only" */
const char *command_denial_text(enum command_denial denial);

#endif
