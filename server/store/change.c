#include "store/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "change_lookup.h"
#include "change_statement.h"
#include "database_private.h"
#include "rows.h"

static void row_init(struct journal_row *row)
{
    *row = (struct journal_row){0};
    uidset_init(&row->uids);
}

void change_outcome_init(struct change *change)
{
    change->result = change_check(change);
    change->uidvalidity = 0;
    change->message_id = 0;
    change->highest_modseq = 0;
    row_init(&change->row);
    row_init(&change->seen_row);
    row_init(&change->source_row);
    uidset_init(&change->refused);
}

void change_clear(struct change *change)
{
    journal_row_clear(&change->row);
    journal_row_clear(&change->seen_row);
    journal_row_clear(&change->source_row);
    uidset_clear(&change->refused);
}

/* One attempt: the changes that have neither failed nor happened so far, in
 * their order. */
struct attempt {
    struct database *database;
    struct change **changes;
    size_t *indexes; /* of their statements in the transaction; SIZE_MAX: not among them */
    struct change_ids ids;
    int64_t deadline; /* for attempts after a lost connection; monotonic ms */
    bool committed;
};

/* An earlier attempt may have happened, as it turned out. */
static bool is_open(const struct change *change)
{
    return change->result == 0 && change->row.modseq == 0;
}

static int queue_lock(struct transaction *tx, const struct attempt *attempt)
{
    struct params params;
    params_init(&params);
    int64_t *ids = ARENA_ARRAY(&params.arena, 2 * attempt->ids.count, int64_t);
    if (!ids) {
        params_clear(&params);
        return -ERR_NO_MEMORY;
    }
    size_t id_count = 0;
    for (size_t i = 0; i < attempt->ids.count; i++) {
        const struct change *change = attempt->changes[i];
        if (!is_open(change))
            continue;
        ids[id_count++] = change->mailbox_id;
        if (change_takes_from_source(change))
            ids[id_count++] = change->source_id;
    }
    params_int8_array(&params, ids, id_count, sizeof *ids);
    return transaction_ask(tx, STATEMENT_LOCK_MAILBOXES, &params, NULL);
}

static int queue_changes(struct transaction *tx, struct attempt *attempt)
{
    int err = queue_lock(tx, attempt);
    for (size_t i = 0; i < attempt->ids.count && !err; i++) {
        attempt->indexes[i] = SIZE_MAX;
        if (is_open(attempt->changes[i]))
            err = change_queue(tx, attempt->changes[i], attempt->ids.first + (int64_t)i,
                               &attempt->indexes[i]);
    }
    return err;
}

static void read_outcomes(const struct transaction *tx, const struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->ids.count; i++)
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
    for (size_t i = 0; i < attempt->ids.count; i++)
        if (attempt->indexes[i] == failed)
            return attempt->changes[i];
    return NULL;
}

/* A deadlock or serialization failure (SQLSTATE class 40), or the connection was lost
 * (08), which PostgreSQL may have announced (57P01 to 57P03) or not. */
bool change_is_worth_another(int err)
{
    static const char *const states[] = {"40", "08", "57P0"};
    const char *state = last_error()->sqlstate;
    if (err != -ERR_UNAVAILABLE)
        return false;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (strncmp(state, states[i], strlen(states[i])) == 0)
            return true;
    return !*state;
}

/* 0: committed, or nothing was done and it is worth another attempt. */
static int run_once(struct transaction *tx, struct attempt *attempt)
{
    int err = queue_changes(tx, attempt);
    if (!err)
        err = transaction_commit(tx);
    if (!err) {
        read_outcomes(tx, attempt);
        attempt->committed = true;
        return 0;
    }
    struct change *culprit = find_culprit(tx, attempt, err);
    if (culprit)
        culprit->result = err;
    bool again = change_is_worth_another(err) && clock_monotonic_ms() < attempt->deadline;
    return culprit || again ? 0 : err;
}

/* The same; when the connection is lost during COMMIT, what has happened is
 * known afterwards. */
static int run_round(struct attempt *attempt)
{
    struct transaction *tx;
    int err = transaction_begin(attempt->database, &tx);
    if (err)
        return err;
    int process = transaction_process(tx);
    err = run_once(tx, attempt);
    transaction_end(&tx); /* the look-up may need its connection */
    if (err == -ERR_IN_DOUBT)
        err = change_look_up(attempt->database, attempt->changes, attempt->ids, process,
                             attempt->deadline);
    return err;
}

static bool has_work(const struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->ids.count && !attempt->committed; i++)
        if (is_open(attempt->changes[i]))
            return true;
    return false;
}

static int run_rounds(struct attempt *attempt)
{
    enum { INNOCENT_FAILURES_MAX = 20 };
    /* Each round ends the batch or takes one change out of it, but for
     * deadlocks and lost connections. */
    size_t rounds = attempt->ids.count + INNOCENT_FAILURES_MAX;
    int err = 0;
    while (!err && has_work(attempt) && rounds-- > 0)
        err = run_round(attempt);
    if (!err && has_work(attempt))
        err = fail(ERR_UNAVAILABLE, "the connection to PostgreSQL is lost again and again");
    return err;
}

/* A failure is everybody's unless some of the changes have happened. */
static int share_failure(const struct attempt *attempt, int err)
{
    bool happened = false;
    for (size_t i = 0; i < attempt->ids.count; i++)
        happened = happened || attempt->changes[i]->row.modseq;
    for (size_t i = 0; happened && i < attempt->ids.count; i++)
        if (is_open(attempt->changes[i]))
            attempt->changes[i]->result = err;
    return happened ? 0 : err;
}

int change_batch_run(struct database *database, struct change **changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        change_outcome_init(changes[i]);
    struct attempt attempt = {
        .database = database,
        .changes = changes,
        .indexes = calloc(count ? count : 1, sizeof(size_t)),
        .ids = change_ids_make(count),
        .deadline = database_deadline(database),
    };
    if (!attempt.indexes)
        return fail(ERR_NO_MEMORY, "no memory for %zu changes", count);
    int err = run_rounds(&attempt);
    free(attempt.indexes);
    return err ? share_failure(&attempt, err) : 0;
}
