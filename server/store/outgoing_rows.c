#include "store/outgoing_rows.h"

#include "base/buffer.h"
#include "rows.h"

/* Holding one ---------------------------------------------------------------------------------- */

static int copy_columns(const struct result *result, struct arena *arena, size_t row,
                        struct slice *const *texts, const int *columns, size_t count)
{
    int err = 0;
    for (size_t i = 0; i < count && !err; i++)
        err = row_text(result, arena, row, columns[i], texts[i]);
    return err;
}

static int claimed(const struct result *result, struct arena *arena, struct outgoing_claim *out)
{
    struct outgoing_claim claim = {.id = result_int8(result, 0, 0),
                                   .attempt = result_int8(result, 0, 1),
                                   .mail.message_id = result_int8(result, 0, 7),
                                   .mail.home_id = result_int8(result, 0, 9),
                                   .refused = result_bool(result, 0, 10),
                                   .expired = result_bool(result, 0, 11),
                                   .size = (uint64_t)result_int8(result, 0, 12),
                                   .deferrals = result_int8(result, 0, 14)};
    struct slice *const texts[] = {
        &claim.mail.kind,   &claim.mail.written_for, &claim.mail.sender, &claim.mail.recipient,
        &claim.mail.fields, &claim.mail.letter,      &claim.problem};
    static const int columns[] = {2, 3, 4, 5, 6, 8, 13};
    int err = copy_columns(result, arena, 0, texts, columns, sizeof columns / sizeof columns[0]);
    if (!err)
        *out = claim;
    return err;
}

int outgoing_rows_claim(struct database *database, uint32_t seconds, struct arena *arena,
                        struct outgoing_claim *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, seconds);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_OUTGOING_CLAIM, &params, &result);
    if (err)
        return err;
    err = result_rows(result) ? claimed(result, arena, out)
                              : fail(ERR_NOT_FOUND, "no mail is due to be sent");
    result_free(&result);
    return err;
}

static void claim_params(struct params *params, const struct outgoing_claim *claim)
{
    params_init(params);
    params_int8(params, claim->id);
    params_int8(params, claim->attempt);
}

static int check_held(const struct result *result)
{
    return result_rows(result) ? 0 : fail(ERR_STALE, "somebody else sends this mail by now");
}

static int change_held(struct database *database, enum statement statement, struct params *params)
{
    struct result *result;
    int err = pool_ask(database, DURABLE, statement, params, &result);
    if (err)
        return err;
    err = check_held(result);
    result_free(&result);
    return err;
}

int outgoing_rows_renew(struct database *database, const struct outgoing_claim *claim,
                        uint32_t seconds)
{
    struct params params;
    claim_params(&params, claim);
    params_int8(&params, seconds);
    return change_held(database, STATEMENT_OUTGOING_RENEW, &params);
}

int outgoing_rows_defer(struct database *database, const struct outgoing_claim *claim,
                        uint32_t seconds, struct slice problem, enum outgoing_outcome outcome)
{
    struct params params;
    claim_params(&params, claim);
    params_int8(&params, seconds);
    params_text(&params, problem);
    params_bool(&params, outcome == OUTGOING_REFUSED);
    params_bool(&params, outcome == OUTGOING_DEFERRED);
    return change_held(database, STATEMENT_OUTGOING_DEFER, &params);
}

/* The end of one ------------------------------------------------------------------------------- */

/* The message, unless anybody refers to it; locked first, so that nobody begins to meanwhile. */
static int collect_message(struct transaction *tx, int64_t message_id)
{
    struct params params;
    params_init(&params);
    params_int8(&params, message_id);
    int err = transaction_ask(tx, STATEMENT_OUTGOING_LOCK_MESSAGE, &params, NULL);
    if (err)
        return err;
    params_init(&params);
    params_int8_array(&params, &message_id, 1, sizeof message_id);
    return transaction_ask(tx, STATEMENT_SWEEP_MESSAGES, &params, NULL);
}

/* attempt 0: whoever holds it. -ERR_STALE: nothing was there. */
static int delete_mail(struct database *database, int64_t id, int64_t attempt)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    struct params params;
    params_init(&params);
    params_int8(&params, id);
    params_int8(&params, attempt);
    size_t index;
    int64_t message_id = 0;
    err = transaction_ask(tx, STATEMENT_OUTGOING_DELETE, &params, &index);
    if (!err)
        err = transaction_run(tx);
    if (!err)
        err = check_held(transaction_result(tx, index));
    if (!err)
        message_id = result_int8(transaction_result(tx, index), 0, 0);
    if (!err && message_id)
        err = collect_message(tx, message_id);
    if (!err)
        err = transaction_commit(tx);
    transaction_end(&tx);
    return err;
}

