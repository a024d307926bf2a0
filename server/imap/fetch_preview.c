#include "fetch_preview.h"

#include "mail/preview.h"
#include "model/notation.h"

int fetch_render_preview(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_add_cstr(line->out, "PREVIEW ");
    if (line->message->preview.data)
        notation_string(line->out, line->message->preview);
    else
        buffer_add_cstr(line->out, "NIL");
    return 0;
}

/* LAZY takes what is there (RFC 8970 section 3.1). */
static bool is_lazy(const struct fetch_spec *spec)
{
    for (size_t i = 0; i < spec->count; i++)
        if (spec->items[i].kind == FETCH_PREVIEW && !spec->items[i].lazy)
            return false;
    return true;
}

int fetch_preview_read(const struct fetch_request *request, struct fetch_message *messages,
                       size_t count, struct arena *arena)
{
    if (!fetch_spec_has(request->spec, FETCH_PREVIEW))
        return 0;
    struct slice *previews = ARENA_ARRAY(arena, count, struct slice);
    struct content_wish *wishes = ARENA_ARRAY(arena, count, struct content_wish);
    if (!previews || !wishes)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        previews[i] = messages[i].stored->preview;
        wishes[i] = (struct content_wish){messages[i].entry.message_id, messages[i].entry.size};
    }
    int err = is_lazy(request->spec) ? 0
                                     : previews_complete(request->session->mail, request->grant,
                                                         arena, wishes, count, previews);
    for (size_t i = 0; i < count && !err; i++)
        messages[i].preview = previews[i];
    return err;
}
