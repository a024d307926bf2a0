/* postroomctl acl explain: why somebody may or may not (RFC 4314). */
#include "admin.h"
#include "mail/acl.h"
#include "model/command_rights.h"
#include "model/rights_role.h"
#include "when.h"

/* What each right is for, as people say it. */
static const struct {
    rights_mask right;
    const char *meaning;
} right_meanings[] = {
    {RIGHT_LOOKUP, "see the mailbox"},
    {RIGHT_READ, "read"},
    {RIGHT_SEEN, "keep \\Seen"},
    {RIGHT_WRITE, "change flags"},
    {RIGHT_INSERT, "put messages in"},
    {RIGHT_POST, "send mail to it"},
    {RIGHT_CREATE, "create mailboxes below"},
    {RIGHT_DELETE_MAILBOX, "delete or rename the mailbox"},
    {RIGHT_DELETE_MESSAGES, "mark messages \\Deleted"},
    {RIGHT_EXPUNGE, "remove messages"},
    {RIGHT_ADMINISTER, "say who may what"},
};

static struct slice explain_copy(struct admin *admin, struct buffer *text)
{
    struct slice copy = arena_copy(&admin->arena, buffer_slice(text));
    buffer_clear(text);
    return copy.data ? copy : SLICE_EMPTY;
}

static int explain_summary(struct admin *admin, const struct acl_explanation *explanation)
{
    static const char *const columns[] = {"user",  "mailbox",  "rights", "role",
                                          "owner", "disabled", NULL};
    const char *role = rights_role_name(explanation->effective);
    struct cell cells[] = {cell_text(explanation->login),
                           cell_text(admin_argument(admin, 1)),
                           cell_text(admin_rights_text(admin, explanation->effective)),
                           cell_text(role ? slice_cstr(role) : SLICE_EMPTY),
                           cell_bool(explanation->owner),
                           cell_bool(explanation->disabled)};
    output_table(admin->output, "summary");
    output_columns(admin->output, columns);
    output_single(admin->output);
    return output_row(admin->output, cells);
}

static void explain_reason(struct admin *admin, const struct acl_reason *reason,
                           struct buffer *text)
{
    buffer_add_cstr(text, text->len ? ", " : "");
    buffer_add_cstr(text, reason->expired ? "was " : "");
    buffer_printf(text, "%s by %.*s", reason->negative ? "taken" : "given",
                  SLICE_ARGS(reason->identifier));
    if (reason->expires_at != INT64_MAX)
        buffer_printf(text, " until %.*s",
                      SLICE_ARGS(when_text(&admin->arena, reason->expires_at)));
}

/* The rows that give or take the right, as one line. */
static struct slice explain_right(struct admin *admin, const struct acl_explanation *explanation,
                                  rights_mask right)
{
    struct buffer text;
    buffer_init(&text, 0);
    if (explanation->owner && (right & RIGHTS_OWNER_KEEPS))
        buffer_add_cstr(&text, "kept by the owner");
    for (size_t i = 0; i < explanation->count; i++) {
        const struct acl_reason *reason = &explanation->reasons[i];
        if (reason->applies && (reason->rights & right))
            explain_reason(admin, reason, &text);
    }
    if (!text.len)
        buffer_add_cstr(&text, "no row gives it");
    return explain_copy(admin, &text);
}

static int explain_rights(struct admin *admin, const struct acl_explanation *explanation)
{
    static const char *const columns[] = {"right", "held", "why", "needed_to", NULL};
    output_table(admin->output, "rights");
    output_columns(admin->output, columns);
    int err = 0;
    for (size_t i = 0; !err && i < sizeof right_meanings / sizeof right_meanings[0]; i++) {
        rights_mask right = right_meanings[i].right;
        struct cell cells[] = {cell_text(admin_rights_text(admin, right)),
                               cell_bool(explanation->effective & right),
                               cell_text(explain_right(admin, explanation, right)),
                               cell_text(slice_cstr(right_meanings[i].meaning))};
        err = output_row(admin->output, cells);
    }
    return err;
}

static const char *explain_counts(const struct acl_reason *reason)
{
    if (!reason->applies)
        return "not about this user";
    return reason->expired ? "expired" : "counts";
}

static int explain_rows(struct admin *admin, const struct acl_explanation *explanation)
{
    static const char *const columns[] = {"identifier", "rights",     "counts", "until",
                                          "granted_by", "granted_at", NULL};
    output_table(admin->output, "rows");
    output_columns(admin->output, columns);
    int err = 0;
    for (size_t i = 0; !err && i < explanation->count; i++) {
        const struct acl_reason *reason = &explanation->reasons[i];
        struct cell cells[] = {cell_text(reason->identifier),
                               cell_text(admin_rights_text(admin, reason->rights)),
                               cell_text(slice_cstr(explain_counts(reason))),
                               cell_text(when_text(&admin->arena, reason->expires_at)),
                               cell_text(reason->granted_by),
                               cell_text(when_text(&admin->arena, reason->granted_at))};
        err = output_row(admin->output, cells);
    }
    return err;
}

static int explain_command(struct admin *admin, const struct command_rights *row, rights_mask held)
{
    struct buffer lack;
    buffer_init(&lack, 0);
    command_rights_render_lack(row, held, &lack);
    struct cell cells[] = {cell_text(slice_cstr(row->command)),
                           cell_text(row->part ? slice_cstr(row->part) : SLICE_EMPTY),
                           cell_text(slice_cstr(command_subject_text(row->subject))),
                           cell_text(explain_copy(admin, &lack)),
                           cell_text(slice_cstr(command_denial_text(row->denial)))};
    return output_row(admin->output, cells);
}

/* What the user would be denied if this mailbox were the one that the command is about. */
static int explain_commands(struct admin *admin, rights_mask held)
{
    static const char *const columns[] = {"command", "part", "where", "lacks", "so_it_is", NULL};
    output_table(admin->output, "denied");
    output_columns(admin->output, columns);
    int err = 0;
    for (const struct command_rights *row = command_rights_all(); !err && row->command; row++)
        if (!command_rights_are_held(row, held))
            err = explain_command(admin, row, held);
    return err;
}

static int admin_acl_explain(struct admin *admin)
{
    const struct grant *grant;
    struct acl_explanation explanation;
    int err = admin_mailbox_grant(admin, 1, &grant);
    if (!err)
        err =
            acl_explain(admin->mail, grant, admin_argument(admin, 0), &admin->arena, &explanation);
    if (!err)
        err = explain_summary(admin, &explanation);
    if (!err)
        err = explain_rights(admin, &explanation);
    if (!err)
        err = explain_rows(admin, &explanation);
    return err ? err : explain_commands(admin, explanation.effective);
}

const struct admin_verb acl_explain_verbs[] = {
    {"acl", "explain", "LOGIN MAILBOX",
     "Says why a user has each right or not, and which commands are denied.", 2, 2, 0,
     admin_acl_explain, NULL},
    {0},
};
