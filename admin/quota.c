/* postroomctl quota … (RFC 9208) */
#include "quota.h"

/* Roots and what they are named by ------------------------------------------------------- */

static int user_root(struct admin *admin, struct slice login, struct slice *root_out)
{
    struct user_row user;
    int err = admin_find_user(admin, login, &user);
    if (err)
        return err;
    char *root = arena_printf(&admin->arena, QUOTA_USER_PREFIX "%.*s", SLICE_ARGS(user.login));
    if (!root)
        return -ERR_NO_MEMORY;
    *root_out = slice_cstr(root);
    return 0;
}

static bool is_mailbox(struct slice text)
{
    return slice_starts_with(text, SLICE(MAILBOX_SHARED "/")) || slice_find(text, ':') < text.len;
}

/* That which the mailbox counts for; *found_out false: none. */
static int find_by_mailbox(struct admin *admin, struct quota *out, bool *found_out)
{
    const struct grant *grant;
    int err = admin_mailbox_grant(admin, 0, &grant);
    return err ? err
               : quota_of_name(admin->mail, &admin->actor, grant_name(grant), &admin->arena, out,
                               found_out);
}

static int find_by_user(struct admin *admin, struct slice login, struct quota *out)
{
    struct slice root;
    int err = user_root(admin, login, &root);
    return err ? err : quota_get(admin->mail, &admin->actor, root, &admin->arena, out);
}

/* The root that argument 0 names by itself, by a mailbox of it or by a login. */
static int find_root(struct admin *admin, struct quota *out, bool *found_out)
{
    struct slice text = admin_argument(admin, 0);
    struct slice prefix = SLICE(QUOTA_USER_PREFIX);
    *found_out = true;
    if (slice_starts_with(text, prefix))
        return find_by_user(admin, slice_sub(text, prefix.len, text.len), out);
    int err = quota_get(admin->mail, &admin->actor, text, &admin->arena, out);
    if (err != -ERR_NOT_FOUND)
        return err;
    if (is_mailbox(text))
        return find_by_mailbox(admin, out, found_out);
    err = find_by_user(admin, text, out);
    return err == -ERR_NOT_FOUND
               ? fail(ERR_NOT_FOUND, "there is no quota root, mailbox or user \"%s\"",
                      admin->argv[0])
               : err;
}

static int need_root(struct admin *admin, struct quota *out)
{
    bool found;
    int err = find_root(admin, out, &found);
    if (!err && !found)
        err = fail(ERR_NOT_FOUND, "%s counts for no quota root", admin->argv[0]);
    return err;
}

/* Showing ---------------------------------------------------------------------------------- */

static struct cell limit_cell(uint64_t limit)
{
    return limit == QUOTA_UNLIMITED ? cell_text(SLICE("none")) : cell_number((int64_t)limit);
}

static void quota_columns(struct admin *admin)
{
    static const char *const columns[] = {
        "root",     "storage_used",   "storage",   "messages_used",
        "messages", "mailboxes_used", "mailboxes", NULL};
    output_columns(admin->output, columns);
}

static int quota_print(struct admin *admin, const struct quota *quota)
{
    struct cell cells[1 + 2 * QUOTA_RESOURCES] = {cell_text(quota->name)};
    for (int i = 0; i < QUOTA_RESOURCES; i++) {
        cells[1 + 2 * i] = cell_number((int64_t)quota->used.of[i]);
        cells[2 + 2 * i] = limit_cell(quota->limits.of[i]);
    }
    return output_row(admin->output, cells);
}

static int admin_quota_list(struct admin *admin)
{
    struct quota *rows;
    size_t count;
    int err = quota_list(admin->mail, &admin->arena, &rows, &count);
    if (err)
        return err;
    quota_columns(admin);
    for (size_t i = 0; !err && i < count; i++)
        err = quota_print(admin, &rows[i]);
    return err;
}

static int admin_quota_show(struct admin *admin)
{
    struct quota quota;
    int err = need_root(admin, &quota);
    if (err)
        return err;
    quota_columns(admin);
    output_single(admin->output);
    return quota_print(admin, &quota);
}

