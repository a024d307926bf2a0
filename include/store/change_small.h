/*
 * Small changes: one message appended, copied, moved or expunged, or its flags or \Seen. Those
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
    CHANGE_SMALL_CONTENT_MAX = 64 * 1024, /* octets of one message; what is larger is stored by
                                             itself before the lock */
    CHANGE_SMALL_OCTETS_MAX = 256 * 1024  /* of content in a batch */
};

bool change_is_small(const struct change *change);
/* The octets of content it brings. */
size_t change_small_octets(const struct change *change);
/* Whether both touch the same message in the same way, which a batch may not. */
bool change_small_collides(const struct change *one, const struct change *other);

/* One attempt, at most CHANGE_SMALL_MAX changes, in one round trip. 0: committed, but
 * for those with left_out[i], of which nothing has happened (all of them, when the
 * transaction failed). -ERR_UNAVAILABLE: there was no connection until the database's
 * wait_ms; -ERR_IN_DOUBT as in change_batch_run. */
int change_small_run(struct database *database, struct change **changes, size_t count,
                     bool *left_out) MUST_CHECK;

/* The same for changes of one mailbox that is waited for: first its lock, then, in
 * a round trip of their own, the changes, which may have gathered meanwhile.
 * *out NULL: it could not be locked. */
struct small_lock;
int change_small_lock(struct database *database, int64_t mailbox_id,
                      struct small_lock **out) MUST_CHECK;
int change_small_run_locked(struct small_lock *lock, struct change **changes, size_t count,
                            bool *left_out) MUST_CHECK;
/* Gives the lock up, if that has not happened; frees. */
void change_small_unlock(struct small_lock **lock);

#endif
