/* Which mailboxes a plan is about; those that it makes. */
#include <stdlib.h>

#include "acl_apply.h"
#include "acl_check.h"
#include "grant.h"

static int add_target(struct apply *apply, struct buffer *targets, const struct apply_target *new)
{
    const struct apply_target *known = (const void *)targets->data;
    for (size_t i = 0; i < targets->len / sizeof *known; i++)
        if (slice_equal(known[i].name, new->name))
            return apply_fail_at(apply, new->planned->line,
                                 fail(ERR_INVALID, "%.*s is there twice", SLICE_ARGS(new->name)));
    buffer_add(targets, slice_of((const char *)new, sizeof *new));
    return buffer_check(targets);
}

static int find_tree(struct apply *apply, const struct apply_target *top, const struct grant *grant,
                     struct buffer *targets)
{
    struct mailbox_row *rows;
    size_t count;
    int err = mailboxes_tree(apply->mail->database, apply->arena, grant->owner_id, grant->path.path,
                             apply->actor->user_id, &rows, &count);
    for (size_t i = 0; i < count && !err; i++) {
        struct apply_target target = *top;
        struct mailbox_path path =
            path_of_row(apply->actor, rows[i].owner_id, rows[i].owner, rows[i].name);
        target.id = rows[i].id;
        err = path_shown(&path, apply->arena, &target.name);
        if (!err && !(rows[i].rights & RIGHT_ADMINISTER))
            err = fail(ERR_DENIED, "You may not administer everything that is in this mailbox");
        if (!err)
            err = add_target(apply, targets, &target);
    }
    return err;
}

static int find_target(struct apply *apply, const struct planned_mailbox *planned,
                       struct buffer *targets)
{
    struct apply_target target = {.planned = planned, .name = planned->name};
    const struct grant *grant;
    int err = apply_prepare_rows(apply, planned, &target.rows);
    if (err)
        return err;
    err =
        acl_check(apply->mail, apply->actor, planned->name, RIGHT_ADMINISTER, apply->arena, &grant);
    if (err == -ERR_NOT_FOUND && planned->create) {
        err = mailbox_target_check(apply->mail, apply->actor, planned->name, apply->arena,
                                   &target.place);
        target.owner_id = target.place.owner_id;
    } else if (!err) {
        target.id = grant->mailbox_id;
        target.owner_id = grant->owner_id;
    }
    if (err)
        return apply_fail_at(apply, planned->line, err);
    return planned->tree ? find_tree(apply, &target, grant, targets)
                         : add_target(apply, targets, &target);
}

int apply_find_targets(struct apply *apply)
{
    struct buffer targets;
    buffer_init(&targets, 0);
    int err = 0;
    for (size_t i = 0; i < apply->plan->mailbox_count && !err; i++)
        err = find_target(apply, &apply->plan->mailboxes[i], &targets);
    if (!err) {
        apply->target_count = targets.len / sizeof *apply->targets;
        apply->targets =
            (struct apply_target *)(void *)arena_copy(apply->arena, buffer_slice(&targets)).data;
        err = apply->targets ? 0 : -ERR_NO_MEMORY;
    }
    buffer_clear(&targets);
    return err;
}

/* In one statement, those included below which something will be made. */
int apply_lock_targets(struct apply *apply)
{
    int64_t *ids = ARENA_ARRAY(apply->arena, apply->target_count, int64_t);
    int64_t *groups = ARENA_ARRAY(apply->arena, apply->plan->group_count, int64_t);
    if (!ids || !groups)
        return -ERR_NO_MEMORY;
    size_t count = 0;
    int err = 0;
    for (size_t i = 0; i < apply->target_count && !err; i++) {
        const struct apply_target *target = &apply->targets[i];
        if (target->id) {
            ids[count++] = target->id;
        } else if (target->place.parent) {
            ids[count] = grant_mailbox_id(target->place.parent);
            err = acl_batch_lock_heirs(apply->batch, ids[count++]);
        }
    }
    if (err)
        return err;
    for (size_t i = 0; i < apply->plan->group_count; i++)
        groups[i] = apply->groups[i].id;
    return acl_batch_lock_mailboxes(apply->batch, ids, count, groups, apply->plan->group_count);
}

static bool is_below(struct slice path, struct slice ancestor)
{
    return path.len > ancestor.len && slice_starts_with(path, ancestor) &&
           path.data[ancestor.len] == MAILBOX_SEPARATOR;
}

/* The closest mailbox above that this plan makes: closer than any that was there. */
static const struct apply_target *made_parent(const struct apply *apply,
                                              const struct apply_target *target)
{
    const struct apply_target *closest = NULL;
    for (size_t i = 0; i < apply->target_count; i++) {
        const struct apply_target *other = &apply->targets[i];
        if (!other->made || other->owner_id != target->owner_id ||
            !is_below(target->place.path.path, other->place.path.path))
            continue;
        if (!closest || other->place.path.path.len > closest->place.path.path.len)
            closest = other;
    }
    return closest;
}

static int make_target(struct apply *apply, struct apply_target *target)
{
    const struct grant *parent = target->place.parent;
    const struct apply_target *made = made_parent(apply, target);
    if (made && parent && grant_path(parent)->path.len > made->place.path.path.len)
        made = NULL;
    struct mailbox_creation creation = {
        .owner_id = target->owner_id,
        .name = target->place.path.path,
        .seen_per_user = target->owner_id == 0,
        .parent_id = made     ? made->id
                     : parent ? grant_mailbox_id(parent)
                              : 0,
        .parent_rights_modseq = INT64_MAX, /* what the actor may is asked again in any case */
        .owner_rights_user = made || parent ? 0 : target->owner_id,
        .actor_id = apply->actor->user_id,
        .actor = apply->actor->login,
        .client = apply->actor->client,
    };
    int err = acl_batch_create_mailbox(apply->batch, &creation, &target->id);
    target->made = !err;
    return err == -ERR_EXISTS ? fail(ERR_STALE, "the mailbox is there meanwhile") : err;
}

static int compare_depth(const void *left, const void *right)
{
    const struct apply_target *a = *(struct apply_target *const *)left;
    const struct apply_target *b = *(struct apply_target *const *)right;
    return (a->place.path.path.len > b->place.path.path.len) -
           (a->place.path.path.len < b->place.path.path.len);
}

int apply_make_targets(struct apply *apply, bool heirs)
{
    struct apply_target **missing =
        ARENA_ARRAY(apply->arena, apply->target_count, struct apply_target *);
    if (!missing)
        return -ERR_NO_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < apply->target_count; i++)
        if (!apply->targets[i].id && apply->targets[i].planned->whole != heirs)
            missing[count++] = &apply->targets[i];
    qsort(missing, count, sizeof *missing, compare_depth);
    int err = 0;
    for (size_t i = 0; i < count && !err; i++)
        err = make_target(apply, missing[i]);
    return err;
}
