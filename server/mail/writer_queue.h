/*
 * The queue of a mailbox's waiting changes: who comes first leads, commits
 * what is queued as one transaction and wakes the others. While a batch is
 * under way the next one gathers.
 *
 * Small changes (store/change_small.h) first go to a queue that all mailboxes
 * of the worker share; what is left out there, because somebody else is
 * changing the mailbox, waits in the mailbox's own.
 */
#ifndef POSTROOM_MAIL_WRITER_QUEUE_H
#define POSTROOM_MAIL_WRITER_QUEUE_H

#include <stdbool.h>

#include "base/error.h"
#include "store/change.h"

struct mail;

int writers_open(struct mail *mail) MUST_CHECK;
/* No writer may be at work. */
void writers_close(struct mail *mail);

/* Runs these changes (at most WRITER_CHANGES_MAX, all queued in the same
 * mailbox) in a batch with whatever else waits, and parks until they are
 * committed and the worker's views show them. 0, or the first change's
 * failure. The caller clears the changes, whatever comes of it. */
enum { WRITER_CHANGES_MAX = 2 };
int writer_submit(struct mail *mail, struct change *changes, size_t count) MUST_CHECK;
/* The same for small changes. *left_out: nothing has happened and nothing failed;
 * they are to be submitted as any others are. */
int writer_submit_small(struct mail *mail, struct change *changes, size_t count,
                        bool *left_out) MUST_CHECK;

#endif
