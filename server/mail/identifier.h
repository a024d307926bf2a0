/*
 * ACL identifiers (RFC 4314 section 2): "bob", "group:sales", "anyone", each
 * with "-" before it for negative rights. No user or group can have a name
 * that reads as another kind of identifier (account names are checked with
 * identifier_is_reserved).
 */
#ifndef POSTROOM_MAIL_IDENTIFIER_H
#define POSTROOM_MAIL_IDENTIFIER_H

#include <stdbool.h>

#include "base/arena.h"
#include "mail/mail.h"
#include "store/acl_rows.h"

struct identifier {
    enum acl_kind kind;
    bool negative;
    struct slice name; /* login or group name; empty for anyone */
};

/* Pure, for prepared text; `out->name` points into it. -ERR_INVALID when the name is empty. */
int identifier_parse(struct slice text, struct identifier *out) MUST_CHECK;
/* The reverse, in the arena; data NULL after -ERR_NO_MEMORY. */
struct slice identifier_render(const struct identifier *identifier, struct arena *arena) MUST_CHECK;
/* Prepares and parses what a client has written, and looks up the id of the user or
 * group, 0 for anyone. -ERR_SYNTAX when it can't be prepared or nothing is left of it,
 * -ERR_INVALID "There is no user or group named …". */
int identifier_find(struct mail *mail, struct slice text, struct arena *arena,
                    struct identifier *out, int64_t *id_out) MUST_CHECK;

/* Whether a user or group of this name could be mistaken for something else. */
bool identifier_is_reserved(struct slice name);
/* The name of a user or group as it is stored, in the arena: prepared by SASLprep, so
 * that logins, names of accounts and identifiers that mean the same are the same.
 * -ERR_CHARSET when it is not UTF-8, -ERR_INVALID when SASLprep forbids it. */
int identifier_prepare(struct slice name, struct arena *arena, struct slice *out) MUST_CHECK;

#endif
