/*
 * Inside the mail layer: from a name to whose namespace it is in.
 */
#ifndef POSTROOM_MAIL_ACL_CHECK_H
#define POSTROOM_MAIL_ACL_CHECK_H

#include "base/arena.h"
#include "mail/acl.h"
#include "mail/mail.h"
#include "model/mailbox_name.h"
#include "store/mailboxes.h"

enum {
    OWNER_SHARED = 0,
    OWNER_NOBODY = -1 /* a user who does not exist: owns no mailbox */
};

/* Splits a name as this actor reads it. For the administrator every personal
 * mailbox is somebody else's. -ERR_INVALID with the reason. */
int actor_parse_name(const struct actor *actor, struct slice name, struct arena *arena,
                     struct mailbox_path *out) MUST_CHECK;

/* The administrator's, or somebody's who acts for the administrator, on a mailbox that was
 * looked up for whomever; the row's strings are in `arena`, or outlive it. */
int acl_grant_all(const struct actor *administrator, const struct mailbox_row *row,
                  struct arena *arena, const struct grant **out) MUST_CHECK;

/* The owner_id of the namespace: a user's id, OWNER_SHARED, or OWNER_NOBODY,
 * under which every look-up finds nothing, so that an unknown user and a
 * user without such a mailbox give the same answer in the same time. */
int path_owner(struct mail *mail, const struct actor *actor, const struct mailbox_path *path,
               struct arena *arena, int64_t *owner_id_out) MUST_CHECK;

/* The path of a row as the actor sees it, pointing into row and arena. */
struct mailbox_path path_of_row(const struct actor *actor, int64_t owner_id, struct slice owner,
                                struct slice name);
/* The path as a name, in the arena. */
int path_shown(const struct mailbox_path *path, struct arena *arena, struct slice *out) MUST_CHECK;

#endif
