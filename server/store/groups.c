#include "rows.h"
#include "store/users.h"

enum { GROUP_ID, GROUP_NAME, GROUP_MEMBERS };

static int group_row_read(const struct result *result, struct arena *arena, size_t row,
                          struct group_row *out)
{
    struct slice name;
    int err = row_text(result, arena, row, GROUP_NAME, &name);
    if (err)
        return err;
    *out = (struct group_row){
        .id = result_int8(result, row, GROUP_ID),
        .name = name,
        .members = result_int8(result, row, GROUP_MEMBERS),
    };
    return 0;
}

static int group_rows(struct result *result, struct arena *arena, struct group_row **rows_out,
                      size_t *count_out)
{
    size_t count = result_rows(result);
    struct group_row *rows = ARENA_ARRAY(arena, count, struct group_row);
    int err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = group_row_read(result, arena, i, &rows[i]);
    result_free(&result);
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int groups_find(struct database *database, struct arena *arena, struct slice name,
                struct group_row *out)
{
    struct params params;
    params_init(&params);
    params_text(&params, name);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_GROUP_FIND, &params, &result);
    if (err)
        return err;
    err = result_rows(result) == 1 ? group_row_read(result, arena, 0, out)
                                   : fail(ERR_NOT_FOUND, "there is no such group");
    result_free(&result);
    return err;
}

int groups_insert(struct database *database, struct slice name, int64_t *id_out)
{
    struct params params;
    params_init(&params);
    params_text(&params, name);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_GROUP_INSERT, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = fail(ERR_EXISTS, "there is a group of that name already");
    else
        *id_out = result_int8(result, 0, 0);
    result_free(&result);
    return err;
}

int groups_list(struct database *database, struct arena *arena, struct group_row **rows_out,
                size_t *count_out)
{
    struct params params;
    params_init(&params);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_GROUPS_LIST, &params, &result);
    return err ? err : group_rows(result, arena, rows_out, count_out);
}

int groups_members(struct database *database, struct arena *arena, int64_t group_id,
                   struct user_row **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, group_id);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_GROUP_MEMBERS, &params, &result);
    return err ? err : user_rows(result, arena, rows_out, count_out);
}

int groups_of_user(struct database *database, struct arena *arena, int64_t user_id,
                   struct group_row **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_GROUPS_OF_USER, &params, &result);
    return err ? err : group_rows(result, arena, rows_out, count_out);
}

static int queue_lock(struct transaction *tx, enum statement lock, int64_t id)
{
    struct params params;
    params_init(&params);
    params_int8(&params, id);
    return transaction_ask(tx, lock, &params, NULL);
}

/* The user (0: none), the group, then all mailboxes on which it has rights: in the
 * order in which whoever deletes one of them locks. */
static int queue_locks(struct transaction *tx, int64_t group_id, int64_t user_id)
{
    int err = user_id ? queue_lock(tx, STATEMENT_USER_LOCK_FOR_USE, user_id) : 0;
    if (!err)
        err = queue_lock(tx, STATEMENT_GROUP_LOCK, group_id);
    return err ? err : queue_lock(tx, STATEMENT_GROUP_LOCK_MAILBOXES, group_id);
}

/* `absent` is what it means that the change found nothing to do. */
static int change_group(struct database *database, struct arena *arena, int64_t group_id,
                        int64_t user_id, enum statement change, struct params *params,
                        int (*absent)(void), struct mailbox_modseq **touched_out, size_t *count_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err) {
        params_clear(params);
        return err;
    }
    size_t index;
    err = queue_locks(tx, group_id, user_id);
    if (!err)
        err = transaction_queue(tx, change, params, &index);
    params_clear(params);
    if (!err)
        err = transaction_commit(tx);
    if (!err) {
        const struct result *result = transaction_result(tx, index);
        err = result_rows(result) ? touched_rows(result, arena, touched_out, count_out) : absent();
    }
    transaction_end(&tx);
    return err;
}

static int is_member(void)
{
    return fail(ERR_EXISTS, "the user is in the group already");
}

static int is_no_member(void)
{
    return fail(ERR_NOT_FOUND, "the user is not in the group");
}

static int is_no_group(void)
{
    return fail(ERR_NOT_FOUND, "there is no such group");
}

int groups_change_member(struct database *database, struct arena *arena, int64_t group_id,
                         int64_t user_id, bool add, struct slice actor,
                         struct mailbox_modseq **touched_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, group_id);
    params_int8(&params, user_id);
    params_text(&params, actor);
    return change_group(database, arena, group_id, user_id,
                        add ? STATEMENT_GROUP_ADD_MEMBER : STATEMENT_GROUP_REMOVE_MEMBER, &params,
                        add ? is_member : is_no_member, touched_out, count_out);
}

int groups_delete(struct database *database, struct arena *arena, int64_t group_id,
                  struct slice actor, struct mailbox_modseq **touched_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, group_id);
    params_text(&params, actor);
    return change_group(database, arena, group_id, 0, STATEMENT_GROUP_DELETE, &params, is_no_group,
                        touched_out, count_out);
}
