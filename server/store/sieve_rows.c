#include "store/sieve_rows.h"

#include "rows.h"

static int no_script(void)
{
    return fail(ERR_NOT_FOUND, "There is no such script");
}

static void owner_params(struct params *params, const struct sieve_owner *owner)
{
    params_init(params);
    params_int8(params, owner->user_id);
    params_int8(params, owner->mailbox_id);
}

static void script_params(struct params *params, const struct sieve_owner *owner, struct slice name)
{
    owner_params(params, owner);
    params_text(params, name);
}

/* Reading ------------------------------------------------------------------------------------- */

static int list_rows(const struct result *result, struct arena *arena, struct sieve_row **rows_out,
                     size_t *count_out)
{
    size_t count = result_rows(result);
    struct sieve_row *rows = ARENA_ARRAY(arena, count, struct sieve_row);
    int err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++) {
        rows[i].size = (uint64_t)result_int8(result, i, 1);
        rows[i].active = result_bool(result, i, 2);
        rows[i].changed_at = result_timestamp(result, i, 3);
        err = row_text(result, arena, i, 0, &rows[i].name);
    }
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int sieve_rows_list(struct database *database, const struct sieve_owner *owner, struct arena *arena,
                    struct sieve_row **rows_out, size_t *count_out)
{
    struct params params;
    owner_params(&params, owner);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_SIEVE_LIST, &params, &result);
    if (err)
        return err;
    err = list_rows(result, arena, rows_out, count_out);
    result_free(&result);
    return err;
}

int sieve_rows_get(struct database *database, const struct sieve_owner *owner, struct slice name,
                   struct arena *arena, struct slice *text_out)
{
    struct params params;
    script_params(&params, owner, name);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_SIEVE_GET, &params, &result);
    if (err)
        return err;
    err = result_rows(result) ? row_text(result, arena, 0, 0, text_out) : no_script();
    result_free(&result);
    return err;
}

static int active_row(const struct result *result, struct arena *arena,
                      struct sieve_active_row *out)
{
    struct sieve_active_row row = {.author_id = result_int8(result, 0, 2),
                                   .administrators = result_bool(result, 0, 4)};
    int err = row_text(result, arena, 0, 0, &row.name);
    if (!err)
        err = row_text(result, arena, 0, 1, &row.text);
    if (!err)
        err = row_text(result, arena, 0, 3, &row.login);
    if (!err)
        *out = row;
    return err;
}

int sieve_rows_active(struct database *database, const struct sieve_owner *owner,
                      struct arena *arena, struct sieve_active_row *out)
{
    struct params params;
    owner_params(&params, owner);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_SIEVE_ACTIVE, &params, &result);
    if (err)
        return err;
    err = result_rows(result) ? active_row(result, arena, out) : no_script();
    result_free(&result);
    return err;
}

int sieve_rows_for_event(struct database *database, int64_t mailbox_id, int64_t user_id,
                         struct arena *arena, struct sieve_active_row *out, struct slice *email_out)
{
    enum { EMAIL = 5 };
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_SIEVE_FOR_EVENT, &params, &result);
    if (err)
        return err;
    struct slice email = SLICE_EMPTY;
    err = result_rows(result) ? row_text(result, arena, 0, EMAIL, &email) : no_script();
    if (!err)
        err = active_row(result, arena, out);
    if (!err)
        *email_out = email;
    result_free(&result);
    return err;
}

int sieve_rows_count_others(struct database *database, const struct sieve_owner *owner,
                            struct slice name, uint64_t *out)
{
    struct params params;
    script_params(&params, owner, name);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_SIEVE_COUNT_OTHERS, &params, &result);
    if (err)
        return err;
    *out = (uint64_t)result_int8(result, 0, 0);
    result_free(&result);
    return 0;
}

/* Changing ------------------------------------------------------------------------------------ */

/* Locks the owner and makes sure that the actor may; the two in turn, since what was granted
 * or taken just before the lock is seen by the next statement only. */
