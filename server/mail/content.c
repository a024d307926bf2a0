#include "mail/content.h"

#include "content_cache.h"
#include "engine.h"
#include "grant.h"
#include "store/entries.h"

int content_get(struct mail *mail, const struct grant *grant, struct arena *arena,
                const int64_t *message_ids, size_t count, unsigned want,
                struct message_part_row **rows_out)
{
    int err = grant_require(grant, RIGHT_READ);
    if (err)
        return err;
    return messages_get(mail->database, arena, message_ids, count, want, rows_out);
}

int content_get_small(struct mail *mail, const struct grant *grant, struct arena *arena,
                      const int64_t *message_ids, size_t count, struct slice **octets_out)
{
    int err = grant_require(grant, RIGHT_READ);
    if (err)
        return err;
    return messages_first_chunks(mail->database, arena, message_ids, count, octets_out);
}

static void take_entry(void *arg, const struct entry_row *entry)
{
    *(struct entry_row *)arg = *entry;
}

int content_find(struct mail *mail, const struct grant *grant, uint32_t uid,
                 struct content_wish *out)
{
    int err = grant_require(grant, RIGHT_READ);
    struct entry_row entry = {.uid = 0};
    uint32_t count;
    if (!err)
        err = entries_read(mail->database, grant_mailbox_id(grant), uid, 1, take_entry, &entry,
                           &count);
    if (!err && entry.uid != uid)
        err = fail(ERR_NOT_FOUND, "There is no such message");
    if (!err)
        *out = (struct content_wish){entry.message_id, entry.size};
    return err;
}

/* What of `start`..`end` is in chunk n. A chunk that ends before it should
 * means that the message is shorter than the caller was told. */
static int cut(struct slice chunk, uint64_t chunk_start, uint64_t start, uint64_t end,
               struct slice *out)
{
    uint64_t chunk_end = chunk_start + chunk.len;
    uint64_t wanted_end =
        end < chunk_start + MESSAGE_CHUNK_SIZE ? end : chunk_start + MESSAGE_CHUNK_SIZE;
    if (chunk_end < wanted_end)
        return fail(ERR_CORRUPT, "A message's content is shorter than its size");
    uint64_t first = start > chunk_start ? start - chunk_start : 0;
    *out = slice_sub(chunk, first, wanted_end - chunk_start - first);
    return 0;
}

/* From the database. Who stops before the end of a chunk comes back for the rest, the next
 * slice of an attachment: it is kept, for the session of PostgreSQL it was read in. */
static int read_chunk(struct mail *mail, struct arena *arena, int64_t message_id, uint32_t n,
                      uint64_t end, struct slice *out)
{
    struct content_cache *cache = mail->contents;
    uint64_t generation = cache->generation;
    int err = messages_chunks(mail->database, arena, message_id, n, n, out);
    content_cache_follow(cache, database_generation(mail->database));
    bool read_on = !err && end < (uint64_t)n * MESSAGE_CHUNK_SIZE + out->len;
    if (read_on && n < CONTENT_CHUNKS_MAX && cache->generation == generation)
        content_cache_add(cache, mail->settings.content_cache, message_id, content_chunk(n), *out);
    return err;
}

/* What of start..end is in the chunk where `start` is. */
static int read_piece(struct mail *mail, struct arena *arena, int64_t message_id, uint64_t start,
                      uint64_t end, int (*piece)(void *arg, struct slice octets), void *arg)
{
    uint32_t n = (uint32_t)(start / MESSAGE_CHUNK_SIZE);
    uint64_t chunk_start = (uint64_t)n * MESSAGE_CHUNK_SIZE;
    struct slice chunk, octets;
    content_cache_follow(mail->contents, database_generation(mail->database));
    struct content_piece *kept = NULL;
    if (n < CONTENT_CHUNKS_MAX)
        kept = content_cache_find(mail->contents, message_id, content_chunk(n));
    int err = 0;
    if (kept)
        chunk = content_piece_octets(kept);
    else
        err = read_chunk(mail, arena, message_id, n, end, &chunk);
    if (!err)
        err = cut(chunk, chunk_start, start, end, &octets);
    if (!err)
        err = piece(arg, octets);
    if (kept)
        content_piece_release(kept);
    return err;
}

int content_read(struct mail *mail, const struct grant *grant, int64_t message_id, uint64_t start,
                 uint64_t end, int (*piece)(void *arg, struct slice octets), void *arg)
{
    int err = grant_require(grant, RIGHT_READ);
    struct arena arena;
    arena_init(&arena, 0);
    for (uint64_t at = start; !err && at < end;) {
        err = read_piece(mail, &arena, message_id, at, end, piece, arg);
        at = (at / MESSAGE_CHUNK_SIZE + 1) * MESSAGE_CHUNK_SIZE;
        arena_clear(&arena);
    }
    return err;
}
