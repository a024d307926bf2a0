/* Housekeeping: sql/queries/sweep.sql says how it stays clear of new references. */
#include "rows.h"
#include "store/messages.h"

static void limits(struct params *params, int64_t age, uint32_t limit)
{
    params_init(params);
    params_int8(params, age);
    params_int8(params, limit);
}

/* A statement that answers with a row for each thing done. */
static int run(struct database *database, enum statement statement, struct params *params,
               uint32_t *done_out)
{
    struct result *result;
    int err = pool_ask(database, RELAXED, statement, params, &result);
    if (err)
        return err;
    *done_out = (uint32_t)result_rows(result);
    result_free(&result);
    return 0;
}

static int sweep(struct database *database, enum statement statement, int64_t age, uint32_t limit,
                 uint32_t *done_out)
{
    struct params params;
    limits(&params, age, limit);
    return run(database, statement, &params, done_out);
}

int messages_sweep_uploads(struct database *database, int64_t age, uint32_t limit,
                           uint32_t *done_out)
{
    return sweep(database, STATEMENT_SWEEP_UPLOADS, age, limit, done_out);
}

int journal_sweep(struct database *database, int64_t age, uint32_t limit, int64_t *mailbox_id,
                  uint32_t *done_out)
{
    struct params params;
    limits(&params, age, limit);
    params_int8(&params, *mailbox_id);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_SWEEP_JOURNAL, &params, &result);
    if (err)
        return err;
    *done_out = (uint32_t)result_rows(result);
    for (size_t row = 0; row < result_rows(result); row++)
        if (result_int8(result, row, 0) > *mailbox_id)
            *mailbox_id = result_int8(result, row, 0);
    result_free(&result);
    return 0;
}

/* The messages that `candidates` (ids, locked) names, as far as nobody refers to them. */
static int queue_collection(struct transaction *tx, const struct result *candidates)
{
    size_t count = result_rows(candidates);
    struct params params;
    params_init(&params);
    int64_t *ids = ARENA_ARRAY(&params.arena, count, int64_t);
    if (!ids) {
        params_clear(&params);
        return -ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++)
        ids[i] = result_int8(candidates, i, 0);
    params_int8_array(&params, ids, count, sizeof *ids);
    return transaction_ask(tx, STATEMENT_SWEEP_MESSAGES, &params, NULL);
}

static int queue(struct transaction *tx, enum statement statement, int64_t age, uint32_t limit,
                 size_t *index_out)
{
    struct params params;
    limits(&params, age, limit);
    return transaction_ask(tx, statement, &params, index_out);
}

/* `references` removes what refers to messages, or finds messages to look at,
 * and locks them; then those nobody refers to are deleted. */
static int sweep_content(struct database *database, enum statement references, int64_t age,
                         uint32_t limit, uint32_t *done_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    size_t index;
    size_t done = 0;
    if (references == STATEMENT_SWEEP_EXPUNGED) /* which changes mailboxes */
        err = queue(tx, STATEMENT_SWEEP_EXPUNGED_LOCK, age, limit, NULL);
    if (!err)
        err = queue(tx, references, age, limit, &index);
    if (!err)
        err = transaction_run(tx);
    if (!err)
        done = result_rows(transaction_result(tx, index));
    if (!err && done)
        err = queue_collection(tx, transaction_result(tx, index));
    if (!err)
        err = transaction_commit(tx);
    transaction_end(&tx);
    if (!err)
        *done_out = (uint32_t)done;
    return err;
}

int messages_sweep_expunged(struct database *database, int64_t age, uint32_t limit,
                            uint32_t *done_out)
{
    static const enum statement references[] = {
        STATEMENT_SWEEP_EXPUNGED,
        STATEMENT_SWEEP_DELETED_ENTRIES,
    };
    uint32_t sum = 0;
    for (size_t i = 0; i < sizeof references / sizeof references[0] && sum < limit; i++) {
        uint32_t done;
        int err = sweep_content(database, references[i], age, limit - sum, &done);
        if (err)
            return err;
        sum += done;
    }
    if (sum < limit) {
        uint32_t done;
        int err = sweep(database, STATEMENT_SWEEP_DELETED_MAILBOXES, age, limit - sum, &done);
        if (err)
            return err;
        sum += done;
    }
    *done_out = sum;
    return 0;
}

int messages_sweep_expunged_seen(struct database *database, uint32_t limit, uint32_t *done_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, limit);
    return run(database, STATEMENT_SWEEP_EXPUNGED_SEEN, &params, done_out);
}

int messages_sweep_orphans(struct database *database, int64_t age, uint32_t limit,
                           uint32_t *done_out)
{
    return sweep_content(database, STATEMENT_SWEEP_ORPHANS, age, limit, done_out);
}
