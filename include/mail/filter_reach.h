/*
 * What a filter can reach of the mail store: mailboxes by name, special use (RFC 8579) and
 * identifier (RFC 9042), and annotations (RFC 5490), all with the rights of its author. Nothing
 * is looked up unless the script asks for it.
 */
#ifndef POSTROOM_MAIL_FILTER_REACH_H
#define POSTROOM_MAIL_FILTER_REACH_H

#include "mail/acl.h"
#include "mail/sieve_run.h"

struct filter_reach {
    struct mail *mail;
    struct actor author;
    int64_t user_id; /* whose special uses count; 0: those that shared mailboxes have for all */
    struct arena *arena;
};

/* What a script is told of the mail store: `host->arg` must begin with a struct filter_reach. */
void filter_reach_offer(struct sieve_host *host);
/* The same, and where it runs (RFC 5183 section 4.1): at delivery. */
void filter_reach_offer_at_delivery(struct sieve_host *host);

/* Whether the author may have mail delivered there: `i` or `p`. */
bool filter_reach_takes_mail(const struct grant *grant);
/* Where `fileinto` puts mail, made if it asks for that (RFC 5490 section 3.2). The grant is the
 * author's, with whatever rights. -ERR_NOT_FOUND, those of mailbox_create(). */
int filter_reach_find(const struct filter_reach *reach, const struct sieve_action *action,
                      const struct grant **out) MUST_CHECK;

#endif
