/*
 * A change as a statement of sql/queries/change.sql and back.
 */
#ifndef POSTROOM_STORE_CHANGE_STATEMENT_H
#define POSTROOM_STORE_CHANGE_STATEMENT_H

#include "query.h"
#include "store/change.h"

/* -ERR_INTERNAL when the change contradicts itself. */
int change_check(const struct change *change) MUST_CHECK;
/* Whether it takes messages from source_id, which is locked, too. */
bool change_takes_from_source(const struct change *change);
/* What the change wants, before anything has come of it. */
void change_outcome_init(struct change *change);
/* These flags without \Seen where it is per user: then it is no flag of the entry. */
flag_mask change_shared_flags(const struct change *change, flag_mask flags);
/* Fills in what `row` is about, but for its UIDs and modseq. */
void change_describe(struct change *change);

/* id: what its journal rows are found by. */
int change_queue(struct transaction *tx, const struct change *change, int64_t id,
                 size_t *index_out) MUST_CHECK;
/* What came of it, after the commit: fills the change's second half. */
void change_read(const struct result *result, struct change *change);

/* The same from the journal, one row of the query changes_find after the
 * other: place is the change's id less that of the first one asked for. */
enum { FOUND_PLACE, FOUND_KIND, FOUND_UIDVALIDITY, FOUND_MODSEQ, FOUND_UIDS };
int change_read_found(const struct result *result, size_t row, struct change *change) MUST_CHECK;

/* Whether nothing was done and nobody is to blame for what the transaction failed with. */
bool change_is_worth_another(int err);

#endif
