#include "recently_deleted_row.h"

#include "acl_denial.h"
#include "engine.h"
#include "grant.h"
#include "model/mailbox_name.h"

#define BELOW "/" RECENTLY_DELETED

bool grant_is_recently_deleted(const struct grant *grant)
{
    return is_recently_deleted(grant->mailbox_id);
}

bool grant_is_recently_deleted_of(const struct grant *grant, const struct grant *mailbox)
{
    return grant->mailbox_id == recently_deleted_of(mailbox->mailbox_id);
}

static bool is_readable(const struct mailbox_row *row)
{
    return (row->rights & RECENTLY_DELETED_NEEDS) == RECENTLY_DELETED_NEEDS;
}

bool recently_deleted_fits(struct slice path)
{
    size_t levels = 1;
    for (size_t i = 0; i < path.len; i++)
        levels += path.data[i] == MAILBOX_SEPARATOR;
    return path.len + sizeof BELOW - 1 <= MAILBOX_NAME_MAX && levels < MAILBOX_LEVELS_MAX;
}

bool recently_deleted_above(const struct mail *mail, struct slice path, struct slice *above_out)
{
    if (!mail->settings.recently_deleted || !slice_ends_with(path, SLICE(BELOW)))
        return false;
    *above_out = slice_sub(path, 0, path.len - (sizeof BELOW - 1));
    return above_out->len > 0;
}

struct slice recently_deleted_below(struct arena *arena, struct slice path)
{
    const char *below = arena_printf(arena, "%.*s" BELOW, SLICE_ARGS(path));
    return below ? slice_cstr(below) : slice_of(NULL, 0);
}

int recently_deleted_row(const struct mail *mail, struct arena *arena, struct mailbox_row *row)
{
    if (!mail->settings.recently_deleted || !is_readable(row))
        return denial_not_found();
    row->name = recently_deleted_below(arena, row->name);
    if (!row->name.data)
        return -ERR_NO_MEMORY;
    row->id = recently_deleted_of(row->id);
    row->special_use = SLICE_EMPTY;
    row->rights = RECENTLY_DELETED_NEEDS;
    row->first_recent = UINT32_MAX;
    return 0;
}

int recently_deleted_find(struct mail *mail, struct arena *arena, int64_t owner_id,
                          struct slice path, int64_t user_id, struct mailbox_row *out)
{
    struct slice above;
    if (!recently_deleted_above(mail, path, &above))
        return denial_not_found();
    struct mailbox_row row;
    int err = mailboxes_find(mail->database, arena, owner_id, above, user_id, &row);
    if (!err)
        err = recently_deleted_row(mail, arena, &row);
    if (!err)
        *out = row;
    return err;
}

int recently_deleted_get(struct mail *mail, struct arena *arena, int64_t id, int64_t user_id,
                         struct mailbox_row *out)
{
    struct mailbox_row row;
    int err = mailboxes_get(mail->database, arena, mailbox_behind(id), user_id, &row);
    if (!err)
        err = recently_deleted_row(mail, arena, &row);
    if (!err)
        *out = row;
    return err;
}

int recently_deleted_check_new(const struct mail *mail, struct slice path)
{
    size_t end = slice_find(path, MAILBOX_SEPARATOR);
    while (mail->settings.recently_deleted && end < path.len) {
        struct slice rest = slice_sub(path, end + 1, path.len);
        size_t length = slice_find(rest, MAILBOX_SEPARATOR);
        if (slice_equal_nocase(slice_sub(rest, 0, length), SLICE(RECENTLY_DELETED)))
            return fail(ERR_INVALID,
                        "\"" RECENTLY_DELETED "\" below a mailbox shows what was deleted from it");
        end += 1 + length;
    }
    return 0;
}
