#include "fetch_binary.h"

#include "mail/binary.h"
#include "mail/content.h"
#include "mail/mime.h"
#include "proto/fetch_args.h"
#include "reply.h"

/* A part while it is decoded. */
struct binary {
    struct fetch_line *line;
    bool found;
    struct fetch_range encoded;
    struct binary_decoder decoder;
    struct buffer piece; /* decoded, of one piece */
    uint64_t octets;     /* decoded so far */
    bool has_nul;
    struct fetch_range clip; /* which of the decoded octets are sent; empty: they are counted */
};

/* The header of which decides how the part is encoded. */
static int binary_find_encoding(struct binary *binary, const struct mime_tree *tree,
                                const struct fetch_item *item)
{
    struct slice header = SLICE_EMPTY;
    struct fetch_range range;
    int err = 0;
    if (mime_section_is_leaf(tree, item->numbers, item->number_count) &&
        mime_section_range(tree, item->numbers, item->number_count, MIME_SECTION_MIME, &range.start,
                           &range.end))
        err = fetch_gather(binary->line, range, &header);
    return err ? err : binary_decoder_init(&binary->decoder, header);
}

static int binary_begin(struct binary *binary, struct fetch_line *line,
                        const struct fetch_item *item)
{
    *binary = (struct binary){.line = line, .encoded = {0, line->message->entry.size}};
    buffer_init(&binary->piece, 0);
    if (item->number_count == 0) {
        binary->found = true;
        return binary_decoder_init(&binary->decoder, SLICE_EMPTY);
    }
    struct mime_tree tree;
    int err = mime_tree_decode(line->arena, line->message->stored->parts, &tree);
    if (err)
        return err;
    binary->found = mime_section_range(&tree, item->numbers, item->number_count, MIME_SECTION_ALL,
                                       &binary->encoded.start, &binary->encoded.end);
    return binary->found ? binary_find_encoding(binary, &tree, item) : 0;
}

static void binary_end(struct binary *binary)
{
    binary_decoder_clear(&binary->decoder);
    buffer_clear(&binary->piece);
}

/* Counts what has been decoded, and sends what of it is wanted. */
static int binary_take_piece(struct binary *binary)
{
    struct slice piece = buffer_slice(&binary->piece);
    uint64_t start = binary->octets, end = start + piece.len;
    binary->octets = end;
    binary->has_nul = binary->has_nul || memchr(piece.data, '\0', piece.len);
    const struct fetch_range *clip = &binary->clip;
    uint64_t first = start > clip->start ? start : clip->start;
    uint64_t last = end < clip->end ? end : clip->end;
    if (first >= last)
        return 0;
    struct slice wanted = slice_sub(piece, (size_t)(first - start), (size_t)(last - first));
    if (binary->line->streamed)
        return stream_write(binary->line->request->session->stream, wanted);
    buffer_add(binary->line->out, wanted);
    return buffer_check(binary->line->out);
}

static int binary_piece(void *arg, struct slice octets)
{
    struct binary *binary = arg;
    buffer_reset(&binary->piece);
    binary_decoder_feed(&binary->decoder, octets, &binary->piece);
    int err = buffer_check(&binary->piece);
    return err ? err : binary_take_piece(binary);
}

/* Decodes the whole part, for `clip` of it. */
static int binary_run(struct binary *binary, struct fetch_range clip)
{
    const struct fetch_message *message = binary->line->message;
    const struct fetch_request *request = binary->line->request;
    struct fetch_range range = binary->encoded;
    struct slice whole = message->stored->octets;
    binary->octets = 0;
    binary->clip = clip;
    int err;
    if (whole.data)
        err = binary_piece(
            binary, slice_sub(whole, (size_t)range.start, (size_t)(range.end - range.start)));
    else
        err = content_read(request->session->mail, request->grant, message->entry.message_id,
                           range.start, range.end, binary_piece, binary);
    if (err)
        return err;
    buffer_reset(&binary->piece);
    binary_decoder_finish(&binary->decoder, &binary->piece);
    err = buffer_check(&binary->piece);
    return err ? err : binary_take_piece(binary);
}

static int binary_count(struct binary *binary)
{
    return binary_run(binary, (struct fetch_range){0, 0});
}

/* What is not at hand leaves piece by piece; as in fetch_section.c a failure in between
 * ends the connection. */
static int binary_send(struct binary *binary, const struct fetch_item *item)
{
    struct fetch_line *line = binary->line;
    struct fetch_range clip = fetch_clip(item, binary->octets);
    buffer_printf(line->out, "%s{%llu}\r\n", binary->has_nul ? "~" : "",
                  (unsigned long long)(clip.end - clip.start));
    if (line->message->stored->octets.data)
        return binary_run(binary, clip);
    int err = reply_buffer(line->request->session, line->out);
    buffer_reset(line->out);
    line->streamed = true;
    if (!err)
        err = binary_run(binary, clip);
    return err && !reply_is_fatal(err) ? fail(ERR_CLOSED, "literal cut off: %s", last_error()->text)
                                       : err;
}

int fetch_render_binary(struct fetch_line *line, const struct fetch_item *item)
{
    struct binary binary;
    int err = binary_begin(&binary, line, item);
    fetch_item_render_name(item, line->out);
    buffer_add_char(line->out, ' ');
    if (!err && !binary.found)
        buffer_add_cstr(line->out, "NIL");
    else if (!err)
        err = binary_count(&binary);
    if (!err && binary.found)
        err = binary_send(&binary, item);
    binary_end(&binary);
    return err;
}

/* Of a part that is not there: 0. */
int fetch_render_binary_size(struct fetch_line *line, const struct fetch_item *item)
{
    struct binary binary;
    int err = binary_begin(&binary, line, item);
    if (!err && binary.found)
        err = binary_count(&binary);
    fetch_item_render_name(item, line->out);
    buffer_printf(line->out, " %llu", (unsigned long long)binary.octets);
    binary_end(&binary);
    return err;
}
