#include "fetch_render.h"

#include "fetch_binary.h"
#include "fetch_preview.h"
#include "fetch_section.h"
#include "fetch_structure.h"
#include "mail/recently_deleted.h"
#include "model/object_id.h"
#include "proto/fetch_args.h"
#include "proto/writer.h"
#include "reply.h"
#include "selected.h"

static int fetch_render_uid(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_add(line->out, SLICE("UID "));
    buffer_add_u64(line->out, line->message->entry.uid);
    return 0;
}

static int fetch_render_flags(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    const struct entry *entry = &line->message->entry;
    bool recent = uidset_contains(&line->request->session->selected->recent, entry->uid);
    buffer_add(line->out, SLICE("FLAGS "));
    write_flags(line->out, entry->flags, line->keywords, recent);
    return 0;
}

static int fetch_render_date(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_add(line->out, SLICE("INTERNALDATE "));
    write_date_time(line->out, line->message->entry.internal_date);
    return 0;
}

static int fetch_render_size(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_add(line->out, SLICE("RFC822.SIZE "));
    buffer_add_u64(line->out, line->message->entry.size);
    return 0;
}

/* It was rendered when the message came in. */
static int fetch_render_envelope(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_add(line->out, SLICE("ENVELOPE "));
    buffer_add(line->out, line->message->stored->envelope);
    return 0;
}

/* RFC 7162 section 3.1.4.2 */
static int fetch_render_modseq(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_printf(line->out, "MODSEQ (%llu)", (unsigned long long)line->message->entry.modseq);
    return 0;
}

static int fetch_render_save_date(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_add_cstr(line->out, "SAVEDATE ");
    if (line->message->save_date == INT64_MAX)
        buffer_add_cstr(line->out, "NIL");
    else
        write_date_time(line->out, line->message->save_date);
    return 0;
}

/* Content is stored once, so that its id is the same wherever it is copied. */
static int fetch_render_email_id(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    buffer_add_cstr(line->out, "EMAILID (");
    object_id_render(OBJECT_EMAIL, line->message->entry.message_id, line->out);
    buffer_add_char(line->out, ')');
    return 0;
}

static int fetch_render_thread_id(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    if (!line->message->thread) {
        buffer_add_cstr(line->out, "THREADID NIL");
        return 0;
    }
    buffer_add_cstr(line->out, "THREADID (");
    object_id_render(OBJECT_THREAD, line->message->thread, line->out);
    buffer_add_char(line->out, ')');
    return 0;
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
    [FETCH_MODSEQ] = fetch_render_modseq,
    [FETCH_PREVIEW] = fetch_render_preview,
    [FETCH_BINARY] = fetch_render_binary,
    [FETCH_BINARY_SIZE] = fetch_render_binary_size,
    [FETCH_SAVEDATE] = fetch_render_save_date,
    [FETCH_EMAILID] = fetch_render_email_id,
    [FETCH_THREADID] = fetch_render_thread_id,
};

/* What is shown besides what was asked for: of a message that this command has marked
 * as \Seen, all that a client wants to hear of a change (RFC 7162 section 3.2.4). */
static bool fetch_adds(const struct fetch_line *line, enum fetch_kind kind)
{
    const struct fetch_request *request = line->request;
    bool changed = line->message->flags_changed;
    bool condstore = request->session->enabled & ENABLED_CONDSTORE;
    const bool adds[] = {
        [FETCH_UID] = request->with_uid || (changed && condstore),
        [FETCH_FLAGS] = changed,
        [FETCH_MODSEQ] = request->with_modseq || (changed && condstore),
    };
    return adds[kind] && !fetch_spec_has(request->spec, kind);
}

static int fetch_render_items(struct fetch_line *line)
{
    static const struct fetch_item added[] = {
        {.kind = FETCH_UID}, {.kind = FETCH_FLAGS}, {.kind = FETCH_MODSEQ}};
    const struct fetch_spec *spec = line->request->spec;
    struct slice between = SLICE_EMPTY;
    int err = 0;
    for (size_t i = 0; !err && i < sizeof added / sizeof added[0]; i++) {
        if (!fetch_adds(line, added[i].kind))
            continue;
        buffer_add(line->out, between);
        err = fetch_renderers[added[i].kind](line, &added[i]);
        between = SLICE(" ");
    }
    for (size_t i = 0; !err && i < spec->count; i++) {
        buffer_add(line->out, between);
        err = fetch_renderers[spec->items[i].kind](line, &spec->items[i]);
        between = SLICE(" ");
    }
    return err;
}

/* What was deleted is swept when its time is over. */
static int fail_missing(const struct fetch_request *request, uint32_t uid)
{
    if (grant_is_recently_deleted(request->grant))
        return fail(ERR_NOT_FOUND, "UID %u is not kept any more", uid);
    return fail(ERR_CORRUPT, "The content of UID %u is missing", uid);
}

int fetch_render_message(const struct fetch_request *request, const struct fetch_message *message,
                         const struct keyword_table *keywords, struct arena *arena,
                         struct buffer *out)
{
    if (message->stored && message->stored->id == 0)
        return fail_missing(request, message->entry.uid);
    struct fetch_line line = {
        .request = request, .message = message, .keywords = keywords, .arena = arena, .out = out};
    size_t start = out->len;
    reply_fetch_begin(request->session->enabled, message->seq, message->entry.uid, out);
    int err = fetch_render_items(&line);
    if (err)
        buffer_truncate(out, line.streamed ? 0 : start);
    else
        buffer_add(out, SLICE(")\r\n"));
    return err ? err : buffer_check(out);
}
