/*
 * The indexer: keeps the search index up to date in the background. Each worker
 * has one; a mailbox is worked on by one of them at a time (store/search_rows.h),
 * on whichever host. It is told of mailboxes that got messages from this
 * worker or were searched in vain, and once an hour looks for what was missed.
 * After each piece of work it rests for several times as long, and much longer
 * while anybody is at work.
 */
#ifndef POSTROOM_MAIL_INDEXER_H
#define POSTROOM_MAIL_INDEXER_H

#include "base/error.h"
#include "indexing.h"

int indexer_open(struct mail *mail) MUST_CHECK;
/* Ends it after the piece it is at. Parks. */
void indexer_close(struct mail *mail);
/* Neither parks nor fails: messages came to a mailbox; one was searched that has
 * many messages which are not in the index. */
void indexer_note(struct mail *mail, int64_t mailbox_id, uint64_t messages);
void indexer_want(struct mail *mail, int64_t mailbox_id);
/* Somebody is at work in a mailbox. */
void indexer_make_way(struct mail *mail);

#endif
