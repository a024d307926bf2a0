/* BODYSTRUCTURE with its extension data (RFC 3501 section 7.4.2). What a
 * header leaves out is NIL; only a missing type becomes what RFC 2045 section
 * 5.2 says, and a missing encoding 7BIT. */
#include "mail/mime.h"
#include "mime/entity.h"
#include "mime/field.h"
#include "mime/parameter.h"
#include "model/notation.h"

/* A multipart needs a part by the grammar. Like Dovecot, an empty one shows
 * this; mime_section_range has the part as well. */
static const char filler[] = "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 0 0 "
                             "NIL NIL NIL NIL)";
static const char no_envelope[] = "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)";

struct renderer {
    const struct mime_tree *tree;
    enum mime_revision revision;
    struct buffer *out;
    struct buffer scratch;
};

static void add_nstring(struct renderer *renderer, struct slice value)
{
    buffer_add_char(renderer->out, ' ');
    notation_nstring(renderer->out, field_unfold(value, &renderer->scratch));
}

static void add_number(struct renderer *renderer, uint64_t number)
{
    buffer_add_char(renderer->out, ' ');
    buffer_add_u64(renderer->out, number);
}

/* "(name value ...)" or NIL. */
static void add_parameters(struct renderer *renderer, struct slice text)
{
    struct buffer *out = renderer->out;
    struct slice name;
    bool any = false;
    buffer_add_char(out, ' ');
    for (size_t cursor = 0; parameter_next_joined(text, &cursor, &name, &renderer->scratch);
         any = true) {
        buffer_add_char(out, any ? ' ' : '(');
        notation_string(out, name);
        buffer_add_char(out, ' ');
        notation_string(out, buffer_slice(&renderer->scratch));
    }
    buffer_add_cstr(out, any ? ")" : "NIL");
}

static void add_disposition(struct renderer *renderer, struct slice value)
{
    size_t cursor = 0;
    struct slice disposition = value.data ? entity_token(value, &cursor) : value;
    if (disposition.len == 0) {
        buffer_add_cstr(renderer->out, " NIL");
        return;
    }
    buffer_add_cstr(renderer->out, " (");
    notation_string(renderer->out, disposition);
    add_parameters(renderer, slice_sub(value, cursor, value.len));
    buffer_add_char(renderer->out, ')');
}

/* Language tags separated by commas (RFC 3282): a list. */
static void add_languages(struct renderer *renderer, struct slice value)
{
    struct buffer *out = renderer->out;
    bool any = false;
    buffer_add_char(out, ' ');
    for (size_t cursor = 0; cursor < value.len; cursor++) {
        struct slice tag = entity_token(value, &cursor);
        if (tag.len > 0) {
            buffer_add_char(out, any ? ' ' : '(');
            notation_string(out, tag);
            any = true;
        }
        cursor += slice_find(slice_sub(value, cursor, value.len), ',');
    }
    buffer_add_cstr(out, any ? ")" : "NIL");
}

static void add_disposition_language_location(struct renderer *renderer,
                                              const struct entity *entity)
{
    add_disposition(renderer, entity->fields[ENTITY_DISPOSITION]);
    add_languages(renderer, entity->fields[ENTITY_LANGUAGE]);
    add_nstring(renderer, entity->fields[ENTITY_LOCATION]);
}

/* A leaf that claims to be a multipart has no boundary, or lies over the
 * limits: clients could do nothing with it as a multipart. */
static void read_entity(const struct renderer *renderer, uint32_t index, struct entity *out)
{
    enum mime_kind kind = renderer->tree->parts[index].kind;
    /* Without Content-Type only a part of a digest is a message. */
    entity_read(renderer->tree->headers[index], kind == MIME_MESSAGE, out);
    if (kind == MIME_LEAF && entity_is_multipart(out))
        entity_set_plain(out);
}

/* body-type-msg; message/global (RFC 6532) is a basic type in RFC 3501: what it holds can be
 * fetched, but is not shown. */
