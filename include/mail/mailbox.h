/*
 * Mailboxes as users see them: making, deleting, renaming, subscribing, STATUS.
 * Listing is in mail/listing.h.
 */
#ifndef POSTROOM_MAIL_MAILBOX_H
#define POSTROOM_MAIL_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/acl.h"
#include "mail/mail.h"
#include "mail/special_use.h"
#include "store/mailboxes.h"

/* CREATE (RFC 3501 section 6.3.3). Checks acl_check_create itself. The new
 * mailbox gets the parent's ACL; a personal one at the top level gives its
 * owner all rights. special_use may be empty ("\\Sent", RFC 6154), id_out NULL.
 * -ERR_EXISTS, -ERR_DENIED, -ERR_INVALID, -ERR_LIMIT (too many), -ERR_OVER_QUOTA. */
int mailbox_create(struct mail *mail, const struct actor *actor, struct slice name,
                   struct slice special_use, int64_t *id_out) MUST_CHECK;
/* The same with uses of the actor's own (mail/special_use.h). */
int mailbox_create_for_uses(struct mail *mail, const struct actor *actor, struct slice name,
                            const struct special_uses *uses, int64_t *id_out) MUST_CHECK;
/* DELETE: needs `x`. INBOX can't be deleted: -ERR_WRONG_STATE. Children stay: the
 * name then is \NoSelect, made up by LIST. */
int mailbox_delete(struct mail *mail, const struct grant *grant) MUST_CHECK;
/* RENAME: needs `x` on the mailbox, `k` on the new parent. Takes the children
 * along. To another owner's namespace: needs `x` and `a` on the mailbox and on
 * all that is below it, since who administers it changes. RENAME INBOX moves its messages into a
 * new mailbox and leaves INBOX empty (RFC 3501 section 6.3.5). */
int mailbox_rename(struct mail *mail, const struct grant *grant, struct slice new_name) MUST_CHECK;
/* The same of a name of which there is no mailbox, but mailboxes below it, as in the example of RFC
 * 9051 section 6.3.6: they go along. Needs `x` on the closest ones below it. -ERR_NOT_FOUND: the
 * actor sees nothing below it, or there is a mailbox of that name. */
int mailbox_rename_parent(struct mail *mail, const struct actor *actor, struct slice name,
                          struct slice new_name) MUST_CHECK;
/* Makes the INBOX of a user who has none (at login, at user add). */
int mailbox_ensure_inbox(struct mail *mail, const struct actor *actor) MUST_CHECK;

/* STATUS: needs `r`. Of the mailbox as it was when the grant was asked for, or later. */
int mailbox_status(struct mail *mail, const struct grant *grant,
                   struct mailbox_status *out) MUST_CHECK;
/* The same, and what sessions of this worker have been told of as \Recent is not recent. */
int mailbox_status_with_recent(struct mail *mail, const struct grant *grant,
                               struct mailbox_status *out) MUST_CHECK;
/* Fills in its deleted_bytes, what EXPUNGE would free, which costs more than the rest.
 * -ERR_STALE: the rights have changed. */
int mailbox_status_deleted(struct mail *mail, const struct grant *grant,
                           struct mailbox_status *status) MUST_CHECK;

/* Subscriptions are each user's own, by name, and go along when a mailbox is renamed. In
 * the own namespace any name can be subscribed, elsewhere only what is visible:
 * -ERR_NOT_FOUND. */
int mailbox_subscribe(struct mail *mail, const struct actor *actor, struct slice name) MUST_CHECK;
int mailbox_unsubscribe(struct mail *mail, const struct actor *actor, struct slice name) MUST_CHECK;
/* Whether everybody who may see the mailbox, now or later, is subscribed to it until they
 * unsubscribe themselves; mailboxes that are made below it get the same. Needs `a`. */
int mailbox_set_auto_subscribe(struct mail *mail, const struct grant *grant,
                               bool automatic) MUST_CHECK;

#endif
