#include "indexing.h"

#include "base/clock.h"
#include "engine.h"
#include "search_block.h"
#include "search_text.h"
#include "sort_records.h"
#include "store/entries.h"
#include "store/messages.h"

enum {
    LEASE_MS = 120000,
    BATCH_MS = 20000, /* then what was read is written */
    BATCH_MESSAGES = 2048,
    BLOCK_SLICES = 1024, /* of blocks that become one: bounds what is in memory */
    BLOCKS_LOOKED_AT = 8,
    WINDOW_MESSAGES = SORT_RECORDS_KEPT_MAX,
    WINDOW_OCTETS = 4 << 20,
    TIDY_HOURS = 24
};

/* New messages of a mailbox on their way into a block. */
struct batch {
    struct mail *mail;
    const struct search_claim *claim;
    const struct indexing_pace *pace;
    struct arena arena;
    struct entry_row *entries;
    size_t count;
    struct search_block_size *merged; /* blocks that become part of it, youngest first */
    size_t merged_count;
    struct search_builder *builder;
    struct search_reader reader;
    uint32_t last_uid; /* that was looked at */
    bool is_stopped;
};

/* Reading messages ----------------------------------------------------------------------- */

static bool wants_field(void *arg, struct slice name)
{
    (void)arg, (void)name;
    return true;
}

static void take_field(void *arg, struct slice name, struct slice folded, size_t value_start)
{
    struct batch *batch = arg;
    enum search_column column;
    search_builder_add_text(batch->builder, SEARCH_IN_HEADER, folded);
    if (search_column_find(name, &column))
        search_builder_add_field(batch->builder, column,
                                 slice_sub(folded, value_start, folded.len));
}

static bool wants_all(void *arg)
{
    (void)arg;
    return true;
}

static void take_body(void *arg, struct slice folded)
{
    struct batch *batch = arg;
    search_builder_add_text(batch->builder, SEARCH_IN_BODY, folded);
}

/* Beside the message's own header: both are TEXT. To a HEADER key it may be a candidate in vain. */
static void take_part_header(void *arg, struct slice folded)
{
    struct batch *batch = arg;
    search_builder_add_text(batch->builder, SEARCH_IN_HEADER, folded);
}

/* The octets that a search would look into. */
static int read_large(struct batch *batch, const struct entry_row *entry, struct buffer *out)
{
    uint64_t size = entry->size < SEARCH_MESSAGE_MAX ? entry->size : SEARCH_MESSAGE_MAX;
    struct arena arena;
    arena_init(&arena, 0);
    int err = 0;
    for (uint32_t n = 0; !err && (uint64_t)n * MESSAGE_CHUNK_SIZE < size; n++) {
        struct slice chunk;
        err = messages_chunks(batch->mail->database, &arena, entry->message_id, n, n, &chunk);
        if (!err) {
            buffer_add(out, slice_sub(chunk, 0, size - (uint64_t)n * MESSAGE_CHUNK_SIZE));
            err = buffer_check(out);
        }
        arena_clear(&arena);
    }
    return err;
}

static bool is_fatal(int err)
{
    return err == -ERR_UNAVAILABLE || err == -ERR_CANCELLED || err == -ERR_NO_MEMORY;
}

/* What can't be read is left out of the block, and so read by whoever searches. */
static int index_message(struct batch *batch, const struct entry_row *entry, struct slice header,
                         struct slice small)
{
    const struct search_sink sink = {batch,     wants_field, take_field,      wants_all,
                                     take_body, wants_all,   take_part_header};
    struct buffer large;
    buffer_init(&large, 0);
    int err = search_builder_begin_message(batch->builder, entry->uid);
    if (err)
        return err;
    err = search_read_header(&batch->reader, header, &sink);
    if (!err && entry->size > MESSAGE_CHUNK_SIZE) {
        err = read_large(batch, entry, &large);
        small = buffer_slice(&large);
    } else if (!err && !small.data) {
        err = fail(ERR_NOT_FOUND, "The message's content is gone");
    }
    if (!err)
        err = search_read_body(&batch->reader, small, &sink);
    buffer_clear(&large);
    if (is_fatal(err))
        return err;
    batch->last_uid = entry->uid;
    return search_builder_end_message(batch->builder, err != 0);
}

