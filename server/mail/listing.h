/*
 * Inside the mail layer: the pure part of LIST and LSUB, from the mailboxes
 * that somebody may see to the lines of the answer.
 */
#ifndef POSTROOM_MAIL_LISTING_H
#define POSTROOM_MAIL_LISTING_H

#include "mail/mailbox.h"

/* Those of `mailboxes` (names distinct, in any order; sorted in place) that
 * match `pattern`, in the order of the answer, with parents that are not
 * among them made up: for LIST where they match, for LSUB (`subscribed`)
 * where they match and something below them does not (RFC 3501 section
 * 6.3.9). has_children is filled in. The result is all copied to `arena`. */
int listing_make(struct listed_mailbox *mailboxes, size_t count, struct slice pattern,
                 bool subscribed, struct arena *arena, struct listed_mailbox **rows_out,
                 size_t *count_out) MUST_CHECK;

#endif
