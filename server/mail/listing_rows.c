#include "listing_rows.h"

#include "acl_check.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "listing_lines.h"
#include "recently_deleted_row.h"
#include "store/listing_rows.h"
#include "view_state.h"

static int make_mailbox(const struct actor *actor, const struct listing_row *row,
                        struct arena *arena, struct listed_mailbox *out)
{
    struct mailbox_path path = path_of_row(actor, row->owner_id, row->owner, row->name);
    struct listed_mailbox mailbox = {.exists = true,
                                     .special_use = row->special_use,
                                     .mailbox_id = row->id,
                                     .rights = row->rights,
                                     .rights_modseq = row->rights_modseq,
                                     .no_inferiors = is_recently_deleted(row->id)};
    int err = path_shown(&path, arena, &mailbox.name);
    if (!err)
        *out = mailbox;
    return err;
}

/* The row of a mailbox as that of its Recently Deleted. */
static int turn_to_recently_deleted(struct listing_row *row, struct arena *arena)
{
    row->name = recently_deleted_below(arena, row->name);
    row->special_use = SLICE_EMPTY;
    row->rights = RECENTLY_DELETED_NEEDS;
    row->id = recently_deleted_of(row->id);
    return row->name.data ? 0 : -ERR_NO_MEMORY;
}

static bool shows_deleted(const struct mail *mail, const struct listing_row *row)
{
    return mail->settings.recently_deleted && row->recently_deleted &&
           recently_deleted_fits(row->name);
}

static int make_all(struct mail *mail, const struct actor *actor, struct listing_row *rows,
                    size_t row_count, struct arena *arena, struct listed_mailbox *mailboxes,
                    size_t *count_out)
{
    size_t count = 0;
    int err = 0;
    for (size_t i = 0; i < row_count && !err; i++) {
        err = make_mailbox(actor, &rows[i], arena, &mailboxes[count++]);
        if (!err && shows_deleted(mail, &rows[i])) {
            err = turn_to_recently_deleted(&rows[i], arena);
            if (!err)
                err = make_mailbox(actor, &rows[i], arena, &mailboxes[count++]);
        }
        fiber_breathe();
    }
    *count_out = count;
    return err;
}

/* Where there is a mailbox of the name, that is what the name means. */
static size_t leave_out_hidden(struct listed_mailbox *mailboxes, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool again = kept > 0 && slice_equal(mailboxes[kept - 1].name, mailboxes[i].name);
        if (!again)
            mailboxes[kept++] = mailboxes[i];
        else if (is_recently_deleted(mailboxes[kept - 1].mailbox_id))
            mailboxes[kept - 1] = mailboxes[i];
    }
    return kept;
}

int listing_visible(struct mail *mail, const struct actor *actor, const struct list_query *query,
                    struct arena *arena, struct listed_mailbox **mailboxes_out, size_t *count_out)
{
    struct listing_row *rows;
    size_t count;
    int err =
        mailboxes_visible(mail->database, arena, actor->user_id,
                          query->tells & (LIST_TELLS_STATUS | LIST_TELLS_METADATA), &rows, &count);
    if (err)
        return err;
    struct listed_mailbox *mailboxes = ARENA_ARRAY(arena, 2 * count, struct listed_mailbox);
    if (!mailboxes)
        return -ERR_NO_MEMORY;
    err = make_all(mail, actor, rows, count, arena, mailboxes, &count);
    if (err)
        return err;
    listing_sort(mailboxes, count);
    *mailboxes_out = mailboxes;
    *count_out = leave_out_hidden(mailboxes, count);
    return 0;
}

int listing_subscriptions(struct mail *mail, const struct actor *actor, struct arena *arena,
                          struct listed_mailbox **mailboxes_out, size_t *count_out)
{
    struct subscription_row *rows;
    size_t count;
    int err = subscriptions_list(mail->database, arena, actor->user_id, &rows, &count);
    if (err)
        return err;
    struct listed_mailbox *mailboxes = ARENA_ARRAY(arena, count, struct listed_mailbox);
    if (!mailboxes)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++) {
        struct mailbox_path path =
            path_of_row(actor, rows[i].owner_id, rows[i].owner, rows[i].name);
        mailboxes[i] = (struct listed_mailbox){
            .selected = true, .subscribed = true, .special_use = SLICE_EMPTY};
        err = path_shown(&path, arena, &mailboxes[i].name);
        fiber_breathe();
    }
    if (err)
        return err;
    listing_sort(mailboxes, count);
    *mailboxes_out = mailboxes;
    *count_out = count;
    return 0;
}

/* Both lists are sorted. */
static size_t merge(const struct listed_mailbox *mailboxes, size_t count,
                    const struct listed_mailbox *names, size_t name_count, bool keep_absent,
                    struct listed_mailbox *merged)
{
    size_t at = 0, name = 0, total = 0;
    while (at < count || name < name_count) {
        int order = at == count          ? 1
                    : name == name_count ? -1
                                         : listing_compare(mailboxes[at].name, names[name].name);
        if (order <= 0) {
            merged[total] = mailboxes[at++];
            merged[total++].subscribed = order == 0;
        } else if (keep_absent) {
            merged[total++] = names[name];
        }
        name += order >= 0;
        fiber_breathe();
    }
    return total;
}

