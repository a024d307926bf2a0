/*
 * The log: one line an event, logfmt (key=value, values quoted when needed),
 * to standard error or a file, one write(2) a line, reopened on reload.
 *
 *   time=2026-11-23T10:00:00.123Z level=info event=login session=2-1f user=alice remote=127.0.0.1
 *
 * Only sessions and proc log; lower layers return errors. Control characters
 * and quotes in values are escaped, long values are cut. Never log secrets.
 */
#ifndef POSTROOM_BASE_LOG_H
#define POSTROOM_BASE_LOG_H

#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* path NULL: standard error. Keeps the file open; -ERR_IO. Called again with
 * the same path it reopens (rotation). */
int log_open(const char *path, enum log_level minimum) MUST_CHECK;

enum log_field_kind { LOG_FIELD_END, LOG_FIELD_TEXT, LOG_FIELD_SLICE, LOG_FIELD_NUMBER };

struct log_field {
    enum log_field_kind kind;
    const char *key;
    struct slice text;
    int64_t number;
};

/* Fields with NULL text or data are left out. */
static inline struct log_field log_text(const char *key, const char *value)
{
    return (struct log_field){LOG_FIELD_TEXT, key, {value, value ? strlen(value) : 0}, 0};
}

static inline struct log_field log_slice(const char *key, struct slice value)
{
    return (struct log_field){LOG_FIELD_SLICE, key, value, 0};
}

static inline struct log_field log_number(const char *key, int64_t value)
{
    return (struct log_field){LOG_FIELD_NUMBER, key, {0, 0}, value};
}

void log_fields(enum log_level level, const char *event, const struct log_field *fields);

/* log_event(LOG_INFO, "login", log_text("user", name), log_number("pid", pid)); */
#define log_event(level, event, ...)                                                               \
    log_fields((level), (event),                                                                   \
               (const struct log_field[]){__VA_ARGS__, {LOG_FIELD_END, 0, {0, 0}, 0}})

#endif
