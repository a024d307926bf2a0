#include "mime_invariants.h"

#include <stdlib.h>

enum { SECTIONS_CHECKED = 300, PATH_MAX_LENGTH = 128, SMALL_MESSAGE = 1 << 20 };

const struct mime_tree *mime_scan_in_pieces(struct arena *arena, struct slice message, size_t piece)
{
    struct mime_scanner *scanner;
    const struct mime_tree *tree;
    if (mime_scanner_new(arena, NULL, &scanner))
        return NULL;
    for (size_t at = 0; at < message.len; at += piece) {
        /* A copy of its own, so that a scanner that keeps pointers is caught. */
        struct slice part = slice_sub(message, at, piece);
        char *copy = malloc(part.len);
        if (!copy)
            return NULL;
        memcpy(copy, part.data, part.len);
        int err = mime_scanner_feed(scanner, slice_of(copy, part.len));
        memset(copy, '-', part.len);
        free(copy);
        if (err)
            return NULL;
    }
    return mime_scanner_finish(scanner, &tree) ? NULL : tree;
}

static bool same_part(const struct mime_part *a, const struct mime_part *b)
{
    return a->kind == b->kind && a->header_start == b->header_start &&
           a->body_start == b->body_start && a->body_end == b->body_end &&
           a->body_lines == b->body_lines && a->parent == b->parent &&
           a->first_child == b->first_child && a->next_sibling == b->next_sibling &&
           a->child_count == b->child_count;
}

const char *mime_trees_differ(const struct mime_tree *a, const struct mime_tree *b)
{
    if (a->count != b->count)
        return "trees have different numbers of parts";
    for (uint32_t i = 0; i < a->count; i++) {
        if (!same_part(&a->parts[i], &b->parts[i]))
            return "trees differ in a part";
        if (a->headers[i].data && b->headers[i].data && !slice_equal(a->headers[i], b->headers[i]))
            return "trees differ in a header";
    }
    return NULL;
}

static uint32_t count_lines(struct slice text)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    return lines;
}

static const char *part_broken(const struct mime_tree *tree, uint32_t index, struct slice message)
{
    const struct mime_part *part = &tree->parts[index];
    const struct mime_part *parent = &tree->parts[part->parent];
    if (part->header_start > part->body_start || part->body_start > part->body_end)
        return "a part's range runs backwards";
    if (part->body_end > message.len)
        return "a part ends behind the message";
    struct slice header =
        slice_sub(message, part->header_start, part->body_start - part->header_start);
    if (!slice_equal(slice_sub(header, 0, tree->headers[index].len), tree->headers[index]))
        return "a kept header is not the message's";
    struct slice body = slice_sub(message, part->body_start, part->body_end - part->body_start);
    if (count_lines(body) != part->body_lines)
        return "the lines of a body are miscounted";
    if (index > 0 && (part->parent >= index || part->header_start < parent->body_start ||
                      part->body_end > parent->body_end))
        return "a part is not inside its parent";
    if (part->next_sibling && tree->parts[part->next_sibling].header_start < part->body_end)
        return "siblings overlap";
    if ((part->kind == MIME_LEAF && part->child_count) ||
        (part->kind == MIME_MESSAGE && part->child_count != 1))
        return "a part has a wrong number of children";
    return NULL;
}

static const char *ranges_broken(const struct mime_tree *tree, struct slice message)
{
    if (tree->count == 0 || tree->parts[0].header_start != 0 ||
        tree->parts[0].body_end != message.len)
        return "the root is not the message";
    const char *broken = NULL;
    /* Bodies are counted again for each part: only as many as stay quick. */
    uint32_t limit = message.len < SMALL_MESSAGE ? tree->count : 1;
    for (uint32_t i = 0; i < tree->count && i < limit && !broken; i++)
        broken = part_broken(tree, i, message);
    return broken;
}

static const char *encoding_broken(const struct mime_tree *tree)
{
    struct arena arena;
    struct buffer stored;
    struct mime_tree decoded;
    arena_init(&arena, 0);
    buffer_init(&stored, 0);
    mime_tree_encode(tree, &stored);
    const char *broken = "the encoded tree cannot be decoded";
    if (mime_tree_decode(&arena, buffer_slice(&stored), &decoded) == 0)
        broken = mime_trees_differ(tree, &decoded);
    buffer_clear(&stored);
    arena_clear(&arena);
    return broken;
}

/* The part specifier of a part: false when it has none of its own (a message
 * in a message/rfc822 part that is a multipart, the root). */
