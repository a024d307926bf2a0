/*
 * The names of the mailboxes above one, whether they exist or not.
 */
#ifndef POSTROOM_STORE_NAMES_ABOVE_H
#define POSTROOM_STORE_NAMES_ABOVE_H

#include <stddef.h>

#include "base/slice.h"
#include "model/mailbox_name.h"

/* From the top, pointing into `name`; returns how many. */
static inline size_t names_above(struct slice name, struct slice above[MAILBOX_LEVELS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < name.len && count < MAILBOX_LEVELS_MAX; i++)
        if (name.data[i] == MAILBOX_SEPARATOR)
            above[count++] = slice_sub(name, 0, i);
    return count;
}

#endif
