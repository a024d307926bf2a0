#include "sieve/part_edit.h"

#include "base/digest.h"
#include "mime/compose.h"
#include "sieve/letter.h"

enum { COPYING_PER_LOOKING = 8 }; /* octets copied cost less than those that are compared */

/* Noting --------------------------------------------------------------------------- */

/* Whether part `inner` is `outer` or lies in it. */
static bool lies_in(const struct mime_tree *tree, uint32_t inner, uint32_t outer)
{
    while (inner != outer && inner != 0)
        inner = tree->parts[inner].parent;
    return inner == outer;
}

int sieve_part_replace(struct sieve_part_edits *edits, const struct mime_tree *tree,
                       const struct sieve_replacement *replacement, struct arena *arena)
{
    if (edits->replacement_count == SIEVE_REPLACEMENTS_MAX)
        return fail(ERR_LIMIT, "%d parts of a message can be replaced at most",
                    SIEVE_REPLACEMENTS_MAX);
    struct sieve_replacement *copy = ARENA_NEW(arena, struct sieve_replacement);
    if (!copy)
        return -ERR_NO_MEMORY;
    struct sieve_replacement **place = &edits->replacements;
    while (*place && (*place)->part < replacement->part)
        place = &(*place)->next;
    struct sieve_replacement *rest = *place; /* parts are numbered depth first */
    while (rest && lies_in(tree, rest->part, replacement->part))
        rest = rest->next;
    *copy = *replacement;
    copy->next = rest;
    *place = copy;
    edits->replacement_count++;
    return 0;
}

bool sieve_part_is_replaced(const struct sieve_part_edits *edits, const struct mime_tree *tree,
                            uint32_t part)
{
    for (const struct sieve_replacement *i = edits->replacements; i; i = i->next) {
        if (lies_in(tree, part, i->part))
            return true;
    }
    return false;
}

/* Nothing in the message can be this line by chance or by intent. */
static int make_boundary(char *out, size_t size)
{
    uint8_t octets[16];
    struct buffer text;
    random_octets(octets, sizeof octets);
    buffer_init(&text, size - 1);
    hex_encode(&text, slice_of((const char *)octets, sizeof octets));
    int result = buffer_check(&text);
    if (result == 0) {
        memcpy(out, text.data, text.len);
        out[text.len] = '\0';
    }
    buffer_clear(&text);
    return result;
}

int sieve_part_enclose(struct sieve_part_edits *edits, const struct sieve_enclosure *enclosure)
{
    if (edits->enclosure_count == SIEVE_ENCLOSURES_MAX)
        return fail(ERR_LIMIT, "a message can be enclosed %d times at most", SIEVE_ENCLOSURES_MAX);
    struct sieve_enclosure copy = *enclosure;
    int result = make_boundary(copy.boundary, sizeof copy.boundary);
    if (result == 0)
        edits->enclosures[edits->enclosure_count++] = copy;
    return result;
}

/* Rendering ------------------------------------------------------------------------ */

static int copy_octets(const struct sieve_source *source, uint64_t start, uint64_t end,
                       struct buffer *out)
{
    int result = sieve_meter_charge_octets(source->meter, (end - start) / COPYING_PER_LOOKING);
    return result < 0 ? result : sieve_source_copy(source, start, end, out);
}

static void add_replacement(struct buffer *out, const struct sieve_replacement *replacement)
{
    if (replacement->is_mime)
        sieve_letter_add_entity(out, replacement->text);
    else
        sieve_letter_add_text(out, replacement->text);
}

/* A new value for a field; the old one stays under another name (RFC 5703 section 6). */
static void rename_field(struct buffer *out, struct slice line, const char *name, size_t name_len)
{
    buffer_add_cstr(out, name);
    buffer_add(out, slice_sub(line, name_len, line.len));
}

