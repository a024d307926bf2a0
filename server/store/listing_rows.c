#include "store/listing_rows.h"

#include "fiber/fiber.h"
#include "rows.h"

enum {
    LISTING_ID,
    LISTING_OWNER_ID,
    LISTING_OWNER,
    LISTING_NAME,
    LISTING_SPECIAL_USE,
    LISTING_RIGHTS,
    LISTING_RIGHTS_MODSEQ,
    LISTING_RECENTLY_DELETED,
    LISTING_BELOW_VISIBLE,
    LISTING_BELOW_LOOKED_AT
};
enum { LISTING_BELOW_MAX = 64 }; /* as in mailbox_listed */

static int listing_row_read(const struct result *result, struct arena *arena, size_t row,
                            struct listing_row *out)
{
    struct listing_row mailbox = {
        .id = result_int8(result, row, LISTING_ID),
        .owner_id = result_int8(result, row, LISTING_OWNER_ID),
        .rights = (rights_mask)result_int8(result, row, LISTING_RIGHTS),
        .recently_deleted = result_bool(result, row, LISTING_RECENTLY_DELETED),
    };
    if (!result_is_null(result, row, LISTING_RIGHTS_MODSEQ))
        mailbox.rights_modseq = (uint64_t)result_int8(result, row, LISTING_RIGHTS_MODSEQ);
    int err = row_text(result, arena, row, LISTING_OWNER, &mailbox.owner);
    if (!err)
        err = row_text(result, arena, row, LISTING_NAME, &mailbox.name);
    if (!err)
        err = row_text(result, arena, row, LISTING_SPECIAL_USE, &mailbox.special_use);
    if (!err)
        *out = mailbox;
    return err;
}

static int listing_rows(const struct result *result, struct arena *arena,
                        struct listing_row **rows_out, size_t *count_out)
{
    size_t count = result_rows(result);
    struct listing_row *rows = ARENA_ARRAY(arena, count, struct listing_row);
    int err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++) {
        err = listing_row_read(result, arena, i, &rows[i]);
        fiber_breathe();
    }
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int mailboxes_visible(struct database *database, struct arena *arena, int64_t user_id,
                      bool with_rights_modseq, struct listing_row **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    if (user_id) {
        params_int8(&params, user_id);
        params_bool(&params, with_rights_modseq);
    }
    struct result *result;
    int err =
        lane_ask(database, LANE_SLOW,
                 user_id ? STATEMENT_MAILBOXES_VISIBLE : STATEMENT_MAILBOXES_ALL, &params, &result);
    if (err)
        return err;
    err = listing_rows(result, arena, rows_out, count_out);
    result_free(&result);
    return err;
}

static enum below below_of(const struct result *result)
{
    if (result_bool(result, 0, LISTING_BELOW_VISIBLE))
        return BELOW_VISIBLE;
    bool all = result_int8(result, 0, LISTING_BELOW_LOOKED_AT) < LISTING_BELOW_MAX;
    return all ? BELOW_NOTHING : BELOW_UNKNOWN;
}

int mailboxes_listed(struct database *database, struct arena *arena, int64_t owner_id,
                     struct slice name, int64_t user_id, struct listing_name *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, owner_id);
    params_text(&params, name);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_MAILBOX_LISTED, &params, &result);
    if (err)
        return err;
    struct listing_name listed = {.below = below_of(result)};
    listed.found = !result_is_null(result, 0, LISTING_ID);
    if (listed.found)
        err = listing_row_read(result, arena, 0, &listed.row);
    result_free(&result);
    if (!err)
        *out = listed;
    return err;
}

enum {
    STATUSES_PLACE,
    STATUSES_MESSAGES,
    STATUSES_RECENT,
    STATUSES_UNSEEN,
    STATUSES_DELETED,
    STATUSES_BYTES,
    STATUSES_UIDNEXT,
    STATUSES_UIDVALIDITY,
    STATUSES_HIGHEST_MODSEQ
};

static void read_statuses(const struct result *result, struct mailbox_status_asked *asked)
{
    for (size_t row = 0; row < result_rows(result); row++) {
        struct mailbox_status_asked *one = &asked[result_int8(result, row, STATUSES_PLACE) - 1];
        one->found = true;
        one->status = (struct mailbox_status){
            .messages = (uint64_t)result_int8(result, row, STATUSES_MESSAGES),
            .recent = (uint64_t)result_int8(result, row, STATUSES_RECENT),
            .unseen = (uint64_t)result_int8(result, row, STATUSES_UNSEEN),
            .deleted = (uint64_t)result_int8(result, row, STATUSES_DELETED),
            .bytes = (uint64_t)result_int8(result, row, STATUSES_BYTES),
            .uidnext = (uint32_t)result_int8(result, row, STATUSES_UIDNEXT),
            .uidvalidity = (uint32_t)result_int8(result, row, STATUSES_UIDVALIDITY),
            .highest_modseq = (uint64_t)result_int8(result, row, STATUSES_HIGHEST_MODSEQ),
        };
    }
}

int mailboxes_statuses(struct database *database, struct mailbox_status_asked *asked, size_t count,
                       int64_t user_id, bool recent, bool unseen)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, &asked->mailbox_id, count, sizeof *asked);
    params_int8_array(&params, &asked->rights_modseq, count, sizeof *asked);
    params_int8(&params, user_id);
    params_bool(&params, recent);
    params_bool(&params, unseen);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_MAILBOXES_STATUSES, &params, &result);
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        asked[i].found = false;
    read_statuses(result, asked);
    result_free(&result);
    return 0;
}
