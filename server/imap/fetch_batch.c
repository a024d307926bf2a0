#include "fetch_batch.h"

#include "base/buffer.h"
#include "fetch_preview.h"
#include "fetch_render.h"
#include "fiber/fiber.h"
#include "mail/save_date.h"
#include "mail/thread_id.h"
#include "reply.h"
#include "selected.h"

enum {
    BATCH_MESSAGES = 128,
    BATCH_OCTETS = 1 << 20,            /* of message content brought by one statement */
    LINES_OCTETS = STREAM_OUTPUT_HIGH, /* replies gathered: so many the stream sends uncopied */
    LINE_OCTETS = 400                  /* of a reply besides content, usually */
};

/* What is asked for together. */
struct fetch_batch {
    struct fetch_message *messages; /* room for BATCH_MESSAGES, or all there are */
    size_t count;
    uint64_t octets;                 /* of content */
    struct content_request *content; /* under way; NULL: nothing is needed */
};

/* A FETCH while it is at work. */
struct fetch {
    const struct fetch_request *request;
    struct keyword_table keywords;
    unsigned want; /* MESSAGE_ bits */
    size_t range;  /* the next message: of request->uids, in the order of the request, */
    uint64_t uid;  /* and in it; 0: where it begins */
    struct fetch_batch batches[2];
    struct arena arena;  /* of one message */
    struct buffer lines; /* replies that have not gone to the stream yet */
};

/* What is stored ----------------------------------------------------------------------- */

static unsigned fetch_want_section(const struct fetch_item *item)
{
    bool of_header = item->section == FETCH_SECTION_HEADER ||
                     item->section == FETCH_SECTION_FIELDS ||
                     item->section == FETCH_SECTION_FIELDS_NOT;
    if (item->number_count == 0 && of_header)
        return MESSAGE_HEADER;
    bool whole = item->number_count == 0 && item->section == FETCH_SECTION_ALL;
    return whole ? MESSAGE_WHOLE : MESSAGE_WHOLE | MESSAGE_PARTS;
}

static unsigned fetch_wants(const struct fetch_spec *spec)
{
    unsigned want = 0;
    for (size_t i = 0; i < spec->count; i++) {
        const struct fetch_item *item = &spec->items[i];
        if (item->kind == FETCH_ENVELOPE)
            want |= MESSAGE_ENVELOPE;
        else if (item->kind == FETCH_BODY || item->kind == FETCH_BODYSTRUCTURE)
            want |= MESSAGE_STRUCTURE;
        else if (item->kind == FETCH_PREVIEW)
            want |= MESSAGE_PREVIEW;
        else if (fetch_kind_has_section(item->kind))
            want |= fetch_want_section(item);
    }
    return want;
}

static uint64_t fetch_content_octets(unsigned want, const struct entry *entry)
{
    return want & MESSAGE_WHOLE && entry->size <= MESSAGE_CHUNK_SIZE ? entry->size : 0;
}

/* Batches ---------------------------------------------------------------------------------- */

static bool batch_is_full(const struct fetch_batch *batch)
{
    return batch->count == BATCH_MESSAGES || batch->octets >= BATCH_OCTETS;
}

/* The next UID of the request; false: there is none. */
static bool fetch_next_uid(struct fetch *fetch, uint32_t *uid_out)
{
    const struct uidset *uids = fetch->request->uids;
    if (fetch->range == uids->count)
        return false;
    bool down = fetch->request->last_first;
    const struct uid_range *range =
        &uids->ranges[down ? uids->count - 1 - fetch->range : fetch->range];
    uint32_t begin = down ? range->last : range->first, end = down ? range->first : range->last;
    uint64_t uid = fetch->uid ? fetch->uid : begin;
    bool is_last = uid == end;
    fetch->range += is_last;
    fetch->uid = is_last ? 0 : down ? uid - 1 : uid + 1;
    *uid_out = (uint32_t)uid;
    return true;
}

