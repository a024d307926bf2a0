/*
 * Recently Deleted, for IMAP clients: below a mailbox X from which something was expunged
 * that can still be given back, X/Recently Deleted is a mailbox, for those who hold l, r,
 * e and t on X. It can be looked at; COPY copies out of it and MOVE gives back; all else
 * that writes is refused.
 *
 * It is not a row of the database, but a name, and a grant whose mailbox id is the
 * negated one of X (store/recently_deleted.h); views, pulses and searches take that as
 * any other. An existing mailbox of that name stays what it is.
 */
#ifndef POSTROOM_MAIL_RECENTLY_DELETED_H
#define POSTROOM_MAIL_RECENTLY_DELETED_H

#include <stdbool.h>

#include "mail/acl.h"
#include "model/rights.h"

#define RECENTLY_DELETED "Recently Deleted"

enum { RECENTLY_DELETED_NEEDS = RIGHT_LOOKUP | RIGHT_READ | RIGHT_DELETE_MESSAGES | RIGHT_EXPUNGE };

bool grant_is_recently_deleted(const struct grant *grant);
/* Whether its messages were in that mailbox. */
bool grant_is_recently_deleted_of(const struct grant *grant, const struct grant *mailbox);

#endif
