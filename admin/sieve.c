/* postroomctl sieve …: the scripts of users and of shared mailboxes */
#include "sieve.h"

#include <stdio.h>

#include "import_file.h"
#include "when.h"

int admin_sieve_owner(struct admin *admin, struct filter_owner *out)
{
    struct slice login = admin_option(admin, "user"), mailbox = admin_option(admin, "mailbox");
    if ((login.len > 0) == (mailbox.len > 0))
        return fail(ERR_INVALID, "say whose scripts: --user LOGIN or --mailbox MAILBOX");
    if (login.len) {
        struct user_row user;
        int err = admin_find_user(admin, login, &user);
        if (!err)
            *out = (struct filter_owner){.user_id = user.id};
        return err;
    }
    struct slice name;
    int err = admin_mailbox_name(admin, mailbox, &name);
    return err ? err : filter_owner_find(admin->mail, &admin->actor, name, &admin->arena, out);
}

int admin_sieve_read(struct admin *admin, int i, struct slice *out)
{
    struct mapped_file file;
    int err = mapped_file_open(admin->argv[i], &file);
    if (err)
        return err;
    struct slice text = arena_copy(&admin->arena, file.octets);
    mapped_file_close(&file);
    if (!text.data)
        return -ERR_NO_MEMORY;
    *out = text;
    return 0;
}

int admin_sieve_problem(int err, const struct sieve_problem *problem, const char *file)
{
    if (!err || !problem->text[0])
        return err;
    if (problem->script.len)
        return fail((enum err) - err, "%s includes %.*s, line %u: %s", file,
                    SLICE_ARGS(problem->script), problem->line, problem->text);
    return fail((enum err) - err, "%s:%u:%u: %s", file, problem->line, problem->column,
                problem->text);
}

static int admin_sieve_put(struct admin *admin)
{
    struct filter_owner owner;
    struct slice text;
    struct sieve_problem problem = {0};
    int err = admin_sieve_owner(admin, &owner);
    if (!err)
        err = admin_sieve_read(admin, 1, &text);
    if (err)
        return err;
    err = filter_put(admin->mail, &owner, admin_argument(admin, 0), text, &problem);
    if (!err)
        output_say(admin->output, "the script %s was stored", admin->argv[0]);
    return admin_sieve_problem(err, &problem, admin->argv[1]);
}

static int admin_sieve_get(struct admin *admin)
{
    static const char *const columns[] = {"name", "script", NULL};
    struct filter_owner owner;
    struct slice text;
    int err = admin_sieve_owner(admin, &owner);
    if (!err)
        err = filter_get(admin->mail, &owner, admin_argument(admin, 0), &admin->arena, &text);
    if (err)
        return err;
    if (!output_is_json(admin->output)) /* octet for octet, for a file */
        return fwrite(text.data, 1, text.len, stdout) == text.len
                   ? 0
                   : fail_errno(ERR_IO, "standard output");
    output_columns(admin->output, columns);
    output_single(admin->output);
    struct cell cells[] = {cell_text(admin_argument(admin, 0)), cell_text(text)};
    return output_row(admin->output, cells);
}

static int admin_sieve_list(struct admin *admin)
{
    static const char *const columns[] = {"name", "octets", "active", "changed", NULL};
    struct filter_owner owner;
    struct filter_script *scripts;
    size_t count = 0;
    int err = admin_sieve_owner(admin, &owner);
    if (!err)
        err = filter_list(admin->mail, &owner, &admin->arena, &scripts, &count);
    output_columns(admin->output, columns);
    for (size_t i = 0; i < count && !err; i++) {
        struct cell cells[] = {cell_text(scripts[i].name), cell_number((int64_t)scripts[i].size),
                               cell_bool(scripts[i].active),
                               cell_text(when_text(&admin->arena, scripts[i].changed))};
        err = output_row(admin->output, cells);
    }
    return err;
}

static int admin_sieve_activate(struct admin *admin)
{
    struct filter_owner owner;
    struct slice name = admin->argc ? admin_argument(admin, 0) : SLICE_EMPTY;
    int err = admin_sieve_owner(admin, &owner);
    if (!err)
        err = filter_activate(admin->mail, &owner, name);
    if (!err && name.len)
        output_say(admin->output, "the script %s is active now", admin->argv[0]);
    else if (!err)
        output_say(admin->output, "no script is active now");
    return err;
}

static int admin_sieve_delete(struct admin *admin)
{
    struct filter_owner owner;
    int err = admin_sieve_owner(admin, &owner);
    if (!err)
        err = filter_delete(admin->mail, &owner, admin_argument(admin, 0));
    if (!err)
        output_say(admin->output, "the script %s was deleted", admin->argv[0]);
    return err;
}

static int admin_sieve_rename(struct admin *admin)
{
    struct filter_owner owner;
    int err = admin_sieve_owner(admin, &owner);
    if (!err)
        err =
            filter_rename(admin->mail, &owner, admin_argument(admin, 0), admin_argument(admin, 1));
    if (!err)
        output_say(admin->output, "the script %s is %s now", admin->argv[0], admin->argv[1]);
    return err;
}

static int admin_sieve_check(struct admin *admin)
{
    struct sieve_program *program;
    struct filter_owner owner;
    int err = admin_sieve_compile(admin, &owner, &program);
    if (err)
        return err;
    sieve_program_free(&program);
    output_say(admin->output, "%s is a script as it should be", admin->argv[0]);
    return 0;
}

static const struct admin_option owner_options[] = {
    {"user", "LOGIN"}, {"mailbox", "MAILBOX"}, {NULL, NULL}};
static const struct admin_option test_options[] = {{"user", "LOGIN"},
                                                   {"mailbox", "MAILBOX"},
                                                   {"from", "ADDRESS"},
                                                   {"to", "ADDRESS"},
                                                   {NULL, NULL}};

const struct admin_verb sieve_verbs[] = {
    {"sieve", "put", "NAME FILE", "Stores a script, or replaces one.", 2, 2, 0, admin_sieve_put,
     owner_options},
    {"sieve", "get", "NAME", "Prints a script.", 1, 1, 0, admin_sieve_get, owner_options},
    {"sieve", "list", "", "Lists the scripts of a user or a shared mailbox.", 0, 0, 0,
     admin_sieve_list, owner_options},
    {"sieve", "activate", "NAME", "Makes a script the one that files.", 1, 1, 0,
     admin_sieve_activate, owner_options},
    {"sieve", "deactivate", "", "No script files any more.", 0, 0, 0, admin_sieve_activate,
     owner_options},
    {"sieve", "delete", "NAME", "Deletes a script that is not active.", 1, 1, 0, admin_sieve_delete,
     owner_options},
    {"sieve", "rename", "NAME NEW-NAME", "Renames a script; an active one stays active.", 2, 2, 0,
     admin_sieve_rename, owner_options},
    {"sieve", "check", "FILE", "Whether a file is a script; include finds the owner's others.", 1,
     1, 0, admin_sieve_check, owner_options},
    {"sieve", "test", "FILE MESSAGE",
     "What a script would do with a message, and why, line by line; nothing is done.", 2, 2, 0,
     admin_sieve_test, test_options},
    {0},
};
