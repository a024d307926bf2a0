/* Reading a plan: docs/administration.md shows one. */
#include <errno.h>
#include <libconfig.h>
#include <string.h>

#include "acl_plan.h"
#include "model/rights_role.h"
#include "when.h"

struct reading {
    struct admin *admin;
    const char *file;
    struct planned_setting *settings; /* those that were read, with room for all */
    size_t setting_count;
};

static int complain(const struct reading *reading, const config_setting_t *setting,
                    const char *format, ...) PRINTF_LIKE(3, 4);

static int complain(const struct reading *reading, const config_setting_t *setting,
                    const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fail(ERR_INVALID, "%s:%d: %s", reading->file, config_setting_source_line(setting), text);
}

/* What a parser has said, with the place. */
static int complain_again(const struct reading *reading, const config_setting_t *setting)
{
    struct error reason = *last_error();
    return complain(reading, setting, "%s", reason.text);
}

static int read_text(const struct reading *reading, const config_setting_t *setting,
                     struct slice *out)
{
    if (config_setting_type(setting) != CONFIG_TYPE_STRING)
        return complain(reading, setting, "a text in quotes is expected here");
    *out = arena_copy(&reading->admin->arena, slice_cstr(config_setting_get_string(setting)));
    return out->data ? 0 : -ERR_NO_MEMORY;
}

/* A group's or list's key `name`, NULL and an error when it is not there. */
static int require(const struct reading *reading, const config_setting_t *group, const char *name,
                   const config_setting_t **out)
{
    *out = config_setting_get_member(group, name);
    return *out ? 0 : complain(reading, group, "%s is missing", name);
}

static bool is_known(const char *key, const char *const *known)
{
    while (*known && strcmp(*known, key) != 0)
        known++;
    return *known;
}

static int check_keys(const struct reading *reading, const config_setting_t *group,
                      const char *const *known, bool or_setting)
{
    if (!config_setting_is_group(group))
        return complain(reading, group, "a group { … } is expected here");
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
        const char *key = config_setting_name(setting);
        if (!is_known(key, known) && !(or_setting && mailbox_setting_find(slice_cstr(key))))
            return complain(reading, setting, "unknown key %s", key);
    }
    return 0;
}

/* How many there are in a list or array; none when it is not there. */
static int check_list(const struct reading *reading, const config_setting_t *setting,
                      size_t *count_out)
{
    *count_out = 0;
    if (!setting)
        return 0;
    if (!config_setting_is_list(setting) && !config_setting_is_array(setting))
        return complain(reading, setting, "a list ( … ) is expected here");
    *count_out = (size_t)config_setting_length(setting);
    return 0;
}

/* Rows ------------------------------------------------------------------------------- */

static int read_rights(const struct reading *reading, const config_setting_t *group,
                       struct planned_row *row)
{
    const config_setting_t *setting;
    struct slice text;
    int err = require(reading, group, "rights", &setting);
    if (!err)
        err = read_text(reading, setting, &text);
    if (err)
        return err;
    if (rights_change_parse_role(text, &row->change, &row->rights) != 0)
        return complain_again(reading, setting);
    if (row->change != RIGHTS_REPLACE)
        return complain(reading, setting, "a wanted state has no + or -");
    return 0;
}

static int read_until(const struct reading *reading, const config_setting_t *group,
                      struct planned_row *row)
{
    const config_setting_t *setting = config_setting_get_member(group, "until");
    struct slice text;
    row->expires_at = INT64_MAX;
    if (!setting)
        return 0;
    int err = read_text(reading, setting, &text);
    if (!err && when_parse(text, &row->expires_at) != 0)
        err = complain_again(reading, setting);
    return err;
}

static int read_row(const struct reading *reading, const config_setting_t *group,
                    struct planned_row *row)
{
    static const char *const keys[] = {"identifier", "rights", "until", NULL};
    const config_setting_t *setting;
    int err = check_keys(reading, group, keys, false);
    if (!err)
        err = require(reading, group, "identifier", &setting);
    if (!err)
        err = read_text(reading, setting, &row->identifier);
    if (!err)
        err = read_rights(reading, group, row);
    row->line = (int)config_setting_source_line(group);
    return err ? err : read_until(reading, group, row);
}

static int read_rows(const struct reading *reading, const config_setting_t *list,
                     struct planned_mailbox *mailbox)
{
    int err = check_list(reading, list, &mailbox->row_count);
    if (err)
        return err;
    mailbox->whole = list != NULL;
    mailbox->rows = ARENA_ARRAY(&reading->admin->arena, mailbox->row_count, struct planned_row);
    err = mailbox->rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < mailbox->row_count && !err; i++)
        err = read_row(reading, config_setting_get_elem(list, (unsigned)i), &mailbox->rows[i]);
    return err;
}

/* Mailboxes and groups --------------------------------------------------------------- */

static int read_setting(struct reading *reading, const config_setting_t *setting,
                        const struct mailbox_setting *row, struct slice mailbox)
{
    struct slice text, value;
    int err = read_text(reading, setting, &text);
    if (err)
        return err;
    if (row->normalise(reading->admin, text, &value) != 0)
        return complain_again(reading, setting);
    reading->settings[reading->setting_count++] =
        (struct planned_setting){row, mailbox, value, (int)config_setting_source_line(setting)};
    return 0;
}

