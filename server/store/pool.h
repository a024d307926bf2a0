/*
 * A pool: connections that one fiber at a time has for itself. Opened when
 * they are first needed, then kept. Fibers are served in the order they came.
 * Owned by the database.
 */
#ifndef POSTROOM_STORE_POOL_H
#define POSTROOM_STORE_POOL_H

#include "connection.h"

struct pool_slot {
    struct pool *pool;
    struct connection *connection;
    bool taken;
};

struct pool {
    struct database *database;
    bool relaxed;            /* synchronous_commit off */
    struct pool_slot *slots; /* `max` of them */
    size_t count;            /* opened */
    size_t max;
    struct link waiters; /* struct pool_waiter, first come first */
};

int pool_init(struct pool *pool, struct database *database, size_t max, bool relaxed) MUST_CHECK;
/* Ends what is under way; waiting fibers see the database closing. */
void pool_end(struct pool *pool);
void pool_free(struct pool *pool);
/* Ends pauses of connections that are not there. */
void pool_hurry(struct pool *pool);
/* Opens the first connections before anybody needs them; does not wait for them. */
int pool_warm(struct pool *pool, size_t connections) MUST_CHECK;

/* Parks until a connection is there. -ERR_UNAVAILABLE at the deadline. */
int pool_take(struct pool *pool, int64_t deadline, struct pool_slot **out) MUST_CHECK;
/* What was sent on it before goes on being answered before what the next
 * fiber sends. */
void pool_give_back(struct pool_slot **slot);

#endif
