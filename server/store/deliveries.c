#include "store/deliveries.h"

#include "base/clock.h"
#include "change_lookup.h"
#include "change_statement.h"
#include "database_private.h"
#include "identifiers.h"
#include "outgoing_orders.h"
#include "rows.h"

/* What is done to a change in the transaction. */
struct step {
    size_t look_up; /* the numbers of its statements */
    size_t append;
    bool left_out;
};

struct attempt {
    struct database *database;
    const struct delivery_batch *batch;
    struct arena arena;
    struct change **changes; /* those of the batch */
    struct step *steps;
    struct change_ids ids; /* the first is the delivery's own */
    struct identifiers_queued identifiers;
    size_t orders; /* the number of their first statement */
    size_t claim;  /* that of the claim's */
    bool committed;
    bool refused; /* not by a failure that another attempt might not meet */
};

static int prepare(struct attempt *attempt, struct database *database,
                   const struct delivery_batch *batch)
{
    *attempt = (struct attempt){.database = database, .batch = batch};
    size_t count = batch->change_count;
    arena_init(&attempt->arena, 0);
    attempt->changes = ARENA_ARRAY(&attempt->arena, count, struct change *);
    attempt->steps = ARENA_ARRAY(&attempt->arena, count, struct step);
    attempt->ids = change_ids_make(count);
    for (size_t i = 0; i < count; i++)
        change_outcome_init(&batch->changes[i]);
    if (!attempt->changes || !attempt->steps)
        return -ERR_NO_MEMORY;
    int err = 0;
    for (size_t i = 0; i < count; i++) {
        attempt->changes[i] = &batch->changes[i];
        err = err ? err : batch->changes[i].result;
    }
    return err;
}

static void forget_outcomes(struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->batch->change_count; i++) {
        change_clear(attempt->changes[i]);
        change_outcome_init(attempt->changes[i]);
        attempt->steps[i].left_out = false;
    }
}

/* Statements ----------------------------------------------------------------------------------- */

static int queue_lock(struct transaction *tx, const struct attempt *attempt)
{
    const struct delivery_batch *batch = attempt->batch;
    if (batch->change_count == 0)
        return 0;
    struct params params;
    params_init(&params);
    params_int8_array(&params, &batch->changes->mailbox_id, batch->change_count,
                      sizeof *batch->changes);
    return transaction_ask(tx, STATEMENT_LOCK_MAILBOXES, &params, NULL);
}

static int queue_look_ups(struct transaction *tx, struct attempt *attempt)
{
    int err = 0;
    for (size_t i = 0; i < attempt->batch->change_count && !err; i++) {
        const struct change *change = attempt->changes[i];
        struct params params;
        params_init(&params);
        params_int8(&params, change->mailbox_id);
        params_int8(&params, change->items[0].message_id);
        params_int8(&params, attempt->batch->duplicate_window);
        err = transaction_ask(tx, STATEMENT_DELIVERY_IS_DUPLICATE, &params,
                              &attempt->steps[i].look_up);
    }
    return err;
}

/* Under the locks, so that of two deliveries the second knows of the first. */
static int leave_out_duplicates(struct transaction *tx, struct attempt *attempt)
{
    int err = queue_look_ups(tx, attempt);
    if (!err)
        err = transaction_run(tx);
    for (size_t i = 0; i < attempt->batch->change_count && !err; i++) {
        const struct result *result = transaction_result(tx, attempt->steps[i].look_up);
        attempt->steps[i].left_out = result_bool(result, 0, 0);
    }
    return err;
}

static int queue_appends(struct transaction *tx, struct attempt *attempt)
{
    int err = 0;
    for (size_t i = 0; i < attempt->batch->change_count && !err; i++)
        if (!attempt->steps[i].left_out)
            err = change_queue(tx, attempt->changes[i], attempt->ids.first + (int64_t)i,
                               &attempt->steps[i].append);
    return err;
}

