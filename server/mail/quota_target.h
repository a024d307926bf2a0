/*
 * Inside the mail layer: quota of a mailbox that is to be, for CREATE and RENAME.
 */
#ifndef POSTROOM_MAIL_QUOTA_TARGET_H
#define POSTROOM_MAIL_QUOTA_TARGET_H

#include "mailbox_target.h"
#include "store/mailboxes.h"

/* Room for one mailbox more. `user_root_id` is the root of the target's owner, for a
 * personal mailbox; 0: no limits were set. */
int quota_check_creation(struct mail *mail, const struct actor *actor,
                         const struct mailbox_target *target, int64_t user_root_id) MUST_CHECK;
/* Room for the tree of that name, where it is to go. quota_root_id is that of the mailbox that has
 * the name; 0: none, or there is no mailbox. */
int quota_check_renaming(struct mail *mail, const struct actor *actor,
                         const struct mailbox_place *from, int64_t quota_root_id,
                         const struct mailbox_target *target) MUST_CHECK;

#endif
