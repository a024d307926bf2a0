/*
 * A wanted state of rights, groups and mailboxes, and how to get there: everything
 * or nothing, in one transaction under the locks of all mailboxes concerned. What is
 * as wanted already is not touched, so a second run does nothing. For postroomctl:
 * one entry (acl set), a tree, a copy, or a whole file (acl apply).
 */
#ifndef POSTROOM_MAIL_ACL_PLAN_H
#define POSTROOM_MAIL_ACL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/mail.h"
#include "model/rights.h"

struct planned_row {
    struct slice identifier; /* as in SETACL */
    enum rights_change change;
    rights_mask rights;
    int64_t expires_at; /* microseconds; INT64_MAX: never, and with + and - as the row has it.
                           Rights that have ended before now are none. */
    int line;
};

struct planned_mailbox {
    struct slice name; /* as the actor sees it */
    bool tree;         /* and all that is below */
    bool create;       /* when there is none; else that is -ERR_NOT_FOUND */
    bool whole;        /* rows that are not planned go, but the owner's own */
    struct planned_row *rows;
    size_t row_count;
    int line;
};

struct planned_member {
    struct slice login;
    int line;
};

/* Made when there is none; who is not planned leaves it. */
struct planned_group {
    struct slice name;
    struct planned_member *members;
    size_t member_count;
    int line;
};

struct acl_plan {
    const char *file; /* before the line in what is said about mistakes; NULL: neither is */
    struct planned_group *groups;
    size_t group_count;
    struct planned_mailbox *mailboxes;
    size_t mailbox_count;
    bool dry_run; /* finds out all that would happen, and leaves it */
    bool force;   /* even when nobody is left who could administer a shared mailbox */
};

enum difference_kind {
    DIFFERENCE_GROUP,   /* is made */
    DIFFERENCE_MEMBER,  /* comes, or goes */
    DIFFERENCE_MAILBOX, /* is made */
    DIFFERENCE_ROW      /* has other rights or another end; none before: comes; none after: goes */
};

struct row_state {
    rights_mask rights;
    int64_t expires_at; /* INT64_MAX: never, or no rights */
};

struct acl_difference {
    enum difference_kind kind;
    struct slice subject; /* the group, or the mailbox as the actor sees it */
    struct slice name;    /* the member, or the row's identifier; empty for what is made */
    bool goes;            /* a member */
    struct row_state before, after; /* of a row */
};

/* What was different, in the order of the plan. Needs `a` on each mailbox; groups are the
 * administrator's: -ERR_DENIED. -ERR_INVALID, -ERR_NOT_FOUND: a mistake in the plan, with its
 * line. -ERR_WRONG_STATE: see force. Nothing has happened then, either. Seen at once by
 * open sessions, each change is in the journal with what was before. */
int acl_apply(struct mail *mail, const struct actor *actor, const struct acl_plan *plan,
              struct arena *arena, struct acl_difference **differences_out,
              size_t *count_out) MUST_CHECK;

#endif
