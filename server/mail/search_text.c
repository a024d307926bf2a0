#include "search_text.h"

#include "base/text.h"
#include "fiber/fiber.h"
#include "mime/address.h"
#include "mime/entity.h"
#include "mime/html.h"
#include "mime/parameter.h"

enum {
    /* A larger part is decoded in slices of about this size, a larger text
     * folded in such, so that nobody else on this worker waits long. */
    DECODE_SLICE = 1 << 20,
    FOLD_SLICE = 64 << 10,
    /* Of a part that folds to more, only so much is looked into. */
    TEXT_ENOUGH = 64 << 20,
    /* With what the last slice makes of it: U+FDFA becomes eleven times as long. */
    TEXT_MAX = TEXT_ENOUGH + 12 * 2 * FOLD_SLICE
};

void search_reader_init(struct search_reader *reader)
{
    buffer_init(&reader->decoded, TEXT_MAX);
    buffer_init(&reader->shown, TEXT_MAX);
    buffer_init(&reader->folded, TEXT_MAX);
}

void search_reader_clear(struct search_reader *reader)
{
    buffer_clear(&reader->decoded);
    buffer_clear(&reader->shown);
    buffer_clear(&reader->folded);
}

/* Header fields ------------------------------------------------------------------- */

static bool is_address_field(struct slice name)
{
    static const char *const names[] = {"From", "Sender", "Reply-To", "To", "Cc", "Bcc"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (slice_equal_nocase(name, slice_cstr(names[i])))
            return true;
    return false;
}

static bool parts_address(char c)
{
    return strchr(" \t\r\n()\"", c);
}

/* Whether an address may be written with something at its "@" that belongs to neither side. */
static bool has_parted_address(struct slice value)
{
    for (size_t at = 1; at + 1 < value.len; at++)
        if (value.data[at] == '@' &&
            (parts_address(value.data[at - 1]) || parts_address(value.data[at + 1])))
            return true;
    return false;
}

static void add_address(void *arg, const struct address_entry *entry)
{
    struct buffer *folded = arg;
    if (entry->host.len == 0)
        return;
    buffer_add_char(folded, ' ');
    text_fold(entry->mailbox, folded);
    buffer_add_char(folded, '@');
    text_fold(entry->host, folded);
}

/* "name: value" into `folded`; returns where the value begins. Addresses are found as ENVELOPE
 * shows them, too (RFC 3501 section 6.4.4). */
static size_t fold_field(struct search_reader *reader, const struct mime_field *field)
{
    buffer_reset(&reader->decoded);
    buffer_reset(&reader->folded);
    text_fold(field->name, &reader->folded);
    buffer_add(&reader->folded, SLICE(": "));
    size_t value_start = reader->folded.len;
    mime_decode_header(field->value, &reader->decoded);
    text_fold(buffer_slice(&reader->decoded), &reader->folded);
    if (is_address_field(field->name) && has_parted_address(field->value)) {
        int failure;
        address_list_each(field->value, 0, add_address, &reader->folded, &failure);
        if (failure < 0 && !reader->folded.failed)
            reader->folded.failed = failure;
    }
    return value_start;
}

int search_read_header(struct search_reader *reader, struct slice header,
                       const struct search_sink *sink)
{
    struct mime_field field;
    int err = 0;
    for (size_t cursor = 0; !err && mime_field_next(header, &cursor, &field);) {
        if (!sink->wants_field(sink->arg, field.name))
            continue;
        size_t value_start = fold_field(reader, &field);
        err = buffer_check(&reader->folded);
        if (!err)
            sink->field(sink->arg, field.name, buffer_slice(&reader->folded), value_start);
        fiber_breathe();
    }
    return err;
}

/* Bodies ----------------------------------------------------------------------------- */

/* Whether text may be cut before this octet: at the start of a line that does
 * not go on with white space, whose runs fold to one space. */
static bool starts_line(struct slice text, size_t at)
{
    unsigned char c = (unsigned char)text.data[at];
    return text.data[at - 1] == '\n' && c > ' ' && c < 0x80;
}

static bool continues_character(struct slice text, size_t at)
{
    return ((unsigned char)text.data[at] & 0xc0) == 0x80;
}

/* Where to cut the front off a UTF-8 text: after FOLD_SLICE octets, behind the
 * next line if there is one soon. */
static size_t fold_cut(struct slice text)
{
    if (text.len <= FOLD_SLICE)
        return text.len;
    size_t limit = text.len < 2 * FOLD_SLICE ? text.len : 2 * FOLD_SLICE;
    for (size_t at = FOLD_SLICE; at < limit; at++)
        if (starts_line(text, at))
            return at;
    size_t at = FOLD_SLICE;
    while (at < text.len && continues_character(text, at))
        at++;
    return at;
}

static void fold_in_slices(struct slice text, struct buffer *folded)
{
    while (text.len && folded->len < TEXT_ENOUGH) {
        size_t cut = fold_cut(text);
        text_fold(slice_sub(text, 0, cut), folded);
        text = slice_sub(text, cut, text.len);
        fiber_breathe();
    }
}

/* Where to cut the front off an encoded part so that each half can be decoded
 * by itself: behind a line end that is not quoted-printable's soft one, after a
 * multiple of 8 base64 characters (whole octets of 16-bit charsets, too).
 * A cut that finds no such place within a second slice is made anywhere. */
static size_t decode_cut(struct slice body)
{
    if (body.len <= DECODE_SLICE)
        return body.len;
    size_t limit = body.len < 2 * DECODE_SLICE ? body.len : 2 * DECODE_SLICE;
    size_t characters = 0;
    for (size_t at = 0; at < limit; at++) {
        char c = body.data[at];
        characters += c != '\r' && c != '\n';
        if (at < DECODE_SLICE || c != '\n' || characters % 8 != 0)
            continue;
        size_t end = body.data[at - 1] == '\r' ? at - 1 : at;
        if (body.data[end - 1] != '=')
            return at + 1;
    }
    return DECODE_SLICE;
}

/* Character references, and words that tags have broken, are found here only. */
static int read_shown(struct search_reader *reader, const struct search_sink *sink)
{
    int err = buffer_check(&reader->shown);
    if (err || !sink->wants_body(sink->arg))
        return err;
    buffer_reset(&reader->folded);
    fold_in_slices(buffer_slice(&reader->shown), &reader->folded);
    sink->body(sink->arg, buffer_slice(&reader->folded));
    return buffer_check(&reader->folded);
}

static int read_leaf(struct search_reader *reader, struct slice header, struct slice body,
                     const struct search_sink *sink)
{
    struct entity entity;
    entity_read(header, false, &entity);
    bool is_html = entity_is_html(&entity);
    buffer_reset(&reader->folded);
    buffer_reset(&reader->shown);
    while (body.len) {
        size_t cut = decode_cut(body);
        buffer_reset(&reader->decoded);
        if (!mime_decode_text(header, slice_sub(body, 0, cut), &reader->decoded))
            return 0;
        fiber_breathe();
        fold_in_slices(buffer_slice(&reader->decoded), &reader->folded);
        if (is_html)
            html_to_text(buffer_slice(&reader->decoded), &reader->shown);
        body = slice_sub(body, cut, body.len);
    }
    sink->body(sink->arg, buffer_slice(&reader->folded));
    int err = buffer_check(&reader->folded);
    return err || !is_html ? err : read_shown(reader, sink);
}

/* People look for the name that they see, and not for its octets in hexadecimal. */
static void read_file_names(struct search_reader *reader, const struct mime_field *field,
                            const struct search_sink *sink)
{
    static const char *const parameters[] = {"filename", "name"};
    if (!slice_starts_with_nocase(field->name, SLICE("content-")))
        return;
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        buffer_reset(&reader->decoded);
        buffer_reset(&reader->folded);
        if (!parameter_find_extended(field->value, slice_cstr(parameters[i]), &reader->decoded))
            continue;
        text_fold(buffer_slice(&reader->decoded), &reader->folded);
        sink->part_header(sink->arg, buffer_slice(&reader->folded));
    }
}

