#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

static const char *const names[ERR_COUNT] = {
    [ERR_NONE] = "none",
    [ERR_SYNTAX] = "syntax",
    [ERR_LIMIT] = "limit",
    [ERR_TOO_BIG] = "too-big",
    [ERR_INVALID] = "invalid",
    [ERR_LOOP] = "loop",
    [ERR_CHARSET] = "charset",
    [ERR_ENCODING] = "encoding",
    [ERR_NOT_FOUND] = "not-found",
    [ERR_EXISTS] = "exists",
    [ERR_REJECTED] = "rejected",
    [ERR_DENIED] = "denied",
    [ERR_READ_ONLY] = "read-only",
    [ERR_CREDENTIALS] = "credentials",
    [ERR_PRIVACY] = "privacy",
    [ERR_WRONG_STATE] = "state",
    [ERR_STALE] = "stale",
    [ERR_OVER_QUOTA] = "over-quota",
    [ERR_UNAVAILABLE] = "unavailable",
    [ERR_IN_DOUBT] = "in-doubt",
    [ERR_TIMEOUT] = "timeout",
    [ERR_CLOSED] = "closed",
    [ERR_INTERRUPTED] = "interrupted",
    [ERR_CANCELLED] = "cancelled",
    [ERR_TLS] = "tls",
    [ERR_DEFLATE] = "deflate",
    [ERR_IO] = "io",
    [ERR_NO_MEMORY] = "no-memory",
    [ERR_CORRUPT] = "corrupt",
    [ERR_INTERNAL] = "internal",
};

/* Per thread, so that work on the offload pool cannot write into the slot of
 * a fiber that runs meanwhile. */
static _Thread_local struct error thread_slot;
static _Thread_local struct error *current;

static struct error *slot(void)
{
    return current ? current : &thread_slot;
}

static void replace_control_characters(char *text)
{
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    }
}

/* Formats aside first: an argument may be the text of the slot itself. */
static int record(enum err code, const char *sqlstate, const char *format, va_list args,
                  const char *suffix)
{
    char text[2 * ERROR_TEXT_MAX] = "";
    char state[sizeof slot()->sqlstate];
    snprintf(state, sizeof state, "%s", sqlstate);

    int length = vsnprintf(text, sizeof text, format, args);
    if (length >= 0 && (size_t)length < sizeof text)
        snprintf(text + length, sizeof text - (size_t)length, "%s", suffix);
    replace_control_characters(text);

    struct error *error = slot();
    struct slice fitting = utf8_cut(slice_cstr(text), ERROR_TEXT_MAX - 1);
    memcpy(error->text, fitting.data, fitting.len);
    error->text[fitting.len] = '\0';
    memcpy(error->sqlstate, state, sizeof state);
    error->code = code;
    return -(int)code;
}

int fail(enum err code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int result = record(code, "", format, args, "");
    va_end(args);
    return result;
}

int fail_sql(enum err code, const char *sqlstate, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int result = record(code, sqlstate ? sqlstate : "", format, args, "");
    va_end(args);
    return result;
}

int fail_errno(enum err code, const char *format, ...)
{
    char suffix[ERROR_TEXT_MAX];
    snprintf(suffix, sizeof suffix, ": %s", strerror(errno));
    va_list args;
    va_start(args, format);
    int result = record(code, "", format, args, suffix);
    va_end(args);
    return result;
}

const struct error *last_error(void)
{
    return slot();
}

const char *err_name(int code)
{
    int positive = code < 0 && code > -ERR_COUNT ? -code : code;
    return positive >= 0 && positive < ERR_COUNT ? names[positive] : "unknown";
}

struct error *error_slot_swap(struct error *new_slot)
{
    struct error *before = slot();
    current = new_slot;
    return before;
}
