/*
 * Inside the store layer: special uses (RFC 6154) that a user gives a mailbox, in whose change
 * they are part.
 */
#ifndef POSTROOM_STORE_SPECIAL_USES_H
#define POSTROOM_STORE_SPECIAL_USES_H

#include "query.h"

int special_uses_queue(struct transaction *tx, int64_t user_id, int64_t mailbox_id,
                       const struct slice *uses, size_t count) MUST_CHECK;

#endif
