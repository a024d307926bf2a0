/*
 * Small changes: one message appended, or one message's flags or \Seen. Those
 * of many mailboxes go as one transaction with one statement for each kind: a
 * quarter of the work of as many transactions, and one flush for all.
 *
 * Nobody waits for another's mailbox: one that somebody else has locked is left
 * out, and so is everything that is not plain sailing. The caller runs what was
 * left out by itself, with change_batch_run.
 */
#ifndef POSTROOM_STORE_CHANGE_SMALL_H
#define POSTROOM_STORE_CHANGE_SMALL_H

#include "store/change.h"

enum {
    CHANGE_SMALL_MAX = 64,                /* in a batch */
    CHANGE_SMALL_CONTENT_MAX = 64 * 1024, /* octets of one message */
    CHANGE_SMALL_OCTETS_MAX = 256 * 1024  /* of content in a batch */
};

bool change_is_small(const struct change *change);
/* The octets of content it brings. */
size_t change_small_octets(const struct change *change);
/* Whether both touch the same message's flags, which a batch may not. */
bool change_small_collides(const struct change *one, const struct change *other);

enum small_lock {
    SMALL_LOCK_FREE, /* those that are free: the others are left out */
    SMALL_LOCK_ONE   /* all are changes of one mailbox, which is waited for */
};

/* One attempt, at most CHANGE_SMALL_MAX changes. 0: committed, but for those with
 * left_out[i], of which nothing has happened. -ERR_IN_DOUBT as in
 * change_batch_run; after any other failure nothing has happened at all. */
int change_small_run(struct database *database, enum small_lock lock, struct change **changes,
                     size_t count, bool *left_out) MUST_CHECK;

#endif