/* The header of a message whose body is replaced as a whole, up to what says what it holds. */
static void add_header_of_replaced(struct buffer *out, struct slice header,
                                   const struct sieve_replacement *replacement)
{
    struct mime_field field;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        if (slice_starts_with_nocase(field.name, SLICE("Content-")) ||
            slice_equal_nocase(field.name, SLICE("MIME-Version")))
            continue;
        if (replacement->subject.len > 0 && slice_equal_nocase(field.name, SLICE("Subject")))
            rename_field(out, field.line, "Original-Subject", field.name.len);
        else if (replacement->from.len > 0 && slice_equal_nocase(field.name, SLICE("From")))
            rename_field(out, field.line, "Original-From", field.name.len);
        else
            buffer_add(out, field.line);
    }
    if (replacement->subject.len > 0)
        compose_text_field(out, SLICE("Subject"), replacement->subject);
    if (replacement->from.len > 0)
        compose_address_field(out, SLICE("From"), replacement->from);
    compose_text_field(out, SLICE("MIME-Version"), SLICE("1.0"));
}

/* The message with its parts replaced. */
static int render_parts(const struct sieve_part_edits *edits, const struct sieve_source *source,
                        struct slice header, uint64_t size, struct buffer *out)
{
    const struct sieve_replacement *next = edits->replacements;
    if (next && next->part == 0) {
        add_header_of_replaced(out, header, next);
        add_replacement(out, next);
        return buffer_check(out);
    }
    buffer_add(out, header);
    uint64_t at = source->tree->parts[0].body_start;
    for (; next; next = next->next) {
        const struct mime_part *part = &source->tree->parts[next->part];
        int result = copy_octets(source, at, part->header_start, out);
        if (result < 0)
            return result;
        add_replacement(out, next);
        if (slice_ends_with(buffer_slice(out), SLICE("\r\n"))) /* the boundary brings its own */
            buffer_truncate(out, out->len - 2);
        at = part->body_end;
    }
    return copy_octets(source, at, size, out);
}

static bool is_copied(const struct sieve_enclosure *enclosure, struct slice name)
{
    if (slice_equal_nocase(name, SLICE("From")) || slice_equal_nocase(name, SLICE("Date")))
        return true; /* a message must have them */
    if (slice_equal_nocase(name, SLICE("Subject")) && enclosure->subject.len == 0)
        return true;
    for (size_t i = 0; i < enclosure->field_count; i++) {
        if (slice_equal_nocase(name, enclosure->fields[i]))
            return !slice_starts_with_nocase(name, SLICE("Content-")) &&
                   !slice_equal_nocase(name, SLICE("MIME-Version")) &&
                   !(slice_equal_nocase(name, SLICE("Subject")) && enclosure->subject.len > 0);
    }
    return false;
}

static void add_fields_of_enclosure(struct buffer *out, const struct sieve_enclosure *enclosure,
                                    struct slice header)
{
    struct mime_field field;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        if (is_copied(enclosure, field.name))
            buffer_add(out, field.line);
    }
    if (enclosure->subject.len > 0)
        compose_text_field(out, SLICE("Subject"), enclosure->subject);
}

/* What stands before the message that is enclosed. */
static void begin_enclosure(struct buffer *out, const struct sieve_enclosure *enclosure,
                            struct slice header)
{
    add_fields_of_enclosure(out, enclosure, header);
    buffer_printf(out,
                  "MIME-Version: 1.0\r\n"
                  "Content-Type: multipart/mixed; boundary=\"%s\"\r\n"
                  "\r\n"
                  "--%s\r\n",
                  enclosure->boundary, enclosure->boundary);
    sieve_letter_add_text(out, enclosure->text);
    buffer_printf(out, "--%s\r\nContent-Type: message/rfc822\r\n\r\n", enclosure->boundary);
}

int sieve_part_edits_render(const struct sieve_part_edits *edits, const struct sieve_source *source,
                            struct slice header, uint64_t size, struct buffer *out)
{
    for (size_t i = edits->enclosure_count; i > 0; i--)
        begin_enclosure(out, &edits->enclosures[i - 1], header);
    int result = render_parts(edits, source, header, size, out);
    if (result < 0)
        return result;
    for (size_t i = 0; i < edits->enclosure_count; i++)
        buffer_printf(out, "\r\n--%s--\r\n", edits->enclosures[i].boundary);
    return buffer_check(out);
}
