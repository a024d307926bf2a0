/*
 * Settings of a mailbox that are more than a column. Each runs under the mailbox's
 * lock, in one transaction with its journal row; *modseq_out is the mailbox's highest
 * then, for the feed. -ERR_NOT_FOUND.
 */
#ifndef POSTROOM_STORE_MAILBOX_SETTINGS_H
#define POSTROOM_STORE_MAILBOX_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "store/database.h"

/* Per user: what is \Seen becomes so for everybody who may read. Shared: what anybody
 * has seen becomes \Seen. */
int mailboxes_set_seen_per_user(struct database *database, int64_t mailbox_id, bool per_user,
                                struct slice actor, struct slice client,
                                uint64_t *modseq_out) MUST_CHECK;
/* Empty: none. */
int mailboxes_set_special_use(struct database *database, int64_t mailbox_id,
                              struct slice special_use, struct slice actor, struct slice client,
                              uint64_t *modseq_out) MUST_CHECK;

#endif