static bool shows_envelope(const struct renderer *renderer, const struct entity *entity)
{
    return entity_is_rfc822(entity) ||
           (renderer->revision == MIME_REV2 && entity_is_global(entity));
}

/* body-fields of RFC 3501, and what the type adds to them. */
static void open_single(struct renderer *renderer, uint32_t index)
{
    const struct mime_part *part = &renderer->tree->parts[index];
    struct entity entity;
    read_entity(renderer, index, &entity);
    notation_string(renderer->out, entity.type);
    buffer_add_char(renderer->out, ' ');
    notation_string(renderer->out, entity.subtype);
    add_parameters(renderer, entity.parameters);
    add_nstring(renderer, entity.fields[ENTITY_ID]);
    add_nstring(renderer, entity.fields[ENTITY_DESCRIPTION]);
    add_nstring(renderer, entity.encoding);
    add_number(renderer, part->body_end - part->body_start);
    if (!shows_envelope(renderer, &entity))
        return;
    buffer_add_char(renderer->out, ' ');
    if (part->kind == MIME_MESSAGE) {
        mime_render_envelope(renderer->tree->headers[part->first_child], renderer->out);
        buffer_add_char(renderer->out, ' '); /* the message follows */
    } else {
        buffer_printf(renderer->out, "%s %s", no_envelope, filler);
    }
}

static void close_single(struct renderer *renderer, uint32_t index)
{
    struct entity entity;
    read_entity(renderer, index, &entity);
    if (entity_is_text(&entity) || shows_envelope(renderer, &entity))
        add_number(renderer, renderer->tree->parts[index].body_lines);
    add_nstring(renderer, entity.fields[ENTITY_MD5]);
    add_disposition_language_location(renderer, &entity);
}

static void close_multipart(struct renderer *renderer, uint32_t index)
{
    struct entity entity;
    read_entity(renderer, index, &entity);
    if (renderer->tree->parts[index].child_count == 0)
        buffer_add_cstr(renderer->out, filler);
    add_nstring(renderer, entity.subtype);
    add_parameters(renderer, entity.parameters);
    add_disposition_language_location(renderer, &entity);
}

static bool shows_children(const struct renderer *renderer, uint32_t index)
{
    const struct mime_part *part = &renderer->tree->parts[index];
    if (part->kind != MIME_MESSAGE)
        return part->child_count > 0;
    struct entity entity;
    read_entity(renderer, index, &entity);
    return shows_envelope(renderer, &entity);
}

static void open_part(struct renderer *renderer, uint32_t index)
{
    buffer_add_char(renderer->out, '(');
    if (renderer->tree->parts[index].kind != MIME_MULTIPART)
        open_single(renderer, index);
}

static void close_part(struct renderer *renderer, uint32_t index)
{
    if (renderer->tree->parts[index].kind == MIME_MULTIPART)
        close_multipart(renderer, index);
    else
        close_single(renderer, index);
    buffer_add_char(renderer->out, ')');
}

/* Depth first along the links of the tree: stacks of fibers are small. */
static void render_parts(struct renderer *renderer)
{
    const struct mime_part *parts = renderer->tree->parts;
    uint32_t at = 0;
    for (;;) {
        open_part(renderer, at);
        if (shows_children(renderer, at)) {
            at = parts[at].first_child;
            continue;
        }
        close_part(renderer, at);
        while (at != 0 && parts[at].next_sibling == 0) {
            at = parts[at].parent;
            close_part(renderer, at);
        }
        if (at == 0)
            return;
        at = parts[at].next_sibling;
    }
}

int mime_render_bodystructure(const struct mime_tree *tree, enum mime_revision revision,
                              struct buffer *out)
{
    if (tree->count == 0 || !tree->headers || !tree->headers[0].data)
        return fail(ERR_INTERNAL, "a stored part tree has no headers to render from");
    struct renderer renderer = {.tree = tree, .revision = revision, .out = out};
    buffer_init(&renderer.scratch, 0);
    render_parts(&renderer);
    int err = buffer_check(&renderer.scratch);
    buffer_clear(&renderer.scratch);
    return err ? err : buffer_check(out);
}
