/*
 * Inside the store layer: what filters remember (RFC 7352), as part of a delivery.
 */
#ifndef POSTROOM_STORE_IDENTIFIERS_H
#define POSTROOM_STORE_IDENTIFIERS_H

#include "query.h"
#include "store/deliveries.h"

/* One statement for those that nobody has seen, and one for those that were seen before. */
struct identifiers_queued {
    struct {
        size_t index;
        size_t count; /* 0: there is no such statement */
    } statements[2];
};
/* Comes before the locks of mailboxes. */
int identifiers_queue(struct transaction *tx, const struct delivery_batch *batch,
                      int64_t delivery_id, struct identifiers_queued *out) MUST_CHECK;
/* -ERR_STALE: somebody was faster. */
int identifiers_check(const struct transaction *tx,
                      const struct identifiers_queued *queued) MUST_CHECK;
/* Whether that delivery has remembered it. */
int identifiers_find(struct database *database, const struct identifier *identifier,
                     int64_t delivery_id, bool *out) MUST_CHECK;

#endif
