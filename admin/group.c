/* postroomctl group … */
#include "admin.h"
#include "mail/account.h"
#include "store/users.h"

static int admin_group_add(struct admin *admin)
{
    int err = group_add(admin->mail, admin_argument(admin, 0));
    if (!err)
        output_say(admin->output, "group %s was added", admin->argv[0]);
    return err;
}

static int admin_group_list(struct admin *admin)
{
    static const char *const columns[] = {"name", "members", NULL};
    struct group_row *rows;
    size_t count;
    int err = groups_list(admin->database, &admin->arena, &rows, &count);
    if (err)
        return err;
    output_columns(admin->output, columns);
    for (size_t i = 0; !err && i < count; i++) {
        struct cell cells[] = {cell_text(rows[i].name), cell_number(rows[i].members)};
        err = output_row(admin->output, cells);
    }
    return err;
}

static int admin_group_show(struct admin *admin)
{
    static const char *const columns[] = {"login", "disabled", NULL};
    struct group_row group;
    int err = admin_find_group(admin, admin_argument(admin, 0), &group);
    struct user_row *rows = NULL;
    size_t count = 0;
    if (!err)
        err = groups_members(admin->database, &admin->arena, group.id, &rows, &count);
    output_columns(admin->output, columns);
    for (size_t i = 0; !err && i < count; i++) {
        struct cell cells[] = {cell_text(rows[i].login), cell_bool(rows[i].disabled)};
        err = output_row(admin->output, cells);
    }
    return err;
}

static int admin_group_change(struct admin *admin, bool add)
{
    int err = group_change_member(admin->mail, admin_argument(admin, 0), admin_argument(admin, 1),
                                  add, admin->actor.login);
    if (!err)
        output_say(admin->output, add ? "%s is in group %s now" : "%s is not in group %s any more",
                   admin->argv[1], admin->argv[0]);
    return err;
}

static int admin_group_add_member(struct admin *admin)
{
    return admin_group_change(admin, true);
}

static int admin_group_remove_member(struct admin *admin)
{
    return admin_group_change(admin, false);
}

static int admin_group_delete(struct admin *admin)
{
    int err = group_delete(admin->mail, admin_argument(admin, 0), admin->actor.login);
    if (!err)
        output_say(admin->output, "group %s was deleted with its rights", admin->argv[0]);
    return err;
}

const struct admin_verb group_verbs[] = {
    {"group", "add", "GROUP", "Adds a group.", 1, 1, 0, admin_group_add, NULL},
    {"group", "list", "", "Lists all groups.", 0, 0, 0, admin_group_list, NULL},
    {"group", "show", "GROUP", "Lists who is in a group.", 1, 1, 0, admin_group_show, NULL},
    {"group", "add-member", "GROUP LOGIN", "Puts a user into a group.", 2, 2, 0,
     admin_group_add_member, NULL},
    {"group", "remove-member", "GROUP LOGIN", "Takes a user out of a group.", 2, 2, 0,
     admin_group_remove_member, NULL},
    {"group", "delete", "GROUP", "Deletes a group and the rights it had.", 1, 1, 0,
     admin_group_delete, NULL},
    {0},
};
