/* Who a plan is about: users and groups. */
#include "account_name.h"
#include "acl_apply.h"

int apply_fail_at(const struct apply *apply, int line, int err)
{
    if (!apply->plan->file)
        return err;
    struct error reason = *last_error();
    return fail(reason.code, "%s:%d: %s", apply->plan->file, line, reason.text);
}

static int prepare_members(struct apply *apply, struct apply_group *group)
{
    const struct planned_group *planned = group->planned;
    group->members = ARENA_ARRAY(apply->arena, planned->member_count, struct apply_member);
    int err = group->members ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < planned->member_count && !err; i++) {
        err = account_name_check(planned->members[i].login, apply->arena, &group->members[i].login);
        if (err)
            err = apply_fail_at(apply, planned->members[i].line, err);
    }
    return err;
}

static int check_named_once(const struct apply *apply, size_t place)
{
    for (size_t i = 0; i < place; i++)
        if (slice_equal(apply->groups[i].name, apply->groups[place].name))
            return fail(ERR_INVALID, "The group %.*s is there twice",
                        SLICE_ARGS(apply->groups[i].name));
    return 0;
}

int apply_prepare_groups(struct apply *apply)
{
    const struct acl_plan *plan = apply->plan;
    if (plan->group_count && apply->actor->user_id != 0)
        return fail(ERR_DENIED, "Groups are the administrator's");
    apply->groups = ARENA_ARRAY(apply->arena, plan->group_count, struct apply_group);
    int err = apply->groups ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < plan->group_count && !err; i++) {
        struct apply_group *group = &apply->groups[i];
        group->planned = &plan->groups[i];
        err = account_name_check(group->planned->name, apply->arena, &group->name);
        if (!err)
            err = check_named_once(apply, i);
        if (err)
            err = apply_fail_at(apply, group->planned->line, err);
        if (!err)
            err = prepare_members(apply, group);
    }
    return err;
}

static int prepare_row(struct apply *apply, const struct planned_row *planned,
                       struct apply_row *row)
{
    struct slice prepared;
    int err = identifier_prepare(planned->identifier, apply->arena, &prepared);
    if (!err)
        err = identifier_parse(prepared, &row->identifier);
    row->planned = planned;
    return err;
}

static bool is_same(const struct identifier *a, const struct identifier *b)
{
    return a->kind == b->kind && a->negative == b->negative && slice_equal(a->name, b->name);
}

int apply_prepare_rows(struct apply *apply, const struct planned_mailbox *planned,
                       struct apply_row **rows_out)
{
    struct apply_row *rows = ARENA_ARRAY(apply->arena, planned->row_count, struct apply_row);
    int err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < planned->row_count && !err; i++) {
        err = prepare_row(apply, &planned->rows[i], &rows[i]);
        for (size_t n = 0; n < i && !err; n++)
            if (is_same(&rows[n].identifier, &rows[i].identifier))
                err = fail(ERR_INVALID, "%.*s is there twice",
                           SLICE_ARGS(planned->rows[i].identifier));
        if (err)
            err = apply_fail_at(apply, planned->rows[i].line, err);
    }
    if (!err)
        *rows_out = rows;
    return err;
}

/* Locking ---------------------------------------------------------------------------- */

/* Names of one kind, each as often as the plan has it. */
struct name_list {
    struct slice *names;
    size_t count;
};

static size_t count_names(const struct apply *apply)
{
    size_t count = apply->plan->group_count;
    for (size_t i = 0; i < apply->plan->group_count; i++)
        count += apply->plan->groups[i].member_count;
    for (size_t i = 0; i < apply->plan->mailbox_count; i++)
        count += apply->plan->mailboxes[i].row_count;
    return count;
}

static int name_list_init(const struct apply *apply, struct name_list *list)
{
    *list =
        (struct name_list){.names = ARENA_ARRAY(apply->arena, count_names(apply), struct slice)};
    return list->names ? 0 : -ERR_NO_MEMORY;
}

