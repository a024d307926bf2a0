#include "sort_records.h"

#include <stdlib.h>

#include "content_cache.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "grant.h"
#include "mail/content.h"

enum {
    MEMORY_OCTETS = 48 << 20, /* 200,000 messages, about */
    BATCH = 200,              /* messages that are read by one statement */
    KIND = 1                  /* the memory has pieces of one kind only */
};

int sort_memory_open(struct mail *mail)
{
    mail->sort_memory = calloc(1, sizeof *mail->sort_memory);
    if (!mail->sort_memory)
        return fail(ERR_NO_MEMORY, "no memory for sorting");
    content_cache_init(mail->sort_memory);
    return 0;
}

void sort_memory_close(struct mail *mail)
{
    if (!mail->sort_memory)
        return;
    content_cache_shrink(mail->sort_memory, 0);
    free(mail->sort_memory);
    mail->sort_memory = NULL;
}

struct reading {
    struct mail *mail;
    const struct sort_scope *scope;
    int (*take)(void *arg, const struct entry *entry, const struct sort_record *record);
    void *arg;
    /* Messages in their order: remembered, or to be read. */
    struct entry entries[BATCH];
    struct content_piece *pieces[BATCH];
    size_t count;
    uint64_t generation; /* of the database's session in which it began */
};

static int take_octets(struct reading *reading, const struct entry *entry, struct slice octets)
{
    struct sort_record record;
    int err = sort_record_read(octets, &record);
    return err ? err : reading->take(reading->arg, entry, &record);
}

/* What was read in another session of PostgreSQL than the memory is of is not remembered. */
static bool may_remember(const struct reading *reading, const struct message_part_row *row)
{
    uint64_t generation = database_generation(reading->mail->database);
    return row->id && reading->generation == generation &&
           reading->mail->sort_memory->generation == generation;
}

static int take_row(struct reading *reading, const struct entry *entry,
                    const struct message_part_row *row)
{
    if (may_remember(reading, row))
        content_cache_add(reading->mail->sort_memory, MEMORY_OCTETS, entry->message_id, KIND,
                          row->sort_record);
    return take_octets(reading, entry, row->sort_record);
}

static bool lacks_record(const struct message_part_row *row)
{
    struct sort_record record;
    return sort_record_read(row->sort_record, &record) != 0;
}

static int make_record(struct slice header, struct arena *arena, struct slice *out)
{
    struct buffer octets;
    buffer_init(&octets, 0);
    sort_record_make(header, &octets);
    int err = buffer_check(&octets);
    struct slice record = err ? SLICE_EMPTY : arena_copy(arena, buffer_slice(&octets));
    buffer_clear(&octets);
    if (!err && !record.data)
        err = -ERR_NO_MEMORY;
    if (!err)
        *out = record;
    return err;
}

/* What was stored before there were records, or by another version, is kept from now on; if
 * that fails, it is made again another time. */
static int make_records(struct reading *reading, struct arena *arena,
                        struct message_part_row **rows, size_t count)
{
    int64_t ids[BATCH];
    struct slice records[BATCH];
    struct message_part_row *headers;
    for (size_t i = 0; i < count; i++)
        ids[i] = rows[i]->id;
    int err = content_get(reading->mail, reading->scope->grant, arena, ids, count, MESSAGE_HEADER,
                          &headers);
    for (size_t i = 0; i < count && !err; i++) {
        err = make_record(headers[i].header, arena, &records[i]);
        if (!err)
            rows[i]->sort_record = records[i];
        fiber_breathe();
    }
    if (!err)
        (void)!messages_keep_sort_records(reading->mail->database, ids, records, count);
    return err;
}

static int complete(struct reading *reading, struct arena *arena, struct message_part_row *rows,
                    size_t count)
{
    struct message_part_row *lacking[BATCH];
    size_t lacking_count = 0;
    for (size_t i = 0; i < count; i++)
        if (lacks_record(&rows[i]))
            lacking[lacking_count++] = &rows[i];
    return lacking_count ? make_records(reading, arena, lacking, lacking_count) : 0;
}

