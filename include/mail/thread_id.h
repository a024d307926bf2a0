/*
 * Thread identifiers (RFC 8474 section 5.2), for a grant with `r`. A message belongs to the
 * thread of the first message that its References: name, or else its In-Reply-To:, or else to
 * its own. So the identifier follows from the message alone: it is the same in all mailboxes,
 * never changes, and needs no room. It is a hash of that Message-ID, above 0; a message without
 * any of these is a thread of its own, by its content's id, below 0.
 */
#ifndef POSTROOM_MAIL_THREAD_ID_H
#define POSTROOM_MAIL_THREAD_ID_H

#include "mail/sort.h"

/* Calls take() for each of these messages that the picture has, in their order. Lets other
 * fibers run. */
int thread_ids_each(struct mail *mail, const struct sort_scope *scope,
                    int (*take)(void *arg, uint32_t uid, int64_t thread), void *arg) MUST_CHECK;

#endif
