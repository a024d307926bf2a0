#include "rows.h"
#include "store/mailboxes.h"

static void add_name(struct params *params, int64_t user_id, int64_t owner_id, struct slice name)
{
    params_init(params);
    params_int8(params, user_id);
    params_int8(params, owner_id);
    params_text(params, name);
}

int subscriptions_add(struct database *database, int64_t user_id, int64_t owner_id,
                      struct slice name)
{
    struct params params;
    add_name(&params, user_id, owner_id, name);
    params_int8(&params, SUBSCRIPTIONS_MAX);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_SUBSCRIPTION_ADD, &params, &result);
    if (err)
        return err;
    if (!result_bool(result, 0, 0))
        err = fail(ERR_LIMIT, "More than %d names can't be subscribed", SUBSCRIPTIONS_MAX);
    result_free(&result);
    return err;
}

int subscriptions_remove(struct database *database, int64_t user_id, int64_t owner_id,
                         struct slice name)
{
    struct params params;
    add_name(&params, user_id, owner_id, name);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_SUBSCRIPTION_REMOVE, &params, &result);
    if (!err)
        result_free(&result);
    return err;
}

static int subscription_rows(const struct result *result, struct arena *arena,
                             struct subscription_row **rows_out, size_t *count_out)
{
    size_t count = result_rows(result);
    struct subscription_row *rows = ARENA_ARRAY(arena, count, struct subscription_row);
    if (!rows)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        rows[i].owner_id = result_int8(result, i, 0);
        int err = row_text(result, arena, i, 1, &rows[i].owner);
        if (!err)
            err = row_text(result, arena, i, 2, &rows[i].name);
        if (err)
            return err;
    }
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int subscriptions_list(struct database *database, struct arena *arena, int64_t user_id,
                       struct subscription_row **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_SUBSCRIPTIONS_LIST, &params, &result);
    if (err)
        return err;
    err = subscription_rows(result, arena, rows_out, count_out);
    result_free(&result);
    return err;
}

static int queue_auto_subscribe(struct transaction *tx, int64_t mailbox_id, bool automatic,
                                struct slice actor, struct slice client, size_t *index_out)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, &mailbox_id, 1, sizeof mailbox_id);
    int err = transaction_ask(tx, STATEMENT_LOCK_MAILBOXES, &params, NULL);
    if (err)
        return err;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_bool(&params, automatic);
    params_text(&params, actor);
    params_text(&params, client);
    return transaction_ask(tx, STATEMENT_MAILBOX_AUTO_SUBSCRIBE, &params, index_out);
}

int mailboxes_set_auto_subscribe(struct database *database, int64_t mailbox_id, bool automatic,
                                 struct slice actor, struct slice client, uint64_t *modseq_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    size_t index;
    err = queue_auto_subscribe(tx, mailbox_id, automatic, actor, client, &index);
    if (!err)
        err = transaction_commit(tx);
    if (!err) {
        const struct result *result = transaction_result(tx, index);
        if (result_rows(result))
            *modseq_out = (uint64_t)result_int8(result, 0, 0);
        else
            err = fail(ERR_NOT_FOUND, "there is no such mailbox");
    }
    transaction_end(&tx);
    return err;
}