/* What failed without being an error to PostgreSQL. */
static int read_outcomes(const struct transaction *tx, struct attempt *attempt)
{
    int err = identifiers_check(tx, &attempt->identifiers);
    if (!err)
        err = outgoing_orders_check(tx, attempt->batch, attempt->orders);
    if (!err)
        err = outgoing_claim_check(tx, attempt->batch, attempt->claim);
    for (size_t i = 0; i < attempt->batch->change_count && !err; i++) {
        if (attempt->steps[i].left_out)
            continue;
        change_read(transaction_result(tx, attempt->steps[i].append), attempt->changes[i]);
        err = attempt->changes[i]->result;
    }
    attempt->refused = err != 0;
    return err;
}

/* Running -------------------------------------------------------------------------------------- */

/* What is done by one statement is done wholly or not at all: its outcome may be read after
 * the COMMIT that goes with it. */
static bool is_one_piece(const struct delivery_batch *batch)
{
    return !batch->claim && batch->change_count + batch->identifier_count + batch->order_count == 1;
}

static int run_pieces(struct transaction *tx, struct attempt *attempt)
{
    int err = transaction_run(tx);
    if (!err)
        err = read_outcomes(tx, attempt);
    return err ? err : transaction_commit(tx);
}

static int run_once(struct transaction *tx, struct attempt *attempt)
{
    const struct delivery_batch *batch = attempt->batch;
    int err = identifiers_queue(tx, batch, attempt->ids.first, &attempt->identifiers);
    if (!err)
        err = outgoing_orders_queue(tx, batch, &attempt->orders);
    if (!err)
        err = outgoing_claim_queue(tx, batch, &attempt->claim);
    if (!err)
        err = queue_lock(tx, attempt);
    if (!err && batch->duplicate_window)
        err = leave_out_duplicates(tx, attempt);
    if (!err)
        err = queue_appends(tx, attempt);
    if (err)
        return err;
    if (!is_one_piece(batch))
        return run_pieces(tx, attempt);
    err = transaction_commit(tx);
    return err ? err : read_outcomes(tx, attempt);
}

/* The connection was lost during COMMIT: one piece that is there says that all are. Mail alone
 * is queued once more, which changes nothing when it is queued already. */
static int look_up(struct attempt *attempt, int process, int64_t deadline)
{
    const struct delivery_batch *batch = attempt->batch;
    forget_outcomes(attempt);
    int err = change_look_up(attempt->database, attempt->changes, attempt->ids, process, deadline);
    for (size_t i = 0; i < batch->change_count && !err; i++)
        attempt->committed |= attempt->changes[i]->row.modseq != 0;
    if (!err && !attempt->committed && batch->identifier_count)
        err = identifiers_find(attempt->database, &batch->identifiers[0], attempt->ids.first,
                               &attempt->committed);
    return err;
}

/* 0: committed, or worth another round. */
static int run_round(struct attempt *attempt, int64_t deadline)
{
    struct transaction *tx;
    int err = transaction_begin(attempt->database, &tx);
    if (err)
        return err;
    int process = transaction_process(tx);
    forget_outcomes(attempt);
    err = run_once(tx, attempt);
    attempt->committed = !err;
    if (!attempt->refused && change_is_worth_another(err) && clock_monotonic_ms() < deadline)
        err = 0;
    transaction_end(&tx); /* the look-up may need its connection */
    return err == -ERR_IN_DOUBT ? look_up(attempt, process, deadline) : err;
}

int delivery_batch_run(struct database *database, const struct delivery_batch *batch)
{
    enum { ROUNDS = 20 };
    struct attempt attempt;
    int64_t deadline = database_deadline(database);
    int err = prepare(&attempt, database, batch);
    for (int round = 0; round < ROUNDS && !err && !attempt.committed; round++)
        err = run_round(&attempt, deadline);
    if (!err && !attempt.committed)
        err = fail(ERR_UNAVAILABLE, "the connection to PostgreSQL is lost again and again");
    arena_clear(&attempt.arena);
    return err;
}
