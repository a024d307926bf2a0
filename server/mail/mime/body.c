/* BODY is BODYSTRUCTURE without what RFC 3501 calls extension data: each part
 * ends after the fields that its type needs. This works on the rendered text
 * alone, so a stored BODYSTRUCTURE answers both. */
#include "mail/mime.h"

enum { BASIC_FIELDS = 7 };                   /* type to size */
enum open_body { IN_MULTIPART, IN_MESSAGE }; /* whose body is being read inside */

/* Bodies contain bodies; which are open is kept on the heap, an octet each. */
struct transformer {
    struct slice text;
    size_t at;
    struct buffer *out;
    struct buffer open;
    bool broken;
};

static bool next_is(const struct transformer *transformer, char c)
{
    return transformer->at < transformer->text.len && transformer->text.data[transformer->at] == c;
}

static void expect(struct transformer *transformer, char c)
{
    if (next_is(transformer, c))
        transformer->at++;
    else
        transformer->broken = true;
}

static void copy_expected(struct transformer *transformer, char c)
{
    expect(transformer, c);
    buffer_add_char(transformer->out, c);
}

static size_t quoted_end(struct slice text, size_t at)
{
    for (at++; at < text.len; at++) {
        if (text.data[at] == '\\')
            at++;
        else if (text.data[at] == '"')
            return at + 1;
    }
    return SIZE_MAX;
}

/* "{3}" CRLF and three octets. */
static size_t literal_end(struct slice text, size_t at)
{
    struct slice rest = slice_sub(text, at + 1, text.len);
    size_t brace = slice_find(rest, '}');
    uint64_t len;
    if (!slice_to_u64(slice_sub(rest, 0, brace), &len) ||
        !slice_starts_with(slice_sub(rest, brace, rest.len), SLICE("}\r\n")))
        return SIZE_MAX;
    size_t start = at + 1 + brace + 3;
    return len <= text.len - start ? start + len : SIZE_MAX;
}

static size_t atom_end(struct slice text, size_t at)
{
    size_t start = at;
    while (at < text.len && !memchr(" ()\"{", text.data[at], 5))
        at++;
    return at > start ? at : SIZE_MAX;
}

/* The index behind one string, number, NIL or parenthesised list; SIZE_MAX
 * when there is none. */
static size_t value_end(struct slice text, size_t at)
{
    size_t depth = 0;
    do {
        char c = at < text.len ? text.data[at] : '\0';
        if (c == '(' || (c == ')' && depth > 0)) {
            depth = c == '(' ? depth + 1 : depth - 1;
            at++;
        } else if (c == ' ' && depth > 0) {
            at++;
        } else if (c == '"') {
            at = quoted_end(text, at);
        } else if (c == '{') {
            at = literal_end(text, at);
        } else {
            at = atom_end(text, at);
        }
    } while (depth > 0 && at != SIZE_MAX);
    return at;
}

/* Steps over a value and returns it. */
static struct slice read_value(struct transformer *transformer)
{
    size_t end = value_end(transformer->text, transformer->at);
    if (end == SIZE_MAX) {
        transformer->broken = true;
        return SLICE_EMPTY;
    }
    struct slice value = slice_sub(transformer->text, transformer->at, end - transformer->at);
    transformer->at = end;
    return value;
}

static struct slice copy_value(struct transformer *transformer)
{
    struct slice value = read_value(transformer);
    buffer_add(transformer->out, value);
    return value;
}

static void copy_next_value(struct transformer *transformer)
{
    copy_expected(transformer, ' ');
    copy_value(transformer);
}

/* Leaves the extension data out. */
static void end_body(struct transformer *transformer)
{
    while (!transformer->broken && next_is(transformer, ' ')) {
        transformer->at++;
        read_value(transformer);
    }
    copy_expected(transformer, ')');
}

static void push(struct transformer *transformer, enum open_body kind)
{
    buffer_add_char(&transformer->open, (char)kind);
}

/* Before the type's own fields: message/global has an envelope or not, as its revision of IMAP
 * has it. What begins the extension data is no list. */
static bool has_envelope(const struct transformer *transformer, struct slice type,
                         struct slice subtype)
{
    if (!slice_equal_nocase(type, SLICE("\"message\"")))
        return false;
    struct slice rest = slice_sub(transformer->text, transformer->at, SIZE_MAX);
    return slice_equal_nocase(subtype, SLICE("\"rfc822\"")) ||
           (slice_equal_nocase(subtype, SLICE("\"global\"")) &&
            slice_starts_with(rest, SLICE(" (")));
}

/* After "(" of a part that is no multipart. True when the body of the message
 * in it comes next. */
static bool begin_single(struct transformer *transformer)
{
    struct slice type = copy_value(transformer);
    copy_expected(transformer, ' ');
    struct slice subtype = copy_value(transformer);
    for (int i = 2; i < BASIC_FIELDS && !transformer->broken; i++)
        copy_next_value(transformer);
    if (has_envelope(transformer, type, subtype)) {
        copy_next_value(transformer);
        copy_expected(transformer, ' ');
        push(transformer, IN_MESSAGE);
        return true;
    }
    if (slice_equal_nocase(type, SLICE("\"text\"")))
        copy_next_value(transformer);
    end_body(transformer);
    return false;
}

/* True when another body comes next. */
static bool begin_body(struct transformer *transformer)
{
    copy_expected(transformer, '(');
    if (!next_is(transformer, '('))
        return begin_single(transformer);
    push(transformer, IN_MULTIPART);
    return true;
}

/* A body has ended. True when another comes next: the next part. */
static bool continue_enclosing(struct transformer *transformer)
{
    size_t last = transformer->open.len - 1;
    if (transformer->open.data[last] == IN_MULTIPART && next_is(transformer, '('))
        return true;
    copy_next_value(transformer); /* the multipart's subtype, the message's lines */
    end_body(transformer);
    buffer_truncate(&transformer->open, last);
    return false;
}

int mime_body_from_bodystructure(struct slice bodystructure, struct buffer *out)
{
    struct transformer transformer = {.text = bodystructure, .out = out};
    size_t start = out->len;
    buffer_init(&transformer.open, 0);
    bool inside = true;
    do {
        inside = begin_body(&transformer);
        while (!inside && !transformer.broken && transformer.open.len > 0)
            inside = continue_enclosing(&transformer);
    } while (inside && !transformer.broken);
    int err = buffer_check(&transformer.open);
    buffer_clear(&transformer.open);
    if (err)
        return err;
    if (transformer.broken || transformer.at != bodystructure.len) {
        buffer_truncate(out, start);
        return fail(ERR_CORRUPT, "stored BODYSTRUCTURE is damaged");
    }
    return buffer_check(out);
}
