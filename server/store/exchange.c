#include "exchange.h"

#include <stdlib.h>

#include "result.h"

int exchange_new(struct exchange **out)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (!exchange)
        return fail(ERR_NO_MEMORY, "no memory for a statement");
    link_init(&exchange->link);
    wait_queue_init(&exchange->done);
    exchange->failed_index = SIZE_MAX;
    *out = exchange;
    return 0;
}

static void exchange_destroy(struct exchange *exchange)
{
    for (size_t i = 0; i < exchange->answered; i++)
        PQclear(exchange->results[i]);
    free(exchange->results);
    free(exchange);
}

void exchange_free(struct exchange **exchange)
{
    if (!*exchange)
        return;
    if (link_in_list(&(*exchange)->link))
        (*exchange)->orphaned = true;
    else
        exchange_destroy(*exchange);
    *exchange = NULL;
}

int exchange_reserve(struct exchange *exchange)
{
    if (exchange->sent < exchange->size)
        return 0;
    size_t size = exchange->size ? exchange->size * 2 : 2;
    PGresult **results = realloc(exchange->results, size * sizeof(PGresult *));
    if (!results)
        return fail(ERR_NO_MEMORY, "no memory for a result");
    exchange->results = results;
    exchange->size = size;
    return 0;
}

bool exchange_answer(struct exchange *exchange, PGresult *pg)
{
    if (exchange->answered == exchange->sent) {
        PQclear(pg);
        return false;
    }
    bool skipped = PQresultStatus(pg) == PGRES_PIPELINE_ABORTED;
    if (!skipped && !result_is_ok(pg) && exchange->failed_index == SIZE_MAX)
        exchange->failed_index = exchange->answered;
    if (skipped) {
        PQclear(pg);
        pg = NULL;
        exchange->skipped |= exchange->failed_index == SIZE_MAX;
    }
    exchange->results[exchange->answered++] = pg;
    return true;
}

void exchange_finish(struct exchange *exchange, enum err lost)
{
    exchange->lost = lost;
    exchange->finished = true;
    if (exchange->orphaned)
        exchange_destroy(exchange);
    else
        wait_wake_all(&exchange->done);
}

int exchange_wait(struct exchange *exchange)
{
    while (!exchange->finished) {
        int err = wait_for(&exchange->done, WAIT_FOREVER);
        if (err)
            return err;
    }
    if (exchange->lost == ERR_CANCELLED)
        return fail(ERR_CANCELLED, "the database was closed");
    if (exchange->lost)
        return fail(exchange->lost, "the connection to PostgreSQL was lost");
    if (exchange->failed_index != SIZE_MAX)
        return result_failure(exchange->results[exchange->failed_index]);
    if (exchange->skipped)
        return fail(ERR_UNAVAILABLE, "a statement that was sent along has failed");
    return 0;
}

PGresult *exchange_take(struct exchange *exchange, size_t index)
{
    if (index >= exchange->answered)
        return NULL;
    PGresult *pg = exchange->results[index];
    exchange->results[index] = NULL;
    return pg;
}