/* A tree's targets follow each other and have the same rows. */
static bool has_new_rows(const struct apply *apply, size_t target)
{
    return target == 0 || apply->targets[target].rows != apply->targets[target - 1].rows;
}

static void gather_row_names(const struct apply *apply, enum acl_kind kind, struct name_list *list)
{
    for (size_t t = 0; t < apply->target_count; t++) {
        const struct apply_target *target = &apply->targets[t];
        for (size_t i = 0; has_new_rows(apply, t) && i < target->planned->row_count; i++)
            if (target->rows[i].identifier.kind == kind)
                list->names[list->count++] = target->rows[i].identifier.name;
    }
}

static int64_t find_name(const struct batch_name *rows, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(rows[i].name, name))
            return rows[i].id;
    return 0;
}

static int give_members_ids(struct apply *apply, const struct batch_name *users, size_t count)
{
    for (size_t g = 0; g < apply->plan->group_count; g++) {
        const struct apply_group *group = &apply->groups[g];
        for (size_t i = 0; i < group->planned->member_count; i++) {
            struct apply_member *member = &group->members[i];
            member->id = find_name(users, count, member->login);
            if (!member->id)
                return apply_fail_at(
                    apply, group->planned->members[i].line,
                    fail(ERR_INVALID, "There is no user named %.*s", SLICE_ARGS(member->login)));
        }
    }
    return 0;
}

static int give_rows_ids(struct apply *apply, enum acl_kind kind, const struct batch_name *names,
                         size_t count)
{
    for (size_t t = 0; t < apply->target_count; t++) {
        const struct apply_target *target = &apply->targets[t];
        for (size_t i = 0; i < target->planned->row_count; i++) {
            struct apply_row *row = &target->rows[i];
            if (row->identifier.kind != kind)
                continue;
            row->id = find_name(names, count, row->identifier.name);
            if (!row->id)
                return apply_fail_at(apply, row->planned->line,
                                     fail(ERR_INVALID, "There is no user or group named %.*s",
                                          SLICE_ARGS(row->identifier.name)));
        }
    }
    return 0;
}

static int lock_users(struct apply *apply)
{
    struct name_list logins;
    struct batch_name *users;
    size_t count;
    int err = name_list_init(apply, &logins);
    if (err)
        return err;
    gather_row_names(apply, ACL_USER, &logins);
    for (size_t g = 0; g < apply->plan->group_count; g++)
        for (size_t i = 0; i < apply->groups[g].planned->member_count; i++)
            logins.names[logins.count++] = apply->groups[g].members[i].login;
    err = acl_batch_lock_users(apply->batch, logins.names, logins.count, apply->arena, &users,
                               &count);
    if (!err)
        err = give_members_ids(apply, users, count);
    return err ? err : give_rows_ids(apply, ACL_USER, users, count);
}

static int make_groups(struct apply *apply)
{
    struct name_list names;
    struct batch_name *rows;
    size_t count;
    int err = name_list_init(apply, &names);
    if (err)
        return err;
    for (size_t i = 0; i < apply->plan->group_count; i++)
        names.names[names.count++] = apply->groups[i].name;
    err =
        acl_batch_make_groups(apply->batch, names.names, names.count, apply->arena, &rows, &count);
    for (size_t i = 0; i < apply->plan->group_count && !err; i++)
        for (size_t n = 0; n < count; n++)
            if (slice_equal(rows[n].name, apply->groups[i].name)) {
                apply->groups[i].id = rows[n].id;
                apply->groups[i].made = rows[n].made;
            }
    return err;
}

int apply_lock_names(struct apply *apply)
{
    struct name_list used;
    struct batch_name *groups;
    size_t count;
    int err = lock_users(apply);
    if (!err && apply->plan->group_count)
        err = make_groups(apply);
    if (!err)
        err = name_list_init(apply, &used);
    if (err)
        return err;
    gather_row_names(apply, ACL_GROUP, &used);
    err =
        acl_batch_lock_groups(apply->batch, used.names, used.count, apply->arena, &groups, &count);
    return err ? err : give_rows_ids(apply, ACL_GROUP, groups, count);
}
