/*
 * Rows of the search index (sql/migrations): for each mailbox how far it goes,
 * and blocks of messages with pieces. What is in a piece is the mail layer's
 * business (server/mail/search_block.h); all of a block is replaced at once.
 */
#ifndef POSTROOM_STORE_SEARCH_ROWS_H
#define POSTROOM_STORE_SEARCH_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "model/uidset.h"
#include "store/database.h"

/* number < 0: the column -1 - number, else the slice of that number. */
struct search_piece {
    int64_t number;
    struct slice octets;
};

struct search_block_row {
    uint32_t first_uid;
    uint32_t slices;    /* a power of two */
    struct uidset uids; /* the messages that are in it; malloc'd */
    struct search_piece *pieces;
    size_t piece_count;
};

/* Reading -------------------------------------------------------------------------- */

struct search_question {
    int64_t mailbox_id;
    uint32_t edition;
    const int64_t *columns;
    size_t column_count;
    const int64_t *buckets;
    size_t bucket_count;
    uint32_t bucket_total; /* of which each slice has an equal share */
};
/* Calls take() for up to `max` blocks from first_uid on, in ascending order, with
 * the columns that were asked for and the slices that have the buckets. The
 * rows are valid during the call, which may park. One statement's snapshot.
 * *next_uid_out: where to go on; 0: nowhere. */
int search_blocks_read(struct database *database, const struct search_question *question,
                       uint32_t first_uid, uint32_t max,
                       int (*take)(void *arg, const struct search_block_row *row), void *arg,
                       uint32_t *next_uid_out) MUST_CHECK;

/* Making --------------------------------------------------------------------------- */

/* Mailboxes above after_id of which at least `least` UIDs came behind what is indexed. */
int search_due(struct database *database, struct arena *arena, int64_t after_id, uint32_t least,
               uint32_t edition, uint32_t max, int64_t **ids_out, size_t *count_out) MUST_CHECK;

/* Who works on a mailbox's index: one at a time, over all workers, until it
 * gives it back or lease_ms have gone. */
struct search_claim {
    int64_t mailbox_id;
    int64_t generation;
    uint32_t indexed_uid;
    uint32_t edition;
};
/* Blocks of older editions go. -ERR_NOT_FOUND: somebody else is at it, has a newer
 * edition, or the mailbox is gone. */
int search_claim(struct database *database, int64_t mailbox_id, uint32_t edition, uint32_t lease_ms,
                 struct search_claim *out) MUST_CHECK;
int search_release(struct database *database, const struct search_claim *claim) MUST_CHECK;

/* The mailbox's youngest blocks, youngest first: how large each is. */
struct search_block_size {
    uint32_t first_uid;
    uint32_t last_uid;
    uint32_t messages;
    uint32_t slices;
};
int search_blocks_list(struct database *database, const struct search_claim *claim,
                       struct arena *arena, uint32_t max, struct search_block_size **rows_out,
                       size_t *count_out) MUST_CHECK;
/* All of one block; pieces in the arena. uidset_clear(&out->uids). */
int search_block_load(struct database *database, const struct search_claim *claim,
                      struct arena *arena, uint32_t first_uid,
                      struct search_block_row *out) MUST_CHECK;
/* In one transaction: the blocks from first_uid to last_uid go, `row` comes (NULL:
 * nothing does), the index goes to indexed_uid. -ERR_STALE: the claim was lost. */
int search_block_replace(struct database *database, const struct search_claim *claim,
                         uint32_t first_uid, uint32_t last_uid, const struct search_block_row *row,
                         uint32_t indexed_uid) MUST_CHECK;

/* Messages that are gone ------------------------------------------------------------- */

/* A block that was not looked at for `keep_hours`, the one that waits longest:
 * `kept` of its messages still are in the mailbox or in `expunged`. */
struct search_worn_block {
    int64_t mailbox_id;
    uint32_t first_uid;
    struct uidset uids, kept; /* uidset_clear both */
};
/* -ERR_NOT_FOUND: none. */
int search_worn_find(struct database *database, uint32_t keep_hours,
                     struct search_worn_block *out) MUST_CHECK;
int search_worn_done(struct database *database, const struct search_worn_block *block) MUST_CHECK;

#endif
