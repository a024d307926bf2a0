/*
 * What the journal says of the past, for clients that were away (RFC 7162)
 * and for changes that must find flags as they were.
 *
 * The journal is kept for a retention; what it does not know any more is
 * reported as incomplete, and the caller makes do with what is there now.
 */
#ifndef POSTROOM_STORE_HISTORY_H
#define POSTROOM_STORE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/flags.h"
#include "model/uidset.h"
#include "store/database.h"

/* Rows of the journal of one mailbox after `since`, up to and with `until`. */
struct history_span {
    int64_t mailbox_id;
    uint64_t since;
    uint64_t until;
};
/* Longer spans count as incomplete: then reading what is there is quicker. */
enum { HISTORY_SPAN_MAX = 100 * 1000 };

/* The messages that were expunged. */
int history_expunged(struct database *database, const struct history_span *span, bool *complete_out,
                     struct uidset *uids_out) MUST_CHECK;
/* The messages that came or of which one of these flags was changed; \Seen where it
 * is per user: by this user. */
int history_flags(struct database *database, const struct history_span *span, flag_mask flags,
                  int64_t user_id, bool *complete_out, struct uidset *uids_out) MUST_CHECK;

/* When one user has changed \Seen, where it is per user. */
struct seen_history {
    struct seen_history_page {
        uint32_t page;   /* of seen_pages */
        uint64_t modseq; /* what changed in it before the rows did so at this one at the latest */
    } * pages;           /* arena, in any order */
    size_t page_count;
    struct seen_history_row {
        uint64_t modseq;
        struct uidset uids;
    } * rows; /* malloc'd, ascending */
    size_t row_count;
};
/* Up to modseq `until`, the last HISTORY_SEEN_MAX changes one by one. */
enum { HISTORY_SEEN_MAX = 10 * 1000 };
int history_seen(struct database *database, struct arena *arena, int64_t mailbox_id,
                 int64_t user_id, uint64_t until, struct seen_history *out) MUST_CHECK;
void seen_history_clear(struct seen_history *history);

#endif
