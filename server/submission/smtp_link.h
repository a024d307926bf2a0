/*
 * A connection to the mail server that takes what we send. libcurl opens it, with TLS and
 * authentication; then it is a stream of octets for a fiber. No libcurl type leaves the module.
 */
#ifndef POSTROOM_SUBMISSION_SMTP_LINK_H
#define POSTROOM_SUBMISSION_SMTP_LINK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/slice.h"
#include "proto/smtp_reply.h"
#include "submission/sender.h"

int smtp_link_global_init(void) MUST_CHECK;
void smtp_link_global_cleanup(void);

/* Whoever stops the sender ends what its links wait for. */
struct smtp_link_stop {
    int64_t deadline;         /* monotonic ms; INT64_MAX: go on */
    atomic_bool connects_not; /* for the thread that does */
};

struct smtp_link;
/* Greeting, STARTTLS and AUTH are behind it. Parks; the connecting itself is the thread pool's
 * work, as it looks up names. -ERR_UNAVAILABLE; -ERR_CREDENTIALS; -ERR_TLS. */
int smtp_link_open(const struct submission_settings *settings, struct smtp_link_stop *stop,
                   struct smtp_link **out) MUST_CHECK;
void smtp_link_close(struct smtp_link **link);
/* Ends what the link waits for when stop says so. */
void smtp_link_interrupt(struct smtp_link *link);

/* Both park, for settings->timeout at most. -ERR_TIMEOUT, -ERR_CLOSED, -ERR_CANCELLED. */
int smtp_link_send(struct smtp_link *link, struct slice octets) MUST_CHECK;
/* The reply lives until the next call. */
int smtp_link_read_reply(struct smtp_link *link, struct smtp_reply *out) MUST_CHECK;

#endif
