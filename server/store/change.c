#include "store/change.h"

#include <stdlib.h>
#include <string.h>

#include "change_statement.h"
#include "rows.h"

static void row_init(struct journal_row *row)
{
    *row = (struct journal_row){0};
    uidset_init(&row->uids);
}

static void outcome_init(struct change *change)
{
    change->result = change_check(change);
    change->uidvalidity = 0;
    row_init(&change->row);
    row_init(&change->seen_row);
    row_init(&change->source_row);
}

void change_clear(struct change *change)
{
    journal_row_clear(&change->row);
    journal_row_clear(&change->seen_row);
    journal_row_clear(&change->source_row);
}

/* One attempt: the changes that have not failed so far, in their order. */
struct attempt {
    struct change **changes;
    size_t *indexes; /* of their statements in the transaction; SIZE_MAX: not among them */
    size_t count;
};

static int queue_lock(struct transaction *tx, const struct attempt *attempt)
{
    struct params params;
    params_init(&params);
    int64_t *ids = ARENA_ARRAY(&params.arena, 2 * attempt->count, int64_t);
    if (!ids) {
        params_clear(&params);
        return -ERR_NO_MEMORY;
    }
    size_t id_count = 0;
    for (size_t i = 0; i < attempt->count; i++) {
        const struct change *change = attempt->changes[i];
        if (change->result)
            continue;
        ids[id_count++] = change->mailbox_id;
        if (change->kind == CHANGE_MOVE)
            ids[id_count++] = change->source_id;
    }
    params_int8_array(&params, ids, id_count, sizeof *ids);
    return transaction_ask(tx, STATEMENT_LOCK_MAILBOXES, &params, NULL);
}

static int queue_changes(struct transaction *tx, struct attempt *attempt)
{
    int err = queue_lock(tx, attempt);
    for (size_t i = 0; i < attempt->count && !err; i++) {
        attempt->indexes[i] = SIZE_MAX;
        if (!attempt->changes[i]->result)
            err = change_queue(tx, attempt->changes[i], &attempt->indexes[i]);
    }
    return err;
}

static void read_outcomes(const struct transaction *tx, const struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->count; i++)
        if (attempt->indexes[i] != SIZE_MAX)
            change_read(transaction_result(tx, attempt->indexes[i]), attempt->changes[i]);
}

/* Failures that say something about one change; others (the database is away,
 * the outcome is in doubt) are everybody's. */
static bool is_own_fault(int err)
{
    static const enum err common[] = {ERR_UNAVAILABLE, ERR_IN_DOUBT, ERR_CANCELLED, ERR_NO_MEMORY};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (err == -(int)common[i])
            return false;
    return true;
}

/* The change whose statement PostgreSQL has rejected; NULL: none of them. */
static struct change *find_culprit(const struct transaction *tx, const struct attempt *attempt,
                                   int err)
{
    size_t failed = transaction_failed_index(tx);
    if (failed == SIZE_MAX || !is_own_fault(err))
        return NULL;
    for (size_t i = 0; i < attempt->count; i++)
        if (attempt->indexes[i] == failed)
            return attempt->changes[i];
    return NULL;
}

/* Deadlock or serialization failure (SQLSTATE class 40): nothing was done and
 * nobody is to blame. */
static bool is_worth_another(int err)
{
    return err == -ERR_UNAVAILABLE && strncmp(last_error()->sqlstate, "40", 2) == 0;
}

enum verdict { VERDICT_DONE, VERDICT_AGAIN, VERDICT_FAILED };

static enum verdict run_once(struct transaction *tx, struct attempt *attempt, int *err_out)
{
    int err = queue_changes(tx, attempt);
    if (!err)
        err = transaction_commit(tx);
    if (!err) {
        read_outcomes(tx, attempt);
        return VERDICT_DONE;
    }
    struct change *culprit = find_culprit(tx, attempt, err);
    if (culprit)
        culprit->result = err;
    *err_out = err;
    return culprit || is_worth_another(err) ? VERDICT_AGAIN : VERDICT_FAILED;
}

static bool has_work(const struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->count; i++)
        if (!attempt->changes[i]->result)
            return true;
    return false;
}

int change_batch_run(struct database *database, struct change **changes, size_t count)
{
    enum { INNOCENT_FAILURES_MAX = 5 };
    for (size_t i = 0; i < count; i++)
        outcome_init(changes[i]);
    struct attempt attempt = {changes, calloc(count ? count : 1, sizeof(size_t)), count};
    if (!attempt.indexes)
        return fail(ERR_NO_MEMORY, "no memory for %zu changes", count);
    int err = 0;
    /* Each round ends the batch or takes one change out of it, but for deadlocks. */
    size_t rounds = count + INNOCENT_FAILURES_MAX;
    enum verdict verdict = VERDICT_AGAIN;
    while (verdict == VERDICT_AGAIN && has_work(&attempt) && rounds-- > 0) {
        struct transaction *tx;
        err = transaction_begin(database, &tx);
        if (err)
            break;
        verdict = run_once(tx, &attempt, &err);
        transaction_end(&tx);
    }
    free(attempt.indexes);
    return verdict == VERDICT_FAILED || (verdict == VERDICT_AGAIN && has_work(&attempt)) ? err : 0;
}
