/*
 * Inside the mail layer: what is to come of a message for one recipient. First the places it
 * goes to are found, with nothing done yet; then all of it happens, or nothing. The plan and
 * what it points to are the arena's.
 */
#ifndef POSTROOM_MAIL_DELIVERY_PLAN_H
#define POSTROOM_MAIL_DELIVERY_PLAN_H

#include "mail/acl.h"
#include "mail/delivery.h"
#include "mail/filter.h"
#include "model/flags.h"
#include "store/deliveries.h"
#include "store/mailboxes.h"

struct delivery_plan;
struct delivery_plan *delivery_plan_new(struct mail *mail, const struct delivery *delivery,
                                        struct arena *arena);

/* By whose rights it goes there, and the flags that they want it to have, as far as those go. */
struct delivery_flags {
    const struct flag_names *names; /* NULL: none */
    const struct grant *grant;      /* -ERR_STALE when the rights have changed since */
    int64_t seen_by;                /* whose \Seen it is where each has their own; 0: nobody's */
};
/* Into this mailbox; a message goes into each once. flags: NULL: none. -ERR_STALE: ask for the
 * mailbox again. -ERR_NOT_FOUND; -ERR_OVER_QUOTA. */
int delivery_plan_add(struct delivery_plan *plan, int64_t mailbox_id,
                      const struct intake_result *message,
                      const struct delivery_flags *flags) MUST_CHECK;
/* The same without flags, into one that was looked up before: -ERR_STALE when it is not as it was
 * then. */
int delivery_plan_add_found(struct delivery_plan *plan, const struct mailbox_row *mailbox,
                            const struct intake_result *message) MUST_CHECK;
bool delivery_plan_has(const struct delivery_plan *plan, int64_t mailbox_id);

/* That the owner's script has met it. */
int delivery_plan_remember(struct delivery_plan *plan, const struct filter_owner *owner,
                           const struct identifier *identifier) MUST_CHECK;

/* Sends it. order->mail has a letter, or message is not NULL. */
int delivery_plan_send(struct delivery_plan *plan, const struct outgoing_order *order,
                       const struct intake_result *message) MUST_CHECK;

/* Something else that is done with it; what the change points to lives as long as the plan. */
int delivery_plan_change(struct delivery_plan *plan, const struct change *change) MUST_CHECK;

/* This mail leaves the queue with it; -ERR_STALE of carry_out() also when somebody else holds it.
 */
void delivery_plan_settle(struct delivery_plan *plan, const struct outgoing_claim *claim);

/* Committed and flushed. A mailbox where it is a duplicate (delivery->duplicate_window) is left
 * out, which is no failure. -ERR_STALE: nothing was done; begin anew, with another plan. */
int delivery_plan_carry_out(struct delivery_plan *plan) MUST_CHECK;

#endif
