#include "mime/parameter.h"

#include "mime/charset.h"
#include "mime/token.h"

/* The index of the next semicolon outside quotes and comments, or the end. */
static size_t skip_to_semicolon(struct slice text, size_t at)
{
    while (at < text.len && text.data[at] != ';') {
        if (text.data[at] == '"')
            at = token_quoted_end(text, at) + 1;
        else if (text.data[at] == '(')
            at = token_comment_end(text, at) + 1;
        else
            at++;
    }
    return at < text.len ? at : text.len;
}

/* A value without quotes runs up to the semicolon or to a comment; a
 * parenthesis within a word is part of it ("name=a(1).pdf"). */
static size_t bare_value_end(struct slice text, size_t at)
{
    for (; at < text.len && text.data[at] != ';'; at++) {
        if (text.data[at] == '(' && token_is_space(text.data[at - 1]))
            break;
    }
    return at;
}

static size_t read_value(struct slice text, size_t at, struct parameter *out)
{
    out->quoted = at < text.len && text.data[at] == '"';
    size_t end = out->quoted ? token_quoted_end(text, at) : bare_value_end(text, at);
    size_t start = out->quoted ? at + 1 : at;
    if (end > text.len)
        end = text.len;
    out->value = slice_sub(text, start, end - start);
    if (!out->quoted)
        out->value = slice_trim(out->value);
    return skip_to_semicolon(text, out->quoted ? end + 1 : end);
}

static bool ends_name(char c)
{
    return c == '=' || c == ';' || c == '(' || token_is_space(c);
}

bool parameter_next(struct slice text, size_t *cursor, struct parameter *out)
{
    size_t at = *cursor;
    while ((at = skip_to_semicolon(text, at)) < text.len) {
        at = token_skip_comments(text, at + 1);
        size_t start = at;
        while (at < text.len && !ends_name(text.data[at]))
            at++;
        struct slice name = slice_sub(text, start, at - start);
        at = token_skip_comments(text, at);
        if (name.len == 0 || at == text.len || text.data[at] != '=')
            continue;
        out->name = name;
        *cursor = read_value(text, token_skip_comments(text, at + 1), out);
        return true;
    }
    *cursor = text.len;
    return false;
}

void parameter_add_value(struct buffer *out, const struct parameter *parameter)
{
    if (parameter->quoted) {
        token_add_unquoted(out, parameter->value);
        return;
    }
    for (size_t i = 0; i < parameter->value.len; i++) {
        char c = parameter->value.data[i];
        if (c != '\r' && c != '\n' && c != '\0')
            buffer_add_char(out, c);
    }
}

