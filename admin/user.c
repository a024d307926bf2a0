/* postroomctl user … */
#include "admin.h"
#include "mail/account.h"
#include "store/users.h"
#include "when.h"

static int user_add(struct admin *admin)
{
    struct slice password;
    int err = admin_read_password(admin, &password);
    if (!err)
        err = account_add(admin->mail, admin_argument(admin, 0), password);
    if (!err)
        output_say(admin->output, "user %s was added", admin->argv[0]);
    return err;
}

static int user_passwd(struct admin *admin)
{
    struct user_row row;
    struct slice password;
    int err = admin_find_user(admin, admin_argument(admin, 0), &row); /* before it is typed */
    if (!err)
        err = admin_read_password(admin, &password);
    if (!err)
        err = account_set_password(admin->mail, admin_argument(admin, 0), password);
    if (!err)
        output_say(admin->output, "the password of %s was changed", admin->argv[0]);
    return err;
}

static int user_list(struct admin *admin)
{
    static const char *const columns[] = {"login", "disabled", "created", NULL};
    struct user_row *rows;
    size_t count;
    int err = users_list(admin->database, &admin->arena, &rows, &count);
    if (err)
        return err;
    output_columns(admin->output, columns);
    for (size_t i = 0; !err && i < count; i++) {
        struct cell cells[] = {cell_text(rows[i].login), cell_bool(rows[i].disabled),
                               cell_text(when_text(&admin->arena, rows[i].created_at))};
        err = output_row(admin->output, cells);
    }
    return err;
}

static int user_group_names(struct admin *admin, int64_t user_id, struct slice *out)
{
    struct group_row *groups;
    size_t count;
    int err = groups_of_user(admin->database, &admin->arena, user_id, &groups, &count);
    struct buffer names;
    buffer_init(&names, 0);
    for (size_t i = 0; !err && i < count; i++) {
        buffer_add_cstr(&names, i ? ", " : "");
        buffer_add(&names, groups[i].name);
    }
    *out = arena_copy(&admin->arena, buffer_slice(&names));
    buffer_clear(&names);
    return err;
}

static int user_show(struct admin *admin)
{
    static const char *const columns[] = {"login", "id", "disabled", "created", "groups", NULL};
    struct user_row row;
    struct slice groups;
    int err = admin_find_user(admin, admin_argument(admin, 0), &row);
    if (err)
        return err;
    err = user_group_names(admin, row.id, &groups);
    if (err)
        return err;
    output_columns(admin->output, columns);
    output_single(admin->output);
    struct cell cells[] = {cell_text(row.login), cell_number(row.id), cell_bool(row.disabled),
                           cell_text(when_text(&admin->arena, row.created_at)), cell_text(groups)};
    return output_row(admin->output, cells);
}

static int user_set_disabled(struct admin *admin, bool disabled)
{
    int err = account_set_disabled(admin->mail, admin_argument(admin, 0), disabled);
    if (!err)
        output_say(admin->output, "user %s is %s", admin->argv[0],
                   disabled ? "disabled" : "enabled");
    return err;
}

static int user_disable(struct admin *admin)
{
    return user_set_disabled(admin, true);
}

static int user_enable(struct admin *admin)
{
    return user_set_disabled(admin, false);
}

static int user_delete(struct admin *admin)
{
    int err = account_delete(admin->mail, admin_argument(admin, 0), admin->actor.login);
    if (!err)
        output_say(admin->output, "user %s was deleted with all personal mailboxes",
                   admin->argv[0]);
    return err;
}

const struct admin_verb user_verbs[] = {
    {"user", "add", "LOGIN", "Adds a user; the password is asked for or read from standard input.",
     1, 1, 0, user_add, NULL},
    {"user", "list", "", "Lists all users.", 0, 0, 0, user_list, NULL},
    {"user", "show", "LOGIN", "Shows a user and the user's groups.", 1, 1, 0, user_show, NULL},
    {"user", "passwd", "LOGIN", "Sets a new password.", 1, 1, 0, user_passwd, NULL},
    {"user", "disable", "LOGIN", "Ends the user's sessions and refuses logins.", 1, 1, 0,
     user_disable, NULL},
    {"user", "enable", "LOGIN", "Accepts logins again.", 1, 1, 0, user_enable, NULL},
    {"user", "delete", "LOGIN", "Deletes a user with all personal mailboxes.", 1, 1, 0, user_delete,
     NULL},
    {0},
};
