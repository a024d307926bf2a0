/*
 * A change as a statement of sql/queries/change.sql and back.
 */
#ifndef POSTROOM_STORE_CHANGE_STATEMENT_H
#define POSTROOM_STORE_CHANGE_STATEMENT_H

#include "query.h"
#include "store/change.h"

/* -ERR_INTERNAL when the change contradicts itself. */
int change_check(const struct change *change) MUST_CHECK;
int change_queue(struct transaction *tx, const struct change *change, size_t *index_out) MUST_CHECK;
/* What came of it, after the commit: fills the change's second half. */
void change_read(const struct result *result, struct change *change);

#endif
