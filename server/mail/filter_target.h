/*
 * Inside the mail layer: the mailboxes that a filter names, as whoever it acts for sees them.
 */
#ifndef POSTROOM_MAIL_FILTER_TARGET_H
#define POSTROOM_MAIL_FILTER_TARGET_H

#include "mail/acl.h"
#include "mail/sieve_run.h"

/* Where `fileinto` puts mail, made if it asks for that (RFC 5490 section 3.2). The grant is the
 * author's, with whatever rights. -ERR_NOT_FOUND, those of mailbox_create(). */
int filter_target_find(struct mail *mail, const struct actor *author,
                       const struct sieve_action *action, struct arena *arena,
                       const struct grant **out) MUST_CHECK;
/* Whether the author may have mail delivered there: `i` or `p`. */
bool filter_target_takes_mail(const struct grant *grant);
/* The same of a mailbox by name; false, too, where there is none. */
int filter_target_exists(struct mail *mail, const struct actor *author, struct slice name,
                         struct arena *arena, bool *out) MUST_CHECK;

#endif
