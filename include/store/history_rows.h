/*
 * The journal of a mailbox as people read it: with names and times, and the message a row
 * is about. (store/history.h reads it for clients, entries.h for views.)
 */
#ifndef POSTROOM_STORE_HISTORY_ROWS_H
#define POSTROOM_STORE_HISTORY_ROWS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "model/flags.h"
#include "store/database.h"
#include "store/entries.h"

struct history_row {
    uint64_t modseq;
    int64_t at; /* microseconds */
    enum journal_kind kind;
    struct slice uids; /* "3:5,7", may be empty */
    flag_mask flags_cleared, flags_set;
    struct slice reader; /* SEEN: whose */
    struct slice actor, client, detail;
    int64_t other_id; /* the other mailbox of a copy, a move, or what was given back; 0: none */
    struct slice other_owner, other_name; /* empty owner: shared; empty name: it is gone */
    struct slice other_uids;
    int64_t message_id; /* when it is about one message, and that is known; else 0 */
};

struct history_filter {
    struct slice actor; /* empty: anybody */
    int64_t since;      /* microseconds; INT64_MAX: any time */
    uint32_t uid;       /* 0: any */
};

/* Up to `limit` after modseq `after`, in ascending order; also of a deleted mailbox. */
int history_rows_read(struct database *database, struct arena *arena, int64_t mailbox_id,
                      const struct history_filter *filter, uint64_t after, uint32_t limit,
                      struct history_row **rows_out, size_t *count_out) MUST_CHECK;

#endif
