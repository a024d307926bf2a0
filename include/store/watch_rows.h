/*
 * What those are told who want to be notified (RFC 5465): how mailboxes are, what has happened
 * there, and who may see them. Each statement is about many mailboxes or users at once.
 */
#ifndef POSTROOM_STORE_WATCH_ROWS_H
#define POSTROOM_STORE_WATCH_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "model/rights.h"
#include "store/database.h"

/* In place of a modseq: what has happened is not asked. */
#define WATCH_NO_NEWS ((uint64_t)INT64_MAX)

/* A mailbox, and what has happened there since a modseq. */
struct watch_mailbox {
    int64_t mailbox_id;
    uint64_t since;
    /* The answer. */
    bool found; /* false: it is gone */
    uint32_t uidvalidity, uidnext;
    uint64_t modseq, messages, seen; /* seen: where it is not per user */
    bool seen_per_user;
    bool messages_moved, flags_changed, names_changed;
    struct slice readers; /* ids of users whose \Seen has changed, spaces between */
    struct slice entries; /* lines: 0 or the id of the user whose they are, then entries */
};
int watch_read_mailboxes(struct database *database, struct arena *arena,
                         struct watch_mailbox *mailboxes, size_t count) MUST_CHECK;

/* Where \Seen is per user. */
struct watch_unseen {
    int64_t mailbox_id;
    int64_t user_id;
    uint64_t unseen; /* the answer */
};
int watch_read_unseen(struct database *database, struct watch_unseen *asked,
                      size_t count) MUST_CHECK;

/* A mailbox that a user may see; ordered by user. Who has no right that concerns him is left
 * out, so that the cost follows the rights there are. */
struct watch_visible {
    int64_t user_id;
    int64_t mailbox_id;
    int64_t owner_id;
    struct slice owner; /* login */
    struct slice name;
    rights_mask rights;
};
int watch_read_visible(struct database *database, struct arena *arena, const int64_t *mailbox_ids,
                       size_t mailbox_count, const int64_t *user_ids, size_t user_count,
                       struct watch_visible **rows_out, size_t *count_out) MUST_CHECK;

/* clock_monotonic_ms() when the first of the rights expires that concern the user; INT64_MAX:
 * none does. */
int watch_read_rights_until(struct database *database, int64_t user_id,
                            int64_t *until_out) MUST_CHECK;

/* What has changed of the server's annotations since a modseq, WATCH_NO_NEWS: nothing is asked. */
struct watch_server {
    int64_t user_id;      /* 0: everybody's */
    struct slice entries; /* spaces between */
};
int watch_read_server(struct database *database, struct arena *arena, uint64_t since,
                      struct watch_server **rows_out, size_t *count_out,
                      uint64_t *modseq_out) MUST_CHECK;

#endif
