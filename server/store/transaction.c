/*
 * Transactions as pipelines: BEGIN goes with the first statement, COMMIT with
 * the last, so that locks are held for one round trip.
 */
#include <stdlib.h>
#include <string.h>

#include "database_private.h"
#include "result.h"

struct transaction {
    struct database *database;
    struct pool_slot *slot;
    uint64_t generation;       /* of the connection: BEGIN went to this session */
    int process;               /* of PostgreSQL, behind that session */
    struct exchange *exchange; /* not finished; NULL: nothing is queued */
    bool begun;                /* BEGIN was sent */
    bool ended;                /* COMMIT was carried out */
    size_t queued;             /* statements so far */
    size_t first;              /* the number of the exchange's first statement */
    size_t hidden;             /* BEGIN in the exchange, before that one */
    struct result **results;   /* by number */
    size_t size;               /* of results */
    size_t failed_index;
};

int transaction_begin(struct database *database, struct transaction **out)
{
    int err = database_enter(database);
    if (err)
        return err;
    struct transaction *tx = calloc(1, sizeof *tx);
    if (!tx)
        err = fail(ERR_NO_MEMORY, "no memory for a transaction");
    else
        err = pool_take(&database->durable, database_deadline(database), &tx->slot);
    if (err) {
        free(tx);
        database_leave(database);
        return err;
    }
    tx->database = database;
    tx->generation = connection_generation(tx->slot->connection);
    tx->process = connection_process(tx->slot->connection);
    tx->failed_index = SIZE_MAX;
    *out = tx;
    return 0;
}

static bool is_alive(const struct transaction *tx)
{
    return connection_is_ready(tx->slot->connection) &&
           connection_generation(tx->slot->connection) == tx->generation;
}

static int transaction_send(struct transaction *tx, enum statement statement,
                            const struct params *params)
{
    if (!is_alive(tx))
        return fail(ERR_UNAVAILABLE, "the connection to PostgreSQL was lost");
    return connection_send(tx->slot->connection, tx->exchange, statement, params);
}

/* An exchange to queue in; the first one starts with BEGIN. */
static int transaction_start_exchange(struct transaction *tx)
{
    if (tx->exchange)
        return 0;
    int err = exchange_new(&tx->exchange);
    if (err)
        return err;
    tx->first = tx->queued;
    tx->hidden = 0;
    if (tx->begun)
        return 0;
    err = transaction_send(tx, STATEMENT_TRANSACTION_BEGIN, NULL);
    if (err) {
        exchange_free(&tx->exchange);
        return err;
    }
    tx->begun = true;
    tx->hidden = 1;
    return 0;
}

static int transaction_reserve(struct transaction *tx)
{
    if (tx->queued < tx->size)
        return 0;
    size_t size = tx->size ? tx->size * 2 : 8;
    struct result **results = realloc(tx->results, size * sizeof(struct result *));
    if (!results)
        return fail(ERR_NO_MEMORY, "no memory for results");
    memset(results + tx->size, 0, (size - tx->size) * sizeof(struct result *));
    tx->results = results;
    tx->size = size;
    return 0;
}

int transaction_queue(struct transaction *tx, enum statement statement, struct params *params,
                      size_t *index_out)
{
    if (params && params->failed)
        return params->failed;
    int err = transaction_reserve(tx);
    if (!err)
        err = transaction_start_exchange(tx);
    if (!err)
        err = transaction_send(tx, statement, params);
    if (err)
        return err;
    if (index_out)
        *index_out = tx->queued;
    tx->queued++;
    return 0;
}

/* Moves results out of the finished exchange. */
static int transaction_collect(struct transaction *tx)
{
    struct exchange *exchange = tx->exchange;
    size_t failed = exchange->failed_index;
    if (failed != SIZE_MAX && failed >= tx->hidden && tx->first + failed - tx->hidden < tx->queued)
        tx->failed_index = tx->first + failed - tx->hidden;
    for (size_t number = tx->first; number < tx->queued; number++) {
        PGresult *pg = exchange_take(exchange, number - tx->first + tx->hidden);
        if (!pg || !result_is_ok(pg))
            PQclear(pg);
        else if (result_new(pg, &tx->results[number]) != 0)
            return -ERR_NO_MEMORY;
    }
    return 0;
}

