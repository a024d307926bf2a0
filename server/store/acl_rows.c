#include "store/acl_rows.h"

#include "acl_statement.h"

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

int acl_row_read(const struct result *result, struct arena *arena, size_t row, struct acl_row *out)
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

int acl_change_queue(struct transaction *tx, const struct acl_change *change, size_t *index_out)
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
    params_int8(&params, change->actor_id);
    return transaction_ask(tx, STATEMENT_ACL_CHANGE, &params, index_out);
}

int acl_is_administered_queue(struct transaction *tx, int64_t mailbox_id, size_t *index_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    return transaction_ask(tx, STATEMENT_ACL_IS_ADMINISTERED, &params, index_out);
}

/* Before it is committed: a mailbox that nobody administers may stay so. */
static int check_still_administered(struct transaction *tx, size_t before, size_t after)
{
    int err = transaction_run(tx);
    if (err)
        return err;
    bool was = result_bool(transaction_result(tx, before), 0, 0);
    bool is = result_bool(transaction_result(tx, after), 0, 0);
    return was && !is ? fail(ERR_WRONG_STATE, "nobody would administer the mailbox") : 0;
}

static int run_change(struct transaction *tx, const struct acl_change *change, size_t *index_out)
{
    size_t before = 0, after = 0;
    int err = queue_locks(tx, change);
    if (!err && change->keep_administered)
        err = acl_is_administered_queue(tx, change->mailbox_id, &before);
    if (!err)
        err = acl_change_queue(tx, change, index_out);
    if (!err && change->keep_administered)
        err = acl_is_administered_queue(tx, change->mailbox_id, &after);
    if (!err && change->keep_administered)
        err = check_still_administered(tx, before, after);
    if (!err)
        err = transaction_commit(tx);
    if (err == -ERR_NOT_FOUND) /* what the row refers to */
        err = fail(ERR_STALE, "the user or group is gone");
    return err;
}

enum { CHANGED_MODSEQ, CHANGED_MAY };

int acl_change_read(const struct result *result, uint64_t *modseq_out)
{
    if (result_rows(result) == 0)
        return fail(ERR_NOT_FOUND, "there is no such mailbox");
    if (!result_bool(result, 0, CHANGED_MAY))
        return fail(ERR_STALE, "the rights have changed");
    *modseq_out = (uint64_t)result_int8(result, 0, CHANGED_MODSEQ);
    return 0;
}

int acl_rows_change(struct database *database, const struct acl_change *change,
                    uint64_t *modseq_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    size_t index;
    err = run_change(tx, change, &index);
    if (!err)
        err = acl_change_read(transaction_result(tx, index), modseq_out);
    transaction_end(&tx);
    return err;
}
