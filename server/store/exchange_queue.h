/*
 * The exchanges that are under way on a connection, oldest first: PostgreSQL answers in the order
 * in which they were sent, and ends each group of them with one sync.
 *
 * An exchange is in one queue at most, which does not own it: exchange_finish() says who does.
 */
#ifndef POSTROOM_STORE_EXCHANGE_QUEUE_H
#define POSTROOM_STORE_EXCHANGE_QUEUE_H

#include "exchange.h"

struct exchange_queue {
    struct link exchanges;
    size_t count;
    size_t octets; /* sent in them */
};

void exchange_queue_init(struct exchange_queue *queue);
bool exchange_queue_is_empty(const struct exchange_queue *queue);
/* Behind all others. */
void exchange_queue_add(struct exchange_queue *queue, struct exchange *exchange);
/* One more statement was sent in it. */
void exchange_queue_count(struct exchange_queue *queue, struct exchange *exchange, size_t octets);

/* These two of a queue that is not empty only. */
struct exchange *exchange_queue_oldest(const struct exchange_queue *queue);
struct exchange *exchange_queue_youngest(const struct exchange_queue *queue);
struct exchange *exchange_queue_take_oldest(struct exchange_queue *queue);

/* The statements up to the next sync. */
size_t exchange_queue_group_size(const struct exchange_queue *queue);
/* Of those under way, the first that waits for a statement's result; NULL: none before the next
 * sync. */
struct exchange *exchange_queue_find_unanswered(const struct exchange_queue *queue);
/* Whether something is still to come for the oldest. */
bool exchange_queue_expects_result(const struct exchange_queue *queue);

#endif
