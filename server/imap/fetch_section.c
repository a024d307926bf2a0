#include "fetch_section.h"

#include "mail/mime.h"
#include "proto/fetch_args.h"
#include "reply.h"

struct fetch_range fetch_clip(const struct fetch_item *item, uint64_t len)
{
    struct fetch_range range = {0, len};
    if (!item->partial)
        return range;
    range.start = item->offset < len ? item->offset : len;
    if (item->length < len - range.start)
        range.end = range.start + item->length;
    return range;
}

static void fetch_add_literal_size(struct fetch_line *line, uint64_t size)
{
    buffer_add_char(line->out, '{');
    buffer_add_u64(line->out, size);
    buffer_add(line->out, SLICE("}\r\n"));
}

static void fetch_add_literal(struct fetch_line *line, const struct fetch_item *item,
                              struct slice octets)
{
    struct fetch_range clip = fetch_clip(item, octets.len);
    fetch_add_literal_size(line, clip.end - clip.start);
    buffer_add(line->out, slice_sub(octets, (size_t)clip.start, (size_t)(clip.end - clip.start)));
}

static enum mime_section_kind fetch_mime_kind(enum fetch_section_kind kind)
{
    static const enum mime_section_kind kinds[] = {
        [FETCH_SECTION_ALL] = MIME_SECTION_ALL,
        [FETCH_SECTION_HEADER] = MIME_SECTION_HEADER,
        [FETCH_SECTION_FIELDS] = MIME_SECTION_HEADER,
        [FETCH_SECTION_FIELDS_NOT] = MIME_SECTION_HEADER,
        [FETCH_SECTION_TEXT] = MIME_SECTION_TEXT,
        [FETCH_SECTION_MIME] = MIME_SECTION_MIME,
    };
    return kinds[kind];
}

int fetch_find_range(struct arena *arena, const struct message_part_row *stored, uint64_t size,
                     const struct fetch_item *item, struct fetch_range *range, bool *found)
{
    *found = true;
    if (item->number_count == 0 && item->section == FETCH_SECTION_ALL) {
        *range = (struct fetch_range){0, size};
        return 0;
    }
    struct mime_tree tree;
    int err = mime_tree_decode(arena, stored->parts, &tree);
    if (err)
        return err;
    *found = mime_section_range(&tree, item->numbers, item->number_count,
                                fetch_mime_kind(item->section), &range->start, &range->end);
    return 0;
}

int fetch_gather_piece(void *buffer, struct slice octets)
{
    buffer_add(buffer, octets);
    return buffer_check(buffer);
}

int fetch_gather(struct fetch_line *line, struct fetch_range range, struct slice *out)
{
    const struct fetch_message *message = line->message;
    if (message->stored->octets.data) {
        *out = slice_sub(message->stored->octets, (size_t)range.start,
                         (size_t)(range.end - range.start));
        return 0;
    }
    if (range.end - range.start > FETCH_HEADER_MAX)
        range.end = range.start + FETCH_HEADER_MAX;
    struct buffer gathered;
    buffer_init(&gathered, 0);
    int err =
        content_read(line->request->session->mail, line->request->grant, message->entry.message_id,
                     range.start, range.end, fetch_gather_piece, &gathered);
    if (!err) {
        *out = arena_copy(line->arena, buffer_slice(&gathered));
        err = out->data ? 0 : -ERR_NO_MEMORY;
    }
    buffer_clear(&gathered);
    return err;
}

static int fetch_render_fields(struct fetch_line *line, const struct fetch_item *item,
                               struct slice header)
{
    struct buffer fields;
    buffer_init(&fields, 0);
    mime_header_fields(header, item->fields, item->field_count,
                       item->section == FETCH_SECTION_FIELDS_NOT, &fields);
    int err = buffer_check(&fields);
    if (!err)
        fetch_add_literal(line, item, buffer_slice(&fields));
    buffer_clear(&fields);
    return err;
}

static int fetch_stream_piece(void *session, struct slice octets)
{
    return stream_write(((struct session *)session)->stream, octets);
}

/* Content too large to hold: its length is known, the octets follow as they
 * are read. A failure in between ends the connection: the client waits for
 * octets that will not come. */
static int fetch_stream_range(struct fetch_line *line, const struct fetch_item *item,
                              struct fetch_range range)
{
    struct session *session = line->request->session;
    struct fetch_range clip = fetch_clip(item, range.end - range.start);
    fetch_add_literal_size(line, clip.end - clip.start);
    int err = reply_buffer(session, line->out);
    buffer_reset(line->out);
    line->streamed = true;
    if (!err)
        err = content_read(session->mail, line->request->grant, line->message->entry.message_id,
                           range.start + clip.start, range.start + clip.end, fetch_stream_piece,
                           session);
    return err && !reply_is_fatal(err) ? fail(ERR_CLOSED, "literal cut off: %s", last_error()->text)
                                       : err;
}

bool fetch_item_is_fields(const struct fetch_item *item)
{
    return item->section == FETCH_SECTION_FIELDS || item->section == FETCH_SECTION_FIELDS_NOT;
}

int fetch_render_section(struct fetch_line *line, const struct fetch_item *item)
{
    const struct fetch_message *message = line->message;
    bool fields = fetch_item_is_fields(item);
    fetch_item_render_name(item, line->out);
    buffer_add_char(line->out, ' ');
    if (item->number_count == 0 && item->section == FETCH_SECTION_HEADER) {
        fetch_add_literal(line, item, message->stored->header);
        return 0;
    }
    if (item->number_count == 0 && fields)
        return fetch_render_fields(line, item, message->stored->header);
    struct fetch_range range;
    bool found;
    int err =
        fetch_find_range(line->arena, message->stored, message->entry.size, item, &range, &found);
    if (err || !found) {
        buffer_add_cstr(line->out, "NIL");
        return err;
    }
    if (!fields && !message->stored->octets.data)
        return fetch_stream_range(line, item, range);
    struct slice octets;
    err = fetch_gather(line, range, &octets);
    if (err)
        return err;
    if (fields)
        return fetch_render_fields(line, item, octets);
    fetch_add_literal(line, item, octets);
    return 0;
}
