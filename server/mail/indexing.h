/*
 * Inside the mail layer: one mailbox's part of the search index is brought up
 * to date, block by block. Nothing here decides when; see indexer.h.
 *
 * New messages make a block. It takes in the blocks before it as long as they are
 * not much larger, so that there are few of them and each message is written
 * again a few times only (the logarithmic method of Bentley and Saxe).
 */
#ifndef POSTROOM_MAIL_INDEXING_H
#define POSTROOM_MAIL_INDEXING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct mail;

/* Fewer messages are not worth a block: they are read when they are searched. */
enum { INDEXING_LEAST = 32 };

/* After each bounded piece of work: may rest. False: stop here. */
struct indexing_pace {
    bool (*go_on)(void *arg, int64_t worked_ms);
    void *arg;
};

/* Until fewer than INDEXING_LEAST messages are left, or pace says stop. A mailbox
 * that somebody else works on is left to them: 0, too. */
int indexing_catch_up(struct mail *mail, int64_t mailbox_id,
                      const struct indexing_pace *pace) MUST_CHECK;
/* Looks at the block that was not looked at for longest, and takes messages out that
 * are gone. *done_out: there was none to look at. */
int indexing_tidy(struct mail *mail, bool *done_out) MUST_CHECK;

#endif