static int begin_change(struct database *database, const struct sieve_owner *owner,
                        struct transaction **out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    struct params params;
    owner_params(&params, owner);
    size_t index;
    err = transaction_ask(tx, STATEMENT_SIEVE_LOCK_OWNER, &params, NULL);
    if (!err) {
        owner_params(&params, owner);
        params_int8(&params, owner->actor_id);
        err = transaction_ask(tx, STATEMENT_SIEVE_MAY_MANAGE, &params, &index);
    }
    if (!err)
        err = transaction_run(tx);
    if (!err) {
        const struct result *result = transaction_result(tx, index);
        if (result_rows(result) == 0)
            err = fail(ERR_NOT_FOUND, "Whose scripts these are is gone");
        else if (!result_bool(result, 0, 0))
            err = fail(ERR_DENIED, "The right a is needed for a mailbox's scripts");
    }
    if (err)
        transaction_end(&tx);
    else
        *out = tx;
    return err;
}

/* A statement of the change; its result is the transaction's. */
static int ask(struct transaction *tx, enum statement statement, struct params *params,
               const struct result **out)
{
    size_t index;
    int err = transaction_ask(tx, statement, params, &index);
    if (!err)
        err = transaction_run(tx);
    if (!err)
        *out = transaction_result(tx, index);
    return err;
}

static int end_change(struct transaction **tx, int err)
{
    if (!err)
        err = transaction_commit(*tx);
    transaction_end(tx);
    return err;
}

static int check_count(struct transaction *tx, const struct sieve_owner *owner, struct slice name,
                       uint32_t scripts_max)
{
    struct params params;
    script_params(&params, owner, name);
    const struct result *result;
    int err = ask(tx, STATEMENT_SIEVE_COUNT_OTHERS, &params, &result);
    if (!err && result_int8(result, 0, 0) >= scripts_max)
        err = fail(ERR_LIMIT, "There are %u scripts already", scripts_max);
    return err;
}

int sieve_rows_put(struct database *database, const struct sieve_owner *owner, struct slice name,
                   struct slice text, uint32_t scripts_max)
{
    struct transaction *tx;
    int err = begin_change(database, owner, &tx);
    if (err)
        return err;
    err = check_count(tx, owner, name, scripts_max);
    if (!err) {
        struct params params;
        script_params(&params, owner, name);
        params_bytes(&params, text);
        params_int8(&params, owner->actor_id);
        err = transaction_ask(tx, STATEMENT_SIEVE_PUT, &params, NULL);
    }
    return end_change(&tx, err);
}

static int activate(struct transaction *tx, const struct sieve_owner *owner, struct slice name)
{
    struct params params;
    script_params(&params, owner, name);
    const struct result *result;
    int err = ask(tx, STATEMENT_SIEVE_ACTIVATE, &params, &result);
    if (!err && result_rows(result) == 0)
        err = no_script();
    return err;
}

int sieve_rows_activate(struct database *database, const struct sieve_owner *owner,
                        struct slice name)
{
    struct transaction *tx;
    int err = begin_change(database, owner, &tx);
    if (err)
        return err;
    struct params params;
    owner_params(&params, owner);
    err = transaction_ask(tx, STATEMENT_SIEVE_DEACTIVATE, &params, NULL);
    if (!err && name.len)
        err = activate(tx, owner, name);
    return end_change(&tx, err);
}

/* What keeps a change from being made is the one column of the statement's one row. */
static int change_one(struct database *database, const struct sieve_owner *owner,
                      enum statement statement, struct params *params, enum err otherwise,
                      const char *text)
{
    struct transaction *tx;
    int err = begin_change(database, owner, &tx);
    if (err) {
        params_clear(params);
        return err;
    }
    const struct result *result;
    err = ask(tx, statement, params, &result);
    if (!err && result_rows(result) == 0)
        err = no_script();
    else if (!err && result_bool(result, 0, 0))
        err = fail(otherwise, "%s", text);
    return end_change(&tx, err);
}

int sieve_rows_rename(struct database *database, const struct sieve_owner *owner, struct slice from,
                      struct slice to)
{
    struct params params;
    script_params(&params, owner, from);
    params_text(&params, to);
    return change_one(database, owner, STATEMENT_SIEVE_RENAME, &params, ERR_EXISTS,
                      "There is a script of that name already");
}

int sieve_rows_delete(struct database *database, const struct sieve_owner *owner, struct slice name)
{
    struct params params;
    script_params(&params, owner, name);
    return change_one(database, owner, STATEMENT_SIEVE_DELETE, &params, ERR_WRONG_STATE,
                      "An active script can't be deleted");
}
