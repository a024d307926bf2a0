#include "fetch_batch.h"

#include "fetch_render.h"
#include "fiber/fiber.h"
#include "selected.h"

enum {
    FETCH_BATCH_MESSAGES = 128,
    FETCH_BATCH_OCTETS = 2 << 20 /* of message content brought by one statement */
};

struct fetch_batch {
    const struct fetch_request *request;
    const struct fetch_spec *spec;
    struct keyword_table keywords;
    unsigned want;      /* MESSAGE_ bits */
    bool want_octets;   /* content itself */
    struct arena arena; /* of one batch */
    struct fetch_message messages[FETCH_BATCH_MESSAGES];
    size_t count;
    uint64_t octets;
};

static unsigned fetch_want_section(const struct fetch_item *item, bool *octets_out)
{
    bool of_header = item->section == FETCH_SECTION_HEADER ||
                     item->section == FETCH_SECTION_FIELDS ||
                     item->section == FETCH_SECTION_FIELDS_NOT;
    if (item->number_count == 0 && of_header)
        return MESSAGE_HEADER;
    *octets_out = true;
    bool whole = item->number_count == 0 && item->section == FETCH_SECTION_ALL;
    return whole ? 0 : MESSAGE_PARTS;
}

static void fetch_find_wants(struct fetch_batch *batch)
{
    for (size_t i = 0; i < batch->spec->count; i++) {
        const struct fetch_item *item = &batch->spec->items[i];
        if (item->kind == FETCH_ENVELOPE)
            batch->want |= MESSAGE_ENVELOPE;
        else if (item->kind == FETCH_BODY || item->kind == FETCH_BODYSTRUCTURE)
            batch->want |= MESSAGE_STRUCTURE;
        else if (item->kind == FETCH_SECTION)
            batch->want |= fetch_want_section(item, &batch->want_octets);
    }
}

static int fetch_load_stored(struct fetch_batch *batch)
{
    int64_t ids[FETCH_BATCH_MESSAGES];
    for (size_t i = 0; i < batch->count; i++)
        ids[i] = batch->messages[i].entry.message_id;
    struct message_part_row *rows;
    int err = content_get(batch->request->session->mail, batch->request->grant, &batch->arena, ids,
                          batch->count, batch->want, &rows);
    for (size_t i = 0; !err && i < batch->count; i++)
        batch->messages[i].stored = &rows[i];
    return err;
}

static int fetch_load_octets(struct fetch_batch *batch)
{
    int64_t ids[FETCH_BATCH_MESSAGES];
    size_t which[FETCH_BATCH_MESSAGES];
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->messages[i].entry.size > MESSAGE_CHUNK_SIZE)
            continue;
        which[count] = i;
        ids[count++] = batch->messages[i].entry.message_id;
    }
    if (count == 0)
        return 0;
    struct slice *octets;
    int err = content_get_small(batch->request->session->mail, batch->request->grant, &batch->arena,
                                ids, count, &octets);
    for (size_t i = 0; !err && i < count; i++)
        batch->messages[which[i]].octets = octets[i];
    return err;
}

/* Loads what the gathered messages need, renders them, starts the next batch. */
static int fetch_finish_batch(struct fetch_batch *batch)
{
    int err = 0;
    if (batch->count && batch->want)
        err = fetch_load_stored(batch);
    if (!err && batch->count && batch->want_octets)
        err = fetch_load_octets(batch);
    for (size_t i = 0; !err && i < batch->count; i++) {
        err = fetch_render_message(batch->request, &batch->messages[i], &batch->keywords,
                                   &batch->arena);
        fiber_breathe();
    }
    batch->count = 0;
    batch->octets = 0;
    arena_clear(&batch->arena);
    return err;
}

static int fetch_add_message(struct fetch_batch *batch, uint32_t uid)
{
    const struct picture *picture = batch->request->session->selected->picture;
    uint32_t seq = picture_seq(picture, uid);
    struct fetch_message *message = &batch->messages[batch->count++];
    *message = (struct fetch_message){.seq = seq, .entry = picture_entry(picture, seq)};
    if (uidset_contains(batch->request->marked, uid)) {
        message->entry.flags |= FLAG_SEEN;
        message->flags_changed = true;
    }
    if (batch->want_octets && message->entry.size <= MESSAGE_CHUNK_SIZE)
        batch->octets += message->entry.size;
    if (batch->count == FETCH_BATCH_MESSAGES || batch->octets >= FETCH_BATCH_OCTETS)
        return fetch_finish_batch(batch);
    return 0;
}

int fetch_send(const struct fetch_request *request, struct arena *arena)
{
    struct fetch_batch *batch = ARENA_NEW(arena, struct fetch_batch);
    if (!batch)
        return -ERR_NO_MEMORY;
    batch->request = request;
    batch->spec = request->spec;
    arena_init(&batch->arena, 0);
    fetch_find_wants(batch);
    int err = selected_copy_keywords(request->session, arena, &batch->keywords);
    for (size_t i = 0; !err && i < request->uids->count; i++) {
        uint64_t uid = request->uids->ranges[i].first;
        for (; !err && uid <= request->uids->ranges[i].last; uid++)
            err = fetch_add_message(batch, (uint32_t)uid);
    }
    if (!err)
        err = fetch_finish_batch(batch);
    arena_clear(&batch->arena);
    return err;
}