static bool specifier(const struct mime_tree *tree, uint32_t index, uint32_t *numbers,
                      size_t *count_out)
{
    uint32_t reversed[PATH_MAX_LENGTH];
    size_t count = 0;
    bool own = tree->parts[index].kind != MIME_MULTIPART;
    for (uint32_t at = index;; at = tree->parts[at].parent) {
        uint32_t parent = tree->parts[at].parent;
        bool is_message = at == 0 || tree->parts[parent].kind == MIME_MESSAGE;
        if (count >= PATH_MAX_LENGTH)
            return false;
        if (is_message && tree->parts[at].kind != MIME_MULTIPART) {
            reversed[count++] = 1;
        } else if (!is_message) {
            uint32_t number = 1;
            for (uint32_t i = tree->parts[parent].first_child; i != at;
                 i = tree->parts[i].next_sibling)
                number++;
            reversed[count++] = number;
            own = own || at == index;
        }
        if (at == 0)
            break;
    }
    for (size_t i = 0; i < count; i++)
        numbers[i] = reversed[count - 1 - i];
    *count_out = count;
    return own;
}

static const char *sections_broken(const struct mime_tree *tree)
{
    for (uint32_t i = 0; i < tree->count && i < SECTIONS_CHECKED; i++) {
        uint32_t numbers[PATH_MAX_LENGTH];
        size_t count;
        uint64_t start, end;
        const struct mime_part *part = &tree->parts[i];
        if (!specifier(tree, i, numbers, &count))
            continue;
        if (!mime_section_range(tree, numbers, count, MIME_SECTION_ALL, &start, &end) ||
            start != part->body_start || end != part->body_end)
            return "a part is not found by its number";
        if (!mime_section_range(tree, numbers, count, MIME_SECTION_MIME, &start, &end) ||
            start != part->header_start || end != part->body_start)
            return "a part's MIME header is not found by its number";
        bool has_text = mime_section_range(tree, numbers, count, MIME_SECTION_TEXT, &start, &end);
        if (has_text != (part->kind == MIME_MESSAGE))
            return "TEXT of a part that is no message";
    }
    return NULL;
}

static const char *body_broken(struct slice bodystructure)
{
    struct buffer body, again;
    const char *broken = NULL;
    buffer_init(&body, 0);
    buffer_init(&again, 0);
    if (mime_body_from_bodystructure(bodystructure, &body) != 0)
        broken = "BODY cannot be made from BODYSTRUCTURE";
    else if (mime_body_from_bodystructure(buffer_slice(&body), &again) != 0 ||
             !slice_equal(buffer_slice(&body), buffer_slice(&again)))
        broken = "BODY made from BODY is another";
    buffer_clear(&body);
    buffer_clear(&again);
    return broken;
}

static const char *structure_broken(const struct mime_tree *tree)
{
    struct buffer structure;
    buffer_init(&structure, 0);
    const char *broken = "BODYSTRUCTURE cannot be rendered";
    if (mime_render_bodystructure(tree, MIME_REV1, &structure) == 0)
        broken = body_broken(buffer_slice(&structure));
    buffer_clear(&structure);
    return broken;
}

static const char *tree_broken(const struct mime_tree *tree, struct slice message)
{
    const char *broken = ranges_broken(tree, message);
    if (!broken)
        broken = encoding_broken(tree);
    if (!broken)
        broken = sections_broken(tree);
    if (!broken)
        broken = structure_broken(tree);
    for (uint32_t i = 0; i < tree->count && i < SECTIONS_CHECKED && !broken; i++)
        broken = mime_header_broken(tree->headers[i]);
    return broken;
}

static void decode_leaves(const struct mime_tree *tree, struct slice message)
{
    struct buffer text;
    buffer_init(&text, 0);
    for (uint32_t i = 0; i < tree->count && i < SECTIONS_CHECKED; i++) {
        const struct mime_part *part = &tree->parts[i];
        buffer_reset(&text);
        if (part->kind == MIME_LEAF)
            mime_decode_text(
                tree->headers[i],
                slice_sub(message, part->body_start, part->body_end - part->body_start), &text);
    }
    buffer_clear(&text);
}

const char *mime_message_broken(struct slice message)
{
    struct arena arena;
    arena_init(&arena, 0);
    const struct mime_tree *whole = mime_scan_in_pieces(&arena, message, message.len + 1);
    const struct mime_tree *halves = mime_scan_in_pieces(&arena, message, message.len / 2 + 1);
    const struct mime_tree *octets = mime_scan_in_pieces(&arena, message, 1);
    const char *broken = "scanning fails";
    if (whole && halves && octets)
        broken = mime_trees_differ(whole, halves);
    if (!broken)
        broken = mime_trees_differ(whole, octets);
    if (!broken)
        broken = tree_broken(whole, message);
    if (!broken)
        decode_leaves(whole, message);
    arena_clear(&arena);
    return broken;
}

/* The grammar of ENVELOPE, read independently of the renderer. */
struct reader {
    struct slice text;
    size_t at;
};

static bool accept(struct reader *reader, const char *token)
{
    struct slice rest = slice_sub(reader->text, reader->at, reader->text.len);
    if (!slice_starts_with(rest, slice_cstr(token)))
        return false;
    reader->at += strlen(token);
    return true;
}

