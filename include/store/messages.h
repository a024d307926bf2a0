/*
 * Content: rows of messages and message_chunks. One copy per distinct
 * content (SHA-256). It is committed asynchronously: the writer's flushed
 * transaction that refers to it comes later in the same log and makes it
 * durable, before anything is acknowledged. A crash of PostgreSQL in between
 * loses it, and its id may go to another message: hence append_item.seal.
 */
#ifndef POSTROOM_STORE_MESSAGES_H
#define POSTROOM_STORE_MESSAGES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "store/database.h"

enum {
    MESSAGE_CHUNK_SIZE = 256 * 1024,
    MESSAGE_SMALL_MAX = 4 * MESSAGE_CHUNK_SIZE /* can be stored by one statement */
};

struct message_row {
    uint64_t size;
    uint8_t sha256[32];
    struct slice header, envelope, bodystructure, parts;
    struct slice message_id;  /* may be empty */
    int64_t sent_day;         /* INT64_MIN: none */
    int64_t sent_at;          /* seconds since 1970; INT64_MIN: none */
    struct slice sort_record; /* for SORT and THREAD; may be empty */
    struct slice preview;     /* data NULL: not made */
};

/* A message of at most MESSAGE_SMALL_MAX octets that is not stored yet. */
struct message_content {
    struct message_row row;
    struct slice octets;
};

/* By which append_item tells the message from another that got its id. */
static inline uint64_t message_seal(const struct message_row *row)
{
    uint64_t seal = 0;
    for (size_t i = 0; i < sizeof seal; i++)
        seal = seal << 8 | row->sha256[i];
    return seal;
}

/* Stores small messages by one statement; together they should not be much larger
 * than one may be. An id is that of the row that was there already when the
 * content is known. */
int messages_put(struct database *database, const struct message_content *const *contents,
                 size_t count, int64_t *ids) MUST_CHECK;

/* Larger ones: take an id, put chunks 0, 1, 2 …, then finish, which may give
 * another id (the content was there: our chunks are removed), or abandon.
 * -ERR_UNAVAILABLE also when a crash of PostgreSQL has lost some of it. */
int messages_begin_upload(struct database *database, int64_t *id_out) MUST_CHECK;
int messages_put_chunk(struct database *database, int64_t id, uint32_t n,
                       struct slice octets) MUST_CHECK;
int messages_finish_upload(struct database *database, int64_t id, const struct message_row *row,
                           int64_t *id_out) MUST_CHECK;
int messages_abandon_upload(struct database *database, int64_t id) MUST_CHECK;

/* What FETCH needs, for many messages in one statement, in the order of ids
 * (absent ones: id 0). Only the columns in `want`; others are empty. */
enum {
    MESSAGE_HEADER = 1,
    MESSAGE_ENVELOPE = 2,
    MESSAGE_STRUCTURE = 4,
    MESSAGE_PARTS = 8,
    MESSAGE_SENT_DAY = 16,
    MESSAGE_WHOLE = 32, /* the whole message, when it fits one chunk */
    MESSAGE_SORT_RECORD = 64,
    MESSAGE_PREVIEW = 128
};
struct message_part_row {
    int64_t id;
    struct slice header, envelope, bodystructure, parts;
    int64_t sent_day;
    struct slice octets; /* data NULL: not wanted, or too large */
    struct slice sort_record;
    struct slice preview; /* data NULL: not wanted, or not made yet */
};
int messages_get(struct database *database, struct arena *arena, const int64_t *ids, size_t count,
                 unsigned want, struct message_part_row **rows_out) MUST_CHECK;

/* The same without a copy: the rows point into what PostgreSQL has sent, until
 * message_rows_free(). `octets`: of the content that is asked for, about; much
 * of it takes a connection of its own. */
struct message_rows;
int message_rows_read(struct database *database, const int64_t *ids, size_t count, unsigned want,
                      uint64_t octets, struct message_rows **out) MUST_CHECK;
const struct message_part_row *message_rows_at(const struct message_rows *rows, size_t place);
void message_rows_free(struct message_rows **rows);

/* Keeps records of messages that had none, or others. */
int messages_keep_sort_records(struct database *database, const int64_t *ids,
                               const struct slice *records, size_t count) MUST_CHECK;

/* The same of previews. */
int messages_keep_previews(struct database *database, const int64_t *ids,
                           const struct slice *previews, size_t count) MUST_CHECK;

/* Chunks first..last of one message, concatenated into the arena. Bounded by
 * the caller: keep (last - first) small. -ERR_NOT_FOUND. */
int messages_chunks(struct database *database, struct arena *arena, int64_t id, uint32_t first,
                    uint32_t last, struct slice *octets_out) MUST_CHECK;
/* Chunk 0 of many messages in one statement, in the order of ids; data NULL
 * when absent. For small messages that is the whole message. */
int messages_first_chunks(struct database *database, struct arena *arena, const int64_t *ids,
                          size_t count, struct slice **octets_out) MUST_CHECK;

/* Housekeeping, in batches of at most `limit`; *done_out says how much was
 * done (less than limit: nothing left). `age`: in seconds by the database's clock. */
int messages_sweep_uploads(struct database *database, int64_t age, uint32_t limit,
                           uint32_t *done_out) MUST_CHECK;
/* Forgets expunged entries and deleted mailboxes of that age, or than the retention of
 * their own, then content nobody refers to any more. */
int messages_sweep_expunged(struct database *database, int64_t age, uint32_t limit,
                            uint32_t *done_out) MUST_CHECK;
/* Who had seen what is forgotten by now. */
int messages_sweep_expunged_seen(struct database *database, uint32_t limit,
                                 uint32_t *done_out) MUST_CHECK;
/* Content of that age that never came into a mailbox. Each message is looked at
 * once, so it should be a day or more. */
int messages_sweep_orphans(struct database *database, int64_t age, uint32_t limit,
                           uint32_t *done_out) MUST_CHECK;
/* Rows of the journal, but those that a mailbox's own retention still needs. *mailbox_id, 0 at
 * first, is where the next batch goes on. */
int journal_sweep(struct database *database, int64_t age, uint32_t limit, int64_t *mailbox_id,
                  uint32_t *done_out) MUST_CHECK;

#endif