/* Limits ----------------------------------------------------------------------------------- */

static int parse_limits(struct admin *admin, struct quota_amounts *limits)
{
    int err = 0;
    for (int i = 1; i < admin->argc && !err; i++)
        err = quota_limit_parse(admin_argument(admin, i), limits);
    return err;
}

/* A shared mailbox that counts for none gets one of its name. */
static int make_root(struct admin *admin, struct quota *out)
{
    const struct grant *grant;
    int err = admin_mailbox_grant(admin, 0, &grant);
    if (!err)
        err = quota_attach(admin->mail, grant, grant_name(grant));
    *out = (struct quota){.name = admin_argument(admin, 0), .limits = QUOTA_NO_LIMITS};
    return err;
}

static int admin_quota_set(struct admin *admin)
{
    struct quota quota = {.limits = QUOTA_NO_LIMITS};
    bool found;
    int err = parse_limits(admin, &quota.limits); /* before anything is made */
    if (!err)
        err = find_root(admin, &quota, &found);
    if (!err && !found)
        err = make_root(admin, &quota);
    if (!err)
        err = parse_limits(admin, &quota.limits);
    if (!err)
        err = quota_set(admin->mail, &admin->actor, quota.name, &quota.limits);
    if (!err)
        output_say(admin->output, "the quota of %.*s was set", SLICE_ARGS(quota.name));
    return err;
}

static int admin_quota_attach(struct admin *admin)
{
    const struct grant *grant;
    int err = admin_mailbox_grant(admin, 0, &grant);
    if (err)
        return err;
    struct slice root = admin->argc > 1 ? admin_argument(admin, 1) : grant_name(grant);
    err = quota_attach(admin->mail, grant, root);
    if (!err)
        output_say(admin->output, "%s and what is below it count for %.*s now", admin->argv[0],
                   SLICE_ARGS(root));
    return err;
}

static int admin_quota_detach(struct admin *admin)
{
    const struct grant *grant;
    int err = admin_mailbox_grant(admin, 0, &grant);
    if (!err)
        err = quota_attach(admin->mail, grant, SLICE_EMPTY);
    if (!err)
        output_say(admin->output, "%s counts for what the mailbox above it counts for",
                   admin->argv[0]);
    return err;
}

static int admin_quota_delete(struct admin *admin)
{
    struct quota quota;
    int err = need_root(admin, &quota);
    if (!err && is_mailbox(admin_argument(admin, 0)) &&
        !slice_equal(quota.name, admin_argument(admin, 0)))
        err = fail(ERR_INVALID, "%s counts for %.*s: name that to delete it", admin->argv[0],
                   SLICE_ARGS(quota.name));
    if (!err)
        err = quota_delete(admin->mail, &admin->actor, quota.name);
    if (!err)
        output_say(admin->output, "the quota of %.*s was deleted", SLICE_ARGS(quota.name));
    return err;
}

const struct admin_verb quota_verbs[] = {
    {"quota", "list", "", "Lists what all users and all quota roots of shared trees have and may.",
     0, 0, 0, admin_quota_list, NULL},
    {"quota", "show", "ROOT|USER|MAILBOX", "Shows what a quota root has and may.", 1, 1, 0,
     admin_quota_show, NULL},
    {"quota", "set", "ROOT|USER|MAILBOX LIMIT…",
     "Sets limits: storage=5G messages=100000 mailboxes=50, or none; the others stay.", 2, 4, 0,
     admin_quota_set, NULL},
    {"quota", "attach", "MAILBOX [ROOT]",
     "Makes a shared mailbox and those below it count for a quota root.", 1, 2, 0,
     admin_quota_attach, NULL},
    {"quota", "detach", "MAILBOX", "Makes it count again for what is above it.", 1, 1, 0,
     admin_quota_detach, NULL},
    {"quota", "delete", "ROOT|USER", "Deletes limits; a user has the configured ones then.", 1, 1,
     0, admin_quota_delete, NULL},
    {0},
};
