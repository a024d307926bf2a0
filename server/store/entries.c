#include "store/entries.h"

#include "entry_rows.h"
#include "rows.h"
#include "store/recently_deleted.h"

enum {
    STATE_UIDNEXT,
    STATE_UIDVALIDITY,
    STATE_FIRST_RECENT,
    STATE_HIGHEST_MODSEQ,
    STATE_RIGHTS_MODSEQ,
    STATE_MESSAGES,
    STATE_SEEN_PER_USER
};

int entries_state(struct database *database, int64_t mailbox_id, struct mailbox_state *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_behind(mailbox_id));
    struct result *result;
    enum statement statement =
        is_recently_deleted(mailbox_id) ? STATEMENT_DELETED_MAILBOX_STATE : STATEMENT_MAILBOX_STATE;
    int err = lane_ask(database, LANE_FAST, statement, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = fail(ERR_NOT_FOUND, "there is no such mailbox");
    else
        *out = (struct mailbox_state){
            .uidnext = (uint32_t)result_int8(result, 0, STATE_UIDNEXT),
            .uidvalidity = (uint32_t)result_int8(result, 0, STATE_UIDVALIDITY),
            .first_recent = (uint32_t)result_int8(result, 0, STATE_FIRST_RECENT),
            .highest_modseq = (uint64_t)result_int8(result, 0, STATE_HIGHEST_MODSEQ),
            .rights_modseq = (uint64_t)result_int8(result, 0, STATE_RIGHTS_MODSEQ),
            .messages = (uint64_t)result_int8(result, 0, STATE_MESSAGES),
            .seen_per_user = result_bool(result, 0, STATE_SEEN_PER_USER),
        };
    result_free(&result);
    return err;
}

void entry_row_read(const struct result *result, size_t row, int first_column,
                    struct entry_row *out)
{
    *out = (struct entry_row){
        .uid = (uint32_t)result_int8(result, row, first_column + ENTRY_UID),
        .message_id = result_int8(result, row, first_column + ENTRY_MESSAGE_ID),
        .flags = (flag_mask)result_int8(result, row, first_column + ENTRY_FLAGS),
        .modseq = (uint64_t)result_int8(result, row, first_column + ENTRY_MODSEQ),
        .size = (uint64_t)result_int8(result, row, first_column + ENTRY_SIZE),
        .internal_date = result_timestamp(result, row, first_column + ENTRY_INTERNAL_DATE),
    };
}

/* Up to here the slow lane is quick enough for its neighbours. */
enum { ENTRIES_ON_LANE_MAX = 1000 };

int entries_fetch(struct database *database, int64_t mailbox_id, struct uid_range uids,
                  uint32_t max, struct result **out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_behind(mailbox_id));
    params_int8(&params, uids.first);
    params_int8(&params, uids.last);
    params_int8(&params, max);
    enum statement statement =
        is_recently_deleted(mailbox_id) ? STATEMENT_DELETED_ENTRIES_READ : STATEMENT_ENTRIES_READ;
    return max <= ENTRIES_ON_LANE_MAX ? lane_ask(database, LANE_SLOW, statement, &params, out)
                                      : pool_ask(database, RELAXED, statement, &params, out);
}

void entries_give(const struct result *result,
                  void (*row)(void *arg, const struct entry_row *entry), void *arg)
{
    size_t count = result_rows(result);
    for (size_t i = 0; i < count; i++) {
        struct entry_row entry;
        entry_row_read(result, i, 0, &entry);
        row(arg, &entry);
    }
}

int entries_read(struct database *database, int64_t mailbox_id, uint32_t from_uid, uint32_t max,
                 void (*row)(void *arg, const struct entry_row *entry), void *arg,
                 uint32_t *count_out)
{
    const struct uid_range uids = {from_uid, UINT32_MAX};
    struct result *result;
    int err = entries_fetch(database, mailbox_id, uids, max, &result);
    if (err)
        return err;
    entries_give(result, row, arg);
    *count_out = (uint32_t)result_rows(result);
    result_free(&result);
    return 0;
}

static int seen_pages_copy(const struct result *result, struct arena *arena,
                           struct seen_page_row **rows_out, size_t *count_out)
{
    size_t count = result_rows(result);
    struct seen_page_row *rows = ARENA_ARRAY(arena, count, struct seen_page_row);
    if (!rows)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct slice bits;
        int err = row_text(result, arena, i, 1, &bits);
        if (err)
            return err;
        if (bits.len != SEEN_PAGE_OCTETS)
            return fail(ERR_CORRUPT, "a page of seen_pages has %zu octets", bits.len);
        rows[i].page = (uint32_t)result_int8(result, i, 0);
        rows[i].bits = (const uint8_t *)bits.data;
    }
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int seen_pages_read(struct database *database, struct arena *arena, int64_t mailbox_id,
                    int64_t user_id, struct seen_page_row **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_behind(mailbox_id));
    params_int8(&params, user_id);
    struct result *result;
    enum statement statement = is_recently_deleted(mailbox_id) ? STATEMENT_DELETED_SEEN_PAGES_READ
                                                               : STATEMENT_SEEN_PAGES_READ;
    int err = lane_ask(database, LANE_SLOW, statement, &params, &result);
    if (err)
        return err;
    err = seen_pages_copy(result, arena, rows_out, count_out);
    result_free(&result);
    return err;
}
