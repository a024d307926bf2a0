#include "acl_apply.h"

#include "fiber/fiber.h"

/* Shared mailboxes whose rights the plan may change. */
struct guarded {
    int64_t *ids;
    bool *before, *after;
    size_t count;
};

static int find_guarded(struct apply *apply, struct guarded *out)
{
    struct guarded guarded = {
        .ids = ARENA_ARRAY(apply->arena, apply->target_count, int64_t),
        .before = ARENA_ARRAY(apply->arena, apply->target_count, bool),
        .after = ARENA_ARRAY(apply->arena, apply->target_count, bool),
    };
    if (!guarded.ids || !guarded.before || !guarded.after)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < apply->target_count && !apply->plan->force; i++)
        if (!apply->targets[i].owner_id && !apply->targets[i].made && apply->targets[i].id)
            guarded.ids[guarded.count++] = apply->targets[i].id;
    *out = guarded;
    return 0;
}

static const struct apply_target *target_of(const struct apply *apply, int64_t id)
{
    const struct apply_target *target = apply->targets;
    while (target->id != id)
        target++;
    return target;
}

/* A mailbox that nobody administers may stay so. */
static int check_guarded(struct apply *apply, const struct guarded *guarded)
{
    for (size_t i = 0; i < guarded->count; i++) {
        if (!guarded->before[i] || guarded->after[i])
            continue;
        const struct apply_target *target = target_of(apply, guarded->ids[i]);
        int err = fail(ERR_WRONG_STATE, "Nobody could administer %.*s any more",
                       SLICE_ARGS(target->name));
        return apply_fail_at(apply, target->planned->line, err);
    }
    return 0;
}

static int change_all(struct apply *apply)
{
    struct guarded guarded;
    int err = find_guarded(apply, &guarded);
    if (!err)
        err = acl_batch_administered(apply->batch, guarded.ids, guarded.count, guarded.before);
    if (!err)
        err = apply_groups(apply);
    if (!err)
        err = apply_rows(apply);
    if (!err)
        err = acl_batch_administered(apply->batch, guarded.ids, guarded.count, guarded.after);
    return err ? err : check_guarded(apply, &guarded);
}

static int commit(struct apply *apply)
{
    struct mailbox_modseq *touched;
    size_t count;
    int err = acl_batch_commit(apply->batch, apply->arena, &touched, &count);
    if (err)
        return err;
    mail_announce_all(apply->mail, touched, count);
    const int64_t *users = (const void *)apply->users.data;
    for (size_t i = 0; i < apply->users.len / sizeof *users; i++)
        mail_announce_user(apply->mail, users[i]);
    return 0;
}

static int run_batch(struct apply *apply)
{
    int err = apply_lock_names(apply);
    if (!err)
        err = apply_lock_targets(apply);
    if (!err)
        err = apply_make_targets(apply, false);
    if (!err)
        err = change_all(apply);
    if (!err)
        err = apply_make_targets(apply, true);
    if (!err && !apply->plan->dry_run && apply->differences.len)
        err = commit(apply);
    return err;
}

static int attempt(struct apply *apply)
{
    int err = apply_prepare_groups(apply);
    if (!err)
        err = apply_find_targets(apply);
    if (!err)
        err = acl_batch_begin(apply->mail->database, apply->actor->login, apply->actor->client,
                              &apply->batch);
    if (err)
        return err;
    err = run_batch(apply);
    acl_batch_end(&apply->batch);
    return err;
}

static int take_differences(struct apply *apply, struct acl_difference **out, size_t *count_out)
{
    struct slice copy = arena_copy(apply->arena, buffer_slice(&apply->differences));
    if (!copy.data)
        return -ERR_NO_MEMORY;
    *out = (struct acl_difference *)(void *)copy.data;
    *count_out = copy.len / sizeof **out;
    return 0;
}

int acl_apply(struct mail *mail, const struct actor *actor, const struct acl_plan *plan,
              struct arena *arena, struct acl_difference **differences_out, size_t *count_out)
{
    enum { ATTEMPTS = 4 }; /* what was looked up before the locks may be over when they are had */
    int err = -ERR_STALE;
    for (int i = 0; i < ATTEMPTS && err == -ERR_STALE; i++) {
        struct apply apply = {.mail = mail, .actor = actor, .plan = plan, .arena = arena};
        buffer_init(&apply.differences, 0);
        buffer_init(&apply.users, 0);
        err = attempt(&apply);
        if (!err)
            err = take_differences(&apply, differences_out, count_out);
        buffer_clear(&apply.differences);
        buffer_clear(&apply.users);
    }
    return err;
}