static int read_settings(struct reading *reading, const config_setting_t *group,
                         struct slice mailbox)
{
    int err = 0;
    for (const struct mailbox_setting *row = mailbox_settings; row->key && !err; row++) {
        const config_setting_t *setting = config_setting_get_member(group, row->key);
        if (setting)
            err = read_setting(reading, setting, row, mailbox);
    }
    return err;
}

static int read_mailbox(struct reading *reading, const config_setting_t *group,
                        struct planned_mailbox *mailbox)
{
    static const char *const keys[] = {"name", "acl", NULL};
    const config_setting_t *setting;
    struct slice text;
    int err = check_keys(reading, group, keys, true);
    if (!err)
        err = require(reading, group, "name", &setting);
    if (!err)
        err = read_text(reading, setting, &text);
    if (err)
        return err;
    if (admin_mailbox_name(reading->admin, text, &mailbox->name) != 0)
        return complain_again(reading, setting);
    mailbox->create = true;
    mailbox->line = (int)config_setting_source_line(setting);
    err = read_rows(reading, config_setting_get_member(group, "acl"), mailbox);
    return err ? err : read_settings(reading, group, mailbox->name);
}

static int read_members(const struct reading *reading, const config_setting_t *list,
                        struct planned_group *group)
{
    int err = check_list(reading, list, &group->member_count);
    if (err)
        return err;
    group->members =
        ARENA_ARRAY(&reading->admin->arena, group->member_count, struct planned_member);
    err = group->members ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < group->member_count && !err; i++) {
        const config_setting_t *setting = config_setting_get_elem(list, (unsigned)i);
        group->members[i].line = (int)config_setting_source_line(setting);
        err = read_text(reading, setting, &group->members[i].login);
    }
    return err;
}

static int read_group(const struct reading *reading, const config_setting_t *setting,
                      struct planned_group *group)
{
    static const char *const keys[] = {"name", "members", NULL};
    const config_setting_t *name, *members;
    int err = check_keys(reading, setting, keys, false);
    if (!err)
        err = require(reading, setting, "name", &name);
    if (!err)
        err = read_text(reading, name, &group->name);
    if (!err)
        err = require(reading, setting, "members", &members);
    if (err)
        return err;
    group->line = (int)config_setting_source_line(name);
    return read_members(reading, members, group);
}

static int read_groups(const struct reading *reading, const config_setting_t *list,
                       struct acl_plan *plan)
{
    int err = check_list(reading, list, &plan->group_count);
    if (err)
        return err;
    plan->groups = ARENA_ARRAY(&reading->admin->arena, plan->group_count, struct planned_group);
    err = plan->groups ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < plan->group_count && !err; i++)
        err = read_group(reading, config_setting_get_elem(list, (unsigned)i), &plan->groups[i]);
    return err;
}

static int read_mailboxes(struct reading *reading, const config_setting_t *list,
                          struct acl_plan *plan)
{
    int err = check_list(reading, list, &plan->mailbox_count);
    if (err)
        return err;
    struct arena *arena = &reading->admin->arena;
    plan->mailboxes = ARENA_ARRAY(arena, plan->mailbox_count, struct planned_mailbox);
    reading->settings =
        ARENA_ARRAY(arena, plan->mailbox_count * MAILBOX_SETTINGS, struct planned_setting);
    err = plan->mailboxes && reading->settings ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < plan->mailbox_count && !err; i++)
        err =
            read_mailbox(reading, config_setting_get_elem(list, (unsigned)i), &plan->mailboxes[i]);
    return err;
}

static int read_plan(struct reading *reading, const config_setting_t *root, struct acl_plan *plan)
{
    static const char *const keys[] = {"groups", "mailboxes", NULL};
    int err = check_keys(reading, root, keys, false);
    if (!err)
        err = read_groups(reading, config_setting_get_member(root, "groups"), plan);
    return err ? err : read_mailboxes(reading, config_setting_get_member(root, "mailboxes"), plan);
}

int acl_file_read(struct admin *admin, const char *file, struct admin_plan *out)
{
    struct reading reading = {.admin = admin, .file = file};
    struct acl_plan plan = {.file = file};
    config_t parsed;
    config_init(&parsed);
    FILE *stream = strcmp(file, "-") == 0 ? stdin : fopen(file, "re");
    int err = stream ? 0 : fail_errno(ERR_IO, "%s", file);
    if (!err && config_read(&parsed, stream) != CONFIG_TRUE)
        err = fail(ERR_SYNTAX, "%s:%d: %s", file, config_error_line(&parsed),
                   config_error_text(&parsed));
    if (!err)
        err = read_plan(&reading, config_root_setting(&parsed), &plan);
    if (stream && stream != stdin)
        fclose(stream);
    config_destroy(&parsed);
    if (!err)
        *out = (struct admin_plan){plan, reading.settings, reading.setting_count};
    return err;
}
