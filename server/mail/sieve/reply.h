/*
 * The mail with which a vacation action answers (RFC 5230 section 5).
 */
#ifndef POSTROOM_MAIL_SIEVE_REPLY_H
#define POSTROOM_MAIL_SIEVE_REPLY_H

#include "mail/sieve_run.h"
#include "sieve/letter.h"

/* action is of SIEVE_VACATION; header: of the message that is answered. The envelope's sender
 * of the reply must be empty or something that answers nothing (RFC 5230 section 5.1). */
int sieve_reply_render(const struct sieve_action *action, struct slice header,
                       const struct sieve_letterhead *head, struct buffer *out) MUST_CHECK;

#endif
