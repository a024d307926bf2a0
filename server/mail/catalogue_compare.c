#include "base/map.h"
#include "catalogue.h"
#include "listing_lines.h"
#include "model/mailbox_name.h"

struct comparison {
    const struct catalogue_table *before, *after;
    struct map by_id; /* mailbox_id → row of after */
    struct catalogue_change *changes;
    size_t count;
};

static void add(struct comparison *comparison, enum catalogue_change_kind kind,
                const struct catalogue_row *before, const struct catalogue_row *after)
{
    comparison->changes[comparison->count++] = (struct catalogue_change){kind, before, after};
}

/* Recently Deleted comes and goes with what is in it, of which no name is told. */
static bool is_mailbox(const struct catalogue_row *row)
{
    return row->mailbox_id > 0;
}

static const struct catalogue_row *find_after(const struct comparison *comparison,
                                              const struct catalogue_row *before)
{
    if (!is_mailbox(before))
        return NULL;
    return map_get(&comparison->by_id, (uint64_t)before->mailbox_id);
}

/* What follows the last separator, with it; the whole name where there is none. */
static struct slice last_level(struct slice name)
{
    size_t at = name.len;
    while (at > 0 && name.data[at - 1] != MAILBOX_SEPARATOR)
        at--;
    return slice_sub(name, at ? at - 1 : 0, name.len);
}

static bool went_along(const struct comparison *comparison, const struct catalogue_row *before,
                       const struct catalogue_row *after)
{
    struct slice level = last_level(before->name);
    struct slice parent_name = slice_sub(before->name, 0, before->name.len - level.len);
    const struct catalogue_row *parent = catalogue_find(comparison->before, parent_name);
    const struct catalogue_row *now = parent ? find_after(comparison, parent) : NULL;
    return now && !slice_equal(now->name, parent->name) &&
           after->name.len == now->name.len + level.len &&
           slice_starts_with(after->name, now->name) && slice_ends_with(after->name, level);
}

static void compare_mailbox(struct comparison *comparison, const struct catalogue_row *before,
                            const struct catalogue_row *after)
{
    if (!slice_equal(before->name, after->name)) {
        if (!went_along(comparison, before, after))
            add(comparison, CATALOGUE_RENAMED, before, after);
    } else if ((before->rights ^ after->rights) & RIGHT_READ)
        add(comparison, CATALOGUE_ACCESS, before, after);
}

/* By name: a subscription is older or younger than its mailbox. That of what has moved to another
 * name moved along. */
static void compare_subscriptions(struct comparison *comparison)
{
    for (uint32_t i = 0; i < comparison->after->count; i++) {
        const struct catalogue_row *after = &comparison->after->rows[i];
        const struct catalogue_row *before = catalogue_find(comparison->before, after->name);
        if (after->subscribed && (!before || !before->subscribed))
            add(comparison, CATALOGUE_SUBSCRIPTION, before, after);
    }
    for (uint32_t i = 0; i < comparison->before->count; i++) {
        const struct catalogue_row *before = &comparison->before->rows[i];
        const struct catalogue_row *after = catalogue_find(comparison->after, before->name);
        if (before->subscribed && (!after || !after->subscribed))
            add(comparison, CATALOGUE_SUBSCRIPTION, before, after);
    }
}

static int compare(struct comparison *comparison)
{
    const struct catalogue_table *before = comparison->before, *after = comparison->after;
    struct map known;
    map_init(&known);
    int err = 0;
    for (uint32_t i = 0; i < after->count && !err; i++)
        if (is_mailbox(&after->rows[i]))
            err = map_put(&comparison->by_id, (uint64_t)after->rows[i].mailbox_id, &after->rows[i]);
    for (uint32_t i = 0; i < before->count && !err; i++) {
        const struct catalogue_row *row = &before->rows[i];
        const struct catalogue_row *now = find_after(comparison, row);
        if (is_mailbox(row))
            err = map_put(&known, (uint64_t)row->mailbox_id, &before->rows[i]);
        if (now)
            compare_mailbox(comparison, row, now);
        else if (is_mailbox(row))
            add(comparison, CATALOGUE_DELETED, row, catalogue_find(after, row->name));
    }
    for (uint32_t i = 0; i < after->count && !err; i++) {
        const struct catalogue_row *row = &after->rows[i];
        if (is_mailbox(row) && !map_get(&known, (uint64_t)row->mailbox_id))
            add(comparison, CATALOGUE_CREATED, catalogue_find(before, row->name), row);
    }
    map_clear(&known);
    return err;
}

int catalogue_compare(const struct catalogue_table *before, const struct catalogue_table *after,
                      struct arena *arena, struct catalogue_change **changes_out, size_t *count_out)
{
    struct comparison comparison = {.before = before, .after = after};
    /* Each row has at most one change of its own and one of its subscription. */
    size_t most = 2 * ((size_t)before->count + after->count);
    comparison.changes = ARENA_ARRAY(arena, most, struct catalogue_change);
    if (!comparison.changes)
        return -ERR_NO_MEMORY;
    map_init(&comparison.by_id);
    int err = compare(&comparison);
    map_clear(&comparison.by_id);
    if (err)
        return err;
    compare_subscriptions(&comparison);
    *changes_out = comparison.changes;
    *count_out = comparison.count;
    return 0;
}
