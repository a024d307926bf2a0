/*
 * LISTEN and NOTIFY: hints that mailboxes have changed, or mail waits, between all workers
 * on all hosts. Truth is the modseq in the database; a lost hint is made good
 * by the hub's sweep.
 *
 * Two connections of their own: one listens; one sends, synchronous_commit
 * off, one merged NOTIFY whenever the last is done.
 */
#ifndef POSTROOM_STORE_FEED_H
#define POSTROOM_STORE_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "store/database.h"

struct feed_handlers {
    void *arg;
    /* In the loop, not in a fiber. A mailbox has reached this modseq. Own
     * notifications come back too. */
    void (*mailbox)(void *arg, int64_t mailbox_id, uint64_t modseq);
    /* Something about this user has changed (disabled, password, groups). */
    void (*user)(void *arg, int64_t user_id);
    /* Who may see this mailbox, or what it is called, may have changed. The rest may be NULL. */
    void (*names)(void *arg, int64_t mailbox_id);
    /* What this user is subscribed to has changed; 0: that of anybody. */
    void (*subscriptions)(void *arg, int64_t user_id);
    /* An annotation of the server has changed. */
    void (*server)(void *arg);
    /* Mail waits to be sent. */
    void (*outgoing)(void *arg);
    /* The listening connection is new: hints may have been lost before. */
    void (*resumed)(void *arg);
};

struct feed;
/* handlers NULL: only sends (postroomctl). */
int feed_open(struct database *database, const struct feed_handlers *handlers,
              struct feed **out) MUST_CHECK;
void feed_close(struct feed **feed);
/* Queues a hint; never waits. Several of one mailbox merge to the highest. */
void feed_send_mailbox(struct feed *feed, int64_t mailbox_id, uint64_t modseq);
void feed_send_user(struct feed *feed, int64_t user_id);
void feed_send_names(struct feed *feed, int64_t mailbox_id);
void feed_send_subscriptions(struct feed *feed, int64_t user_id);
void feed_send_server(struct feed *feed);
void feed_send_outgoing(struct feed *feed);
/* Parks until everything queued was sent (for postroomctl's end), at most
 * timeout_ms. */
int feed_flush(struct feed *feed, uint32_t timeout_ms) MUST_CHECK;

#endif
