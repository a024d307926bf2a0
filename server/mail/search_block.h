/*
 * Inside the mail layer: how the index of a block of messages is written and
 * read; no I/O. A block are messages of one mailbox that follow each other. Of
 * them the index has
 *
 * - the folded values of Subject, From, To, Cc and Bcc, packed field by field
 *   (a *column*): what is sought there is found by looking through them;
 * - for each three octets that follow each other in a folded text ("trigram"),
 *   hashed to one of 65,536 *buckets*, the messages that have them in the
 *   header or in the body. Who has not all trigrams of a word can't have the
 *   word; who has them must be looked at. Octets and not letters, so that no
 *   locale or script matters.
 *
 * Buckets are kept in *slices*, enough of them for a slice to be a row of about
 * a kilobyte. Messages are numbered by their UID's distance from the block's
 * first.
 */
#ifndef POSTROOM_MAIL_SEARCH_BLOCK_H
#define POSTROOM_MAIL_SEARCH_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "model/uidset.h"
#include "store/search_rows.h"

/* Goes up when what is written here, or read by search_text.c, changes: blocks
 * of another edition are not used, and older ones made again. Unicode's folding
 * is part of it. */
uint32_t search_edition(void);

enum search_column {
    SEARCH_COLUMN_SUBJECT,
    SEARCH_COLUMN_FROM,
    SEARCH_COLUMN_TO,
    SEARCH_COLUMN_CC,
    SEARCH_COLUMN_BCC,
    SEARCH_COLUMN_COUNT
};
/* The column of a header field; false when it has none. */
bool search_column_find(struct slice name, enum search_column *out);

enum search_place { SEARCH_IN_HEADER, SEARCH_IN_BODY };
enum { SEARCH_TRIGRAM = 3, SEARCH_BUCKETS = 1 << 16, SEARCH_SPAN_MAX = 1 << 16 };
uint32_t search_bucket(enum search_place place, const char *trigram);

/* Building -------------------------------------------------------------------------- */

struct search_builder;
int search_builder_new(struct search_builder **out) MUST_CHECK;
void search_builder_free(struct search_builder **builder);
/* A block as it is, but of its messages only those in `kept`. Before any younger one. */
int search_builder_add_block(struct search_builder *builder, const struct search_block_row *row,
                             const struct uidset *kept) MUST_CHECK;
/* Whether no further message should be put in. UIDs come in ascending order. */
bool search_builder_is_full(const struct search_builder *builder, uint32_t uid);
int search_builder_begin_message(struct search_builder *builder, uint32_t uid) MUST_CHECK;
void search_builder_add_text(struct search_builder *builder, enum search_place place,
                             struct slice folded);
void search_builder_add_field(struct search_builder *builder, enum search_column column,
                              struct slice folded_value);
/* Ends the message. Failed: forgets what was added of it, so that it is not in the block. */
int search_builder_end_message(struct search_builder *builder, bool failed) MUST_CHECK;
/* Makes the row; its memory is the builder's. No messages: count 0. */
int search_builder_finish(struct search_builder *builder, struct search_block_row *out) MUST_CHECK;

/* Reading ----------------------------------------------------------------------------- */

/* Walks a column. False at the end; -ERR_CORRUPT is left in *err. */
struct search_column_cursor {
    struct slice rest;
    uint32_t uid; /* of the last value */
    int err;
};
void search_column_begin(struct search_column_cursor *cursor, uint32_t first_uid,
                         struct slice octets);
bool search_column_next(struct search_column_cursor *cursor, struct slice *value_out);

/* The messages of a slice's next bucket, as distances from the block's
 * first_uid, ascending; `out` has room for SEARCH_SPAN_MAX. */
int search_slice_take(struct slice *rest, uint16_t *out, size_t *count_out) MUST_CHECK;
/* Those of one bucket; `slice` is the one that has it. */
int search_slice_find(struct slice slice, uint32_t slices, uint32_t bucket, uint16_t *out,
                      size_t *count_out) MUST_CHECK;
static inline uint32_t search_slice_of(uint32_t slices, uint32_t bucket)
{
    return bucket / (SEARCH_BUCKETS / slices);
}

#endif
