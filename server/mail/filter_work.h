/*
 * Inside the mail layer: a message that is in a mailbox already, and what a program wants done with
 * it (filter_existing.h).
 */
#ifndef POSTROOM_MAIL_FILTER_WORK_H
#define POSTROOM_MAIL_FILTER_WORK_H

#include "filter_existing.h"
#include "filter_message.h"
#include "mail/filter_reach.h"
#include "model/flags.h"

/* A copy that is to be made. */
struct filter_filing {
    const struct sieve_action *action;
    const struct grant *target;
};

struct filter_work {
    struct filter_reach reach;
    const struct filter_existing *filter;
    struct mail *mail;
    const struct entry *entry;
    flag_mask flags;           /* that it has, and the program knows of */
    const struct grant *grant; /* the filter's, or a younger one */
    struct intake_result stored;
    struct filter_message message;
    struct slice envelope_from; /* as delivery has noted it; data NULL: it has not */
    struct uidset uids;         /* its own */
    struct arena *arena;
    struct filter_filing *filings;
    size_t filing_count;
    const struct sieve_action **sendings; /* redirect, notify */
    size_t sending_count;
    bool is_kept;
    const struct sieve_action *kept_with; /* whose flags it gets; NULL: those it has */
    const struct sieve_action *at;        /* what is being seen to; NULL: no action in particular */
    struct slice problem;
};

/* Which flags it loses and gets; others may change its flags meanwhile, so only what the program
 * has changed. */
struct filter_flag_edit {
    flag_mask added, removed;
};
int filter_work_flags(const struct filter_work *work, struct filter_flag_edit *out) MUST_CHECK;

/* All of it in one transaction, what is sent included. -ERR_STALE: nothing was done, ask for the
 * grants again. A failure that is not of the server is of work->at. */
int filter_work_together(struct filter_work *work) MUST_CHECK;

#endif