int outgoing_rows_finish(struct database *database, const struct outgoing_claim *claim)
{
    return delete_mail(database, claim->id, claim->attempt);
}

int outgoing_rows_delete(struct database *database, int64_t id)
{
    int err = delete_mail(database, id, 0);
    return err == -ERR_STALE
               ? fail(ERR_NOT_FOUND, "there is no mail %lld in the queue", (long long)id)
               : err;
}

/* Looking -------------------------------------------------------------------------------------- */

int outgoing_rows_next(struct database *database, int64_t *out)
{
    struct params params;
    params_init(&params);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_OUTGOING_NEXT, &params, &result);
    if (err)
        return err;
    *out = result_rows(result) ? result_int8(result, 0, 0) : INT64_MAX;
    result_free(&result);
    return 0;
}

static int list_row(const struct result *result, struct arena *arena, size_t row,
                    struct outgoing_row *out)
{
    *out = (struct outgoing_row){.id = result_int8(result, row, 0),
                                 .queued_at = result_timestamp(result, row, 5),
                                 .due_at = result_timestamp(result, row, 6),
                                 .attempts = result_int8(result, row, 7),
                                 .size = (uint64_t)result_int8(result, row, 8)};
    struct slice *const texts[] = {&out->kind,      &out->written_for, &out->sender,
                                   &out->recipient, &out->state,       &out->problem};
    static const int columns[] = {1, 2, 3, 4, 9, 10};
    return copy_columns(result, arena, row, texts, columns, sizeof columns / sizeof columns[0]);
}

int outgoing_rows_list(struct database *database, uint32_t limit, struct arena *arena,
                       struct outgoing_row **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, limit);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_OUTGOING_LIST, &params, &result);
    if (err)
        return err;
    size_t count = result_rows(result);
    struct outgoing_row *rows = ARENA_ARRAY(arena, count, struct outgoing_row);
    err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = list_row(result, arena, i, &rows[i]);
    result_free(&result);
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

static int count_done(struct database *database, enum statement statement, int64_t number,
                      size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, number);
    struct result *result;
    int err = pool_ask(database, DURABLE, statement, &params, &result);
    if (err)
        return err;
    *count_out = result_rows(result);
    result_free(&result);
    return 0;
}

int outgoing_rows_hurry(struct database *database, int64_t id, size_t *count_out)
{
    return count_done(database, STATEMENT_OUTGOING_HURRY, id, count_out);
}

int outgoing_rows_forget(struct database *database, uint32_t limit, uint32_t *done_out)
{
    size_t count;
    int err = count_done(database, STATEMENT_OUTGOING_FORGET, limit, &count);
    if (!err)
        *done_out = (uint32_t)count;
    return err;
}

/* What is known of whom a script belongs to: a user, a mailbox, or both. */
static int ask_of_owner(struct database *database, enum statement statement, int64_t user_id,
                        int64_t mailbox_id, struct result **out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, user_id);
    params_int8(&params, mailbox_id);
    return lane_ask(database, LANE_FAST, statement, &params, out);
}

int outgoing_rows_own_addresses(struct database *database, int64_t user_id, int64_t mailbox_id,
                                struct arena *arena, struct slice *out)
{
    struct result *result;
    int err =
        ask_of_owner(database, STATEMENT_OUTGOING_OWN_ADDRESSES, user_id, mailbox_id, &result);
    if (err)
        return err;
    struct buffer addresses;
    buffer_init(&addresses, 0);
    for (size_t i = 0; i < result_rows(result); i++) {
        buffer_add_cstr(&addresses, i ? " " : "");
        buffer_add(&addresses, result_slice(result, i, 0));
    }
    result_free(&result);
    return buffer_keep(&addresses, arena, out);
}

int outgoing_rows_sender(struct database *database, int64_t user_id, int64_t mailbox_id,
                         struct arena *arena, struct slice *out)
{
    struct result *result;
    int err = ask_of_owner(database, STATEMENT_OUTGOING_SENDER, user_id, mailbox_id, &result);
    if (err)
        return err;
    err = row_text(result, arena, 0, 0, out);
    result_free(&result);
    return err;
}
