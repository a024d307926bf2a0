#include "store/acl_rows.h"

#include "rows.h"

enum {
    ACL_USER_ID,
    ACL_GROUP_ID,
    ACL_NAME,
    ACL_NEGATIVE,
    ACL_RIGHTS,
    ACL_GRANTED_BY,
    ACL_GRANTED_AT,
    ACL_EXPIRES_AT,
    ACL_CONCERNS_USER,
    ACL_EXPIRED
};

static int acl_row_read(const struct result *result, struct arena *arena, size_t row,
                        struct acl_row *out)
{
    *out = (struct acl_row){
        .kind = ACL_ANYONE,
        .negative = result_bool(result, row, ACL_NEGATIVE),
        .rights = (rights_mask)result_int8(result, row, ACL_RIGHTS),
        .granted_at = result_timestamp(result, row, ACL_GRANTED_AT),
        .expires_at = result_timestamp(result, row, ACL_EXPIRES_AT),
        .concerns_user = result_bool(result, row, ACL_CONCERNS_USER),
        .expired = result_bool(result, row, ACL_EXPIRED),
    };
    if (!result_is_null(result, row, ACL_USER_ID)) {
        out->kind = ACL_USER;
        out->id = result_int8(result, row, ACL_USER_ID);
    } else if (!result_is_null(result, row, ACL_GROUP_ID)) {
        out->kind = ACL_GROUP;
        out->id = result_int8(result, row, ACL_GROUP_ID);
    }
    int err = row_text(result, arena, row, ACL_NAME, &out->name);
    return err ? err : row_text(result, arena, row, ACL_GRANTED_BY, &out->granted_by);
}

static int acl_rows_read(const struct result *result, struct arena *arena,
                         struct acl_row **rows_out, size_t *count_out)
{
    size_t count = result_rows(result);
    struct acl_row *rows = ARENA_ARRAY(arena, count, struct acl_row);
    if (!rows)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        int err = acl_row_read(result, arena, i, &rows[i]);
        if (err)
            return err;
    }
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int acl_rows_explain(struct database *database, struct arena *arena, int64_t mailbox_id,
                     int64_t user_id, struct acl_row **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_ACL_LIST, &params, &result);
    if (err)
        return err;
    err = acl_rows_read(result, arena, rows_out, count_out);
    result_free(&result);
    return err;
}

int acl_rows_list(struct database *database, struct arena *arena, int64_t mailbox_id,
                  struct acl_row **rows_out, size_t *count_out)
{
    return acl_rows_explain(database, arena, mailbox_id, 0, rows_out, count_out);
}

/* Who gets or loses rights is locked before the mailbox is: see
 * group_lock_for_use in sql/queries/groups.sql. */
static int queue_locks(struct transaction *tx, const struct acl_change *change)
{
    struct params params;
    if (change->kind != ACL_ANYONE) {
        params_init(&params);
        params_int8(&params, change->id);
        int err = transaction_ask(tx,
                                  change->kind == ACL_USER ? STATEMENT_USER_LOCK_FOR_USE
                                                           : STATEMENT_GROUP_LOCK_FOR_USE,
                                  &params, NULL);
        if (err)
            return err;
    }
    params_init(&params);
    params_int8_array(&params, &change->mailbox_id, 1, sizeof change->mailbox_id);
    return transaction_ask(tx, STATEMENT_LOCK_MAILBOXES, &params, NULL);
}

static void add_id_if(struct params *params, bool given, int64_t id)
{
    if (given)
        params_int8(params, id);
    else
        params_null(params);
}

static int queue_change(struct transaction *tx, const struct acl_change *change, size_t *index_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, change->mailbox_id);
    add_id_if(&params, change->kind == ACL_USER, change->id);
    add_id_if(&params, change->kind == ACL_GROUP, change->id);
    params_bool(&params, change->negative);
    params_int4(&params, (int32_t)change->change);
    params_int4(&params, (int32_t)change->rights);
    params_timestamp(&params, change->expires_at);
    params_text(&params, change->actor);
    params_text(&params, change->client);
    return transaction_ask(tx, STATEMENT_ACL_CHANGE, &params, index_out);
}

int acl_rows_change(struct database *database, const struct acl_change *change,
                    uint64_t *modseq_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    size_t index;
    err = queue_locks(tx, change);
    if (!err)
        err = queue_change(tx, change, &index);
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
