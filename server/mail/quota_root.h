/*
 * Inside the mail layer: names of quota roots.
 */
#ifndef POSTROOM_MAIL_QUOTA_ROOT_H
#define POSTROOM_MAIL_QUOTA_ROOT_H

#include "mail/quota.h"
#include "store/quota_rows.h"

/* A user's root by its name, "user/LOGIN": the login; data NULL for any other name. */
struct slice quota_root_login(struct slice root);
/* -ERR_NOT_FOUND in the one wording, also for what the actor may not know of. */
int quota_root_find_user(struct mail *mail, const struct actor *actor, struct slice login,
                         struct arena *arena, int64_t *user_id_out) MUST_CHECK;
int quota_root_find_tree(struct mail *mail, const struct actor *actor, struct slice root,
                         struct arena *arena, struct quota_row *out,
                         bool *administers_out) MUST_CHECK;

#endif
