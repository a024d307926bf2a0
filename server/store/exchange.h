/*
 * An exchange: statements sent to PostgreSQL up to a sync, and their results.
 * It lives on the heap and belongs to whoever waits for it; while it is under
 * way its connection refers to it too, so one that is dropped early stays
 * until its answer has come.
 */
#ifndef POSTROOM_STORE_EXCHANGE_H
#define POSTROOM_STORE_EXCHANGE_H

#include <libpq-fe.h>

#include "base/list.h"
#include "fiber/wait.h"
#include "query.h"

struct exchange {
    struct link link; /* in its connection's queue, in the order sent */
    struct wait_queue done;
    PGresult **results;  /* one a statement; NULL: was not run */
    size_t size;         /* of results */
    size_t sent;         /* statements */
    size_t answered;     /* of these */
    size_t failed_index; /* the statement that failed; SIZE_MAX: none */
    size_t octets;       /* sent */
    bool synced;         /* complete: nothing more may be sent in it */
    bool ends_group;     /* PostgreSQL's sync comes behind it: gathered exchanges share one */
    bool skipped;        /* not run, because of a neighbour in the group */
    bool finished;       /* answered, or lost */
    enum err lost;       /* why its connection went before the end; else 0 */
    bool orphaned;       /* nobody waits; its connection frees it */
};

int exchange_new(struct exchange **out) MUST_CHECK;
/* Drops it, wherever it is. */
void exchange_free(struct exchange **exchange);
/* Room for one more result, so that none is missing when it comes. */
int exchange_reserve(struct exchange *exchange) MUST_CHECK;
/* Takes the next statement's result. False when there is no such statement. */
bool exchange_answer(struct exchange *exchange, PGresult *pg);
/* The end, for its connection only; the exchange is out of the queue then,
 * and may be gone. */
void exchange_finish(struct exchange *exchange, enum err lost);
/* Parks until finished. What came of it: 0 or fail() with what went wrong. */
int exchange_wait(struct exchange *exchange) MUST_CHECK;
/* Takes one result out. NULL when it was not run. */
PGresult *exchange_take(struct exchange *exchange, size_t index);

#endif
