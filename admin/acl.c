/* postroomctl acl … (RFC 4314): the rows of one mailbox, or of a tree. */
#include "mail/acl.h"

#include "acl_plan.h"
#include "base/clock.h"
#include "model/rights_role.h"
#include "when.h"

static const struct admin_option change_options[] = {
    {"recursive", NULL}, {"dry-run", NULL}, {"force", NULL}, {0}};
static const struct admin_option set_options[] = {
    {"until", "TIME"}, {"recursive", NULL}, {"dry-run", NULL}, {"force", NULL}, {0}};
static const struct admin_option apply_options[] = {{"dry-run", NULL}, {"force", NULL}, {0}};

static struct slice role_text(rights_mask rights)
{
    const char *role = rights_role_name(rights);
    return role ? slice_cstr(role) : SLICE_EMPTY;
}

static int admin_acl_list(struct admin *admin)
{
    static const char *const columns[] = {"identifier", "rights",     "role",
                                          "until",      "granted_by", NULL};
    const struct grant *grant;
    struct acl_entry *entries = NULL;
    size_t count = 0;
    int err = admin_mailbox_grant(admin, 0, &grant);
    if (!err)
        err = acl_list(admin->mail, grant, &admin->arena, &entries, &count);
    output_columns(admin->output, columns);
    for (size_t i = 0; !err && i < count; i++) {
        struct cell cells[] = {cell_text(entries[i].identifier),
                               cell_text(admin_rights_text(admin, entries[i].rights)),
                               cell_text(role_text(entries[i].rights)),
                               cell_text(when_text(&admin->arena, entries[i].expires_at)),
                               cell_text(entries[i].granted_by)};
        err = output_row(admin->output, cells);
    }
    return err;
}

/* A plan for the mailbox named by argument i, and with --recursive for what is below. */
static int apply_to_mailbox(struct admin *admin, int i, struct planned_mailbox *mailbox)
{
    const struct grant *grant;
    int err = admin_mailbox_grant(admin, i, &grant);
    if (err)
        return err;
    mailbox->name = grant_name(grant);
    mailbox->tree = admin_flag(admin, "recursive");
    struct admin_plan plan = {.rights = {.mailboxes = mailbox, .mailbox_count = 1}};
    return admin_apply_plan(admin, &plan);
}

static int apply_row(struct admin *admin, struct planned_row *row)
{
    struct planned_mailbox mailbox = {.rows = row, .row_count = 1};
    row->identifier = admin_argument(admin, 1);
    return apply_to_mailbox(admin, 0, &mailbox);
}

static int read_until(struct admin *admin, int64_t *out)
{
    struct slice text = admin_option(admin, "until");
    *out = INT64_MAX;
    int err = text.data ? when_parse(text, out) : 0;
    if (!err && *out <= clock_realtime_us())
        err = fail(ERR_INVALID, "%.*s is over", SLICE_ARGS(text));
    return err;
}

static int admin_acl_set(struct admin *admin)
{
    struct planned_row row = {0};
    int err = rights_change_parse_role(admin_argument(admin, 2), &row.change, &row.rights);
    if (!err)
        err = read_until(admin, &row.expires_at);
    return err ? err : apply_row(admin, &row);
}

static int admin_acl_delete(struct admin *admin)
{
    struct planned_row row = {.change = RIGHTS_REPLACE, .expires_at = INT64_MAX};
    return apply_row(admin, &row);
}

static int admin_acl_copy(struct admin *admin)
{
    const struct grant *from;
    struct acl_entry *entries;
    struct planned_mailbox mailbox = {.whole = true};
    int err = admin_mailbox_grant(admin, 0, &from);
    if (!err)
        err = acl_list(admin->mail, from, &admin->arena, &entries, &mailbox.row_count);
    if (err)
        return err;
    mailbox.rows = ARENA_ARRAY(&admin->arena, mailbox.row_count, struct planned_row);
    if (!mailbox.rows)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < mailbox.row_count; i++)
        mailbox.rows[i] = (struct planned_row){.identifier = entries[i].identifier,
                                               .rights = entries[i].rights,
                                               .expires_at = entries[i].expires_at};
    return apply_to_mailbox(admin, 1, &mailbox);
}

static int admin_acl_apply(struct admin *admin)
{
    struct admin_plan plan;
    int err = acl_file_read(admin, admin->argv[0], &plan);
    return err ? err : admin_apply_plan(admin, &plan);
}

static int admin_acl_roles(struct admin *admin)
{
    static const char *const columns[] = {"role", "rights", "meaning", NULL};
    output_columns(admin->output, columns);
    int err = 0;
    for (const struct rights_role *role = rights_roles_all(); !err && role->name; role++) {
        struct cell cells[] = {cell_text(slice_cstr(role->name)),
                               cell_text(admin_rights_text(admin, role->rights)),
                               cell_text(slice_cstr(role->meaning))};
        err = output_row(admin->output, cells);
    }
    return err;
}

const struct admin_verb acl_verbs[] = {
    {"acl", "list", "MAILBOX", "Lists who has which rights.", 1, 1, 0, admin_acl_list, NULL},
    {"acl", "set", "MAILBOX IDENTIFIER RIGHTS",
     "Sets rights, or a role's; the identifier is a login, group:NAME or anyone, with - before it "
     "negative.",
     3, 3, 0, admin_acl_set, set_options},
    {"acl", "delete", "MAILBOX IDENTIFIER", "Deletes an entry.", 2, 2, 0, admin_acl_delete,
     change_options},
    {"acl", "copy", "FROM TO", "Gives a mailbox the rights of another, and no others.", 2, 2, 0,
     admin_acl_copy, change_options},
    {"acl", "apply", "FILE",
     "Makes groups, mailboxes, rights and settings be as the file says; - is standard input.", 1, 1,
     0, admin_acl_apply, apply_options},
    {"acl", "roles", "", "Lists the names for sets of rights.", 0, 0, VERB_WITHOUT_ENGINE,
     admin_acl_roles, NULL},
    {0},
};