static void batch_add(struct fetch *fetch, struct fetch_batch *batch, uint32_t uid)
{
    const struct fetch_request *request = fetch->request;
    const struct picture *picture = request->session->selected->picture;
    struct fetch_message *message = &batch->messages[batch->count++];
    *message = (struct fetch_message){0};
    message->seq = picture_find(picture, uid, &message->entry);
    if (uidset_contains(request->marked, uid)) {
        picture_find(request->marked_now, uid, &message->entry);
        message->flags_changed = true;
    }
    batch->octets += fetch_content_octets(fetch->want, &message->entry);
}

static int batch_ask(struct fetch *fetch, struct fetch_batch *batch)
{
    struct content_wish wishes[BATCH_MESSAGES];
    if (!batch->count || !fetch->want)
        return 0;
    for (size_t i = 0; i < batch->count; i++)
        wishes[i] = (struct content_wish){.message_id = batch->messages[i].entry.message_id,
                                          .size = batch->messages[i].entry.size};
    struct content_request **ahead = fetch->request->ahead;
    if (*ahead && content_request_is_for(*ahead, wishes, batch->count, fetch->want)) {
        batch->content = *ahead;
        *ahead = NULL;
        return 0;
    }
    return content_ask(fetch->request->session->mail, wishes, batch->count, fetch->want,
                       &batch->content);
}

/* Gathers the next messages and asks for what is stored of them. */
static int batch_fill(struct fetch *fetch, struct fetch_batch *batch)
{
    uint32_t uid;
    batch->count = 0;
    batch->octets = 0;
    while (!batch_is_full(batch) && fetch_next_uid(fetch, &uid))
        batch_add(fetch, batch, uid);
    return batch_ask(fetch, batch);
}

static int fetch_flush_lines(struct fetch *fetch)
{
    int err = reply_buffer(fetch->request->session, &fetch->lines);
    buffer_reset(&fetch->lines);
    return err;
}

static int batch_read_save_dates(const struct fetch *fetch, struct fetch_batch *batch)
{
    if (!fetch_spec_has(fetch->request->spec, FETCH_SAVEDATE))
        return 0;
    int64_t uids[BATCH_MESSAGES], dates[BATCH_MESSAGES];
    for (size_t i = 0; i < batch->count; i++)
        uids[i] = batch->messages[i].entry.uid;
    int err = save_date_get(fetch->request->session->mail, fetch->request->grant, uids,
                            batch->count, dates);
    for (size_t i = 0; !err && i < batch->count; i++)
        batch->messages[i].save_date = dates[i];
    return err;
}

struct batch_threads {
    struct fetch_batch *batch;
    size_t next;
};

static int batch_take_thread(void *arg, uint32_t uid, int64_t thread)
{
    struct batch_threads *threads = arg;
    const struct fetch_batch *batch = threads->batch;
    for (size_t looked = 0; looked < batch->count; looked++) { /* the batch may be last first */
        struct fetch_message *message = &batch->messages[threads->next];
        threads->next = (threads->next + 1) % batch->count;
        if (message->entry.uid == uid) {
            message->thread = thread;
            break;
        }
    }
    return 0;
}

static int batch_read_threads(const struct fetch *fetch, struct fetch_batch *batch)
{
    if (!fetch_spec_has(fetch->request->spec, FETCH_THREADID))
        return 0;
    struct batch_threads threads = {.batch = batch};
    struct uidset uids;
    uidset_init(&uids);
    int err = 0;
    for (size_t i = 0; i < batch->count && !err; i++)
        err = uidset_add(&uids, batch->messages[i].entry.uid);
    struct session *session = fetch->request->session;
    struct sort_scope scope = {
        .grant = fetch->request->grant, .picture = session->selected->picture, .uids = &uids};
    if (!err)
        err = thread_ids_each(session->mail, &scope, batch_take_thread, &threads);
    uidset_clear(&uids);
    return err;
}

/* Room for the replies of the batch, so that the buffer need not grow to it. */
static void batch_reserve_lines(struct fetch *fetch, const struct fetch_batch *batch)
{
    uint64_t octets = batch->octets + batch->count * LINE_OCTETS;
    (void)buffer_reserve(&fetch->lines, octets < LINES_OCTETS ? (size_t)octets : LINES_OCTETS);
}

