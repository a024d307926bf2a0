#include "store/history_rows.h"

#include "entry_rows.h"
#include "rows.h"

enum {
    HISTORY_MODSEQ,
    HISTORY_AT,
    HISTORY_KIND,
    HISTORY_UIDS,
    HISTORY_CLEARED,
    HISTORY_SET,
    HISTORY_READER,
    HISTORY_ACTOR,
    HISTORY_CLIENT,
    HISTORY_DETAIL,
    HISTORY_OTHER_ID,
    HISTORY_OTHER_OWNER,
    HISTORY_OTHER_NAME,
    HISTORY_OTHER_UIDS,
    HISTORY_MESSAGE_ID
};

/* A multirange as IMAP writes it. */
static int read_uids(const struct result *result, struct arena *arena, size_t row, int column,
                     struct slice *out)
{
    struct uidset uids;
    uidset_init(&uids);
    int err = uids_read(result, row, column, &uids);
    struct buffer text;
    buffer_init(&text, 0);
    if (!err)
        uidset_render(&uids, &text);
    *out = arena_copy(arena, buffer_slice(&text));
    if (!err && !out->data)
        err = -ERR_NO_MEMORY;
    buffer_clear(&text);
    uidset_clear(&uids);
    return err;
}

static int read_texts(const struct result *result, struct arena *arena, size_t row,
                      struct history_row *out)
{
    const struct {
        int column;
        struct slice *text;
    } texts[] = {
        {HISTORY_READER, &out->reader},           {HISTORY_ACTOR, &out->actor},
        {HISTORY_CLIENT, &out->client},           {HISTORY_DETAIL, &out->detail},
        {HISTORY_OTHER_OWNER, &out->other_owner}, {HISTORY_OTHER_NAME, &out->other_name},
    };
    int err = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && !err; i++)
        err = row_text(result, arena, row, texts[i].column, texts[i].text);
    if (!err)
        err = read_uids(result, arena, row, HISTORY_UIDS, &out->uids);
    return err ? err : read_uids(result, arena, row, HISTORY_OTHER_UIDS, &out->other_uids);
}

static int read_row(const struct result *result, struct arena *arena, size_t row,
                    struct history_row *out)
{
    *out = (struct history_row){
        .modseq = (uint64_t)result_int8(result, row, HISTORY_MODSEQ),
        .at = result_timestamp(result, row, HISTORY_AT),
        .flags_cleared = (flag_mask)result_int8(result, row, HISTORY_CLEARED),
        .flags_set = (flag_mask)result_int8(result, row, HISTORY_SET),
        .other_id = result_int8(result, row, HISTORY_OTHER_ID),
        .message_id = result_int8(result, row, HISTORY_MESSAGE_ID),
    };
    int err = journal_kind_read(result, row, HISTORY_KIND, &out->kind);
    return err ? err : read_texts(result, arena, row, out);
}

static int ask(struct database *database, int64_t mailbox_id, const struct history_filter *filter,
               uint64_t after, uint32_t limit, struct result **out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_int8(&params, (int64_t)after);
    params_int8(&params, limit);
    params_text_or_null(&params, filter->actor);
    params_timestamp(&params, filter->since);
    if (filter->uid)
        params_int8(&params, filter->uid);
    else
        params_null(&params);
    return lane_ask(database, LANE_SLOW, STATEMENT_HISTORY_ROWS, &params, out);
}

int history_rows_read(struct database *database, struct arena *arena, int64_t mailbox_id,
                      const struct history_filter *filter, uint64_t after, uint32_t limit,
                      struct history_row **rows_out, size_t *count_out)
{
    struct result *result;
    int err = ask(database, mailbox_id, filter, after, limit, &result);
    if (err)
        return err;
    size_t count = result_rows(result);
    struct history_row *rows = ARENA_ARRAY(arena, count, struct history_row);
    err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t row = 0; row < count && !err; row++)
        err = read_row(result, arena, row, &rows[row]);
    result_free(&result);
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}
