#include "store/addresses.h"

#include "rows.h"

enum {
    FOUND_USER_ID = MAILBOX_COLUMNS,
    FOUND_LOGIN,
    FOUND_MAILBOX_ID,
    FOUND_PLACE,
    FOUND_FILTER_VERSION
};

static int read_home(const struct result *result, struct arena *arena,
                     const struct mailbox_row **out)
{
    struct mailbox_row *home = ARENA_NEW(arena, struct mailbox_row);
    int err = home ? mailbox_row_read(result, arena, 0, home) : -ERR_NO_MEMORY;
    if (!err)
        *out = home;
    return err;
}

static int found_row(const struct result *result, struct arena *arena, struct address_found *out)
{
    if (result_rows(result) == 0)
        return fail(ERR_NOT_FOUND, "there is no such address");
    struct address_found found = {.login = SLICE_EMPTY};
    int err = 0;
    if (!result_is_null(result, 0, FOUND_USER_ID)) {
        found.user_id = result_int8(result, 0, FOUND_USER_ID);
        found.filter_version = result_int8(result, 0, FOUND_FILTER_VERSION);
        err = row_text(result, arena, 0, FOUND_LOGIN, &found.login);
    } else {
        found.mailbox_id = result_int8(result, 0, FOUND_MAILBOX_ID);
    }
    found.place = (size_t)result_int8(result, 0, FOUND_PLACE) - 1;
    if (!err && !result_is_null(result, 0, 0))
        err = read_home(result, arena, &found.home);
    if (!err)
        *out = found;
    return err;
}

int addresses_find(struct database *database, struct arena *arena, const struct slice *locals,
                   size_t count, struct slice domain, int64_t poster_id, struct address_found *out)
{
    struct params params;
    params_init(&params);
    params_text_array(&params, locals, count);
    params_text(&params, domain);
    params_int8(&params, poster_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_ADDRESS_FIND, &params, &result);
    if (err)
        return err;
    err = found_row(result, arena, out);
    result_free(&result);
    return err;
}

/* A change of which a row is the sign that there was something to do. */
static int change(struct database *database, enum statement statement, struct params *params,
                  enum err otherwise, const char *text)
{
    struct result *result;
    int err = pool_ask(database, DURABLE, statement, params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = fail(otherwise, "%s", text);
    result_free(&result);
    return err;
}

int addresses_add(struct database *database, struct slice local, struct slice domain,
                  int64_t user_id, int64_t mailbox_id)
{
    struct params params;
    params_init(&params);
    params_text(&params, domain);
    params_text(&params, local);
    params_int8(&params, user_id);
    params_int8(&params, mailbox_id);
    return change(database, STATEMENT_ADDRESS_ADD, &params, ERR_EXISTS,
                  "the address is somebody's already");
}

int addresses_delete(struct database *database, struct slice local, struct slice domain)
{
    struct params params;
    params_init(&params);
    params_text(&params, domain);
    params_text(&params, local);
    return change(database, STATEMENT_ADDRESS_DELETE, &params, ERR_NOT_FOUND,
                  "there is no such address");
}

static int read_address(const struct result *result, struct arena *arena, size_t row,
                        struct address_row *out)
{
    struct slice *const columns[] = {&out->local, &out->domain, &out->login, &out->owner,
                                     &out->mailbox};
    int err = 0;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0] && !err; i++)
        err = row_text(result, arena, row, (int)i, columns[i]);
    return err;
}

static int address_rows(const struct result *result, struct arena *arena,
                        struct address_row **rows_out, size_t *count_out)
{
    size_t count = result_rows(result);
    struct address_row *rows = ARENA_ARRAY(arena, count, struct address_row);
    int err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = read_address(result, arena, i, &rows[i]);
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int addresses_list(struct database *database, struct arena *arena, struct address_row **rows_out,
                   size_t *count_out)
{
    struct params params;
    params_init(&params);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_ADDRESSES_LIST, &params, &result);
    if (err)
        return err;
    err = address_rows(result, arena, rows_out, count_out);
    result_free(&result);
    return err;
}

/* Domains ------------------------------------------------------------------------------------ */

static int change_domain(struct database *database, enum statement statement, struct slice name,
                         enum err otherwise, const char *text)
{
    struct params params;
    params_init(&params);
    params_text(&params, name);
    return change(database, statement, &params, otherwise, text);
}

int domains_add(struct database *database, struct slice name)
{
    return change_domain(database, STATEMENT_DOMAIN_ADD, name, ERR_EXISTS,
                         "the domain is there already");
}

int domains_delete(struct database *database, struct slice name)
{
    return change_domain(database, STATEMENT_DOMAIN_DELETE, name, ERR_NOT_FOUND,
                         "there is no such domain");
}

static int move_default(struct transaction *tx, struct slice name)
{
    struct params params;
    params_init(&params);
    int err = transaction_ask(tx, STATEMENT_DOMAIN_CLEAR_DEFAULT, &params, NULL);
    if (err)
        return err;
    params_init(&params);
    params_text(&params, name);
    size_t index;
    err = transaction_ask(tx, STATEMENT_DOMAIN_SET_DEFAULT, &params, &index);
    if (!err)
        err = transaction_run(tx);
    if (!err && result_rows(transaction_result(tx, index)) == 0)
        err = fail(ERR_NOT_FOUND, "there is no such domain");
    return err ? err : transaction_commit(tx);
}

int domains_set_default(struct database *database, struct slice name)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    err = move_default(tx, name);
    transaction_end(&tx);
    return err;
}

static int domain_rows(const struct result *result, struct arena *arena,
                       struct domain_row **rows_out, size_t *count_out)
{
    size_t count = result_rows(result);
    struct domain_row *rows = ARENA_ARRAY(arena, count, struct domain_row);
    int err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++) {
        rows[i].is_default = result_bool(result, i, 1);
        err = row_text(result, arena, i, 0, &rows[i].name);
    }
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int domains_list(struct database *database, struct arena *arena, struct domain_row **rows_out,
                 size_t *count_out)
{
    struct params params;
    params_init(&params);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_DOMAINS_LIST, &params, &result);
    if (err)
        return err;
    err = domain_rows(result, arena, rows_out, count_out);
    result_free(&result);
    return err;
}
