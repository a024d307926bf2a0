/* Iteration over the fields of a header (RFC 5322 section 2.2), and the
 * subsets of it that BODY[HEADER.FIELDS] returns. */
#include "mime/field.h"

#include <stdlib.h>

#include "mail/mime.h"
#include "mime/token.h"

/* The index behind the line's LF. */
static size_t line_end(struct slice header, size_t at)
{
    const char *lf = memchr(header.data + at, '\n', header.len - at);
    return lf ? (size_t)(lf - header.data) + 1 : header.len;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The index behind the field that starts at `at`, continuation lines included
 * (RFC 5322 section 2.2.3; also those of only white space, section 4.2). */
static size_t field_end(struct slice header, size_t at)
{
    do {
        at = line_end(header, at);
    } while (at < header.len && is_blank(header.data[at]));
    return at;
}

static size_t without_line_end(struct slice line)
{
    size_t len = line.len;
    if (len > 0 && line.data[len - 1] == '\n')
        len--;
    if (len > 0 && line.data[len - 1] == '\r')
        len--;
    return len;
}

static bool is_name_octet(char c)
{
    unsigned char octet = (unsigned char)c;
    return octet > 32 && octet != 127 && octet != ':';
}

/* False for a line that is no field, as the "From " line of an mbox file. */
static bool split_field(struct slice line, struct mime_field *out)
{
    size_t name_end = 0;
    while (name_end < line.len && is_name_octet(line.data[name_end]))
        name_end++;
    size_t colon = name_end;
    while (colon < line.len && is_blank(line.data[colon])) /* obsolete: RFC 5322 section 4.5 */
        colon++;
    if (name_end == 0 || colon == line.len || line.data[colon] != ':')
        return false;
    size_t end = without_line_end(line);
    size_t start = colon + 1;
    while (start < end && token_is_space(line.data[start]) && line.data[start] != '\0')
        start++;
    if (start > end)
        start = end;
    *out = (struct mime_field){slice_sub(line, 0, name_end), slice_sub(line, start, end - start),
                               line};
    return true;
}

bool mime_field_next(struct slice header, size_t *cursor, struct mime_field *out)
{
    while (*cursor < header.len) {
        size_t end = field_end(header, *cursor);
        struct slice line = slice_sub(header, *cursor, end - *cursor);
        if (line.data[0] == '\n' || slice_starts_with(line, SLICE("\r\n")))
            break;
        *cursor = end;
        if (split_field(line, out))
            return true;
    }
    *cursor = header.len;
    return false;
}

bool mime_field_find(struct slice header, struct slice name, struct slice *value_out)
{
    struct mime_field field;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        if (slice_equal_nocase(field.name, name)) {
            *value_out = field.value;
            return true;
        }
    }
    return false;
}

static bool is_dropped(char c)
{
    return c == '\r' || c == '\n' || c == '\0';
}

/* A line end followed by white space folds. CR alone is no line end: it stays. */
static bool is_fold(struct slice value, size_t at)
{
    char c = value.data[at];
    return c == '\n' || c == '\0' ||
           (c == '\r' && at + 1 < value.len && value.data[at + 1] == '\n');
}

struct slice field_unfold(struct slice value, struct buffer *scratch)
{
    if (!value.data)
        return value;
    while (value.len > 0 && token_is_space(value.data[value.len - 1]))
        value.len--;
    size_t at = 0;
    while (at < value.len && !is_dropped(value.data[at]))
        at++;
    if (at == value.len)
        return value;
    buffer_reset(scratch);
    size_t plain = 0; /* start of the run that can be copied as it is */
    for (; at < value.len; at++) {
        if (!is_fold(value, at))
            continue;
        buffer_add(scratch, slice_sub(value, plain, at - plain));
        plain = at + 1;
    }
    buffer_add(scratch, slice_sub(value, plain, value.len));
    return buffer_slice(scratch);
}

static int compare_names(const void *a, const void *b)
{
    const struct slice *left = a, *right = b;
    size_t common = left->len < right->len ? left->len : right->len;
    for (size_t i = 0; i < common; i++) {
        int difference =
            (unsigned char)ascii_lower(left->data[i]) - (unsigned char)ascii_lower(right->data[i]);
        if (difference != 0)
            return difference;
    }
    return left->len < right->len ? -1 : left->len > right->len;
}

/* Sorted, so that many names over a long header don't multiply. */
static struct slice *sort_names(const struct slice *names, size_t count)
{
    struct slice *sorted = malloc((count + 1) * sizeof *sorted);
    if (!sorted)
        return NULL;
    if (count > 0)
        memcpy(sorted, names, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_names);
    return sorted;
}

void mime_header_fields(struct slice header, const struct slice *names, size_t name_count,
                        bool except, struct buffer *out)
{
    struct slice *sorted = sort_names(names, name_count);
    if (!sorted) {
        out->failed = fail(ERR_NO_MEMORY, "no memory for %zu field names", name_count);
        return;
    }
    struct mime_field field;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        bool listed = bsearch(&field.name, sorted, name_count, sizeof *sorted, compare_names);
        if (listed == except)
            continue;
        buffer_add(out, field.line);
        if (!slice_ends_with(field.line, SLICE("\n"))) /* the header was cut off */
            buffer_add_cstr(out, "\r\n");
    }
    free(sorted);
    buffer_add_cstr(out, "\r\n");
}
