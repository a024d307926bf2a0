#include "store/watch_rows.h"

#include "fiber/fiber.h"
#include "rows.h"

enum {
    MAILBOX_PLACE,
    MAILBOX_UIDVALIDITY,
    MAILBOX_UIDNEXT,
    MAILBOX_MODSEQ,
    MAILBOX_MESSAGES,
    MAILBOX_SEEN,
    MAILBOX_SEEN_PER_USER,
    MAILBOX_MESSAGES_MOVED,
    MAILBOX_FLAGS_CHANGED,
    MAILBOX_NAMES_CHANGED,
    MAILBOX_READERS,
    MAILBOX_ENTRIES
};

static int read_mailbox(const struct result *result, struct arena *arena, size_t row,
                        struct watch_mailbox *mailbox)
{
    mailbox->found = true;
    mailbox->uidvalidity = (uint32_t)result_int8(result, row, MAILBOX_UIDVALIDITY);
    mailbox->uidnext = (uint32_t)result_int8(result, row, MAILBOX_UIDNEXT);
    mailbox->modseq = (uint64_t)result_int8(result, row, MAILBOX_MODSEQ);
    mailbox->messages = (uint64_t)result_int8(result, row, MAILBOX_MESSAGES);
    mailbox->seen = (uint64_t)result_int8(result, row, MAILBOX_SEEN);
    mailbox->seen_per_user = result_bool(result, row, MAILBOX_SEEN_PER_USER);
    mailbox->messages_moved = result_bool(result, row, MAILBOX_MESSAGES_MOVED);
    mailbox->flags_changed = result_bool(result, row, MAILBOX_FLAGS_CHANGED);
    mailbox->names_changed = result_bool(result, row, MAILBOX_NAMES_CHANGED);
    int err = row_text(result, arena, row, MAILBOX_READERS, &mailbox->readers);
    return err ? err : row_text(result, arena, row, MAILBOX_ENTRIES, &mailbox->entries);
}

int watch_read_mailboxes(struct database *database, struct arena *arena,
                         struct watch_mailbox *mailboxes, size_t count)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, &mailboxes->mailbox_id, count, sizeof *mailboxes);
    params_int8_array(&params, &mailboxes->since, count, sizeof *mailboxes);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_WATCH_MAILBOXES, &params, &result);
    for (size_t i = 0; i < count && !err; i++)
        mailboxes[i].found = false;
    if (err)
        return err;
    for (size_t row = 0; row < result_rows(result) && !err; row++) {
        int64_t place = result_int8(result, row, MAILBOX_PLACE);
        err = read_mailbox(result, arena, row, &mailboxes[place - 1]);
        fiber_breathe();
    }
    result_free(&result);
    return err;
}

int watch_read_unseen(struct database *database, struct watch_unseen *asked, size_t count)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, &asked->mailbox_id, count, sizeof *asked);
    params_int8_array(&params, &asked->user_id, count, sizeof *asked);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_WATCH_UNSEEN, &params, &result);
    if (err)
        return err;
    for (size_t row = 0; row < result_rows(result); row++)
        asked[result_int8(result, row, 0) - 1].unseen = (uint64_t)result_int8(result, row, 1);
    result_free(&result);
    return 0;
}

enum {
    VISIBLE_USER_ID,
    VISIBLE_MAILBOX_ID,
    VISIBLE_OWNER_ID,
    VISIBLE_OWNER,
    VISIBLE_NAME,
    VISIBLE_RIGHTS
};

static int read_visible(const struct result *result, struct arena *arena, size_t row,
                        struct watch_visible *out)
{
    out->user_id = result_int8(result, row, VISIBLE_USER_ID);
    out->mailbox_id = result_int8(result, row, VISIBLE_MAILBOX_ID);
    out->owner_id = result_int8(result, row, VISIBLE_OWNER_ID);
    out->rights = (rights_mask)result_int8(result, row, VISIBLE_RIGHTS);
    int err = row_text(result, arena, row, VISIBLE_OWNER, &out->owner);
    return err ? err : row_text(result, arena, row, VISIBLE_NAME, &out->name);
}

int watch_read_visible(struct database *database, struct arena *arena, const int64_t *mailbox_ids,
                       size_t mailbox_count, const int64_t *user_ids, size_t user_count,
                       struct watch_visible **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, mailbox_ids, mailbox_count, sizeof *mailbox_ids);
    params_int8_array(&params, user_ids, user_count, sizeof *user_ids);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_WATCH_VISIBLE, &params, &result);
    if (err)
        return err;
    size_t count = result_rows(result);
    struct watch_visible *rows = ARENA_ARRAY(arena, count, struct watch_visible);
    err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t row = 0; row < count && !err; row++) {
        err = read_visible(result, arena, row, &rows[row]);
        fiber_breathe();
    }
    result_free(&result);
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int watch_read_rights_until(struct database *database, int64_t user_id, int64_t *until_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_WATCH_RIGHTS_UNTIL, &params, &result);
    if (err)
        return err;
    *until_out = result_deadline(result, 0, 0);
    result_free(&result);
    return 0;
}

enum { SERVER_MODSEQ, SERVER_USER_ID, SERVER_ENTRIES };

/* The last row of the journal is joined to the state: without news one row has none. */
static int read_server(const struct result *result, struct arena *arena,
                       struct watch_server **rows_out, size_t *count_out)
{
    size_t count = result_rows(result);
    if (result_is_null(result, 0, SERVER_ENTRIES))
        count = 0;
    struct watch_server *rows = ARENA_ARRAY(arena, count, struct watch_server);
    int err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t row = 0; row < count && !err; row++) {
        if (!result_is_null(result, row, SERVER_USER_ID))
            rows[row].user_id = result_int8(result, row, SERVER_USER_ID);
        err = row_text(result, arena, row, SERVER_ENTRIES, &rows[row].entries);
    }
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int watch_read_server(struct database *database, struct arena *arena, uint64_t since,
                      struct watch_server **rows_out, size_t *count_out, uint64_t *modseq_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, (int64_t)since);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_WATCH_SERVER, &params, &result);
    if (err)
        return err;
    err = read_server(result, arena, rows_out, count_out);
    if (!err)
        *modseq_out = (uint64_t)result_int8(result, 0, SERVER_MODSEQ);
    result_free(&result);
    return err;
}
