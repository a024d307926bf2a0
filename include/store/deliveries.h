/*
 * What delivery asks of what is there already.
 */
#ifndef POSTROOM_STORE_DELIVERIES_H
#define POSTROOM_STORE_DELIVERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "store/database.h"

/* Whether a message with the same Message-ID came into the mailbox in the last `seconds`,
 * among the 1,000 youngest. The Message-ID is given, or empty, and then that of the stored
 * message with this id; a message without one is never a duplicate. */
int deliveries_is_duplicate(struct database *database, int64_t mailbox_id, int64_t stored_id,
                            struct slice message_id, uint32_t seconds, bool *out) MUST_CHECK;

#endif
