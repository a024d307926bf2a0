#include "store/mailboxes.h"

#include "names_above.h"
#include "rows.h"
#include "store/recently_deleted.h"

int mailboxes_find(struct database *database, struct arena *arena, int64_t owner_id,
                   struct slice name, int64_t user_id, struct mailbox_row *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, owner_id);
    params_text(&params, name);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_MAILBOX_FIND, &params, &result);
    return err ? err : mailbox_only_row(result, arena, out);
}

int mailboxes_get(struct database *database, struct arena *arena, int64_t mailbox_id,
                  int64_t user_id, struct mailbox_row *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_MAILBOX_GET, &params, &result);
    return err ? err : mailbox_only_row(result, arena, out);
}

int mailboxes_of_use(struct database *database, struct arena *arena, int64_t user_id,
                     struct slice use, int64_t **ids_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, user_id);
    params_text(&params, use);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_MAILBOXES_OF_USE, &params, &result);
    if (err)
        return err;
    size_t count = result_rows(result);
    int64_t *ids = ARENA_ARRAY(arena, count, int64_t);
    for (size_t i = 0; ids && i < count; i++)
        ids[i] = result_int8(result, i, 0);
    result_free(&result);
    if (!ids)
        return -ERR_NO_MEMORY;
    *ids_out = ids;
    *count_out = count;
    return 0;
}

int mailboxes_tree(struct database *database, struct arena *arena, int64_t owner_id,
                   struct slice name, int64_t user_id, struct mailbox_row **rows_out,
                   size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, owner_id);
    params_text(&params, name);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_MAILBOXES_TREE, &params, &result);
    return err ? err : mailbox_rows(result, arena, rows_out, count_out);
}

int mailboxes_nearest_parent(struct database *database, struct arena *arena, int64_t owner_id,
                             struct slice name, int64_t user_id, struct mailbox_row *out)
{
    struct slice above[MAILBOX_LEVELS_MAX];
    size_t count = names_above(name, above);
    struct params params;
    params_init(&params);
    params_int8(&params, owner_id);
    params_text_array(&params, above, count);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_MAILBOX_NEAREST, &params, &result);
    return err ? err : mailbox_only_row(result, arena, out);
}

enum {
    STATUS_MESSAGES,
    STATUS_RECENT,
    STATUS_UNSEEN,
    STATUS_DELETED,
    STATUS_BYTES,
    STATUS_UIDNEXT,
    STATUS_UIDVALIDITY,
    STATUS_HIGHEST_MODSEQ,
    STATUS_FIRST_RECENT
};

static int no_mailbox(void)
{
    return fail(ERR_NOT_FOUND, "there is no such mailbox");
}

int mailboxes_status(struct database *database, int64_t mailbox_id, int64_t user_id,
                     struct mailbox_status *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_behind(mailbox_id));
    params_int8(&params, user_id);
    struct result *result;
    enum statement statement = is_recently_deleted(mailbox_id) ? STATEMENT_DELETED_MAILBOX_STATUS
                                                               : STATEMENT_MAILBOX_STATUS;
    int err = lane_ask(database, LANE_FAST, statement, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = no_mailbox();
    else
        *out = (struct mailbox_status){
            .messages = (uint64_t)result_int8(result, 0, STATUS_MESSAGES),
            .recent = (uint64_t)result_int8(result, 0, STATUS_RECENT),
            .unseen = (uint64_t)result_int8(result, 0, STATUS_UNSEEN),
            .deleted = (uint64_t)result_int8(result, 0, STATUS_DELETED),
            .bytes = (uint64_t)result_int8(result, 0, STATUS_BYTES),
            .uidnext = (uint32_t)result_int8(result, 0, STATUS_UIDNEXT),
            .uidvalidity = (uint32_t)result_int8(result, 0, STATUS_UIDVALIDITY),
            .highest_modseq = (uint64_t)result_int8(result, 0, STATUS_HIGHEST_MODSEQ),
            .first_recent = (uint32_t)result_int8(result, 0, STATUS_FIRST_RECENT),
        };
    result_free(&result);
    return err;
}

enum {
    PULSE_PLACE,
    PULSE_HIGHEST_MODSEQ,
    PULSE_RIGHTS_MODSEQ,
    PULSE_FIRST_RECENT,
    PULSE_USER_DISABLED
};

static struct mailbox_pulse pulse_row(const struct result *result, size_t row)
{
    return (struct mailbox_pulse){
        .highest_modseq = (uint64_t)result_int8(result, row, PULSE_HIGHEST_MODSEQ),
        .rights_modseq = (uint64_t)result_int8(result, row, PULSE_RIGHTS_MODSEQ),
        .first_recent = (uint32_t)result_int8(result, row, PULSE_FIRST_RECENT),
        .user_disabled = result_bool(result, row, PULSE_USER_DISABLED),
    };
}

int mailboxes_pulse(struct database *database, int64_t mailbox_id, int64_t user_id,
                    struct mailbox_pulse *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_int8(&params, user_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_MAILBOX_PULSE, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = fail(ERR_NOT_FOUND, "the mailbox or the user is gone");
    else
        *out = pulse_row(result, 0);
    result_free(&result);
    return err;
}

int mailboxes_pulses(struct database *database, struct mailbox_pulse_asked *asked, size_t count)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, &asked->mailbox_id, count, sizeof *asked);
    params_int8_array(&params, &asked->user_id, count, sizeof *asked);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_MAILBOX_PULSES, &params, &result);
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        asked[i].found = false;
    for (size_t row = 0; row < result_rows(result); row++) {
        struct mailbox_pulse_asked *one = &asked[result_int8(result, row, PULSE_PLACE) - 1];
        one->found = true;
        one->pulse = pulse_row(result, row);
    }
    result_free(&result);
    return 0;
}

int mailboxes_modseqs(struct database *database, struct arena *arena, const int64_t *mailbox_ids,
                      size_t count, struct mailbox_modseq **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, mailbox_ids, count, sizeof *mailbox_ids);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_MAILBOX_MODSEQS, &params, &result);
    if (err)
        return err;
    err = touched_rows(result, arena, rows_out, count_out);
    result_free(&result);
    return err;
}

int mailboxes_claim_recent(struct database *database, int64_t mailbox_id, uint32_t uid)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_int8(&params, uid);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_MAILBOX_CLAIM_RECENT, &params, &result);
    if (!err)
        result_free(&result);
    return err;
}
