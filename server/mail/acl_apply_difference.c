/* What a plan wants, against what there is. */
#include "acl_apply.h"
#include "base/clock.h"
#include "fiber/fiber.h"

static int note(struct apply *apply, const struct acl_difference *difference)
{
    buffer_add(&apply->differences, slice_of((const char *)difference, sizeof *difference));
    return buffer_check(&apply->differences);
}

/* Groups ----------------------------------------------------------------------------- */

struct members {
    struct batch_member *rows;
    size_t count;
};

static bool is_member(const struct members *members, int64_t group_id, int64_t user_id)
{
    for (size_t i = 0; i < members->count; i++)
        if (members->rows[i].group_id == group_id && members->rows[i].user_id == user_id)
            return true;
    return false;
}

static bool is_planned(const struct apply_group *group, int64_t user_id)
{
    for (size_t i = 0; i < group->planned->member_count; i++)
        if (group->members[i].id == user_id)
            return true;
    return false;
}

static int change_member(struct apply *apply, const struct apply_group *group, struct slice login,
                         int64_t user_id, bool goes)
{
    const struct acl_difference difference = {
        .kind = DIFFERENCE_MEMBER, .subject = group->name, .name = login, .goes = goes};
    int err = note(apply, &difference);
    buffer_add(&apply->users, slice_of((const char *)&user_id, sizeof user_id));
    if (!err)
        err = buffer_check(&apply->users);
    return err ? err : acl_batch_change_member(apply->batch, group->id, user_id, !goes);
}

static int apply_group(struct apply *apply, const struct apply_group *group,
                       struct members *members)
{
    const struct acl_difference made = {.kind = DIFFERENCE_GROUP, .subject = group->name};
    int err = group->made ? note(apply, &made) : 0;
    for (size_t i = 0; i < members->count && !err; i++) {
        const struct batch_member *member = &members->rows[i];
        if (member->group_id == group->id && !is_planned(group, member->user_id))
            err = change_member(apply, group, member->login, member->user_id, true);
    }
    for (size_t i = 0; i < group->planned->member_count && !err; i++) {
        const struct apply_member *member = &group->members[i];
        bool twice = false;
        for (size_t n = 0; n < i; n++)
            twice |= group->members[n].id == member->id;
        if (!twice && !is_member(members, group->id, member->id))
            err = change_member(apply, group, member->login, member->id, false);
    }
    return err;
}

int apply_groups(struct apply *apply)
{
    size_t count = apply->plan->group_count;
    int64_t *ids = ARENA_ARRAY(apply->arena, count, int64_t);
    if (!ids)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        ids[i] = apply->groups[i].id;
    struct members members;
    int err =
        acl_batch_members(apply->batch, ids, count, apply->arena, &members.rows, &members.count);
    for (size_t i = 0; i < count && !err; i++)
        err = apply_group(apply, &apply->groups[i], &members);
    return err;
}

/* Rows ------------------------------------------------------------------------------- */

/* The rows of one mailbox. */
struct row_range {
    const struct batch_row *rows;
    size_t count;
};

static bool is_of(const struct acl_row *row, const struct apply_row *planned)
{
    return row->kind == planned->identifier.kind && row->id == planned->id &&
           row->negative == planned->identifier.negative;
}

/* What has expired is nothing. */
static struct row_state state_of(const struct acl_row *row)
{
    if (!row || row->expired || !row->rights)
        return (struct row_state){RIGHTS_NONE, INT64_MAX};
    return (struct row_state){row->rights, row->expires_at};
}

static struct row_state wanted_state(const struct planned_row *planned, struct row_state before)
{
    struct row_state after = {rights_change_apply(before.rights, planned->change, planned->rights),
                              planned->expires_at};
    if (planned->change != RIGHTS_REPLACE && planned->expires_at == INT64_MAX)
        after.expires_at = before.expires_at;
    if (!after.rights || after.expires_at <= clock_realtime_us())
        return (struct row_state){RIGHTS_NONE, INT64_MAX};
    return after;
}

static bool is_same(struct row_state a, struct row_state b)
{
    return a.rights == b.rights && a.expires_at == b.expires_at;
}