static int hex_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_percent_decoded(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        int high = -1, low = -1;
        if (text.data[i] == '%' && i + 2 < text.len) {
            high = hex_value(text.data[i + 1]);
            low = hex_value(text.data[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            buffer_add_char(out, (char)(high << 4 | low));
            i += 2;
        } else {
            buffer_add_char(out, text.data[i]);
        }
    }
}

/* What follows "charset'language'" (RFC 2231 section 4). */
static struct slice without_charset(struct slice value, struct slice *charset_out)
{
    size_t first = slice_find(value, '\'');
    if (first == value.len)
        return value;
    struct slice rest = slice_sub(value, first + 1, value.len);
    size_t second = slice_find(rest, '\'');
    if (second == rest.len)
        return value;
    *charset_out = slice_sub(value, 0, first);
    return slice_sub(rest, second + 1, rest.len);
}

/* What stands behind "name*" of a continuation or an encoded value. */
struct segment {
    bool encoded;
    bool numbered;
    uint32_t number;
};

static bool read_segment(struct slice parameter_name, struct slice name, struct segment *out)
{
    if (parameter_name.len <= name.len || parameter_name.data[name.len] != '*' ||
        !slice_starts_with_nocase(parameter_name, name))
        return false;
    struct slice rest = slice_sub(parameter_name, name.len + 1, parameter_name.len);
    if (rest.len == 0) {
        *out = (struct segment){.encoded = true};
        return true;
    }
    out->encoded = slice_ends_with(rest, SLICE("*"));
    out->numbered = true;
    rest.len -= out->encoded;
    return slice_to_u32(rest, &out->number);
}

static void add_segment(struct buffer *out, const struct parameter *parameter,
                        const struct segment *segment, struct slice *charset_out)
{
    if (!segment->encoded)
        parameter_add_value(out, parameter);
    else if (segment->number == 0)
        add_percent_decoded(out, without_charset(parameter->value, charset_out));
    else
        add_percent_decoded(out, parameter->value);
}

static bool find_segments(struct slice text, struct slice name, struct buffer *out,
                          struct slice *charset_out)
{
    struct parameter parameter;
    uint32_t wanted = 0; /* segments count only in ascending order */
    for (size_t cursor = 0; parameter_next(text, &cursor, &parameter);) {
        struct segment segment = {0};
        if (!read_segment(parameter.name, name, &segment) || segment.number != wanted)
            continue;
        add_segment(out, &parameter, &segment, charset_out);
        wanted++;
        if (!segment.numbered)
            break;
    }
    return wanted > 0;
}

/* Segments 0 to count - 1, one after the other. */
struct run {
    struct slice name; /* without "*0" */
    uint32_t count;
    bool encoded;
    size_t end; /* the cursor behind them */
};

/* True when `first`, up to the cursor, begins one. */
static bool find_run(struct slice text, size_t cursor, struct slice first, struct run *out)
{
    *out = (struct run){.name = slice_sub(first, 0, slice_find(first, '*'))};
    struct parameter parameter = {.name = first};
    do {
        struct segment segment = {0};
        if (!read_segment(parameter.name, out->name, &segment) || !segment.numbered ||
            segment.number != out->count)
            break;
        out->count++;
        out->encoded |= segment.encoded;
        out->end = cursor;
    } while (parameter_next(text, &cursor, &parameter));
    return out->name.len > 0 && out->count > 0;
}

/* Of a segment that is not encoded, among others that are. */
static void add_percent_encoded(struct buffer *out, const struct parameter *parameter)
{
    struct buffer plain;
    buffer_init(&plain, 0);
    parameter_add_value(&plain, parameter);
    for (size_t i = 0; i < plain.len; i++) {
        buffer_add_char(out, plain.data[i]);
        if (plain.data[i] == '%')
            buffer_add_cstr(out, "25");
    }
    if (plain.failed && !out->failed)
        out->failed = plain.failed;
    buffer_clear(&plain);
}

static void add_run_value(struct buffer *out, const struct run *run,
                          const struct parameter *parameter)
{
    bool encoded = slice_ends_with(parameter->name, SLICE("*"));
    if (run->encoded && !encoded)
        add_percent_encoded(out, parameter);
    else
        parameter_add_value(out, parameter);
}

bool parameter_next_joined(struct slice text, size_t *cursor, struct slice *name_out,
                           struct buffer *value_out)
{
    struct parameter parameter;
    struct run run;
    if (!parameter_next(text, cursor, &parameter))
        return false;
    buffer_reset(value_out);
    *name_out = parameter.name;
    if (!find_run(text, *cursor, parameter.name, &run)) {
        parameter_add_value(value_out, &parameter);
        return true;
    }
    *name_out = slice_sub(parameter.name, 0, run.name.len + run.encoded);
    if (run.encoded && !slice_ends_with(parameter.name, SLICE("*")))
        buffer_add_cstr(value_out, "''"); /* neither charset nor language */
    add_run_value(value_out, &run, &parameter);
    while (*cursor < run.end && parameter_next(text, cursor, &parameter))
        add_run_value(value_out, &run, &parameter);
    return true;
}

bool parameter_find(struct slice text, struct slice name, struct buffer *out)
{
    struct parameter parameter;
    struct slice charset = SLICE_EMPTY;
    for (size_t cursor = 0; parameter_next(text, &cursor, &parameter);) {
        if (slice_equal_nocase(parameter.name, name)) {
            parameter_add_value(out, &parameter);
            return true;
        }
    }
    return find_segments(text, name, out, &charset);
}

bool parameter_find_extended(struct slice text, struct slice name, struct buffer *out)
{
    struct buffer octets;
    struct slice charset = SLICE_EMPTY;
    buffer_init(&octets, 0);
    bool found = find_segments(text, name, &octets, &charset);
    charset_add(out, charset, buffer_slice(&octets));
    if (octets.failed && !out->failed)
        out->failed = octets.failed;
    buffer_clear(&octets);
    return found;
}
