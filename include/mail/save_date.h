/*
 * When messages came to the mailbox (RFC 8514), for a grant with `r`.
 */
#ifndef POSTROOM_MAIL_SAVE_DATE_H
#define POSTROOM_MAIL_SAVE_DATE_H

#include "mail/acl.h"
#include "mail/mail.h"

/* In the order of uids, microseconds since 1970 UTC; INT64_MAX: the message is gone. */
int save_date_get(struct mail *mail, const struct grant *grant, const int64_t *uids, size_t count,
                  int64_t *dates_out) MUST_CHECK;

#endif
