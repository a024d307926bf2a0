/*
 * Inside the mail layer: the pure part of LIST and LSUB, from the names that may be
 * told to the lines of the answer.
 */
#ifndef POSTROOM_MAIL_LISTING_LINES_H
#define POSTROOM_MAIL_LISTING_LINES_H

#include "mail/listing.h"
#include "model/mailbox_name.h"

struct listing_patterns {
    const struct slice *patterns;
    size_t count;
};
bool listing_matches(const struct listing_patterns *patterns, struct slice name);

/* At the deepest level there is, so that nothing can be made below it. */
bool listing_is_deepest(struct slice name);

/* INBOX, own, other users', shared; what is below a name follows it. */
int listing_compare(struct slice a, struct slice b);
void listing_sort(struct listed_mailbox *mailboxes, size_t count);

/* Those of `mailboxes` (sorted, names distinct, `selected` set) that are to be told, in
 * the order of the answer, with parents that are not among them made up where they match:
 * for LIST, unless names are selected; for LSUB and LIST_RECURSIVEMATCH where
 * something selected is below them that is not told itself (RFC 3501 section 6.3.9, RFC
 * 5258 section 3.5). What follows from their places is filled in. Names and uses are copied
 * to `arena`. */
int listing_make(const struct list_query *query, const struct listing_patterns *patterns,
                 const struct listed_mailbox *mailboxes, size_t count, struct arena *arena,
                 struct listed_mailbox **rows_out, size_t *count_out) MUST_CHECK;

#endif
