#include "fetch_render.h"

#include "fetch_section.h"
#include "mail/mime.h"
#include "proto/fetch_args.h"
#include "proto/writer.h"
#include "reply.h"
#include "selected.h"

static int fetch_render_uid(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_printf(&line->out, "UID %u", line->message->entry.uid);
    return 0;
}

static int fetch_render_flags(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    const struct entry *entry = &line->message->entry;
    bool recent = uidset_contains(&line->request->session->selected->recent, entry->uid);
    buffer_add_cstr(&line->out, "FLAGS ");
    write_flags(&line->out, entry->flags, line->keywords, recent);
    return 0;
}

static int fetch_render_date(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_add_cstr(&line->out, "INTERNALDATE ");
    write_date_time(&line->out, line->message->entry.internal_date);
    return 0;
}

static int fetch_render_size(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_printf(&line->out, "RFC822.SIZE %llu", (unsigned long long)line->message->entry.size);
    return 0;
}

/* Envelope and structure were rendered when the message came in. */
static int fetch_render_envelope(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_add_cstr(&line->out, "ENVELOPE ");
    buffer_add(&line->out, line->message->stored->envelope);
    return 0;
}

static int fetch_render_bodystructure(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_add_cstr(&line->out, "BODYSTRUCTURE ");
    buffer_add(&line->out, line->message->stored->bodystructure);
    return 0;
}

static int fetch_render_body(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_add_cstr(&line->out, "BODY ");
    return mime_body_from_bodystructure(line->message->stored->bodystructure, &line->out);
}

static int (*const fetch_renderers[])(struct fetch_line *, const struct fetch_item *) = {
    [FETCH_UID] = fetch_render_uid,
    [FETCH_FLAGS] = fetch_render_flags,
    [FETCH_INTERNALDATE] = fetch_render_date,
    [FETCH_SIZE] = fetch_render_size,
    [FETCH_ENVELOPE] = fetch_render_envelope,
    [FETCH_BODY] = fetch_render_body,
    [FETCH_BODYSTRUCTURE] = fetch_render_bodystructure,
    [FETCH_SECTION] = fetch_render_section,
};

static bool fetch_asks_for(const struct fetch_spec *spec, enum fetch_kind kind)
{
    for (size_t i = 0; i < spec->count; i++)
        if (spec->items[i].kind == kind)
            return true;
    return false;
}

static int fetch_render_items(struct fetch_line *line)
{
    const struct fetch_request *request = line->request;
    const char *between = "";
    int err = 0;
    if (request->with_uid && !fetch_asks_for(request->spec, FETCH_UID)) {
        err = fetch_render_uid(line, NULL);
        between = " ";
    }
    if (!err && line->message->flags_changed && !fetch_asks_for(request->spec, FETCH_FLAGS)) {
        buffer_add_cstr(&line->out, between);
        err = fetch_render_flags(line, NULL);
        between = " ";
    }
    for (size_t i = 0; !err && i < request->spec->count; i++) {
        buffer_add_cstr(&line->out, between);
        err = fetch_renderers[request->spec->items[i].kind](line, &request->spec->items[i]);
        between = " ";
    }
    return err;
}

int fetch_render_message(const struct fetch_request *request, const struct fetch_message *message,
                         const struct keyword_table *keywords, struct arena *arena)
{
    if (message->stored && message->stored->id == 0)
        return fail(ERR_CORRUPT, "The content of UID %u is missing", message->entry.uid);
    struct fetch_line line = {
        .request = request, .message = message, .keywords = keywords, .arena = arena};
    buffer_init(&line.out, 0);
    buffer_printf(&line.out, "* %u FETCH (", message->seq);
    int err = fetch_render_items(&line);
    buffer_add_cstr(&line.out, ")\r\n");
    if (!err)
        err = reply_buffer(request->session, &line.out);
    buffer_clear(&line.out);
    return err;
}
