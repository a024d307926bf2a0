/*
 * What became of changes whose connection was lost during COMMIT: they are
 * looked up in the journal by the ids that went with them.
 */
#ifndef POSTROOM_STORE_CHANGE_LOOKUP_H
#define POSTROOM_STORE_CHANGE_LOOKUP_H

#include "query.h"
#include "store/change.h"

/* Ids of changes that were sent together. */
struct change_ids {
    int64_t first; /* of the change at place 0; the next one has the next id */
    size_t count;
};

/* Ids that nobody else has. */
struct change_ids change_ids_make(size_t count);

/* Ends PostgreSQL's process that ran the transaction, since what is still
 * under way there could yet happen, and fills the second half of the changes
 * that did happen: these have a row.modseq. -ERR_IN_DOUBT when that cannot be
 * told until `deadline`. */
int change_look_up(struct database *database, struct change **changes, struct change_ids ids,
                   int process, int64_t deadline) MUST_CHECK;

#endif
