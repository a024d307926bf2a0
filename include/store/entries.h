/*
 * Reading a mailbox: rows of entries, seen_pages and the journal, in the
 * shapes that views need (mail/view.h).
 */
#ifndef POSTROOM_STORE_ENTRIES_H
#define POSTROOM_STORE_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "model/flags.h"
#include "model/uidset.h"
#include "store/database.h"

/* mailbox_state as a view starts from it. */
struct mailbox_state {
    uint32_t uidnext;
    uint32_t uidvalidity;
    uint32_t first_recent;
    uint64_t highest_modseq;
    uint64_t rights_modseq;
    uint64_t messages;
    bool seen_per_user;
};
int entries_state(struct database *database, int64_t mailbox_id,
                  struct mailbox_state *out) MUST_CHECK;

struct entry_row {
    uint32_t uid;
    int64_t message_id;
    flag_mask flags;
    uint64_t modseq;
    uint64_t size;
    int64_t internal_date; /* microseconds since 1970 UTC */
};

/* Rows with uid >= from_uid in ascending order, at most `max`, given one by
 * one to `row`, so that the caller stores them in its own shape and nothing
 * larger than one batch is ever held. *count_out: how many there were. */
int entries_read(struct database *database, int64_t mailbox_id, uint32_t from_uid, uint32_t max,
                 void (*row)(void *arg, const struct entry_row *entry), void *arg,
                 uint32_t *count_out) MUST_CHECK;

enum { SEEN_PAGE_BITS = 8192, SEEN_PAGE_OCTETS = SEEN_PAGE_BITS / 8 };
/* One page of a user's \Seen: bit n (most significant first in each octet)
 * is UID page * SEEN_PAGE_BITS + n. */
struct seen_page_row {
    uint32_t page;
    const uint8_t *bits; /* SEEN_PAGE_OCTETS */
};
int seen_pages_read(struct database *database, struct arena *arena, int64_t mailbox_id,
                    int64_t user_id, struct seen_page_row **rows_out, size_t *count_out) MUST_CHECK;

enum journal_kind {
    JOURNAL_APPEND,
    JOURNAL_FLAGS,
    JOURNAL_SEEN,
    JOURNAL_EXPUNGE,
    JOURNAL_ACL,
    JOURNAL_MAILBOX,
    JOURNAL_METADATA
};

/* One row of the journal; also what the writer reports about what it did. */
struct journal_row {
    uint64_t modseq;
    enum journal_kind kind;
    struct uidset uids;      /* malloc'd: journal_rows_free */
    flag_mask flags_cleared; /* new = old & ~cleared | set */
    flag_mask flags_set;
    int64_t user_id; /* private to this user; 0: for all */
};
void journal_row_clear(struct journal_row *row);

struct journal_batch {
    struct journal_row *rows; /* ascending, malloc'd */
    size_t count;
    bool complete;             /* rows go up to what is committed; else there are more */
    bool gap;                  /* rows after `since` were swept, or `since` never was (the
                                  database was restored): no rows, the reader must load anew */
    struct entry_row *entries; /* of messages appended since (uid >= from_uid), ascending */
    size_t entry_count;
};
/* Journal rows after modseq `since`, and the entries with uid >= from_uid, in
 * one statement's snapshot and one round trip. At most JOURNAL_BATCH_MAX rows. */
enum { JOURNAL_BATCH_MAX = 1000 };
int journal_read(struct database *database, int64_t mailbox_id, uint64_t since, uint32_t from_uid,
                 struct journal_batch *out) MUST_CHECK;
void journal_batch_clear(struct journal_batch *batch);

#endif
