/*
 * Inside the mail layer: the identifiers that a script has met (RFC 7352), each owner's own. What
 * it asks about in a run has one answer to the end of the run, and is remembered with what comes
 * of the message.
 */
#ifndef POSTROOM_MAIL_FILTER_MEMORY_H
#define POSTROOM_MAIL_FILTER_MEMORY_H

#include "delivery_plan.h"
#include "mail/filter.h"
#include "mail/sieve_run.h"

struct filter_memory {
    struct mail *mail;
    const struct filter_owner *owner;
    struct arena *arena;
    struct filter_question *questions; /* starts as NULL */
};

/* For struct sieve_host. */
int filter_memory_ask(struct filter_memory *memory, struct slice handle_and_id, uint32_t seconds,
                      bool *out) MUST_CHECK;
/* The action SIEVE_DUPLICATE. */
int filter_memory_plan(const struct filter_memory *memory, const struct sieve_action *action,
                       struct delivery_plan *plan) MUST_CHECK;

#endif
