#include "mail/preview.h"

#include "mime/entity.h"
#include "mime/html.h"

/* Of a part this much is decoded: some HTML has long styles before its text. */
enum { PART_OCTETS = 64 * 1024 };

static struct slice octets_between(struct slice start, uint64_t first, uint64_t last)
{
    uint64_t end = last < start.len ? last : start.len;
    return first < end ? slice_sub(start, (size_t)first, (size_t)(end - first)) : SLICE_EMPTY;
}

/* So much of the body as is decoded: whole lines, so that no character is cut. */
static struct slice body_of(const struct mime_part *part, struct slice start)
{
    struct slice body = octets_between(start, part->body_start, part->body_end);
    if (body.len <= PART_OCTETS && part->body_end <= start.len)
        return body;
    body = slice_sub(body, 0, PART_OCTETS);
    const char *line_end = body.len ? memrchr(body.data, '\n', body.len) : NULL;
    return line_end ? slice_sub(body, 0, (size_t)(line_end - body.data) + 1) : body;
}

static bool is_encrypted(const struct entity *entity)
{
    return (entity_is_multipart(entity) &&
            slice_equal_nocase(entity->subtype, SLICE("encrypted"))) ||
           slice_equal_nocase(entity->subtype, SLICE("pkcs7-mime")) ||
           slice_equal_nocase(entity->subtype, SLICE("x-pkcs7-mime"));
}

static bool is_attachment(const struct entity *entity)
{
    size_t cursor = 0;
    struct slice value = entity->fields[ENTITY_DISPOSITION];
    return value.data && slice_equal_nocase(entity_token(value, &cursor), SLICE("attachment"));
}

/* A message within the message, and what is in it, is not what this one begins with. */
static bool is_enclosed(const struct mime_tree *tree, uint32_t index)
{
    while (index != 0) {
        index = tree->parts[index].parent;
        if (tree->parts[index].kind == MIME_MESSAGE)
            return true;
    }
    return false;
}

/* What is left of the text without the lines that quote another (RFC 3676 section 4.5);
 * empty when it is encrypted (RFC 9580 section 6.2). */
static void add_unquoted(struct slice text, struct buffer *out)
{
    while (text.len > 0) {
        struct slice line = slice_sub(text, 0, slice_find(text, '\n'));
        text = slice_sub(text, line.len + 1, text.len);
        if (slice_starts_with(line, SLICE("-----BEGIN PGP MESSAGE-----")))
            return;
        if (slice_starts_with(line, SLICE(">")))
            continue;
        buffer_add(out, line);
        buffer_add_char(out, '\n');
    }
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

/* The first characters, with one space for each run of white space. */
static void add_beginning(struct slice text, struct buffer *out)
{
    size_t characters = 0;
    bool space = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (is_blank(c)) {
            space = characters > 0;
            continue;
        }
        if (begins_character(c))
            characters += 1 + space;
        if (characters > PREVIEW_CHARACTERS)
            return;
        if (space)
            buffer_add_char(out, ' ');
        space = false;
        buffer_add_char(out, c);
    }
}

static int add_text(const struct entity *entity, struct slice header, struct slice body,
                    struct buffer *out)
{
    struct buffer decoded, text;
    buffer_init(&decoded, 0);
    buffer_init(&text, 0);
    (void)mime_decode_text(header, body, &decoded);
    if (entity_is_html(entity))
        html_to_text(buffer_slice(&decoded), &text);
    else
        add_unquoted(buffer_slice(&decoded), &text);
    int err = buffer_check(&decoded);
    if (!err)
        err = buffer_check(&text);
    if (!err)
        add_beginning(buffer_slice(&text), out);
    buffer_clear(&decoded);
    buffer_clear(&text);
    return err ? err : buffer_check(out);
}

/* The first part that has text to show. */
int preview_make(const struct mime_tree *tree, struct slice start, struct buffer *out)
{
    size_t before = out->len;
    int err = 0;
    for (uint32_t i = 0; i < tree->count && !err && out->len == before; i++) {
        const struct mime_part *part = &tree->parts[i];
        struct entity entity;
        struct slice header = octets_between(start, part->header_start, part->body_start);
        if (part->header_start >= start.len)
            break;
        entity_read(header, false, &entity);
        if (is_encrypted(&entity))
            break;
        if (part->kind == MIME_LEAF && entity_is_text(&entity) && !is_attachment(&entity) &&
            !is_enclosed(tree, i))
            err = add_text(&entity, header, body_of(part, start), out);
    }
    return err;
}
