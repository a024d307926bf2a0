#include "store/undelete.h"

#include "rows.h"

/* Expunged messages ---------------------------------------------------------------------- */

enum {
    EXPUNGED_UID,
    EXPUNGED_MESSAGE_ID,
    EXPUNGED_FLAGS,
    EXPUNGED_SIZE,
    EXPUNGED_INTERNAL_DATE,
    EXPUNGED_AT,
    EXPUNGED_MODSEQ,
    EXPUNGED_ACTOR,
    EXPUNGED_CLIENT
};

static int expunged_read(const struct result *result, struct arena *arena, size_t row,
                         struct expunged_row *out)
{
    *out = (struct expunged_row){
        .uid = (uint32_t)result_int8(result, row, EXPUNGED_UID),
        .message_id = result_int8(result, row, EXPUNGED_MESSAGE_ID),
        .flags = (flag_mask)result_int8(result, row, EXPUNGED_FLAGS),
        .size = (uint64_t)result_int8(result, row, EXPUNGED_SIZE),
        .internal_date = result_timestamp(result, row, EXPUNGED_INTERNAL_DATE),
        .expunged_at = result_timestamp(result, row, EXPUNGED_AT),
        .modseq = (uint64_t)result_int8(result, row, EXPUNGED_MODSEQ),
    };
    int err = row_text(result, arena, row, EXPUNGED_ACTOR, &out->actor);
    return err ? err : row_text(result, arena, row, EXPUNGED_CLIENT, &out->client);
}

static int expunged_read_all(const struct result *result, struct arena *arena,
                             struct expunged_row **rows_out, size_t *count_out)
{
    size_t count = result_rows(result);
    struct expunged_row *rows = ARENA_ARRAY(arena, count, struct expunged_row);
    if (!rows)
        return -ERR_NO_MEMORY;
    for (size_t row = 0; row < count; row++) {
        int err = expunged_read(result, arena, row, &rows[row]);
        if (err)
            return err;
    }
    *rows_out = rows;
    *count_out = count;
    return 0;
}

static void add_filter(struct params *params, const struct expunged_filter *filter)
{
    params_text_or_null(params, filter->actor);
    params_timestamp(params, filter->since);
    params_timestamp(params, filter->until);
    if (filter->uids)
        params_multirange(params, filter->uids);
    else
        params_null(params);
}

int expunged_find(struct database *database, struct arena *arena, int64_t mailbox_id,
                  const struct expunged_filter *filter, uint32_t from_uid, uint32_t limit,
                  struct expunged_row **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_int8(&params, from_uid);
    params_int8(&params, limit);
    add_filter(&params, filter);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_EXPUNGED_FIND, &params, &result);
    if (err)
        return err;
    err = expunged_read_all(result, arena, rows_out, count_out);
    result_free(&result);
    return err;
}

/* Deleted mailboxes ---------------------------------------------------------------------- */

enum { DELETED_ID, DELETED_AT, DELETED_MESSAGES, DELETED_ACTOR, DELETED_CLIENT };

static int deleted_read(const struct result *result, struct arena *arena, size_t row,
                        struct deleted_mailbox_row *out)
{
    *out = (struct deleted_mailbox_row){
        .id = result_int8(result, row, DELETED_ID),
        .deleted_at = result_timestamp(result, row, DELETED_AT),
        .messages = (uint64_t)result_int8(result, row, DELETED_MESSAGES),
    };
    int err = row_text(result, arena, row, DELETED_ACTOR, &out->actor);
    return err ? err : row_text(result, arena, row, DELETED_CLIENT, &out->client);
}

int mailboxes_deleted(struct database *database, struct arena *arena, int64_t owner_id,
                      struct slice name, struct deleted_mailbox_row **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, owner_id);
    params_text(&params, name);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_MAILBOXES_DELETED, &params, &result);
    if (err)
        return err;
    size_t count = result_rows(result);
    struct deleted_mailbox_row *rows = ARENA_ARRAY(arena, count, struct deleted_mailbox_row);
    err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t row = 0; row < count && !err; row++)
        err = deleted_read(result, arena, row, &rows[row]);
    result_free(&result);
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

/* A statement about one mailbox, after its lock, that answers with a modseq. */
static int change_locked(struct database *database, int64_t mailbox_id, enum statement statement,
                         struct params *params, uint64_t *modseq_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err) {
        params_clear(params);
        return err;
    }
    struct params lock;
    params_init(&lock);
    params_int8_array(&lock, &mailbox_id, 1, sizeof mailbox_id);
    size_t index;
    err = transaction_ask(tx, STATEMENT_LOCK_MAILBOXES, &lock, NULL);
    if (err)
        params_clear(params);
    else
        err = transaction_ask(tx, statement, params, &index);
    if (!err)
        err = transaction_commit(tx);
    if (!err && result_rows(transaction_result(tx, index)) == 0)
        err = fail(ERR_NOT_FOUND, "there is no such mailbox");
    if (!err)
        *modseq_out = (uint64_t)result_int8(transaction_result(tx, index), 0, 0);
    transaction_end(&tx);
    return err;
}

int mailboxes_undelete(struct database *database, int64_t mailbox_id, int64_t owner_id,
                       struct slice name, struct slice actor, struct slice client,
                       uint64_t *modseq_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_int8(&params, owner_id);
    params_text(&params, name);
    params_text(&params, actor);
    params_text(&params, client);
    return change_locked(database, mailbox_id, STATEMENT_MAILBOX_UNDELETE, &params, modseq_out);
}

/* Retention ------------------------------------------------------------------------------ */

int mailboxes_retention(struct database *database, int64_t mailbox_id, int32_t *days_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_MAILBOX_RETENTION, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = fail(ERR_NOT_FOUND, "there is no such mailbox");
    else
        *days_out = result_is_null(result, 0, 0) ? -1 : (int32_t)result_int8(result, 0, 0);
    result_free(&result);
    return err;
}

int mailboxes_set_retention(struct database *database, int64_t mailbox_id, int32_t days,
                            struct slice actor, struct slice client, uint64_t *modseq_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    if (days < 0)
        params_null(&params);
    else
        params_int4(&params, days);
    params_text(&params, actor);
    params_text(&params, client);
    return change_locked(database, mailbox_id, STATEMENT_MAILBOX_SET_RETENTION, &params,
                         modseq_out);
}
