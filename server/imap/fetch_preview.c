#include "fetch_preview.h"

#include "mail/preview.h"
#include "model/notation.h"

static int preview_add(struct fetch_line *line, struct buffer *preview)
{
    uint64_t size = line->message->entry.size;
    struct fetch_range range = {0, size < PREVIEW_OCTETS ? size : PREVIEW_OCTETS};
    struct mime_tree tree;
    struct slice start;
    int err = mime_tree_decode(line->arena, line->message->stored->parts, &tree);
    if (!err)
        err = fetch_gather(line, range, &start);
    return err ? err : preview_make(&tree, start, preview);
}

int fetch_render_preview(struct fetch_line *line, const struct fetch_item *item)
{
    struct buffer preview;
    int err = 0;
    buffer_add_cstr(line->out, "PREVIEW ");
    if (item->lazy && !line->message->stored->octets.data) {
        buffer_add_cstr(line->out, "NIL");
        return 0;
    }
    buffer_init(&preview, 0);
    err = preview_add(line, &preview);
    if (!err)
        notation_string(line->out, buffer_slice(&preview));
    buffer_clear(&preview);
    return err;
}
