/* postroomctl acl export: what there is, as a plan. */
#include "acl_plan.h"
#include "mail/listing.h"
#include "model/rights_role.h"
#include "store/acl_rows.h"
#include "when.h"

/* Writing ---------------------------------------------------------------------------- */

/* In the notation of libconfig. */
static void write_text(struct slice text, FILE *out)
{
    fputc('"', out);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20)
            fprintf(out, "\\x%02x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void write_group(const struct planned_group *group, FILE *out)
{
    fputs("    { name = ", out);
    write_text(group->name, out);
    fputs("; members = (", out);
    for (size_t i = 0; i < group->member_count; i++) {
        fputs(i ? ", " : " ", out);
        write_text(group->members[i].login, out);
    }
    fputs(" ); }", out);
}

static void write_row(struct admin *admin, const struct planned_row *row, FILE *out)
{
    const char *role = rights_role_name(row->rights);
    fputs("            { identifier = ", out);
    write_text(row->identifier, out);
    fputs("; rights = ", out);
    write_text(role ? slice_cstr(role) : admin_rights_text(admin, row->rights), out);
    if (row->expires_at != INT64_MAX) {
        fputs("; until = ", out);
        write_text(when_text(&admin->arena, row->expires_at), out);
    }
    fputs("; }", out);
}

/* *next goes on with those of the next mailbox. */
static void write_settings(const struct admin_plan *plan, struct slice mailbox, size_t *next,
                           FILE *out)
{
    for (; *next < plan->setting_count; ++*next) {
        const struct planned_setting *setting = &plan->settings[*next];
        if (!slice_equal(setting->mailbox, mailbox))
            break;
        fprintf(out, "        %s = ", setting->setting->key);
        write_text(setting->value, out);
        fputs(";\n", out);
    }
}

static void write_mailbox(struct admin *admin, const struct admin_plan *plan,
                          const struct planned_mailbox *mailbox, size_t *next_setting, FILE *out)
{
    fputs("    {\n        name = ", out);
    write_text(admin_mailbox_text(admin, mailbox->name), out);
    fputs(";\n", out);
    write_settings(plan, mailbox->name, next_setting, out);
    fputs("        acl = (\n", out);
    for (size_t i = 0; i < mailbox->row_count; i++) {
        write_row(admin, &mailbox->rows[i], out);
        fputs(i + 1 < mailbox->row_count ? ",\n" : "\n", out);
    }
    fputs("        );\n    }", out);
}

int acl_file_write(struct admin *admin, const struct admin_plan *all, FILE *out)
{
    const struct acl_plan *plan = &all->rights;
    size_t next_setting = 0;
    fputs("groups = (\n", out);
    for (size_t i = 0; i < plan->group_count; i++) {
        write_group(&plan->groups[i], out);
        fputs(i + 1 < plan->group_count ? ",\n" : "\n", out);
    }
    fputs(");\n\nmailboxes = (\n", out);
    for (size_t i = 0; i < plan->mailbox_count; i++) {
        write_mailbox(admin, all, &plan->mailboxes[i], &next_setting, out);
        fputs(i + 1 < plan->mailbox_count ? ",\n" : "\n", out);
    }
    fputs(");\n", out);
    return fflush(out) == 0 ? 0 : fail_errno(ERR_IO, "standard output");
}

/* Gathering -------------------------------------------------------------------------- */

static struct slice identifier_text(struct admin *admin, const struct acl_row *row)
{
    static const char *const prefixes[] = {
        [ACL_USER] = "", [ACL_GROUP] = "group:", [ACL_ANYONE] = "anyone"};
    char *text = arena_printf(&admin->arena, "%s%s%.*s", row->negative ? "-" : "",
                              prefixes[row->kind], SLICE_ARGS(row->name));
    return text ? slice_cstr(text) : SLICE_EMPTY;
}

static int gather_rows(struct admin *admin, int64_t mailbox_id, struct planned_mailbox *out)
{
    struct acl_row *rows;
    size_t count;
    int err = acl_rows_list(admin->database, &admin->arena, mailbox_id, &rows, &count);
    if (err)
        return err;
    out->rows = ARENA_ARRAY(&admin->arena, count, struct planned_row);
    if (!out->rows)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (!rows[i].expired)
            out->rows[out->row_count++] =
                (struct planned_row){.identifier = identifier_text(admin, &rows[i]),
                                     .rights = rows[i].rights,
                                     .expires_at = rows[i].expires_at};
    return 0;
}

/* Those that are not as with a new mailbox. */
static int gather_settings(struct admin *admin, struct slice mailbox, struct admin_plan *plan)
{
    const struct grant *grant;
    int err =
        acl_check(admin->mail, &admin->actor, mailbox, RIGHT_ADMINISTER, &admin->arena, &grant);
    for (const struct mailbox_setting *row = mailbox_settings; row->key && !err; row++) {
        struct slice value;
        err = row->show(admin, grant, &value);
        if (!err && !slice_equal(value, plan_setting_initial(row, mailbox)))
            plan->settings[plan->setting_count++] =
                (struct planned_setting){.setting = row, .mailbox = mailbox, .value = value};
    }
    return err;
}

/* The names or patterns that were given; without any, all that are shared. */
static int read_patterns(struct admin *admin, struct list_query *query)
{
    size_t count = admin->argc ? (size_t)admin->argc : 1;
    struct slice *patterns = ARENA_ARRAY(&admin->arena, count, struct slice);
    if (!patterns)
        return -ERR_NO_MEMORY;
    patterns[0] = SLICE(MAILBOX_SHARED "/*");
    int err = 0;
    for (int i = 0; i < admin->argc && !err; i++)
        err = admin_mailbox_name(admin, admin_argument(admin, i), &patterns[i]);
    *query =
        (struct list_query){.reference = SLICE_EMPTY, .patterns = patterns, .pattern_count = count};
    return err;
}

static int make_room(struct admin *admin, size_t mailboxes, struct admin_plan *plan)
{
    plan->rights.mailboxes = ARENA_ARRAY(&admin->arena, mailboxes, struct planned_mailbox);
    plan->settings =
        ARENA_ARRAY(&admin->arena, mailboxes * MAILBOX_SETTINGS, struct planned_setting);
    return plan->rights.mailboxes && plan->settings ? 0 : -ERR_NO_MEMORY;
}

static int gather_mailboxes(struct admin *admin, struct admin_plan *all)
{
    struct acl_plan *plan = &all->rights;
    struct list_query query;
    struct listed_mailbox *rows;
    size_t count;
    int err = read_patterns(admin, &query);
    if (!err)
        err = mailbox_list(admin->mail, &admin->actor, &query, &admin->arena, &rows, &count);
    if (err)
        return err;
    err = make_room(admin, count, all);
    for (size_t i = 0; i < count && !err; i++) {
        if (!rows[i].exists)
            continue;
        struct planned_mailbox *mailbox = &plan->mailboxes[plan->mailbox_count++];
        mailbox->name = rows[i].name;
        err = gather_rows(admin, rows[i].mailbox_id, mailbox);
        if (!err)
            err = gather_settings(admin, mailbox->name, all);
    }
    if (!err && admin->argc && plan->mailbox_count == 0)
        err = fail(ERR_NOT_FOUND, "there is no such mailbox");
    return err;
}

static bool has_rights(const struct acl_plan *plan, struct slice group)
{
    struct slice prefix = SLICE("group:");
    for (size_t i = 0; i < plan->mailbox_count; i++)
        for (size_t n = 0; n < plan->mailboxes[i].row_count; n++) {
            struct slice name = plan->mailboxes[i].rows[n].identifier;
            name = slice_sub(name, slice_starts_with(name, SLICE("-")), SIZE_MAX);
            if (slice_starts_with(name, prefix) &&
                slice_equal(slice_sub(name, prefix.len, SIZE_MAX), group))
                return true;
        }
    return false;
}

static int gather_members(struct admin *admin, const struct group_row *row,
                          struct planned_group *out)
{
    struct user_row *users;
    int err = groups_members(admin->database, &admin->arena, row->id, &users, &out->member_count);
    if (err)
        return err;
    out->name = row->name;
    out->members = ARENA_ARRAY(&admin->arena, out->member_count, struct planned_member);
    if (!out->members)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < out->member_count; i++)
        out->members[i].login = users[i].login;
    return 0;
}

/* All, or those that have rights on the mailboxes. */
static int gather_groups(struct admin *admin, struct acl_plan *plan)
{
    struct group_row *rows;
    size_t count;
    int err = groups_list(admin->database, &admin->arena, &rows, &count);
    if (err)
        return err;
    plan->groups = ARENA_ARRAY(&admin->arena, count, struct planned_group);
    err = plan->groups ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        if (admin->argc == 0 || has_rights(plan, rows[i].name))
            err = gather_members(admin, &rows[i], &plan->groups[plan->group_count++]);
    return err;
}

static int admin_acl_export(struct admin *admin)
{
    struct admin_plan plan = {0};
    int err = gather_mailboxes(admin, &plan);
    if (!err)
        err = gather_groups(admin, &plan.rights);
    return err ? err : acl_file_write(admin, &plan, stdout);
}

const struct admin_verb acl_export_verbs[] = {
    {"acl", "export", "[MAILBOX…]",
     "Prints groups, rights and settings as a file for acl apply; of all shared mailboxes, or of "
     "these (* and % are wildcards).",
     0, -1, 0, admin_acl_export, NULL},
    {0},
};
