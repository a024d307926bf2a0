/*
 * What STATUS said lately, of each mailbox and user. The numbers follow from the
 * mailbox's modseq, since each change of a message or of somebody's \Seen has one, and
 * from first_recent; they are the same as long as both are.
 */
#ifndef POSTROOM_MAIL_STATUS_MEMORY_H
#define POSTROOM_MAIL_STATUS_MEMORY_H

#include "mail/acl.h"
#include "store/mailboxes.h"

/* Whether it is known for the state in which the grant found the mailbox. */
bool status_recall(const struct mail *mail, const struct grant *grant, struct mailbox_status *out);
void status_remember(struct mail *mail, const struct grant *grant,
                     const struct mailbox_status *status);

#endif
