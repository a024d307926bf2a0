/*
 * Settings of mailboxes (mailbox_settings.h) in a plan. They are looked at and changed one by one,
 * each by a change of its own, after the rights; what is as wanted is not touched.
 */
#ifndef POSTROOM_ADMIN_PLAN_SETTINGS_H
#define POSTROOM_ADMIN_PLAN_SETTINGS_H

#include "mailbox_settings.h"

struct planned_setting {
    const struct mailbox_setting *setting;
    struct slice mailbox; /* as the administrator sees it in the engine */
    struct slice value;   /* normal */
    int line;
};

struct setting_difference {
    const struct planned_setting *planned;
    struct slice before;
};

/* What was different. A mailbox that is not there, as in a dry run, has what a new one has. */
int plan_settings_apply(struct admin *admin, const char *file,
                        const struct planned_setting *settings, size_t count, bool dry_run,
                        struct setting_difference **differences_out, size_t *count_out) MUST_CHECK;

/* What a new mailbox of this name has. */
struct slice plan_setting_initial(const struct mailbox_setting *setting, struct slice mailbox);

#endif
