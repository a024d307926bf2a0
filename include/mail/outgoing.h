/*
 * Mail that scripts send (docs/mail-out.md): a queue in the database, from which any worker on any
 * host may take. What is queued is committed; it leaves the queue when somebody has taken it for
 * good, or when it is filed at home because nobody does.
 *
 * Whoever takes one holds it for settings.outgoing_lease seconds and says so again before that
 * is over. Then another takes it: that is how mail survives who was killed with it in hand.
 */
#ifndef POSTROOM_MAIL_OUTGOING_H
#define POSTROOM_MAIL_OUTGOING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "mail/mail.h"
#include "store/outgoing_rows.h"

/* The next that is due. -ERR_NOT_FOUND. */
int outgoing_take(struct mail *mail, struct arena *arena, struct outgoing_claim *out) MUST_CHECK;
/* Goes on holding it; asks the database only when that is needed. *held_until: 0 at first.
 * -ERR_STALE: another has it by now. */
int outgoing_hold(struct mail *mail, const struct outgoing_claim *claim,
                  int64_t *held_until) MUST_CHECK;
/* The octets as they are to be sent, in pieces that may be empty: new fields first, and without
 * the Return-Path and Delivered-To that delivery has put before its Received. piece() may park; a
 * failure of it ends the reading. */
int outgoing_read(struct mail *mail, const struct outgoing_claim *claim,
                  int (*piece)(void *arg, struct slice octets), void *arg) MUST_CHECK;
/* Whether its header has octets that only SMTPUTF8 allows (RFC 6531). */
int outgoing_is_utf8(struct mail *mail, const struct outgoing_claim *claim, bool *out) MUST_CHECK;

/* What came of it; each lets go of it. */
int outgoing_sent(struct mail *mail, const struct outgoing_claim *claim) MUST_CHECK;
/* Not now: again later, the later the more often it was so. */
int outgoing_retry(struct mail *mail, const struct outgoing_claim *claim,
                   struct slice problem) MUST_CHECK;
/* Nothing is wrong with it, but nobody could be asked: again in so many seconds. */
int outgoing_give_back(struct mail *mail, const struct outgoing_claim *claim, uint32_t seconds,
                       struct slice problem) MUST_CHECK;
/* Never: redirected mail that is nowhere else goes to where it would be without the script,
 * and no script looks at it again; *filed_out: it did. When that fails it stays in the queue,
 * to be filed later. */
int outgoing_refused(struct mail *mail, const struct outgoing_claim *claim, struct slice problem,
                     bool *filed_out) MUST_CHECK;

/* Parks until mail may be due, or outgoing_wake(); at most a few seconds. */
void outgoing_wait(struct mail *mail);
/* These neither park nor fail: there is news for those who wait, here or on all hosts. */
void outgoing_wake(struct mail *mail);
void outgoing_announce(struct mail *mail);

#endif
