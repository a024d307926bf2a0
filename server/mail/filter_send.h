/*
 * Inside the mail layer: what a filter sends, as part of a delivery (delivery_plan.h). It is
 * remembered, so that a message which is brought once more, as its MTA has not heard that it was
 * taken, is not sent twice.
 */
#ifndef POSTROOM_MAIL_FILTER_SEND_H
#define POSTROOM_MAIL_FILTER_SEND_H

#include "delivery_plan.h"
#include "filter_message.h"
#include "mail/delivery.h"
#include "mail/filter.h"

/* On behalf of whom, and why. */
struct filter_sending {
    struct mail *mail;
    const struct delivery *delivery;
    const struct filter_owner *owner;
    const struct filter_message *message; /* as it came in */
    struct slice occasion; /* it is sent once for each; empty: once, however often it comes */
    int64_t home_id;       /* of mail that nobody takes; 0: it is in a mailbox already */
    struct delivery_plan *plan;
    struct arena *arena;
};

/* RFC 5228 section 4.2. changed: the message as the action has it. -ERR_LOOP: it was redirected
 * from this address before; -ERR_DENIED: nothing is sent here. */
int filter_redirect(const struct filter_sending *sending, const struct sieve_action *action,
                    const struct intake_result *changed) MUST_CHECK;
/* RFC 5230, RFC 6131: unless the sender was answered in action->seconds. */
int filter_vacation(const struct filter_sending *sending,
                    const struct sieve_action *action) MUST_CHECK;
/* RFC 5435, RFC 5436: to everybody that the mailto URI names. */
int filter_notify(const struct filter_sending *sending,
                  const struct sieve_action *action) MUST_CHECK;

#endif
