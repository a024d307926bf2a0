#include "store/users.h"

#include "rows.h"

int users_find(struct database *database, struct arena *arena, struct slice login,
               struct user_row *out)
{
    struct params params;
    params_init(&params);
    params_text(&params, login);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_USER_FIND, &params, &result);
    return err ? err : user_only_row(result, arena, out);
}

int users_get(struct database *database, struct arena *arena, int64_t id, struct user_row *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_USER_GET, &params, &result);
    return err ? err : user_only_row(result, arena, out);
}

int users_list(struct database *database, struct arena *arena, struct user_row **rows_out,
               size_t *count_out)
{
    struct params params;
    params_init(&params);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_USERS_LIST, &params, &result);
    return err ? err : user_rows(result, arena, rows_out, count_out);
}

int users_insert(struct database *database, struct slice login, struct slice verifier,
                 int64_t *id_out)
{
    struct params params;
    params_init(&params);
    params_text(&params, login);
    params_text(&params, verifier);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_USER_INSERT, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = fail(ERR_EXISTS, "there is a user of that name already");
    else
        *id_out = result_int8(result, 0, 0);
    result_free(&result);
    return err;
}

static int update_user(struct database *database, enum statement statement, struct params *params)
{
    struct result *result;
    int err = pool_ask(database, DURABLE, statement, params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = fail(ERR_NOT_FOUND, "there is no such user");
    result_free(&result);
    return err;
}

int users_set_verifier(struct database *database, int64_t id, struct slice verifier)
{
    struct params params;
    params_init(&params);
    params_int8(&params, id);
    params_text(&params, verifier);
    return update_user(database, STATEMENT_USER_SET_VERIFIER, &params);
}

int users_set_disabled(struct database *database, int64_t id, bool disabled)
{
    struct params params;
    params_init(&params);
    params_int8(&params, id);
    params_bool(&params, disabled);
    return update_user(database, STATEMENT_USER_SET_DISABLED, &params);
}

/* The places of the results that matter. */
struct user_deletion {
    size_t touched;
    size_t deleted;
};

static int queue_delete(struct transaction *tx, int64_t id, struct slice actor,
                        struct user_deletion *out)
{
    const struct {
        enum statement statement;
        size_t *index_out;
    } steps[] = {
        {STATEMENT_USER_LOCK, NULL},
        {STATEMENT_USER_LOCK_MAILBOXES, NULL},
        {STATEMENT_USER_RELEASE_MAILBOXES, &out->touched},
        {STATEMENT_USER_DELETE, &out->deleted},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct params params;
        params_init(&params);
        params_int8(&params, id);
        if (steps[i].statement == STATEMENT_USER_RELEASE_MAILBOXES)
            params_text(&params, actor);
        int err = transaction_ask(tx, steps[i].statement, &params, steps[i].index_out);
        if (err)
            return err;
    }
    return 0;
}

int users_delete(struct database *database, struct arena *arena, int64_t id, struct slice actor,
                 struct mailbox_modseq **touched_out, size_t *count_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    struct user_deletion deletion;
    err = queue_delete(tx, id, actor, &deletion);
    if (!err)
        err = transaction_commit(tx);
    if (!err && result_rows(transaction_result(tx, deletion.deleted)) == 0)
        err = fail(ERR_NOT_FOUND, "there is no such user");
    if (!err)
        err = touched_rows(transaction_result(tx, deletion.touched), arena, touched_out, count_out);
    transaction_end(&tx);
    return err;
}
