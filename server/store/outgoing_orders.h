/*
 * Inside the store layer: mail that a delivery queues, as part of it.
 */
#ifndef POSTROOM_STORE_OUTGOING_ORDERS_H
#define POSTROOM_STORE_OUTGOING_ORDERS_H

#include "query.h"
#include "store/deliveries.h"

/* Comes before the locks of mailboxes. *index_out: of the first of them, the others follow. */
int outgoing_orders_queue(struct transaction *tx, const struct delivery_batch *batch,
                          size_t *index_out) MUST_CHECK;
/* -ERR_UNAVAILABLE: a crash of PostgreSQL has lost a message. */
int outgoing_orders_check(const struct transaction *tx, const struct delivery_batch *batch,
                          size_t index) MUST_CHECK;

/* The mail of batch->claim leaves the queue; before the locks, too. */
int outgoing_claim_queue(struct transaction *tx, const struct delivery_batch *batch,
                         size_t *index_out) MUST_CHECK;
/* -ERR_STALE: somebody else holds it by now. */
int outgoing_claim_check(const struct transaction *tx, const struct delivery_batch *batch,
                         size_t index) MUST_CHECK;

#endif
