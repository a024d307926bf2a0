#include "rows.h"

int row_text(const struct result *result, struct arena *arena, size_t row, int column,
             struct slice *out)
{
    struct slice text = result_copy(result, arena, row, column);
    if (!text.data)
        return -ERR_NO_MEMORY;
    *out = text;
    return 0;
}

enum { USER_ID, USER_LOGIN, USER_VERIFIER, USER_DISABLED, USER_CREATED_AT };

static int user_row_read(const struct result *result, struct arena *arena, size_t row,
                         struct user_row *out)
{
    struct user_row user = {
        .id = result_int8(result, row, USER_ID),
        .disabled = result_bool(result, row, USER_DISABLED),
        .created_at = result_timestamp(result, row, USER_CREATED_AT),
    };
    int err = row_text(result, arena, row, USER_LOGIN, &user.login);
    if (!err)
        err = row_text(result, arena, row, USER_VERIFIER, &user.verifier);
    if (!err)
        *out = user;
    return err;
}

int user_rows(struct result *result, struct arena *arena, struct user_row **rows_out,
              size_t *count_out)
{
    size_t count = result_rows(result);
    struct user_row *rows = ARENA_ARRAY(arena, count, struct user_row);
    int err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = user_row_read(result, arena, i, &rows[i]);
    result_free(&result);
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int user_only_row(struct result *result, struct arena *arena, struct user_row *out)
{
    int err = result_rows(result) == 1 ? user_row_read(result, arena, 0, out)
                                       : fail(ERR_NOT_FOUND, "there is no such user");
    result_free(&result);
    return err;
}

/* The columns of the view live_mailboxes, then those of effective_rights(). */
enum {
    MAILBOX_ID,
    MAILBOX_OWNER_ID,
    MAILBOX_OWNER,
    MAILBOX_NAME,
    MAILBOX_UIDVALIDITY,
    MAILBOX_SPECIAL_USE,
    MAILBOX_SEEN_PER_USER,
    MAILBOX_RIGHTS_MODSEQ,
    MAILBOX_HIGHEST_MODSEQ,
    MAILBOX_FIRST_RECENT,
    MAILBOX_AUTO_SUBSCRIBE,
    MAILBOX_QUOTA_ROOT_ID,
    MAILBOX_FILTER_VERSION,
    MAILBOX_HAS_EVENTS,
    MAILBOX_RIGHTS,
    MAILBOX_RIGHTS_LEFT
};
_Static_assert(MAILBOX_RIGHTS_LEFT + 1 == MAILBOX_COLUMNS, "other columns follow these");

int mailbox_row_read(const struct result *result, struct arena *arena, size_t row,
                     struct mailbox_row *out)
{
    struct mailbox_row mailbox = {
        .id = result_int8(result, row, MAILBOX_ID),
        .owner_id = result_int8(result, row, MAILBOX_OWNER_ID),
        .uidvalidity = (uint32_t)result_int8(result, row, MAILBOX_UIDVALIDITY),
        .seen_per_user = result_bool(result, row, MAILBOX_SEEN_PER_USER),
        .rights = (rights_mask)result_int8(result, row, MAILBOX_RIGHTS),
        .rights_modseq = (uint64_t)result_int8(result, row, MAILBOX_RIGHTS_MODSEQ),
        .rights_until = result_deadline(result, row, MAILBOX_RIGHTS_LEFT),
        .highest_modseq = (uint64_t)result_int8(result, row, MAILBOX_HIGHEST_MODSEQ),
        .first_recent = (uint32_t)result_int8(result, row, MAILBOX_FIRST_RECENT),
        .auto_subscribe = result_bool(result, row, MAILBOX_AUTO_SUBSCRIBE),
        .quota_root_id = result_int8(result, row, MAILBOX_QUOTA_ROOT_ID),
        .filter_version = result_int8(result, row, MAILBOX_FILTER_VERSION),
        .has_events = result_bool(result, row, MAILBOX_HAS_EVENTS),
    };
    int err = row_text(result, arena, row, MAILBOX_OWNER, &mailbox.owner);
    if (!err)
        err = row_text(result, arena, row, MAILBOX_NAME, &mailbox.name);
    if (!err)
        err = row_text(result, arena, row, MAILBOX_SPECIAL_USE, &mailbox.special_use);
    if (!err)
        *out = mailbox;
    return err;
}

int mailbox_rows(struct result *result, struct arena *arena, struct mailbox_row **rows_out,
                 size_t *count_out)
{
    size_t count = result_rows(result);
    struct mailbox_row *rows = ARENA_ARRAY(arena, count, struct mailbox_row);
    int err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = mailbox_row_read(result, arena, i, &rows[i]);
    result_free(&result);
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int mailbox_only_row(struct result *result, struct arena *arena, struct mailbox_row *out)
{
    int err = result_rows(result) == 1 ? mailbox_row_read(result, arena, 0, out)
                                       : fail(ERR_NOT_FOUND, "there is no such mailbox");
    result_free(&result);
    return err;
}

enum { TOUCHED_ID, TOUCHED_MODSEQ };

int touched_rows(const struct result *result, struct arena *arena, struct mailbox_modseq **rows_out,
                 size_t *count_out)
{
    size_t rows_there = result_rows(result);
    struct mailbox_modseq *rows = ARENA_ARRAY(arena, rows_there, struct mailbox_modseq);
    if (!rows)
        return -ERR_NO_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < rows_there; i++) {
        if (result_is_null(result, i, TOUCHED_ID))
            continue;
        rows[count++] = (struct mailbox_modseq){
            .mailbox_id = result_int8(result, i, TOUCHED_ID),
            .modseq = (uint64_t)result_int8(result, i, TOUCHED_MODSEQ),
        };
    }
    *rows_out = rows;
    *count_out = count;
    return 0;
}
