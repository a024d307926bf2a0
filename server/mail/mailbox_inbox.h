/*
 * Inside the mail layer: RENAME of INBOX (RFC 3501 section 6.3.5), which is
 * no renaming: the messages move to a new mailbox, INBOX stays, and so do the
 * mailboxes below it.
 */
#ifndef POSTROOM_MAIL_MAILBOX_INBOX_H
#define POSTROOM_MAIL_MAILBOX_INBOX_H

#include "mail/acl.h"

/* Needs `r`, `t` and `e` on the INBOX. Moves in batches; when one fails, what
 * has moved stays moved. */
int mailbox_rename_inbox(struct mail *mail, const struct grant *inbox,
                         struct slice new_name) MUST_CHECK;

#endif