static int read_missing(struct reading *reading, struct arena *arena,
                        struct message_part_row **rows_out)
{
    int64_t ids[BATCH];
    size_t missing = 0;
    for (size_t i = 0; i < reading->count; i++)
        if (!reading->pieces[i])
            ids[missing++] = reading->entries[i].message_id;
    *rows_out = NULL;
    if (!missing)
        return 0;
    int err = content_get(reading->mail, reading->scope->grant, arena, ids, missing,
                          MESSAGE_SORT_RECORD, rows_out);
    return err ? err : complete(reading, arena, *rows_out, missing);
}

static int take_batch(struct reading *reading)
{
    struct arena arena;
    arena_init(&arena, 256 << 20);
    struct message_part_row *row;
    int err = read_missing(reading, &arena, &row);
    for (size_t i = 0; i < reading->count; i++) {
        struct content_piece *piece = reading->pieces[i];
        if (!err && piece)
            err = take_octets(reading, &reading->entries[i], content_piece_octets(piece));
        else if (!err)
            err = take_row(reading, &reading->entries[i], row++);
        if (piece)
            content_piece_release(piece);
        progress_step(reading->scope->progress);
        fiber_breathe();
    }
    reading->count = 0;
    arena_clear(&arena);
    return err;
}

static int add(struct reading *reading, const struct entry *entry)
{
    reading->entries[reading->count] = *entry;
    reading->pieces[reading->count++] =
        content_cache_find(reading->mail->sort_memory, entry->message_id, KIND);
    return reading->count == BATCH ? take_batch(reading) : 0;
}

static int go_through(struct reading *reading)
{
    const struct picture *picture = reading->scope->picture;
    const struct uidset *uids = reading->scope->uids;
    int err = 0;
    for (size_t i = 0; i < uids->count && !err; i++) {
        uint32_t seq = picture_seq_from(picture, uids->ranges[i].first);
        for (; seq <= picture_count(picture) && !err; seq++) {
            struct entry entry = picture_entry(picture, seq);
            if (entry.uid > uids->ranges[i].last)
                break;
            err = add(reading, &entry);
        }
    }
    return err || !reading->count ? err : take_batch(reading);
}

int sort_records_each(struct mail *mail, const struct sort_scope *scope,
                      int (*take)(void *arg, const struct entry *entry,
                                  const struct sort_record *record),
                      void *arg)
{
    int err = grant_require(scope->grant, RIGHT_READ);
    if (err)
        return err;
    struct reading *reading = calloc(1, sizeof *reading);
    if (!reading)
        return fail(ERR_NO_MEMORY, "no memory for sorting");
    *reading = (struct reading){.mail = mail, .scope = scope, .take = take, .arg = arg};
    reading->generation = database_generation(mail->database);
    content_cache_follow(mail->sort_memory, reading->generation);
    err = go_through(reading);
    free(reading);
    return err;
}

int sort_records_keep(struct mail *mail, const struct message_part_row *rows, size_t count)
{
    int64_t ids[SORT_RECORDS_KEPT_MAX];
    struct slice records[SORT_RECORDS_KEPT_MAX];
    size_t lacking = 0;
    struct arena arena;
    arena_init(&arena, 0);
    int err = 0;
    for (size_t i = 0; i < count && !err; i++) {
        if (!rows[i].id || !lacks_record(&rows[i]))
            continue;
        err = make_record(rows[i].header, &arena, &records[lacking]);
        ids[lacking++] = rows[i].id;
        fiber_breathe();
    }
    if (!err && lacking)
        err = messages_keep_sort_records(mail->database, ids, records, lacking);
    arena_clear(&arena);
    return err;
}

int64_t sort_sent_second(const struct entry *entry, const struct sort_record *record)
{
    enum { MICROSECONDS = 1000000 };
    int64_t date = entry->internal_date;
    int64_t arrival = date / MICROSECONDS - (date % MICROSECONDS < 0);
    return record->sent_at == INT64_MIN ? arrival : record->sent_at;
}