/* Messages from `start` on that are read by one statement. */
static size_t window_end(const struct batch *batch, size_t start)
{
    size_t end = start;
    uint64_t octets = 0;
    while (end < batch->count && end - start < WINDOW_MESSAGES && octets < WINDOW_OCTETS) {
        if (batch->entries[end].size <= MESSAGE_CHUNK_SIZE)
            octets += batch->entries[end].size;
        end++;
    }
    return end;
}

/* Chunk 0 of large ones is not asked for: id 0 is no message's. */
static int read_window(struct batch *batch, struct arena *arena, size_t start, size_t count,
                       struct message_part_row **rows_out, struct slice **small_out)
{
    int64_t ids[WINDOW_MESSAGES], small_ids[WINDOW_MESSAGES];
    for (size_t i = 0; i < count; i++) {
        const struct entry_row *entry = &batch->entries[start + i];
        ids[i] = entry->message_id;
        small_ids[i] = entry->size <= MESSAGE_CHUNK_SIZE ? entry->message_id : 0;
    }
    int err = messages_get(batch->mail->database, arena, ids, count,
                           MESSAGE_HEADER | MESSAGE_SORT_RECORD, rows_out);
    if (!err)
        err = messages_first_chunks(batch->mail->database, arena, small_ids, count, small_out);
    return err;
}

static int index_window(struct batch *batch, size_t start, size_t end)
{
    struct arena arena;
    struct message_part_row *rows;
    struct slice *small;
    arena_init(&arena, 0);
    int err = read_window(batch, &arena, start, end - start, &rows, &small);
    if (!err) /* without them SORT makes its own */
        (void)!sort_records_keep(batch->mail, rows, end - start);
    for (size_t i = start; i < end && !err; i++) {
        const struct message_part_row *row = &rows[i - start];
        if (search_builder_is_full(batch->builder, batch->entries[i].uid)) {
            batch->is_stopped = true;
            break;
        }
        err = index_message(batch, &batch->entries[i], row->header,
                            row->id ? small[i - start] : slice_of(NULL, 0));
    }
    arena_clear(&arena);
    return err;
}

static int index_messages(struct batch *batch)
{
    int64_t deadline = clock_monotonic_ms() + BATCH_MS;
    int err = 0;
    for (size_t start = 0, end; start < batch->count && !batch->is_stopped && !err; start = end) {
        int64_t before = clock_monotonic_ms();
        end = window_end(batch, start);
        err = index_window(batch, start, end);
        int64_t now = clock_monotonic_ms();
        if (!batch->pace->go_on(batch->pace->arg, now - before) || now > deadline)
            batch->is_stopped = true;
    }
    return err;
}

/* Blocks ------------------------------------------------------------------------------------- */

static void keep_entry(void *arg, const struct entry_row *entry)
{
    struct batch *batch = arg;
    batch->entries[batch->count++] = *entry;
}

static int read_entries(struct batch *batch)
{
    uint32_t count;
    batch->entries = ARENA_ARRAY(&batch->arena, BATCH_MESSAGES, struct entry_row);
    if (!batch->entries)
        return -ERR_NO_MEMORY;
    return entries_read(batch->mail->database, batch->claim->mailbox_id,
                        batch->claim->indexed_uid + 1, BATCH_MESSAGES, keep_entry, batch, &count);
}

static int choose_blocks(struct batch *batch)
{
    size_t count;
    int err = search_blocks_list(batch->mail->database, batch->claim, &batch->arena,
                                 BLOCKS_LOOKED_AT, &batch->merged, &count);
    uint32_t last_uid = batch->entries[batch->count - 1].uid;
    uint64_t messages = batch->count, slices = 0;
    for (size_t i = 0; i < count && !err; i++) {
        const struct search_block_size *block = &batch->merged[i];
        slices += block->slices;
        if (block->messages > 2 * messages || block->messages + messages > BATCH_MESSAGES ||
            slices > BLOCK_SLICES || last_uid - block->first_uid >= SEARCH_SPAN_MAX)
            break;
        messages += block->messages;
        batch->merged_count++;
    }
    return err;
}

static int take_block_in(struct mail *mail, const struct search_claim *claim, uint32_t first_uid,
                         const struct uidset *kept, struct search_builder *builder)
{
    struct arena arena;
    struct search_block_row row;
    arena_init(&arena, 0);
    int err = search_block_load(mail->database, claim, &arena, first_uid, &row);
    if (!err) {
        err = search_builder_add_block(builder, &row, kept ? kept : &row.uids);
        uidset_clear(&row.uids);
    }
    arena_clear(&arena);
    return err;
}

