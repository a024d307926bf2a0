/*
 * What the handle is made of, for the modules of this layer.
 */
#ifndef POSTROOM_STORE_DATABASE_PRIVATE_H
#define POSTROOM_STORE_DATABASE_PRIVATE_H

#include "lane.h"
#include "pool.h"

struct database {
    char *conninfo;
    uint32_t wait_ms;
    int64_t away_at; /* when a call last waited in vain; monotonic ms, 0: never */
    uint32_t statement_timeout_ms;
    bool closing;
    size_t users;               /* the handle itself and calls under way; the last one frees */
    struct lane_state lanes[2]; /* by enum lane */
    struct pool durable;        /* transactions, large results */
    struct pool relaxed;        /* synchronous_commit off: content nobody refers to yet */
    struct database_counters counters;
};

/* Around every call that may park: the handle stays while it is under way.
 * -ERR_CANCELLED when it is being closed. */
int database_enter(struct database *database) MUST_CHECK;
void database_leave(struct database *database);

/* When a call that starts now must have its connection; monotonic ms. Of a command that needs
 * several the first has waited for all: soon after one was in vain they wait for a moment only. */
int64_t database_deadline(const struct database *database);
/* fail() for a call that has no connection at its deadline, or was cancelled. `lost`: one that is
 * not there; NULL, or there: all are in use. */
int database_away(struct database *database, const struct connection *lost) MUST_CHECK;
/* The schema has changed: connections that wait for that try again now. */
void database_hurry(struct database *database);

#endif
