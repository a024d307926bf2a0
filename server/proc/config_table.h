/*
 * The table of configuration keys.
 */
#ifndef POSTROOM_PROC_CONFIG_TABLE_H
#define POSTROOM_PROC_CONFIG_TABLE_H

#include "proc/config.h"

enum config_type { CONFIG_NUMBER, CONFIG_SWITCH, CONFIG_TEXT, CONFIG_LIST };

struct config_row {
    const char *key; /* "group.name" or "name" */
    enum config_type type;
    size_t offset;            /* of the member of struct config */
    const char *default_text; /* as in a file: a number, true or false, a text, or list
                                 items separated by space */
    int64_t minimum, maximum; /* of a number */
    bool reloadable;
    const char *help;
};

extern const struct config_row config_rows[];
extern const size_t config_row_count;

/* The row of a key, or NULL. */
const struct config_row *config_row_find(const char *key);

#endif
