#include "acl_plan.h"

#include "model/rights_role.h"
#include "when.h"

static const char *kind_text(enum difference_kind kind)
{
    static const char *const texts[] = {[DIFFERENCE_GROUP] = "group",
                                        [DIFFERENCE_MEMBER] = "member",
                                        [DIFFERENCE_MAILBOX] = "mailbox",
                                        [DIFFERENCE_ROW] = "rights"};
    return texts[kind];
}

static bool is_about_group(const struct acl_difference *difference)
{
    return difference->kind == DIFFERENCE_GROUP || difference->kind == DIFFERENCE_MEMBER;
}

static struct slice subject_text(struct admin *admin, const struct acl_difference *difference)
{
    return is_about_group(difference) ? difference->subject
                                      : admin_mailbox_text(admin, difference->subject);
}

static void say_row(struct admin *admin, char sign, const struct acl_difference *difference,
                    struct row_state state)
{
    if (!state.rights)
        return;
    struct slice subject = subject_text(admin, difference);
    bool ends = state.expires_at != INT64_MAX;
    output_say(admin->output, "%c %.*s %.*s %.*s%s%.*s", sign, SLICE_ARGS(subject),
               SLICE_ARGS(difference->name), SLICE_ARGS(admin_rights_text(admin, state.rights)),
               ends ? " until " : "",
               SLICE_ARGS(ends ? when_text(&admin->arena, state.expires_at) : SLICE_EMPTY));
}

static void say_difference(struct admin *admin, const struct acl_difference *difference)
{
    if (difference->kind == DIFFERENCE_ROW) {
        say_row(admin, '-', difference, difference->before);
        say_row(admin, '+', difference, difference->after);
        return;
    }
    struct slice subject = subject_text(admin, difference);
    output_say(admin->output, "%c %s %.*s%s%.*s", difference->goes ? '-' : '+',
               is_about_group(difference) ? "group" : "mailbox", SLICE_ARGS(subject),
               difference->kind == DIFFERENCE_MEMBER ? " member " : "",
               SLICE_ARGS(difference->name));
}

static struct cell until_cell(struct admin *admin, struct row_state state)
{
    return cell_text(state.rights ? when_text(&admin->arena, state.expires_at) : SLICE_EMPTY);
}

static int add_row(struct admin *admin, const struct acl_difference *difference)
{
    bool is_row = difference->kind == DIFFERENCE_ROW;
    bool goes = is_row ? !difference->after.rights : difference->goes;
    bool comes = is_row ? !difference->before.rights : !difference->goes;
    struct cell cells[] = {
        cell_text(slice_cstr(kind_text(difference->kind))),
        cell_text(subject_text(admin, difference)),
        cell_text(difference->name),
        cell_text(goes    ? SLICE("removed")
                  : comes ? SLICE("added")
                          : SLICE("changed")),
        cell_text(admin_rights_text(admin, difference->before.rights)),
        until_cell(admin, difference->before),
        cell_text(admin_rights_text(admin, difference->after.rights)),
        until_cell(admin, difference->after),
    };
    return output_row(admin->output, cells);
}

static void say_setting(struct admin *admin, const struct setting_difference *difference)
{
    const struct planned_setting *planned = difference->planned;
    struct slice subject = admin_mailbox_text(admin, planned->mailbox);
    const struct slice values[] = {difference->before, planned->value};
    for (size_t i = 0; i < 2; i++)
        if (values[i].len)
            output_say(admin->output, "%c %.*s %s=%.*s", "-+"[i], SLICE_ARGS(subject),
                       planned -> setting -> key, SLICE_ARGS(values[i]));
}

static int add_setting(struct admin *admin, const struct setting_difference *difference)
{
    const struct planned_setting *planned = difference->planned;
    const struct cell cells[] = {
        cell_text(SLICE("setting")),
        cell_text(admin_mailbox_text(admin, planned->mailbox)),
        cell_text(slice_cstr(planned->setting->key)),
        cell_text(SLICE("changed")),
        cell_text(difference->before),
        cell_text(SLICE_EMPTY),
        cell_text(planned->value),
        cell_text(SLICE_EMPTY),
    };
    return output_row(admin->output, cells);
}

/* All that is different. */
struct differences {
    struct acl_difference *rights;
    size_t right_count;
    struct setting_difference *settings;
    size_t setting_count;
};

static void say_all(struct admin *admin, const struct differences *all, bool dry_run)
{
    size_t count = all->right_count + all->setting_count;
    for (size_t i = 0; i < all->right_count; i++)
        say_difference(admin, &all->rights[i]);
    for (size_t i = 0; i < all->setting_count; i++)
        say_setting(admin, &all->settings[i]);
    if (count == 0)
        output_say(admin->output, "nothing to do");
    else
        output_say(admin->output, "%zu %s%s", count, dry_run ? "difference" : "change",
                   count == 1 ? "" : "s");
}

static int show_all(struct admin *admin, const struct differences *all, bool dry_run)
{
    static const char *const columns[] = {"what",   "subject",     "name",
                                          "change", "before",      "before_until",
                                          "after",  "after_until", NULL};
    if (!output_is_json(admin->output)) {
        say_all(admin, all, dry_run);
        return 0;
    }
    int err = 0;
    output_columns(admin->output, columns);
    for (size_t i = 0; i < all->right_count && !err; i++)
        err = add_row(admin, &all->rights[i]);
    for (size_t i = 0; i < all->setting_count && !err; i++)
        err = add_setting(admin, &all->settings[i]);
    return err;
}

int admin_apply_plan(struct admin *admin, struct admin_plan *plan)
{
    struct acl_plan *rights = &plan->rights;
    struct differences all;
    rights->dry_run = admin_flag(admin, "dry-run");
    rights->force = admin_flag(admin, "force");
    int err =
        acl_apply(admin->mail, &admin->actor, rights, &admin->arena, &all.rights, &all.right_count);
    if (!err)
        err = plan_settings_apply(admin, rights->file, plan->settings, plan->setting_count,
                                  rights->dry_run, &all.settings, &all.setting_count);
    return err ? err : show_all(admin, &all, rights->dry_run);
}
