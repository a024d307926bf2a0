#include "sieve/part.h"

#include "mime/charset.h"
#include "mime/html.h"
#include "mime/parameter.h"
#include "mime/transfer.h"

enum { PIECE = 64 << 10 };

void sieve_part_entity(const struct mime_tree *tree, uint32_t part, struct entity *out)
{
    bool in_digest = false;
    if (part > 0) {
        struct entity parent;
        entity_read(tree->headers[tree->parts[part].parent], false, &parent);
        in_digest = entity_is_digest(&parent);
    }
    entity_read(tree->headers[part], in_digest, out);
}

/* Reading ------------------------------------------------------------------------ */

int sieve_source_copy(const struct sieve_source *source, uint64_t start, uint64_t end,
                      struct buffer *out)
{
    int result = 0;
    while (result == 0 && start < end && source->host->read) {
        uint64_t piece_end = end - start > PIECE ? start + PIECE : end;
        result = source->host->read(source->host->arg, start, piece_end, out);
        if (result == 0)
            result = buffer_check(out);
        start = piece_end;
    }
    return result;
}

int sieve_part_read(const struct sieve_source *source, uint64_t start, uint64_t end,
                    struct buffer *out)
{
    if (end - start > SIEVE_PART_OCTETS_MAX)
        end = start + SIEVE_PART_OCTETS_MAX;
    int result = sieve_meter_charge_octets(source->meter, end - start);
    return result < 0 ? result : sieve_source_copy(source, start, end, out);
}

/* Of the octets behind a multipart's last part: what follows its last boundary line. */
static struct slice without_boundary(struct slice rest)
{
    size_t at = slice_search(rest, SLICE("--"));
    if (at == SIZE_MAX)
        return SLICE_EMPTY;
    size_t line_end = slice_find(slice_sub(rest, at, rest.len), '\n');
    return slice_sub(rest, at + line_end + 1, rest.len);
}

/* Of those before its first: what precedes the boundary line. */
static struct slice before_boundary(struct slice rest)
{
    if (rest.len > 0)
        rest.len--; /* the end of that line */
    while (rest.len > 0 && rest.data[rest.len - 1] != '\n')
        rest.len--;
    return rest;
}

static int read_around_parts(const struct sieve_source *source, uint32_t part, struct buffer *out)
{
    const struct mime_part *parts = source->tree->parts;
    if (parts[part].child_count == 0)
        return sieve_part_read(source, parts[part].body_start, parts[part].body_end, out);
    uint32_t last = parts[part].first_child;
    struct buffer octets;
    buffer_init(&octets, 0);
    int result = sieve_part_read(source, parts[part].body_start, parts[last].header_start, &octets);
    buffer_add(out, before_boundary(buffer_slice(&octets)));
    while (parts[last].next_sibling != 0)
        last = parts[last].next_sibling;
    buffer_reset(&octets);
    if (result == 0)
        result = sieve_part_read(source, parts[last].body_end, parts[part].body_end, &octets);
    buffer_add(out, without_boundary(buffer_slice(&octets)));
    buffer_clear(&octets);
    return result < 0 ? result : buffer_check(out);
}

/* Decoding ----------------------------------------------------------------------- */

static void add_text(const struct entity *entity, struct slice octets, struct buffer *out)
{
    struct buffer charset;
    buffer_init(&charset, 0);
    parameter_find(entity->parameters, SLICE("charset"), &charset);
    charset_add(out, buffer_slice(&charset), octets);
    buffer_clear(&charset);
}

static int decode_leaf(const struct sieve_source *source, uint32_t part, struct buffer *out)
{
    const struct mime_part *leaf = &source->tree->parts[part];
    struct entity entity;
    struct buffer raw, decoded;
    sieve_part_entity(source->tree, part, &entity);
    buffer_init(&raw, 0);
    buffer_init(&decoded, 0);
    int result = sieve_part_read(source, leaf->body_start, leaf->body_end, &raw);
    if (result == 0) {
        struct slice octets = transfer_decode(entity.encoding, buffer_slice(&raw), &decoded);
        result = buffer_check(&decoded);
        if (entity_is_text(&entity))
            add_text(&entity, octets, out);
        else
            buffer_add(out, octets);
    }
    buffer_clear(&raw);
    buffer_clear(&decoded);
    return result < 0 ? result : buffer_check(out);
}

/* Without the empty line that ends it. */
static int decode_message(const struct sieve_source *source, uint32_t part, struct buffer *out)
{
    struct slice header = source->tree->headers[source->tree->parts[part].first_child];
    if (slice_ends_with(header, SLICE("\n\r\n")))
        header.len -= 2;
    else if (slice_ends_with(header, SLICE("\n\n")))
        header.len--;
    buffer_add(out, header);
    return buffer_check(out);
}

int sieve_part_decode(const struct sieve_source *source, uint32_t part, struct buffer *out)
{
    static int (*const decoders[])(const struct sieve_source *source, uint32_t part,
                                   struct buffer *out) = {
        [MIME_LEAF] = decode_leaf,
        [MIME_MULTIPART] = read_around_parts,
        [MIME_MESSAGE] = decode_message,
    };
    return decoders[source->tree->parts[part].kind](source, part, out);
}

/* People read it, though its type does not say so (RFC 3236). */
static bool is_xhtml(const struct entity *entity)
{
    return slice_equal_nocase(entity->type, SLICE("application")) &&
           slice_equal_nocase(entity->subtype, SLICE("xhtml+xml"));
}

int sieve_part_text(const struct sieve_source *source, uint32_t part, struct buffer *out,
                    bool *is_text_out)
{
    struct entity entity;
    sieve_part_entity(source->tree, part, &entity);
    bool is_html = entity_is_html(&entity) || is_xhtml(&entity);
    if (source->tree->parts[part].kind != MIME_LEAF || !(entity_is_text(&entity) || is_html)) {
        *is_text_out = false;
        return 0;
    }
    struct buffer html;
    buffer_init(&html, 0);
    int result = decode_leaf(source, part, is_html ? &html : out);
    if (result == 0 && is_html)
        html_to_text(buffer_slice(&html), out);
    buffer_clear(&html);
    if (result < 0)
        return result;
    *is_text_out = true;
    return buffer_check(out);
}

/* Types -------------------------------------------------------------------------- */

bool sieve_part_has_type(const struct entity *entity, struct slice wanted)
{
    if (wanted.len == 0)
        return true;
    size_t slash = slice_find(wanted, '/');
    if (!slice_equal_nocase(entity->type, slice_sub(wanted, 0, slash)))
        return false;
    return slash == wanted.len ||
           slice_equal_nocase(entity->subtype, slice_sub(wanted, slash + 1, wanted.len));
}
