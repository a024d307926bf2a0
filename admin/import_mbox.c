#include <time.h>

#include "import_file.h"
#include "mail/mime.h"

bool mbox_is_one(struct slice octets)
{
    return slice_starts_with(octets, SLICE("From "));
}

/* The instant of "From sender Mon Nov 23 10:00:00 2026": the last five words. */
static int64_t mbox_from_date(struct slice line)
{
    char text[64];
    size_t words = 0, at = line.len;
    while (at > 0 && words < 5) {
        while (at > 0 && line.data[at - 1] == ' ')
            at--;
        while (at > 0 && line.data[at - 1] != ' ')
            at--;
        words++;
    }
    struct slice date = slice_sub(line, at, sizeof text - 1);
    memcpy(text, date.data, date.len);
    text[date.len] = 0;
    struct tm parts = {0};
    if (!strptime(text, "%a %b %d %H:%M:%S %Y", &parts))
        return INT64_MIN;
    return (int64_t)timegm(&parts) * 1000000;
}

static void mbox_flags(struct slice header, struct source_message *message)
{
    static const struct {
        const char *field;
        char letter;
        flag_mask flag;
    } letters[] = {
        {"Status", 'R', FLAG_SEEN},      {"X-Status", 'A', FLAG_ANSWERED},
        {"X-Status", 'F', FLAG_FLAGGED}, {"X-Status", 'D', FLAG_DELETED},
        {"X-Status", 'T', FLAG_DRAFT},
    };
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        struct slice value;
        if (mime_field_find(header, slice_cstr(letters[i].field), &value) &&
            slice_find(value, letters[i].letter) < value.len)
            message->flags |= letters[i].flag;
    }
}

/* A flag-keyword of RFC 3501 section 9; anything else would break the replies
 * that name it. */
static bool mbox_is_keyword(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] <= ' ' || name.data[i] >= 0x7f || strchr("(){%*\"\\]", name.data[i]))
            return false;
    return name.len > 0 && name.len <= FLAG_KEYWORD_LENGTH_MAX;
}

static void mbox_keywords(struct slice header, struct source_message *message)
{
    struct slice value;
    if (!mime_field_find(header, SLICE("X-Keywords"), &value))
        return;
    const size_t most = sizeof message->keywords / sizeof message->keywords[0];
    while (message->keyword_count < most) {
        value = slice_trim(value);
        size_t end = 0;
        while (end < value.len && !strchr(" \t\r\n", value.data[end]))
            end++;
        if (value.len == 0)
            return;
        struct slice name = slice_sub(value, 0, end);
        if (mbox_is_keyword(name))
            message->keywords[message->keyword_count++] = name;
        value = slice_sub(value, end ? end : 1, SIZE_MAX);
    }
}

/* Undoes the quoting of mboxrd line by line. */
static void mbox_unquote(struct slice text, struct buffer *out)
{
    size_t at = 0;
    while (at < text.len) {
        struct slice line = slice_sub(text, at, SIZE_MAX);
        size_t end = slice_find(line, '\n');
        line.len = end < line.len ? end + 1 : line.len;
        size_t quotes = 0;
        while (quotes < line.len && line.data[quotes] == '>')
            quotes++;
        bool quoted =
            quotes && slice_starts_with(slice_sub(line, quotes, SIZE_MAX), SLICE("From "));
        buffer_add(out, slice_sub(line, quoted ? 1 : 0, SIZE_MAX));
        at += line.len;
    }
}

/* Where the next "From " line starts: after an empty line. */
static size_t mbox_find_next(struct slice octets, size_t at)
{
    while (at < octets.len) {
        struct slice rest = slice_sub(octets, at, SIZE_MAX);
        size_t found = slice_search(rest, SLICE("\nFrom "));
        if (found == SIZE_MAX)
            return octets.len;
        size_t start = at + found;
        bool after_empty_line =
            start > 0 &&
            (octets.data[start - 1] == '\n' ||
             (start > 1 && octets.data[start - 1] == '\r' && octets.data[start - 2] == '\n'));
        if (after_empty_line)
            return start + 1;
        at = start + 1;
    }
    return octets.len;
}

static int mbox_one(const char *path, const struct mapped_file *file, struct slice from_line,
                    struct slice text, const struct source_handler *handler)
{
    struct source_message message = {.internal_date = mbox_from_date(from_line),
                                     .fallback_date = file->modified,
                                     .source_octets = from_line.len + text.len,
                                     .origin = path};
    /* The empty line before the next "From " belongs to the mbox. */
    if (slice_ends_with(text, SLICE("\r\n\r\n")))
        text.len -= 2;
    else if (slice_ends_with(text, SLICE("\n\n")))
        text.len -= 1;
    struct buffer plain, wire;
    buffer_init(&plain, 0);
    buffer_init(&wire, 0);
    mbox_unquote(text, &plain);
    import_wire_form(buffer_slice(&plain), &wire);
    int err = buffer_check(&wire);
    message.octets = buffer_slice(&wire);
    size_t header_end = slice_search(message.octets, SLICE("\r\n\r\n"));
    struct slice header = slice_sub(message.octets, 0, header_end);
    mbox_flags(header, &message);
    mbox_keywords(header, &message);
    if (!err && message.octets.len)
        err = handler->message(handler->arg, &message);
    buffer_clear(&plain);
    buffer_clear(&wire);
    return err;
}

int mbox_each(const char *path, const struct mapped_file *file,
              const struct source_handler *handler)
{
    size_t at = 0;
    int err = 0;
    while (!err && at < file->octets.len) {
        struct slice rest = slice_sub(file->octets, at, SIZE_MAX);
        struct slice from_line = slice_sub(rest, 0, slice_find(rest, '\n'));
        size_t start = at + from_line.len + 1;
        size_t end = mbox_find_next(file->octets, start > 0 ? start - 1 : 0);
        struct slice text = slice_sub(file->octets, start, end > start ? end - start : 0);
        err = mbox_one(path, file, slice_trim(from_line), text, handler);
        at = end;
    }
    return err;
}
