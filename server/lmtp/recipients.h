/*
 * A message that has come in whole, and its recipients.
 */
#ifndef POSTROOM_LMTP_RECIPIENTS_H
#define POSTROOM_LMTP_RECIPIENTS_H

#include "session.h"

/* Brings it to each, several at once: what they commit shares a flush. What became of each
 * is in the recipient. */
void recipients_deliver(struct lmtp_session *session, const struct intake_result *message);
/* Nobody gets it, for last_error()'s reason. */
void recipients_refuse(struct lmtp_session *session, int err);
/* A reply for each, in the order of RCPT (RFC 2033 section 4.2). */
int recipients_answer(struct lmtp_session *session) MUST_CHECK;

#endif
