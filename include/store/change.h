/*
 * Changing mailboxes: the writer's batch as one transaction in one round trip
 * (mail/writer.h decides what goes into it).
 *
 * The batch is a pipeline: BEGIN; lock the mailbox_state rows of all
 * mailboxes concerned in ascending order; one statement per change; COMMIT
 * (flushed). When the connection is lost at COMMIT, the journal is asked what
 * came of it. Each statement allocates UIDs and its modseq from the locked
 * row and writes exactly one journal row per modseq, none when nothing
 * changes. New entries that are \Seen for one user only come as two rows, what
 * all may know and what is private to the user.
 */
#ifndef POSTROOM_STORE_CHANGE_H
#define POSTROOM_STORE_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "model/flags.h"
#include "model/uidset.h"
#include "store/database.h"
#include "store/entries.h"
#include "store/messages.h"

enum change_kind {
    CHANGE_APPEND,  /* new entries for messages: APPEND, COPY, LMTP */
    CHANGE_FLAGS,   /* shared flags of uids */
    CHANGE_SEEN,    /* one user's \Seen of uids */
    CHANGE_EXPUNGE, /* entries go to `expunged` */
    CHANGE_MOVE,    /* entries leave source_id and come into mailbox_id */
    CHANGE_REPLACE, /* a new entry comes into mailbox_id, and the one of uids goes from source_id,
                       which may be the same, to `expunged` */
    CHANGE_RESTORE  /* what was expunged from source_id comes into mailbox_id, which may be
                       the same */
};

struct append_item {
    int64_t message_id; /* 0: `content` is stored together with the entry */
    uint64_t size;
    flag_mask flags;       /* FLAG_SEEN in a per-user mailbox: seen by user_id */
    int64_t internal_date; /* microseconds */
    uint64_t seal;         /* message_seal() of content that was stored just now; 0: some entry
                              refers to it, so it cannot be lost */
    const struct message_content *content; /* of a small change (store/change_small.h), else NULL */
};

struct change {
    /* What is wanted; the caller's memory, until the batch has ended. */
    enum change_kind kind;
    int64_t mailbox_id;              /* for MOVE and RESTORE: the destination */
    uint64_t rights_modseq;          /* of the caller's grant: a younger ACL makes it -ERR_STALE */
    bool seen_per_user;              /* of mailbox_id */
    int64_t user_id;                 /* whose \Seen; 0: nobody's */
    struct slice actor;              /* login */
    struct slice client;             /* remote address */
    const struct append_item *items; /* APPEND, REPLACE; MOVE and RESTORE: flags of each of uids, in
                                        ascending order; RESTORE also NULL: those they had */
    size_t item_count;
    flag_mask restorable;      /* RESTORE: the flags that may be given */
    bool uids_are_deleted;     /* RESTORE: uids are those of Recently Deleted */
    const struct uidset *uids; /* FLAGS, SEEN, EXPUNGE; with source_id: of that mailbox */
    flag_mask flags_cleared;   /* FLAGS; SEEN: FLAG_SEEN in one of the two */
    flag_mask flags_set;
    uint64_t known_modseq; /* FLAGS, SEEN: with the mailbox at this modseq it is exactly
                              known_uids that change, and its counters as follows; 0: not
                              known */
    const struct uidset *known_uids;
    bool known_in_a_row;           /* FLAGS: most messages from the first to the last of them */
    int64_t deleted_added;         /* messages with \Deleted, more or fewer */
    int64_t seen_added;            /* those with \Seen where it is not per user */
    uint64_t unchanged_since;      /* FLAGS, SEEN: leave messages alone in which one of ... */
    flag_mask unchanged_flags;     /* ... these has changed after this modseq; 0: none */
    bool is_second_half;           /* the change before it in the batch belongs to the same STORE */
    bool only_deleted;             /* EXPUNGE: only those with \Deleted */
    int64_t source_id;             /* MOVE, REPLACE, RESTORE; APPEND: what was copied, else 0 */
    uint64_t source_rights_modseq; /* MOVE, REPLACE, RESTORE, small COPY */
    uint64_t expected_modseq;      /* small COPY, MOVE: of source_id, EXPUNGE: of mailbox_id: with
                                      any other it is -ERR_STALE; 0: whatever it is */

    /* What came of it. */
    int result;                    /* 0, -ERR_STALE, -ERR_NOT_FOUND (mailbox or message gone),
                                      -ERR_UNAVAILABLE (a crash has lost the content), … */
    struct journal_row row;        /* what happened in mailbox_id; modseq 0: nothing changed.
                                      APPEND, MOVE, REPLACE, RESTORE: uids ascending in the
                                      order of items */
    struct journal_row seen_row;   /* APPEND, MOVE and REPLACE into a per-user mailbox: what
                                      user_id has seen of it, at the modseq after that of `row`;
                                      modseq 0: nothing */
    struct journal_row source_row; /* MOVE, REPLACE: what happened in source_id; RESTORE: only
                                      `uids`, those that were given back */
    struct uidset refused;         /* FLAGS, SEEN: what unchanged_since left alone */
    uint32_t uidvalidity;          /* of mailbox_id */
    int64_t message_id;            /* small APPEND: what its content has become; else 0 */
    uint64_t highest_modseq;       /* of mailbox_id when it was looked at; 0: not known */
};

/* Runs all changes in one transaction, in order. 0: committed; each change
 * has its own result. When PostgreSQL rejects one of them, that one gets the
 * reason and the rest are run again without it. When the connection is lost,
 * what has not happened is run again, until the database has been away for
 * its wait_ms. -ERR_UNAVAILABLE (nothing has happened) and -ERR_IN_DOUBT (it
 * could not be looked up) are everybody's. Locks are held for one round trip. */
int change_batch_run(struct database *database, struct change **changes, size_t count) MUST_CHECK;
/* Frees what the results hold. */
void change_clear(struct change *change);

#endif