static bool accept_quoted(struct reader *reader)
{
    for (; reader->at < reader->text.len; reader->at++) {
        char c = reader->text.data[reader->at];
        if (c == '"') {
            reader->at++;
            return true;
        }
        if (c == '\r' || c == '\n' || c == '\0' || (unsigned char)c > 127)
            return false;
        if (c == '\\' && ++reader->at < reader->text.len &&
            !memchr("\"\\", reader->text.data[reader->at], 2))
            return false;
    }
    return false;
}

static bool accept_literal(struct reader *reader)
{
    struct slice rest = slice_sub(reader->text, reader->at, reader->text.len);
    struct slice digits = slice_sub(rest, 0, slice_find(rest, '}'));
    uint64_t len;
    if (!slice_to_u64(digits, &len))
        return false;
    reader->at += digits.len;
    if (!accept(reader, "}\r\n") || len > reader->text.len - reader->at)
        return false;
    bool has_nul = memchr(reader->text.data + reader->at, '\0', len) != NULL;
    reader->at += len;
    return !has_nul;
}

static bool accept_nstring(struct reader *reader)
{
    if (accept(reader, "NIL"))
        return true;
    if (accept(reader, "\""))
        return accept_quoted(reader);
    return accept(reader, "{") && accept_literal(reader);
}

static bool accept_address(struct reader *reader)
{
    bool ok = accept(reader, "(") && accept_nstring(reader);
    for (int i = 1; i < 4 && ok; i++)
        ok = accept(reader, " ") && accept_nstring(reader);
    return ok && accept(reader, ")");
}

static bool accept_addresses(struct reader *reader)
{
    if (accept(reader, "NIL"))
        return true;
    if (!accept(reader, "("))
        return false;
    do {
        if (!accept_address(reader))
            return false;
    } while (!accept(reader, ")"));
    return true;
}

static bool is_envelope(struct slice text)
{
    struct reader reader = {text, 0};
    bool ok = accept(&reader, "(") && accept_nstring(&reader) && accept(&reader, " ") &&
              accept_nstring(&reader);
    for (int i = 0; i < 6 && ok; i++)
        ok = accept(&reader, " ") && accept_addresses(&reader);
    return ok && accept(&reader, " ") && accept_nstring(&reader) && accept(&reader, " ") &&
           accept_nstring(&reader) && accept(&reader, ")") && reader.at == text.len;
}

static const char *fields_broken(struct slice header)
{
    struct mime_field field;
    struct buffer decoded;
    size_t lines_len = 0;
    buffer_init(&decoded, 0);
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        lines_len += field.line.len;
        if (field.value.data < field.line.data ||
            field.value.data + field.value.len > field.line.data + field.line.len)
            return "a field's value lies outside its line";
        buffer_reset(&decoded);
        mime_decode_header(field.value, &decoded);
        int64_t day, instant;
        mime_parse_date(field.value, &day, &instant);
    }
    buffer_clear(&decoded);
    return lines_len > header.len ? "fields are longer than the header" : NULL;
}

static const char *subsets_broken(struct slice header)
{
    static const struct slice names[] = {{"to", 2}, {"subject", 7}, {"From", 4}};
    struct buffer listed, others;
    struct mime_field field;
    size_t lines_len = 0;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);)
        lines_len += field.line.len + (slice_ends_with(field.line, SLICE("\n")) ? 0 : 2);
    buffer_init(&listed, 0);
    buffer_init(&others, 0);
    mime_header_fields(header, names, 3, false, &listed);
    mime_header_fields(header, names, 3, true, &others);
    bool complete = listed.len + others.len == lines_len + 4;
    buffer_clear(&listed);
    buffer_clear(&others);
    return complete ? NULL : "HEADER.FIELDS and HEADER.FIELDS.NOT do not make the header";
}

const char *mime_header_broken(struct slice header)
{
    struct arena arena;
    struct buffer envelope;
    struct mime_summary summary;
    arena_init(&arena, 0);
    buffer_init(&envelope, 0);
    mime_render_envelope(header, &envelope);
    mime_summarise(header, &arena, &summary);
    const char *broken = is_envelope(buffer_slice(&envelope)) ? NULL : "ENVELOPE is malformed";
    buffer_clear(&envelope);
    arena_clear(&arena);
    if (!broken)
        broken = fields_broken(header);
    return broken ? broken : subsets_broken(header);
}

static const char *stored_tree_broken(struct slice octets)
{
    struct arena arena;
    struct mime_tree tree;
    arena_init(&arena, 0);
    const char *broken = NULL;
    if (mime_tree_decode(&arena, octets, &tree) == 0) {
        broken = encoding_broken(&tree);
        if (!broken)
            broken = sections_broken(&tree);
    }
    arena_clear(&arena);
    return broken;
}

const char *mime_stored_broken(struct slice octets)
{
    struct buffer body;
    buffer_init(&body, 0);
    const char *broken = stored_tree_broken(octets);
    if (!broken && mime_body_from_bodystructure(octets, &body) == 0)
        broken = body_broken(octets);
    buffer_clear(&body);
    return broken;
}
