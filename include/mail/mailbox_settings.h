/*
 * What an administrator decides about a mailbox besides rights. All need `a`; open
 * sessions see what comes of it at their next command. Others are in mail/mailbox.h
 * (subscriptions) and mail/undelete.h (retention).
 */
#ifndef POSTROOM_MAIL_MAILBOX_SETTINGS_H
#define POSTROOM_MAIL_MAILBOX_SETTINGS_H

#include <stdbool.h>

#include "mail/acl.h"

/* Whether \Seen is each user's own. When it becomes so, what was seen is seen for everybody
 * who may read then, so that nothing turns unread; when it becomes shared, what anybody
 * has seen is seen for all. */
int mailbox_set_seen_per_user(struct mail *mail, const struct grant *grant,
                              bool per_user) MUST_CHECK;

/* RFC 6154, for all who have chosen nothing else (mail/special_use.h); empty: none. -ERR_INVALID: a
 * use that is not offered. */
int mailbox_set_special_use(struct mail *mail, const struct grant *grant,
                            struct slice special_use) MUST_CHECK;
/* In the RFC's spelling; data NULL when it is none that is offered. */
struct slice mailbox_special_use(struct slice special_use);

#endif
