/*
 * Settings of a mailbox as postroomctl reads and shows them: one row each.
 */
#ifndef POSTROOM_ADMIN_MAILBOX_SETTINGS_H
#define POSTROOM_ADMIN_MAILBOX_SETTINGS_H

#include "admin.h"

struct mailbox_setting {
    const char *key;
    const char *column; /* what mailbox show calls it */
    /* With check_only nothing is done. -ERR_INVALID: no such value. */
    int (*set)(struct admin *admin, const struct grant *grant, struct slice value, bool check_only);
    int (*show)(struct admin *admin, const struct grant *grant, struct slice *value_out);
};

/* Ends with a row without a key. */
extern const struct mailbox_setting mailbox_settings[];

#endif