/* Waits for what was asked for, and sends it. */
static int batch_send(struct fetch *fetch, struct fetch_batch *batch)
{
    const struct message_part_row *stored = NULL;
    int err = batch->content ? content_take(batch->content, fetch->request->grant, &stored) : 0;
    if (!err)
        err = batch_read_save_dates(fetch, batch);
    if (!err)
        err = batch_read_threads(fetch, batch);
    for (size_t i = 0; i < batch->count; i++)
        batch->messages[i].stored = stored ? &stored[i] : NULL;
    struct arena previews;
    arena_init(&previews, 0);
    if (!err)
        err = fetch_preview_read(fetch->request, batch->messages, batch->count, &previews);
    batch_reserve_lines(fetch, batch);
    for (size_t i = 0; !err && i < batch->count; i++) {
        err = fetch_render_message(fetch->request, &batch->messages[i], &fetch->keywords,
                                   &fetch->arena, &fetch->lines);
        arena_clear(&fetch->arena);
        if (!err && fetch->lines.len >= LINES_OCTETS)
            err = fetch_flush_lines(fetch);
        fiber_breathe();
    }
    arena_clear(&previews);
    content_drop(&batch->content);
    return err;
}

/* One batch is sent while the next one is on its way. */
static int fetch_send_batches(struct fetch *fetch)
{
    size_t turn = 0;
    int err = batch_fill(fetch, &fetch->batches[0]);
    while (!err && fetch->batches[turn].count) {
        err = batch_fill(fetch, &fetch->batches[!turn]);
        if (!err)
            err = batch_send(fetch, &fetch->batches[turn]);
        turn = !turn;
    }
    /* What was rendered before a failure belongs to the client all the same. */
    int sent = fetch_flush_lines(fetch);
    return err ? err : sent;
}

static int fetch_begin(struct fetch *fetch, const struct fetch_request *request,
                       struct arena *arena)
{
    uint64_t size = uidset_size(request->uids);
    size_t room = size < BATCH_MESSAGES ? (size_t)size : BATCH_MESSAGES;
    *fetch = (struct fetch){.request = request, .want = fetch_wants(request->spec)};
    arena_init(&fetch->arena, 0);
    buffer_init(&fetch->lines, 0);
    for (size_t i = 0; i < 2; i++) {
        fetch->batches[i].messages = ARENA_ARRAY(arena, room, struct fetch_message);
        if (!fetch->batches[i].messages)
            return -ERR_NO_MEMORY;
    }
    return selected_copy_keywords(request->session, arena, &fetch->keywords);
}

int fetch_send(const struct fetch_request *request, struct arena *arena)
{
    struct fetch *fetch = ARENA_NEW(arena, struct fetch);
    if (!fetch)
        return -ERR_NO_MEMORY;
    int err = fetch_begin(fetch, request, arena);
    if (!err)
        err = fetch_send_batches(fetch);
    for (size_t i = 0; i < 2; i++)
        content_drop(&fetch->batches[i].content);
    buffer_clear(&fetch->lines);
    arena_clear(&fetch->arena);
    return err;
}

/* Ahead -------------------------------------------------------------------------------------- */

int fetch_ask_ahead(const struct session *session, const struct fetch_spec *spec,
                    const struct uidset *uids, struct content_request **out)
{
    const struct picture *picture = session->selected->picture;
    struct content_wish wishes[BATCH_MESSAGES];
    unsigned want = fetch_wants(spec);
    size_t count = 0;
    uint64_t octets = 0;
    for (size_t i = 0; i < uids->count; i++) {
        uint64_t uid = uids->ranges[i].first;
        for (; uid <= uids->ranges[i].last && count < BATCH_MESSAGES && octets < BATCH_OCTETS;
             uid++) {
            struct entry entry = {0};
            picture_find(picture, (uint32_t)uid, &entry);
            wishes[count++] = (struct content_wish){entry.message_id, entry.size};
            octets += fetch_content_octets(want, &entry);
        }
    }
    return want && count ? content_ask(session->mail, wishes, count, want, out) : 0;
}
