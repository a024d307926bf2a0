/*
 * Mailboxes as users see them: making, deleting, renaming, listing,
 * subscribing, STATUS.
 */
#ifndef POSTROOM_MAIL_MAILBOX_H
#define POSTROOM_MAIL_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/acl.h"
#include "mail/mail.h"
#include "store/mailboxes.h"

/* CREATE (RFC 3501 section 6.3.3). Checks acl_check_create itself. The new
 * mailbox gets the parent's ACL; a personal one at the top level gives its
 * owner all rights. special_use may be empty ("\\Sent", RFC 6154).
 * -ERR_EXISTS, -ERR_DENIED, -ERR_INVALID, -ERR_LIMIT (too many). */
int mailbox_create(struct mail *mail, const struct actor *actor, struct slice name,
                   struct slice special_use) MUST_CHECK;
/* DELETE: needs `x`. INBOX can't be deleted: -ERR_WRONG_STATE. Children stay: the
 * name then is \NoSelect, made up by LIST. */
int mailbox_delete(struct mail *mail, const struct grant *grant) MUST_CHECK;
/* RENAME: needs `x` on the mailbox, `k` on the new parent. Takes the children
 * along. To another owner's namespace: needs `x` and `a` on the mailbox and on
 * all that is below it, since who administers it changes. RENAME INBOX moves its messages into a
 * new mailbox and leaves INBOX empty (RFC 3501 section 6.3.5). */
int mailbox_rename(struct mail *mail, const struct grant *grant, struct slice new_name) MUST_CHECK;
/* Makes the INBOX of a user who has none (at login, at user add). */
int mailbox_ensure_inbox(struct mail *mail, const struct actor *actor) MUST_CHECK;

/* STATUS: needs `r`. Of the mailbox as it was when the grant was asked for, or later. */
int mailbox_status(struct mail *mail, const struct grant *grant,
                   struct mailbox_status *out) MUST_CHECK;

/* LIST and LSUB (RFC 3501 section 6.3.8, 6.3.9; RFC 3348 CHILDREN; RFC 6154). */
struct listed_mailbox {
    struct slice name; /* as the actor sees it, UTF-8 */
    bool no_select;    /* made up: only a parent (or, in LSUB, a parent of subscribed ones) */
    bool has_children;
    struct slice special_use; /* may be empty */
    int64_t mailbox_id;       /* 0 when made up */
    rights_mask rights;
};
/* Those that match reference + pattern, in order: INBOX, own, other users',
 * shared; each with its parents made up where they do not exist or may not
 * be seen. `subscribed`: LSUB, where a mailbox is no more than a name, which
 * need not exist: mailbox_id, rights and special_use are empty, and
 * has_children is about what is subscribed. An empty pattern matches nothing. */
int mailbox_list(struct mail *mail, const struct actor *actor, struct slice reference,
                 struct slice pattern, bool subscribed, struct arena *arena,
                 struct listed_mailbox **rows_out, size_t *count_out) MUST_CHECK;

/* In the own namespace any name can be subscribed, elsewhere only what is
 * visible: -ERR_NOT_FOUND. */
int mailbox_subscribe(struct mail *mail, const struct actor *actor, struct slice name) MUST_CHECK;
int mailbox_unsubscribe(struct mail *mail, const struct actor *actor, struct slice name) MUST_CHECK;

#endif
