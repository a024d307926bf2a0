/*
 * When messages came to the mailbox they are in (RFC 8514): entries.save_date. Not
 * part of what views hold, since few ask: it is looked up. What is in Recently Deleted
 * came there when it was expunged.
 */
#ifndef POSTROOM_STORE_SAVE_DATES_H
#define POSTROOM_STORE_SAVE_DATES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/uidset.h"
#include "store/database.h"

/* In the order of uids, microseconds since 1970 UTC; INT64_MAX: the message is gone. */
int save_dates_get(struct database *database, int64_t mailbox_id, const int64_t *uids, size_t count,
                   int64_t *dates_out) MUST_CHECK;
/* Adds the messages that came at `start` or later and before `end`; either can be
 * INT64_MAX: no such bound. Looks at all messages of the mailbox. */
int save_dates_find(struct database *database, int64_t mailbox_id, int64_t start, int64_t end,
                    struct uidset *uids) MUST_CHECK;

#endif
