#include "mime/outline.h"

#include "mime/entity.h"
#include "mime/parameter.h"

enum { DEFAULT_DEPTH = 100, DEFAULT_PARTS = 10000, DEFAULT_HEADER_SIZE = 1 << 20, FIRST_SIZE = 8 };

struct open_part {
    uint32_t part;
    uint32_t last_child; /* 0 when it has none */
    uint64_t first_line; /* line ends before its body */
    bool is_digest;
    struct slice boundary; /* with the "--" before it; empty unless waited for */
};

int outline_init(struct outline *outline, struct arena *arena, const struct mime_limits *limits)
{
    static const struct mime_limits defaults = {DEFAULT_DEPTH, DEFAULT_PARTS, DEFAULT_HEADER_SIZE};
    *outline = (struct outline){.arena = arena, .limits = limits ? *limits : defaults};
    outline->open = ARENA_ARRAY(arena, (size_t)outline->limits.depth + 1, struct open_part);
    return outline->open ? outline_open_part(outline, 0) : -ERR_NO_MEMORY;
}

static int grow(struct outline *outline)
{
    uint32_t size = outline->size ? outline->size * 2 : FIRST_SIZE;
    struct mime_part *parts = ARENA_ARRAY(outline->arena, size, struct mime_part);
    struct slice *headers = ARENA_ARRAY(outline->arena, size, struct slice);
    if (!parts || !headers)
        return -ERR_NO_MEMORY;
    if (outline->count > 0) {
        memcpy(parts, outline->parts, outline->count * sizeof *parts);
        memcpy(headers, outline->headers, outline->count * sizeof *headers);
    }
    outline->parts = parts;
    outline->headers = headers;
    outline->size = size;
    return 0;
}

static struct open_part *innermost(const struct outline *outline)
{
    return &outline->open[outline->open_count - 1];
}

static void link_to_parent(struct outline *outline, uint32_t child)
{
    struct open_part *above = innermost(outline);
    struct mime_part *parent = &outline->parts[above->part];
    outline->parts[child].parent = above->part;
    if (above->last_child == 0)
        parent->first_child = child;
    else
        outline->parts[above->last_child].next_sibling = child;
    parent->child_count++;
    above->last_child = child;
}

int outline_open_part(struct outline *outline, uint64_t offset)
{
    if (outline->count == outline->size) {
        int err = grow(outline);
        if (err)
            return err;
    }
    uint32_t index = outline->count++;
    outline->parts[index] = (struct mime_part){.header_start = offset};
    outline->headers[index] = SLICE_EMPTY;
    if (outline->open_count > 0)
        link_to_parent(outline, index);
    outline->open[outline->open_count++] = (struct open_part){.part = index};
    return 0;
}

static bool has_room(const struct outline *outline)
{
    return outline->count < outline->limits.parts && outline->open_count <= outline->limits.depth;
}

/* Leaves *out alone when the multipart has no boundary to speak of. */
static int read_boundary(struct outline *outline, const struct entity *entity, struct slice *out)
{
    struct buffer text;
    buffer_init(&text, 0);
    buffer_add_cstr(&text, "--");
    parameter_find(entity->parameters, SLICE("boundary"), &text);
    int err = buffer_check(&text);
    while (text.len > 2 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
        text.len--;
    if (!err && text.len > 2 && text.len - 2 <= OUTLINE_BOUNDARY_MAX) {
        struct slice kept = arena_copy(outline->arena, buffer_slice(&text));
        if (kept.data)
            *out = kept;
        else
            err = -ERR_NO_MEMORY;
    }
    buffer_clear(&text);
    return err;
}

/* Decides what kind the innermost part is. */
static int classify(struct outline *outline, struct slice header)
{
    struct open_part *open = innermost(outline);
    struct mime_part *part = &outline->parts[open->part];
    bool in_digest = outline->open_count > 1 && outline->open[outline->open_count - 2].is_digest;
    struct entity entity;
    entity_read(header, in_digest, &entity);
    if (!has_room(outline))
        return 0;
    if (entity_holds_message(&entity))
        part->kind = MIME_MESSAGE;
    if (!entity_is_multipart(&entity))
        return 0;
    int err = read_boundary(outline, &entity, &open->boundary);
    if (err || open->boundary.len == 0)
        return err;
    part->kind = MIME_MULTIPART;
    open->is_digest = entity_is_digest(&entity);
    outline->boundary_count++;
    return 0;
}

int outline_end_header(struct outline *outline, struct slice header, uint64_t offset,
                       uint64_t lines, bool *header_follows_out)
{
    struct open_part *open = innermost(outline);
    struct mime_part *part = &outline->parts[open->part];
    part->body_start = offset;
    open->first_line = lines;
    outline->headers[open->part] = header;
    int err = classify(outline, header);
    if (err)
        return err;
    bool holds_message = part->kind == MIME_MESSAGE;
    if (holds_message) {
        err = outline_open_part(outline, offset);
        if (err)
            return err;
    }
    *header_follows_out = holds_message;
    return 0;
}

bool outline_awaits_boundary(const struct outline *outline)
{
    return outline->boundary_count > 0 && outline->count < outline->limits.parts;
}

uint64_t outline_body_start(const struct outline *outline)
{
    return outline->parts[innermost(outline)->part].body_start;
}

static bool is_padding(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* RFC 2046 has a line match when it only begins with the boundary, and
 * boundaries of nested multiparts may begin with one another: so the whole
 * line is compared first, from the inside out; then the longest beginning wins. */
bool outline_match(const struct outline *outline, struct slice line, struct delimiter *out)
{
    if (!slice_starts_with(line, SLICE("--")))
        return false;
    while (line.len > 0 && is_padding(line.data[line.len - 1]))
        line.len--;
    size_t longest = 0;
    for (uint32_t level = outline->open_count; level-- > 0;) {
        struct slice boundary = outline->open[level].boundary;
        if (boundary.len <= longest || !slice_starts_with(line, boundary))
            continue;
        struct slice rest = slice_sub(line, boundary.len, line.len);
        longest = boundary.len;
        *out = (struct delimiter){level, slice_starts_with(rest, SLICE("--"))};
        if (rest.len == 0 || slice_equal(rest, SLICE("--")))
            return true;
    }
    return longest > 0;
}

static void forget_boundary(struct outline *outline, struct open_part *open)
{
    outline->boundary_count -= open->boundary.len > 0;
    open->boundary = SLICE_EMPTY;
}

static void close_innermost(struct outline *outline, uint64_t end, uint64_t lines)
{
    struct open_part *open = innermost(outline);
    struct mime_part *part = &outline->parts[open->part];
    uint64_t body_lines = lines - open->first_line;
    part->body_end = end;
    part->body_lines = body_lines < UINT32_MAX ? (uint32_t)body_lines : UINT32_MAX;
    forget_boundary(outline, open);
    outline->open_count--;
}

void outline_close_below(struct outline *outline, struct delimiter delimiter, uint64_t end,
                         uint64_t lines)
{
    while (outline->open_count > delimiter.level + 1)
        close_innermost(outline, end, lines);
    if (delimiter.last)
        forget_boundary(outline, innermost(outline));
}

void outline_close_all(struct outline *outline, uint64_t end, uint64_t lines)
{
    while (outline->open_count > 0)
        close_innermost(outline, end, lines);
}
