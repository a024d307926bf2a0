#include "rows.h"
#include "store/mailboxes.h"
#include "store/recently_deleted.h"

static int keyword_table_read(const struct result *result, struct arena *arena,
                              struct keyword_table *out)
{
    struct keyword_table table = {.count = result_rows(result)};
    for (size_t row = 0; row < table.count; row++) {
        int64_t bit = result_int8(result, row, 0);
        int err = row_text(result, arena, row, 1, &table.names[bit - FLAG_KEYWORD_FIRST]);
        if (err)
            return err;
    }
    *out = table;
    return 0;
}

int keywords_load(struct database *database, struct arena *arena, int64_t mailbox_id,
                  struct keyword_table *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_behind(mailbox_id));
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_KEYWORDS_LOAD, &params, &result);
    if (err)
        return err;
    err = keyword_table_read(result, arena, out);
    result_free(&result);
    return err;
}

static bool has_all(const struct keyword_table *table, const struct slice *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!keyword_find(table, names[i]))
            return false;
    return true;
}

/* Flushed: the batch that uses the bit may follow on the other side of a crash,
 * where somebody else would have been given it. */
static int add_missing(struct database *database, int64_t mailbox_id, const struct slice *names,
                       size_t count)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_text_array(&params, names, count);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_KEYWORDS_ADD, &params, &result);
    if (!err)
        result_free(&result);
    return err;
}

int keywords_add(struct database *database, struct arena *arena, int64_t mailbox_id,
                 const struct slice *names, size_t count, struct keyword_table *out)
{
    /* Each time somebody else is quicker there is a bit less. */
    for (int tries = 0; tries <= FLAG_KEYWORD_COUNT; tries++) {
        int err = add_missing(database, mailbox_id, names, count);
        if (err)
            return err;
        struct keyword_table table;
        err = keywords_load(database, arena, mailbox_id, &table);
        if (err)
            return err;
        if (has_all(&table, names, count)) {
            *out = table;
            return 0;
        }
        if (table.count == FLAG_KEYWORD_COUNT)
            break;
    }
    return fail(ERR_LIMIT, "the mailbox has no room for another keyword");
}
