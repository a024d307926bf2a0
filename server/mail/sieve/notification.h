/*
 * The mail that a notify action sends by mailto (RFC 5436).
 */
#ifndef POSTROOM_MAIL_SIEVE_NOTIFICATION_H
#define POSTROOM_MAIL_SIEVE_NOTIFICATION_H

#include <stdbool.h>

#include "mail/sieve_run.h"
#include "sieve/letter.h"
#include "sieve/mailto.h"

/* Whether a message with that header may cause one: what a program sent may not, or
 * notifications would go round for ever (RFC 5436 section 2.7.1, RFC 3834). */
bool sieve_notification_is_due(struct slice header);

/* action is of SIEVE_NOTIFY, mailto its address parsed: whom it goes to; header: of the message
 * that is notified of. The envelope's sender must be empty. */
int sieve_notification_render(const struct sieve_action *action, const struct sieve_mailto *mailto,
                              struct slice header, const struct sieve_letterhead *head,
                              struct buffer *out) MUST_CHECK;

#endif
