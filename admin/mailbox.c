/* postroomctl mailbox … */
#include "mail/mailbox.h"

#include <string.h>

#include "mail/listing.h"
#include "mailbox_settings.h"

static int admin_mailbox_create(struct admin *admin)
{
    struct slice name;
    struct slice special_use = admin->argc > 1 ? admin_argument(admin, 1) : SLICE_EMPTY;
    int err = admin_new_mailbox_name(admin, 0, &name);
    if (!err)
        err = mailbox_create(admin->mail, &admin->actor, name, special_use, NULL);
    if (!err)
        output_say(admin->output, "mailbox %s was created", admin->argv[0]);
    return err;
}

/* All mailboxes, or those of one user, or of one pattern. */
static int admin_mailbox_list(struct admin *admin)
{
    static const char *const columns[] = {"mailbox", "special_use", NULL};
    struct slice pattern = SLICE("*");
    int err = admin->argc ? admin_mailbox_name(admin, admin_argument(admin, 0), &pattern) : 0;
    const struct list_query query = {
        .reference = SLICE_EMPTY, .patterns = &pattern, .pattern_count = 1};
    struct listed_mailbox *rows = NULL;
    size_t count = 0;
    if (!err)
        err = mailbox_list(admin->mail, &admin->actor, &query, &admin->arena, &rows, &count);
    output_columns(admin->output, columns);
    for (size_t i = 0; !err && i < count; i++) {
        if (!rows[i].exists)
            continue;
        struct cell cells[] = {cell_text(admin_mailbox_text(admin, rows[i].name)),
                               cell_text(rows[i].special_use)};
        err = output_row(admin->output, cells);
    }
    return err;
}

static int admin_mailbox_show(struct admin *admin)
{
    static const char *const columns[] = {"mailbox", "id",      "messages",    "deleted",
                                          "bytes",   "uidnext", "uidvalidity", "highest_modseq"};
    enum { COLUMNS = sizeof columns / sizeof columns[0] };
    const struct grant *grant;
    struct mailbox_status status;
    int err = admin_mailbox_grant(admin, 0, &grant);
    if (!err)
        err = mailbox_status(admin->mail, grant, &status);
    if (err)
        return err;
    struct cell cells[OUTPUT_COLUMNS_MAX] = {
        cell_text(admin_argument(admin, 0)),   cell_number(grant_mailbox_id(grant)),
        cell_number((int64_t)status.messages), cell_number((int64_t)status.deleted),
        cell_number((int64_t)status.bytes),    cell_number(status.uidnext),
        cell_number(status.uidvalidity),       cell_number((int64_t)status.highest_modseq),
    };
    static const char *names[OUTPUT_COLUMNS_MAX + 1];
    memcpy(names, columns, sizeof columns);
    for (size_t i = 0; mailbox_settings[i].key && !err; i++) {
        struct slice value;
        err = mailbox_settings[i].show(admin, grant, &value);
        names[COLUMNS + i] = mailbox_settings[i].column;
        cells[COLUMNS + i] = cell_text(err ? SLICE_EMPTY : value);
    }
    if (err)
        return err;
    output_columns(admin->output, names);
    output_single(admin->output);
    return output_row(admin->output, cells);
}

/* Argument i, "KEY=VALUE". Each change may make the grant stale that was there before it. */
static int set_one(struct admin *admin, int i, bool check_only)
{
    const struct grant *grant;
    struct slice argument = admin_argument(admin, i);
    size_t equals = slice_find(argument, '=');
    if (equals == argument.len)
        return fail(ERR_INVALID, "%s: write KEY=VALUE", admin->argv[i]);
    struct slice key = slice_sub(argument, 0, equals), normal;
    const struct mailbox_setting *setting = mailbox_setting_find(key);
    if (!setting)
        return fail(ERR_INVALID, "there is no setting %.*s", SLICE_ARGS(key));
    int err = setting->normalise(admin, slice_sub(argument, equals + 1, SIZE_MAX), &normal);
    if (!err)
        err = admin_mailbox_grant(admin, 0, &grant);
    return err || check_only ? err : setting->set(admin, grant, normal);
}

/* Nothing is set unless all of it can be. */
static int admin_mailbox_set(struct admin *admin)
{
    int err = 0;
    for (int i = 1; i < admin->argc && !err; i++)
        err = set_one(admin, i, true);
    for (int i = 1; i < admin->argc && !err; i++)
        err = set_one(admin, i, false);
    if (!err)
        output_say(admin->output, "the settings of %s are as wanted", admin->argv[0]);
    return err;
}

static int admin_mailbox_rename(struct admin *admin)
{
    const struct grant *grant;
    struct slice new_name;
    int err = admin_mailbox_grant(admin, 0, &grant);
    if (!err)
        err = admin_new_mailbox_name(admin, 1, &new_name);
    if (!err)
        err = mailbox_rename(admin->mail, grant, new_name);
    if (!err)
        output_say(admin->output, "mailbox %s is %s now", admin->argv[0], admin->argv[1]);
    return err;
}

static int admin_mailbox_delete(struct admin *admin)
{
    const struct grant *grant;
    int err = admin_mailbox_grant(admin, 0, &grant);
    if (!err)
        err = mailbox_delete(admin->mail, grant);
    if (!err)
        output_say(admin->output, "mailbox %s was deleted", admin->argv[0]);
    return err;
}

const struct admin_verb mailbox_verbs[] = {
    {"mailbox", "create", "MAILBOX [USE]",
     "Creates a mailbox; USE says what for: '\\Sent', '\\Drafts', '\\Trash', '\\Junk', "
     "'\\Archive'.",
     1, 2, 0, admin_mailbox_create, NULL},
    {"mailbox", "list", "[PATTERN]", "Lists mailboxes; * and % are wildcards as in IMAP.", 0, 1, 0,
     admin_mailbox_list, NULL},
    {"mailbox", "show", "MAILBOX", "Shows what is in a mailbox.", 1, 1, 0, admin_mailbox_show,
     NULL},
    {"mailbox", "set", "MAILBOX KEY=VALUE…",
     "Settings: seen=per-user|shared, retention=DAYSd|default, subscribe=auto|manual, "
     "special-use=USE|none, comment=TEXT, quota='storage=5G messages=1000'|none.",
     2, -1, 0, admin_mailbox_set, NULL},
    {"mailbox", "rename", "MAILBOX NEW", "Renames a mailbox and those below it.", 2, 2, 0,
     admin_mailbox_rename, NULL},
    {"mailbox", "delete", "MAILBOX", "Deletes a mailbox; those below it stay.", 1, 1, 0,
     admin_mailbox_delete, NULL},
    {0},
};