int transaction_run(struct transaction *tx)
{
    if (!tx->exchange)
        return 0;
    int err = connection_sync(tx->slot->connection, tx->exchange);
    if (!err)
        err = exchange_wait(tx->exchange);
    int collected = transaction_collect(tx);
    exchange_free(&tx->exchange);
    return err ? err : collected;
}

/* PostgreSQL itself has refused a statement before COMMIT; a failure without
 * SQLSTATE is only libpq's word for the loss of the connection. */
static bool refused_before(const struct exchange *exchange, size_t commit)
{
    return exchange->failed_index < commit &&
           PQresultErrorField(exchange->results[exchange->failed_index], PG_DIAG_SQLSTATE);
}

/* What COMMIT, the last statement of the finished exchange, has come to. */
static int transaction_verdict(struct transaction *tx, size_t commit, int err)
{
    const struct exchange *exchange = tx->exchange;
    if (exchange->answered > commit && exchange->results[commit] &&
        result_is_ok(exchange->results[commit])) {
        tx->ended = true;
        if (strcmp(PQcmdStatus(exchange->results[commit]), "COMMIT") == 0)
            return 0;
        return fail(ERR_INTERNAL, "the transaction had failed before its COMMIT");
    }
    if (exchange->lost && !refused_before(exchange, commit))
        return fail(ERR_IN_DOUBT, "the connection to PostgreSQL was lost during COMMIT");
    return err;
}

int transaction_commit(struct transaction *tx)
{
    if (!tx->begun && !tx->exchange)
        return 0;
    int err = transaction_start_exchange(tx);
    if (!err && !is_alive(tx))
        err = fail(ERR_UNAVAILABLE, "the connection to PostgreSQL was lost");
    if (err)
        return err;
    size_t commit = tx->exchange->sent;
    err = connection_send(tx->slot->connection, tx->exchange, STATEMENT_TRANSACTION_COMMIT, NULL);
    if (!err)
        err = connection_sync(tx->slot->connection, tx->exchange);
    if (!err)
        err = exchange_wait(tx->exchange);
    err = transaction_verdict(tx, commit, err);
    int collected = transaction_collect(tx);
    exchange_free(&tx->exchange);
    return err ? err : collected;
}

const struct result *transaction_result(const struct transaction *tx, size_t index)
{
    return index < tx->queued ? tx->results[index] : NULL;
}

size_t transaction_failed_index(const struct transaction *tx)
{
    return tx->failed_index;
}

int transaction_process(const struct transaction *tx)
{
    return tx->process;
}

/* Nobody waits for it: what the connection's next owner sends comes behind. */
static void transaction_roll_back(struct transaction *tx)
{
    if (!tx->begun || tx->ended || !is_alive(tx))
        return;
    struct connection *connection = tx->slot->connection;
    struct exchange *exchange = NULL;
    int err = tx->exchange ? connection_sync(connection, tx->exchange) : 0;
    if (!err)
        err = exchange_new(&exchange);
    if (!err)
        err = connection_send(connection, exchange, STATEMENT_TRANSACTION_ROLLBACK, NULL);
    if (!err)
        err = connection_sync(connection, exchange);
    if (exchange)
        exchange_free(&exchange);
    if (err) /* a session that may be inside a transaction is no use to anybody */
        connection_drop(connection);
}

void transaction_end(struct transaction **handle)
{
    struct transaction *tx = *handle;
    if (!tx)
        return;
    *handle = NULL;
    transaction_roll_back(tx);
    exchange_free(&tx->exchange);
    pool_give_back(&tx->slot);
    for (size_t i = 0; i < tx->queued; i++)
        result_free(&tx->results[i]);
    free(tx->results);
    database_leave(tx->database);
    free(tx);
}