int listing_mark_subscribed(struct mail *mail, const struct actor *actor, bool keep_absent,
                            struct arena *arena, struct listed_mailbox **mailboxes, size_t *count)
{
    struct listed_mailbox *names;
    size_t name_count;
    int err = listing_subscriptions(mail, actor, arena, &names, &name_count);
    if (err)
        return err;
    struct listed_mailbox *merged = ARENA_ARRAY(arena, *count + name_count, struct listed_mailbox);
    if (!merged)
        return -ERR_NO_MEMORY;
    *count = merge(*mailboxes, *count, names, name_count, keep_absent, merged);
    *mailboxes = merged;
    return 0;
}

/* One name; Recently Deleted where there is no mailbox of it. */
static int find_listed(struct mail *mail, const struct actor *actor, int64_t owner_id,
                       struct slice path, struct arena *arena, struct listing_name *out)
{
    struct listing_name found, above = {.found = false};
    int err = mailboxes_listed(mail->database, arena, owner_id, path, actor->user_id, &found);
    struct slice path_above;
    if (!err && !found.found && recently_deleted_above(mail, path, &path_above))
        err = mailboxes_listed(mail->database, arena, owner_id, path_above, actor->user_id, &above);
    if (!err && above.found && shows_deleted(mail, &above.row)) {
        err = turn_to_recently_deleted(&above.row, arena);
        found = (struct listing_name){.found = true, .row = above.row, .below = found.below};
    } else if (!err && found.found && shows_deleted(mail, &found.row)) {
        found.below = BELOW_VISIBLE;
    }
    if (!err)
        *out = found;
    return err;
}

static int find_path(struct mail *mail, const struct actor *actor, const struct mailbox_path *path,
                     struct arena *arena, struct listing_name *out)
{
    int64_t owner_id;
    int err = path_owner(mail, actor, path, arena, &owner_id);
    if (err)
        return err;
    return find_listed(mail, actor, owner_id, path->path, arena, out);
}

static int make_name(const struct actor *actor, const struct mailbox_path *path,
                     const struct listing_name *found, struct arena *arena,
                     struct listed_mailbox *out)
{
    struct listed_mailbox row = {.special_use = SLICE_EMPTY};
    int err = found->found ? make_mailbox(actor, &found->row, arena, &row)
                           : path_shown(path, arena, &row.name);
    if (err)
        return err;
    row.selected = found->found;
    row.has_children = found->below == BELOW_VISIBLE;
    row.no_inferiors = row.no_inferiors || listing_is_deepest(row.name);
    *out = row;
    return 0;
}

int listing_name(struct mail *mail, const struct actor *actor, struct slice name,
                 struct arena *arena, struct listed_mailbox **rows_out, size_t *count_out,
                 bool *known_out)
{
    struct mailbox_path path;
    int err = actor_parse_name(actor, name, arena, &path);
    if (err == -ERR_INVALID || (!err && path.path.len == 0)) {
        *known_out = false; /* too long to be looked up, or a namespace */
        return 0;
    }
    struct listing_name found;
    if (!err)
        err = find_path(mail, actor, &path, arena, &found);
    struct listed_mailbox *row = ARENA_NEW(arena, struct listed_mailbox);
    if (!err)
        err = row ? make_name(actor, &path, &found, arena, row) : -ERR_NO_MEMORY;
    if (err)
        return err;
    /* A name can be written in several ways, but only one of them is the pattern. */
    bool told = (row->exists || row->has_children) && mailbox_name_matches(row->name, name);
    *rows_out = row;
    *count_out = told;
    *known_out = found.below != BELOW_UNKNOWN;
    return 0;
}

static int settle_recent(struct mail *mail, const struct mailbox_status_asked *asked, size_t count)
{
    int err = 0;
    for (size_t i = 0; i < count && !err; i++) {
        bool written;
        err = view_settle_recent(mail, asked[i].mailbox_id, &written);
    }
    return err;
}

int listing_add_status(struct mail *mail, const struct actor *actor, const struct list_query *query,
                       struct arena *arena, struct listed_mailbox *rows, size_t count)
{
    struct mailbox_status_asked *asked = ARENA_ARRAY(arena, count, struct mailbox_status_asked);
    if (!asked)
        return -ERR_NO_MEMORY;
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        if (rows[i].exists && rows[i].selected && (rows[i].rights & RIGHT_READ))
            asked[total++] = (struct mailbox_status_asked){.mailbox_id = rows[i].mailbox_id,
                                                           .rights_modseq = rows[i].rights_modseq};
    if (total == 0)
        return 0;
    int err = query->tells & LIST_TELLS_RECENT ? settle_recent(mail, asked, total) : 0;
    if (!err)
        err =
            mailboxes_statuses(mail->database, asked, total, actor->user_id,
                               query->tells & LIST_TELLS_RECENT, query->tells & LIST_TELLS_UNSEEN);
    if (!err && query->tells & LIST_TELLS_DELETED_STORAGE)
        err = mailboxes_deleted_bytes(mail->database, asked, total);
    if (err)
        return err;
    for (size_t i = 0, next = 0; i < count && next < total; i++) {
        if (rows[i].mailbox_id != asked[next].mailbox_id)
            continue;
        rows[i].status = asked[next].found ? &asked[next].status : NULL;
        next++;
    }
    return 0;
}
