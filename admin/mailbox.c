/* postroomctl mailbox … */
#include "mail/mailbox.h"
#include "mail/listing.h"

#include "admin.h"

static int admin_mailbox_create(struct admin *admin)
{
    struct slice name;
    struct slice special_use = admin->argc > 1 ? admin_argument(admin, 1) : SLICE_EMPTY;
    int err = admin_new_mailbox_name(admin, 0, &name);
    if (!err)
        err = mailbox_create(admin->mail, &admin->actor, name, special_use);
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
    static const char *const columns[] = {"mailbox", "id",          "messages",    "deleted",
                                          "bytes",   "uidnext",     "uidvalidity", "highest_modseq",
                                          "seen",    "special_use", NULL};
    const struct grant *grant;
    struct mailbox_status status;
    int err = admin_mailbox_grant(admin, 0, &grant);
    if (!err)
        err = mailbox_status(admin->mail, grant, &status);
    if (err)
        return err;
    output_columns(admin->output, columns);
    output_single(admin->output);
    struct cell cells[] = {
        cell_text(admin_argument(admin, 0)),
        cell_number(grant_mailbox_id(grant)),
        cell_number((int64_t)status.messages),
        cell_number((int64_t)status.deleted),
        cell_number((int64_t)status.bytes),
        cell_number(status.uidnext),
        cell_number(status.uidvalidity),
        cell_number((int64_t)status.highest_modseq),
        cell_text(grant_seen_per_user(grant) ? SLICE("per-user") : SLICE("shared")),
        cell_text(grant_special_use(grant)),
    };
    return output_row(admin->output, cells);
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
    {"mailbox", "rename", "MAILBOX NEW", "Renames a mailbox and those below it.", 2, 2, 0,
     admin_mailbox_rename, NULL},
    {"mailbox", "delete", "MAILBOX", "Deletes a mailbox; those below it stay.", 1, 1, 0,
     admin_mailbox_delete, NULL},
    {0},
};
