/*
 * The stored form of a part tree: a version octet, the number of parts, then
 * each part in depth-first order as varints (7 bits an octet, low ones first):
 *
 *   depth * 4 + kind, octets from where the part before left off to the
 *   header, octets of the header, octets of the body, lines of the body
 *
 * "Where the part before left off" is the end of a leaf's body, but the start
 * of any other's. A message without parts takes about ten octets.
 */
#include "mail/mime.h"

enum {
    TREE_VERSION = 1,
    VARINT_BITS = 7,
    VARINT_MORE = 0x80,
    VARINT_OCTETS_MAX = 10,
    KIND_BITS = 2,
    KIND_MASK = 3,
    PART_OCTETS_MIN = 5
};

static void add_varint(struct buffer *out, uint64_t value)
{
    for (; value >= VARINT_MORE; value >>= VARINT_BITS)
        buffer_add_char(out, (char)((value & (VARINT_MORE - 1)) | VARINT_MORE));
    buffer_add_char(out, (char)value);
}

static uint64_t left_off(const struct mime_part *part)
{
    return part->kind == MIME_LEAF ? part->body_end : part->body_start;
}

void mime_tree_encode(const struct mime_tree *tree, struct buffer *out)
{
    buffer_add_char(out, TREE_VERSION);
    add_varint(out, tree->count);
    uint64_t depth = 0;
    uint64_t last = 0;
    for (uint32_t i = 0; i < tree->count; i++) {
        const struct mime_part *part = &tree->parts[i];
        if (i > 0) { /* the part before is the parent, or somewhere below its last child */
            depth++;
            for (uint32_t above = i - 1; above != part->parent; above = tree->parts[above].parent)
                depth--;
        }
        add_varint(out, depth << KIND_BITS | (uint64_t)part->kind);
        add_varint(out, part->header_start - last);
        add_varint(out, part->body_start - part->header_start);
        add_varint(out, part->body_end - part->body_start);
        add_varint(out, part->body_lines);
        last = left_off(part);
    }
}

/* Input that turns out too short leaves `broken` set and reads as zeros. */
struct tree_reader {
    struct slice octets;
    size_t at;
    bool broken;
};

static uint64_t read_varint(struct tree_reader *reader)
{
    uint64_t value = 0;
    for (int i = 0; i < VARINT_OCTETS_MAX && reader->at < reader->octets.len; i++) {
        unsigned char octet = (unsigned char)reader->octets.data[reader->at++];
        value |= (uint64_t)(octet & (VARINT_MORE - 1)) << (i * VARINT_BITS);
        if (octet < VARINT_MORE)
            return value;
    }
    reader->broken = true;
    return 0;
}

/* A distance; no message is long enough for the sum of two to overflow. */
static uint64_t read_length(struct tree_reader *reader)
{
    uint64_t length = read_varint(reader);
    if (length > INT64_MAX / 4)
        reader->broken = true;
    return reader->broken ? 0 : length;
}

/* Hangs part `index` below the part that is at `depth - 1` on the way up from
 * its predecessor, which is at `last_depth`. */
static bool link_part(struct mime_part *parts, uint32_t index, uint64_t depth, uint64_t last_depth)
{
    if (depth == 0 || depth > last_depth + 1)
        return false;
    uint32_t above = index - 1;
    uint32_t sibling = 0;
    for (; last_depth >= depth; last_depth--) {
        sibling = above;
        above = parts[above].parent;
    }
    struct mime_part *parent = &parts[above];
    if (parent->kind == MIME_LEAF || (parent->kind == MIME_MESSAGE && sibling != 0))
        return false;
    parts[index].parent = above;
    if (sibling)
        parts[sibling].next_sibling = index;
    else
        parent->first_child = index;
    parent->child_count++;
    return true;
}

static bool lies_within(const struct mime_part *part, const struct mime_part *parts)
{
    const struct mime_part *parent = &parts[part->parent];
    return part->header_start >= parent->body_start && part->body_end <= parent->body_end;
}

static bool read_parts(struct tree_reader *reader, struct mime_part *parts, uint32_t count)
{
    uint64_t last = 0;
    uint64_t last_depth = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct mime_part *part = &parts[i];
        uint64_t kind = read_varint(reader);
        uint64_t depth = kind >> KIND_BITS;
        part->kind = (enum mime_kind)(kind & KIND_MASK);
        part->header_start = last + read_length(reader);
        part->body_start = part->header_start + read_length(reader);
        part->body_end = part->body_start + read_length(reader);
        uint64_t lines = read_varint(reader);
        part->body_lines = (uint32_t)lines;
        if (reader->broken || (kind & KIND_MASK) > MIME_MESSAGE || lines > UINT32_MAX ||
            part->body_end > INT64_MAX)
            return false;
        bool placed = i == 0 ? depth == 0
                             : link_part(parts, i, depth, last_depth) && lies_within(part, parts);
        if (!placed)
            return false;
        last = left_off(part);
        last_depth = depth;
    }
    return true;
}

static bool messages_are_filled(const struct mime_part *parts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].kind == MIME_MESSAGE && parts[i].child_count == 0)
            return false;
    }
    return true;
}

int mime_tree_decode(struct arena *arena, struct slice octets, struct mime_tree *out)
{
    if (octets.len == 0 || octets.data[0] != TREE_VERSION)
        return fail(ERR_CORRUPT, "stored part tree has an unknown version");
    struct tree_reader reader = {octets, 1, false};
    uint64_t count = read_varint(&reader);
    if (reader.broken || count == 0 || count > octets.len / PART_OCTETS_MIN)
        return fail(ERR_CORRUPT, "stored part tree has a wrong number of parts");
    struct mime_part *parts = ARENA_ARRAY(arena, count, struct mime_part);
    struct slice *headers = ARENA_ARRAY(arena, count, struct slice);
    if (!parts || !headers)
        return -ERR_NO_MEMORY;
    if (!read_parts(&reader, parts, (uint32_t)count) || reader.at != octets.len ||
        !messages_are_filled(parts, (uint32_t)count))
        return fail(ERR_CORRUPT, "stored part tree is damaged");
    *out = (struct mime_tree){parts, (uint32_t)count, headers};
    return 0;
}
