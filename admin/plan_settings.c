#include "plan_settings.h"

#include "model/mailbox_name.h"

struct slice plan_setting_initial(const struct mailbox_setting *setting, struct slice mailbox)
{
    bool is_shared = slice_starts_with(mailbox, SLICE(MAILBOX_SHARED "/"));
    return slice_cstr(is_shared ? setting->initial_shared : setting->initial_personal);
}

static int find_value(struct admin *admin, const struct planned_setting *planned,
                      const struct grant **grant_out, struct slice *value_out)
{
    *grant_out = NULL;
    int err = acl_check(admin->mail, &admin->actor, planned->mailbox, RIGHT_ADMINISTER,
                        &admin->arena, grant_out);
    if (err == -ERR_NOT_FOUND) {
        *value_out = plan_setting_initial(planned->setting, planned->mailbox);
        return 0;
    }
    return err ? err : planned->setting->show(admin, *grant_out, value_out);
}

static int apply_one(struct admin *admin, const struct planned_setting *planned, bool dry_run,
                     struct slice *before_out, bool *differs_out)
{
    const struct grant *grant;
    int err = find_value(admin, planned, &grant, before_out);
    if (err)
        return err;
    *differs_out = !slice_equal(*before_out, planned->value);
    return *differs_out && grant && !dry_run ? planned->setting->set(admin, grant, planned->value)
                                             : 0;
}

static int fail_at(const char *file, const struct planned_setting *planned, int err)
{
    const struct error reason = *last_error();
    return fail_sql((enum err) - err, reason.sqlstate, "%s:%d: %s", file, planned->line,
                    reason.text);
}

int plan_settings_apply(struct admin *admin, const char *file,
                        const struct planned_setting *settings, size_t count, bool dry_run,
                        struct setting_difference **differences_out, size_t *count_out)
{
    struct setting_difference *differences =
        ARENA_ARRAY(&admin->arena, count, struct setting_difference);
    if (!differences)
        return -ERR_NO_MEMORY;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        bool differs;
        differences[found].planned = &settings[i];
        int err = apply_one(admin, &settings[i], dry_run, &differences[found].before, &differs);
        if (err)
            return fail_at(file, &settings[i], err);
        found += differs;
    }
    *differences_out = differences;
    *count_out = found;
    return 0;
}
