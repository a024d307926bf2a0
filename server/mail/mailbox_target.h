/*
 * Inside the mail layer: the name that a mailbox is to have, for CREATE and
 * RENAME, and whether the actor may have it.
 */
#ifndef POSTROOM_MAIL_MAILBOX_TARGET_H
#define POSTROOM_MAIL_MAILBOX_TARGET_H

#include "mail/acl.h"

struct mailbox_target {
    struct mailbox_path path;
    int64_t owner_id;
    const struct grant *parent; /* closest mailbox above; NULL: none */
};

/* -ERR_INVALID: no name for a mailbox; -ERR_EXISTS: taken, as far as the
 * actor may know; -ERR_DENIED. Everything is in the arena. */
int mailbox_target_check(struct mail *mail, const struct actor *actor, struct slice name,
                         struct arena *arena, struct mailbox_target *out) MUST_CHECK;

#endif