/* The message's own fields have been read by search_read_header(). */
static int read_part_header(struct search_reader *reader, struct slice header, bool is_own,
                            const struct search_sink *sink)
{
    struct mime_field field;
    int err = 0;
    for (size_t cursor = 0; !err && mime_field_next(header, &cursor, &field);) {
        if (!is_own) {
            fold_field(reader, &field);
            sink->part_header(sink->arg, buffer_slice(&reader->folded));
        }
        read_file_names(reader, &field, sink);
        err = buffer_check(&reader->folded);
        fiber_breathe();
    }
    return err;
}

static int read_part(struct search_reader *reader, const struct mime_tree *tree, uint32_t index,
                     struct slice message, const struct search_sink *sink)
{
    const struct mime_part *part = &tree->parts[index];
    struct slice header = tree->headers[index];
    int err = 0;
    if (sink->wants_part_header(sink->arg))
        err = read_part_header(reader, header, index == 0, sink);
    if (!err && part->kind == MIME_LEAF)
        err = read_leaf(reader, header,
                        slice_sub(message, part->body_start, part->body_end - part->body_start),
                        sink);
    return err;
}

static int scan(struct slice message, struct arena *arena, const struct mime_tree **out)
{
    struct mime_scanner *scanner;
    int err = mime_scanner_new(arena, NULL, &scanner);
    while (!err && message.len) {
        struct slice piece = slice_sub(message, 0, DECODE_SLICE);
        err = mime_scanner_feed(scanner, piece);
        message = slice_sub(message, piece.len, message.len);
        fiber_breathe();
    }
    return err ? err : mime_scanner_finish(scanner, out);
}

int search_read_body(struct search_reader *reader, struct slice message,
                     const struct search_sink *sink)
{
    struct arena arena;
    arena_init(&arena, 0);
    const struct mime_tree *tree;
    int err = scan(message, &arena, &tree);
    for (uint32_t i = 0; !err && i < tree->count && sink->wants_body(sink->arg); i++)
        err = read_part(reader, tree, i, message, sink);
    arena_clear(&arena);
    return err;
}
