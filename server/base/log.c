#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "utf8.h"

/* A line is composed on the stack and cut there: logging never allocates and
 * never fails. Up to PIPE_BUF octets arrive in one piece even in a pipe. A
 * field that does not fit is left out whole and the line says so. */
enum { LINE_LENGTH_MAX = 4096, VALUE_LENGTH_MAX = 1000 };
#define LINE_CUT " cut=yes"

struct line {
    char text[LINE_LENGTH_MAX + sizeof LINE_CUT]; /* with room for LINE_CUT and line end */
    size_t len;
    bool overflown;
};

static int log_descriptor = STDERR_FILENO;
static enum log_level log_minimum = LOG_INFO;

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARNING] = "warning",
    [LOG_ERROR] = "error",
};

int log_open(const char *path, enum log_level minimum)
{
    int descriptor = STDERR_FILENO;
    if (path) {
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
        if (descriptor < 0)
            return fail_errno(ERR_IO, "can't open log file %s", path);
    }
    if (log_descriptor != STDERR_FILENO)
        close(log_descriptor);
    log_descriptor = descriptor;
    log_minimum = minimum;
    return 0;
}

static void put(struct line *line, struct slice s)
{
    if (s.len > LINE_LENGTH_MAX - line->len) {
        line->overflown = true;
        return;
    }
    memcpy(line->text + line->len, s.data, s.len);
    line->len += s.len;
}

static void put_time(struct line *line)
{
    int64_t now = clock_realtime_us();
    time_t seconds = (time_t)(now / 1000000);
    struct tm utc;
    char text[64];
    gmtime_r(&seconds, &utc);
    size_t length = strftime(text, sizeof text, "time=%Y-%m-%dT%H:%M:%S", &utc);
    put(line, slice_of(text, length));
    snprintf(text, sizeof text, ".%03dZ", (int)(now / 1000 % 1000));
    put(line, slice_cstr(text));
}

/* How many octets may be shown as they are at `at`: printable ASCII and UTF-8
 * without the C1 controls U+0080-U+009F, which some terminals obey. */
static size_t printable_at(struct slice s, size_t at)
{
    unsigned char c = (unsigned char)s.data[at];
    if (c < 0x80)
        return c >= ' ' && c != 0x7f && c != '"' && c != '\\';
    size_t length = utf8_sequence(s, at);
    if (c == 0xc2 && length == 2 && (unsigned char)s.data[at + 1] < 0xa0)
        return 0;
    return length;
}

static bool needs_quotes(struct slice value)
{
    for (size_t i = 0; i < value.len;) {
        size_t printable = printable_at(value, i);
        if (!printable || value.data[i] == ' ' || value.data[i] == '=')
            return true;
        i += printable;
    }
    return value.len == 0;
}

static void put_escaped(struct line *line, char c)
{
    static const struct {
        char octet;
        const char *escape;
    } escapes[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}};

    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        if (escapes[i].octet == c) {
            put(line, slice_cstr(escapes[i].escape));
            return;
        }
    }
    char hex[5];
    snprintf(hex, sizeof hex, "\\x%02x", (unsigned)(unsigned char)c);
    put(line, slice_of(hex, 4));
}

static void put_text(struct line *line, struct slice text)
{
    struct slice shown = utf8_cut(text, VALUE_LENGTH_MAX);
    if (shown.len == text.len && !needs_quotes(text)) {
        put(line, text);
        return;
    }
    put(line, SLICE("\""));
    for (size_t i = 0; i < shown.len;) {
        size_t printable = printable_at(shown, i);
        if (printable)
            put(line, slice_sub(shown, i, printable));
        else
            put_escaped(line, shown.data[i]);
        i += printable ? printable : 1;
    }
    put(line, shown.len < text.len ? SLICE("...\"") : SLICE("\""));
}

static void put_number(struct line *line, int64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, number);
    put(line, slice_cstr(digits));
}

static void put_field(struct line *line, struct log_field field)
{
    if (field.kind != LOG_FIELD_NUMBER && !field.text.data)
        return;
    size_t len_before = line->len;
    bool overflown_before = line->overflown;
    line->overflown = false;
    put(line, SLICE(" "));
    put(line, slice_cstr(field.key));
    put(line, SLICE("="));
    if (field.kind == LOG_FIELD_NUMBER)
        put_number(line, field.number);
    else
        put_text(line, field.text);
    if (line->overflown)
        line->len = len_before;
    line->overflown |= overflown_before;
}

static void end_line(struct line *line)
{
    if (line->overflown) {
        memcpy(line->text + line->len, LINE_CUT, strlen(LINE_CUT));
        line->len += strlen(LINE_CUT);
    }
    line->text[line->len++] = '\n';
}

static void write_line(const struct line *line)
{
    ssize_t written;
    do {
        written = write(log_descriptor, line->text, line->len);
    } while (written < 0 && errno == EINTR);
}

void log_fields(enum log_level level, const char *event, const struct log_field *fields)
{
    if (level < log_minimum)
        return;
    int errno_before = errno;
    struct line line;
    line.len = 0;
    line.overflown = false;
    put_time(&line);
    put_field(&line, log_text("level", level_names[level]));
    put_field(&line, log_text("event", event));
    for (; fields && fields->kind != LOG_FIELD_END; fields++)
        put_field(&line, *fields);
    end_line(&line);
    write_line(&line);
    errno = errno_before;
}
