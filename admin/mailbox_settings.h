/*
 * Settings of a mailbox as postroomctl reads and shows them: one row each.
 */
#ifndef POSTROOM_ADMIN_MAILBOX_SETTINGS_H
#define POSTROOM_ADMIN_MAILBOX_SETTINGS_H

#include "admin.h"

struct mailbox_setting {
    const char *key;
    const char *column; /* what mailbox show calls it */
    /* Of a new mailbox, as show() says it. */
    const char *initial_shared, *initial_personal;
    /* The value as show() would say it. -ERR_INVALID: no such value. */
    int (*normalise)(struct admin *admin, struct slice value, struct slice *out);
    int (*set)(struct admin *admin, const struct grant *grant, struct slice normal);
    int (*show)(struct admin *admin, const struct grant *grant, struct slice *value_out);
};

/* Ends with a row without a key. */
enum { MAILBOX_SETTINGS = 6 };
extern const struct mailbox_setting mailbox_settings[MAILBOX_SETTINGS + 1];
/* NULL: there is none of that key. */
const struct mailbox_setting *mailbox_setting_find(struct slice key);

#endif
