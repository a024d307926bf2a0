#include "store/quota_rows.h"

#include "rows.h"

enum {
    QUOTA_ID,
    QUOTA_NAME,
    QUOTA_USER_ID,
    QUOTA_LIMITS,
    QUOTA_USED = QUOTA_LIMITS + QUOTA_RESOURCES,
    QUOTA_ADMINISTERS = QUOTA_USED + QUOTA_RESOURCES
};

/* Columns in the order of enum quota_resource. */
static struct quota_amounts read_amounts(const struct result *result, size_t row, int column)
{
    struct quota_amounts amounts;
    for (int i = 0; i < QUOTA_RESOURCES; i++)
        amounts.of[i] = result_is_null(result, row, column + i)
                            ? QUOTA_UNLIMITED
                            : (uint64_t)result_int8(result, row, column + i);
    return amounts;
}

static int quota_row_read(const struct result *result, struct arena *arena, size_t row,
                          struct quota_row *out)
{
    struct slice name;
    int err = row_text(result, arena, row, QUOTA_NAME, &name);
    if (err)
        return err;
    *out = (struct quota_row){
        .id = result_int8(result, row, QUOTA_ID),
        .name = name,
        .user_id = result_int8(result, row, QUOTA_USER_ID),
        .limits = read_amounts(result, row, QUOTA_LIMITS),
        .used = read_amounts(result, row, QUOTA_USED),
    };
    return 0;
}

static int no_root(void)
{
    return fail(ERR_NOT_FOUND, "there is no such quota root");
}

static int quota_only_row(struct result *result, struct arena *arena, struct quota_row *out)
{
    int err = result_rows(result) == 1 ? quota_row_read(result, arena, 0, out) : no_root();
    result_free(&result);
    return err;
}

int quota_rows_of_user(struct database *database, struct arena *arena, int64_t user_id,
                       struct quota_row *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_QUOTA_OF_USER, &params, &result);
    return err ? err : quota_only_row(result, arena, out);
}

int quota_rows_get(struct database *database, struct arena *arena, int64_t root_id,
                   struct quota_row *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, root_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_QUOTA_GET, &params, &result);
    return err ? err : quota_only_row(result, arena, out);
}

int quota_rows_find(struct database *database, struct arena *arena, struct slice name,
                    int64_t user_id, struct quota_row *out, bool *administers_out)
{
    struct params params;
    params_init(&params);
    params_text(&params, name);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_QUOTA_FIND, &params, &result);
    if (err)
        return err;
    bool administers = result_rows(result) == 1 && result_bool(result, 0, QUOTA_ADMINISTERS);
    err = quota_only_row(result, arena, out);
    if (!err)
        *administers_out = administers;
    return err;
}

int quota_rows_list(struct database *database, struct arena *arena, struct quota_row **rows_out,
                    size_t *count_out)
{
    struct params params;
    params_init(&params);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_QUOTA_LIST, &params, &result);
    if (err)
        return err;
    size_t count = result_rows(result);
    struct quota_row *rows = ARENA_ARRAY(arena, count, struct quota_row);
    err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = quota_row_read(result, arena, i, &rows[i]);
    result_free(&result);
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int quota_tree_used(struct database *database, int64_t owner_id, struct slice name, int64_t root_id,
                    int64_t user_id, struct quota_amounts *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, owner_id);
    params_text(&params, name);
    params_int8(&params, root_id);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_QUOTA_TREE_USED, &params, &result);
    if (err)
        return err;
    *out = read_amounts(result, 0, 0);
    result_free(&result);
    return 0;
}

int quota_expunged(struct database *database, int64_t mailbox_id, const struct uidset *uids,
                   bool uids_are_deleted, struct quota_amounts *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_multirange(&params, uids);
    params_bool(&params, uids_are_deleted);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_QUOTA_EXPUNGED, &params, &result);
    if (err)
        return err;
    *out = read_amounts(result, 0, 0);
    result_free(&result);
    return 0;
}