static int take_blocks_in(struct batch *batch)
{
    int err = 0;
    for (size_t i = batch->merged_count; i-- > 0 && !err;)
        err = take_block_in(batch->mail, batch->claim, batch->merged[i].first_uid, NULL,
                            batch->builder);
    return err;
}

/* The block comes, those from `first_uid` to `last_uid`, which are in it, go. */
static int write_block(struct mail *mail, const struct search_claim *claim,
                       struct search_builder *builder, uint32_t first_uid, uint32_t last_uid,
                       uint32_t indexed_uid)
{
    struct search_block_row row;
    int err = search_builder_finish(builder, &row);
    if (err)
        return err;
    return search_block_replace(mail->database, claim, first_uid, last_uid,
                                row.uids.count ? &row : NULL, indexed_uid);
}

static int make_block(struct batch *batch)
{
    uint32_t first_uid = UINT32_MAX, last_uid = 0;
    int err = choose_blocks(batch);
    if (!err)
        err = search_builder_new(&batch->builder);
    if (!err)
        err = take_blocks_in(batch);
    if (!err)
        err = index_messages(batch);
    if (!err && batch->merged_count) {
        first_uid = batch->merged[batch->merged_count - 1].first_uid;
        last_uid = batch->merged[0].first_uid;
    }
    if (!err && batch->last_uid)
        err = write_block(batch->mail, batch->claim, batch->builder, first_uid, last_uid,
                          batch->last_uid);
    return err;
}

/* *more_out: there are messages left for another block. */
static int index_batch(struct mail *mail, struct search_claim *claim,
                       const struct indexing_pace *pace, bool *more_out)
{
    struct batch batch = {.mail = mail, .claim = claim, .pace = pace};
    arena_init(&batch.arena, 0);
    search_reader_init(&batch.reader);
    int err = read_entries(&batch);
    bool enough = !err && batch.count >= INDEXING_LEAST;
    if (enough)
        err = make_block(&batch);
    if (!err) {
        *more_out = enough && batch.last_uid;
        if (batch.last_uid)
            claim->indexed_uid = batch.last_uid;
    }
    search_builder_free(&batch.builder);
    search_reader_clear(&batch.reader);
    arena_clear(&batch.arena);
    return err;
}

/* Doing both under a claim ------------------------------------------------------------------ */

static int give_back(struct mail *mail, const struct search_claim *claim, int err)
{
    int released = search_release(mail->database, claim);
    return err ? err : released;
}

int indexing_catch_up(struct mail *mail, int64_t mailbox_id, const struct indexing_pace *pace)
{
    struct search_claim claim;
    bool more = true;
    while (more) {
        int err = search_claim(mail->database, mailbox_id, search_edition(), LEASE_MS, &claim);
        if (err == -ERR_NOT_FOUND)
            return 0;
        if (!err)
            err = give_back(mail, &claim, index_batch(mail, &claim, pace, &more));
        if (err)
            return err;
        more = more && pace->go_on(pace->arg, 0);
    }
    return 0;
}

static int tidy_block(struct mail *mail, const struct search_worn_block *block)
{
    struct search_claim claim;
    struct search_builder *builder = NULL;
    int err = search_claim(mail->database, block->mailbox_id, search_edition(), LEASE_MS, &claim);
    if (err == -ERR_NOT_FOUND) /* tomorrow, then */
        return search_worn_done(mail->database, block);
    if (err)
        return err;
    err = search_builder_new(&builder);
    if (!err)
        err = take_block_in(mail, &claim, block->first_uid, &block->kept, builder);
    if (!err)
        err = write_block(mail, &claim, builder, block->first_uid, block->first_uid, 0);
    if (err == -ERR_NOT_FOUND || err == -ERR_STALE)
        err = 0; /* it is gone, or another one by now */
    search_builder_free(&builder);
    return give_back(mail, &claim, err);
}

int indexing_tidy(struct mail *mail, bool *done_out)
{
    struct search_worn_block block;
    int err = search_worn_find(mail->database, TIDY_HOURS, &block);
    if (err == -ERR_NOT_FOUND) {
        *done_out = true;
        return 0;
    }
    if (err)
        return err;
    bool is_whole = uidset_size(&block.uids) == uidset_size(&block.kept);
    err = is_whole ? search_worn_done(mail->database, &block) : tidy_block(mail, &block);
    uidset_clear(&block.uids);
    uidset_clear(&block.kept);
    if (!err)
        *done_out = false;
    return err;
}