/* A mailbox that is made has had no rows, whatever it has taken from its parent. */
static int note_row(struct apply *apply, const struct apply_target *target,
                    const struct identifier *identifier, struct row_state before,
                    struct row_state after)
{
    struct acl_difference difference = {
        .kind = DIFFERENCE_ROW,
        .subject = target->name,
        .name = identifier_render(identifier, apply->arena),
        .before = target->made ? (struct row_state){RIGHTS_NONE, INT64_MAX} : before,
        .after = after,
    };
    if (!difference.name.data)
        return -ERR_NO_MEMORY;
    return is_same(difference.before, after) ? 0 : note(apply, &difference);
}

static int change_row(struct apply *apply, const struct apply_target *target,
                      const struct identifier *identifier, int64_t id, struct row_state before,
                      struct row_state after)
{
    int err = note_row(apply, target, identifier, before, after);
    if (err || is_same(before, after))
        return err;
    const struct acl_change change = {.mailbox_id = target->id,
                                      .kind = identifier->kind,
                                      .id = id,
                                      .negative = identifier->negative,
                                      .change = RIGHTS_REPLACE,
                                      .rights = after.rights,
                                      .expires_at = after.expires_at,
                                      .actor_id = apply->actor->user_id};
    return acl_batch_change(apply->batch, &change);
}

static int apply_planned_row(struct apply *apply, const struct apply_target *target,
                             const struct apply_row *row, struct row_range there)
{
    const struct acl_row *existing = NULL;
    for (size_t i = 0; i < there.count; i++)
        if (is_of(&there.rows[i].row, row))
            existing = &there.rows[i].row;
    struct row_state before = state_of(existing);
    return change_row(apply, target, &row->identifier, row->id, before,
                      wanted_state(row->planned, before));
}

/* The owner's own row is no gift that somebody else could forget. */
static bool may_go(const struct apply_target *target, const struct acl_row *row)
{
    if (row->kind == ACL_USER && !row->negative && target->owner_id && row->id == target->owner_id)
        return false;
    for (size_t i = 0; i < target->planned->row_count; i++)
        if (is_of(row, &target->rows[i]))
            return false;
    return true;
}

static int remove_others(struct apply *apply, const struct apply_target *target,
                         struct row_range there)
{
    int err = 0;
    for (size_t i = 0; i < there.count && !err; i++) {
        const struct acl_row *row = &there.rows[i].row;
        const struct identifier identifier = {row->kind, row->negative, row->name};
        const struct row_state none = {RIGHTS_NONE, INT64_MAX};
        if (may_go(target, row))
            err = change_row(apply, target, &identifier, row->id, state_of(row), none);
    }
    return err;
}

static int apply_target(struct apply *apply, const struct apply_target *target,
                        struct row_range there)
{
    const struct acl_difference made = {.kind = DIFFERENCE_MAILBOX, .subject = target->name};
    bool is_new = target->made || !target->id; /* an heir is made last */
    int err = is_new ? note(apply, &made) : 0;
    if (!err && target->planned->whole)
        err = remove_others(apply, target, there);
    for (size_t i = 0; i < target->planned->row_count && !err; i++)
        err = apply_planned_row(apply, target, &target->rows[i], there);
    return err;
}

/* They come sorted by mailbox. */
static struct row_range rows_of(const struct batch_row *rows, size_t count, int64_t mailbox_id)
{
    size_t first = 0, last = count;
    while (first < last) {
        size_t middle = first + (last - first) / 2;
        if (rows[middle].mailbox_id < mailbox_id)
            first = middle + 1;
        else
            last = middle;
    }
    struct row_range range = {rows + first, 0};
    while (first + range.count < count && range.rows[range.count].mailbox_id == mailbox_id)
        range.count++;
    return range;
}

int apply_rows(struct apply *apply)
{
    int64_t *ids = ARENA_ARRAY(apply->arena, apply->target_count, int64_t);
    if (!ids)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < apply->target_count; i++)
        ids[i] = apply->targets[i].id;
    struct batch_row *rows;
    size_t count;
    int err = acl_batch_rows(apply->batch, ids, apply->target_count, apply->arena, &rows, &count);
    for (size_t i = 0; i < apply->target_count && !err; i++) {
        err = apply_target(apply, &apply->targets[i], rows_of(rows, count, ids[i]));
        fiber_breathe();
    }
    return err;
}
