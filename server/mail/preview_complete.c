#include "engine.h"
#include "fiber/fiber.h"
#include "mail/preview.h"

/* Of so many messages the contents are held at once. */
enum { BATCH = 16 };

struct batch {
    struct mail *mail;
    const struct grant *grant;
    struct arena arena; /* of the contents */
    int64_t ids[BATCH];
    struct slice *previews[BATCH]; /* where they go */
    size_t count;
};

static int beginning(struct batch *batch, const struct message_part_row *row, struct slice *out)
{
    _Static_assert((int)PREVIEW_OCTETS <= (int)MESSAGE_CHUNK_SIZE, "one chunk is enough");
    *out = row->octets;
    return row->octets.data
               ? 0
               : messages_chunks(batch->mail->database, &batch->arena, row->id, 0, 0, out);
}

static int make(struct batch *batch, const struct message_part_row *row, struct arena *arena,
                struct slice *out)
{
    struct slice start;
    struct mime_tree tree;
    int err = beginning(batch, row, &start);
    if (!err)
        err = mime_tree_decode(&batch->arena, row->parts, &tree);
    if (err)
        return err;
    struct buffer text;
    buffer_init(&text, 0);
    err = preview_make(&tree, start, &text);
    if (!err)
        *out = arena_copy(arena, buffer_slice(&text));
    buffer_clear(&text);
    return err || out->data ? err : -ERR_NO_MEMORY;
}

/* If they can't be kept, they are made again another time. */
static void keep(struct batch *batch)
{
    int64_t ids[BATCH];
    struct slice made[BATCH];
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (!batch->previews[i]->data)
            continue;
        ids[count] = batch->ids[i];
        made[count++] = *batch->previews[i];
    }
    if (count)
        (void)!messages_keep_previews(batch->mail->database, ids, made, count);
}

static int complete(struct batch *batch, struct arena *arena)
{
    struct message_part_row *rows;
    arena_init(&batch->arena, 0);
    int err = content_get(batch->mail, batch->grant, &batch->arena, batch->ids, batch->count,
                          MESSAGE_WHOLE | MESSAGE_PARTS, &rows);
    for (size_t i = 0; i < batch->count && !err; i++) {
        if (rows[i].id)
            err = make(batch, &rows[i], arena, batch->previews[i]);
        fiber_breathe();
    }
    if (!err)
        keep(batch);
    arena_clear(&batch->arena);
    batch->count = 0;
    return err;
}

int previews_complete(struct mail *mail, const struct grant *grant, struct arena *arena,
                      const struct content_wish *wishes, size_t count, struct slice *previews)
{
    struct batch batch = {.mail = mail, .grant = grant};
    int err = 0;
    for (size_t i = 0; i < count && !err; i++) {
        if (previews[i].data)
            continue;
        batch.ids[batch.count] = wishes[i].message_id;
        batch.previews[batch.count++] = &previews[i];
        if (batch.count == BATCH)
            err = complete(&batch, arena);
    }
    return err || !batch.count ? err : complete(&batch, arena);
}
