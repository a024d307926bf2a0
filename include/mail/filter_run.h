/*
 * A filter that somebody runs over mail in a mailbox: IMAP FILTER=SIEVE
 * (draft-bosch-imap-filter-sieve-00). It acts with the rights of whoever runs it, whoever has
 * written it.
 */
#ifndef POSTROOM_MAIL_FILTER_RUN_H
#define POSTROOM_MAIL_FILTER_RUN_H

#include "mail/acl.h"
#include "mail/sieve.h"
#include "mail/view.h"

/* Which one (section 3.2 of the draft). */
enum filter_source {
    FILTER_DELIVERY, /* what files mail that comes: in a shared mailbox its own active script, in
                        the user's mailboxes the user's */
    FILTER_PERSONAL, /* one of the user's scripts, by name */
    FILTER_GLOBAL,   /* there are none */
    FILTER_SCRIPT    /* this text */
};
struct filter_choice {
    enum filter_source source;
    struct slice text; /* the name, or the script */
};

struct filter_run;
/* grant: of the mailbox, with `r`; it and the keywords live longer than the run. -ERR_SYNTAX with
 * the problem, -ERR_NOT_FOUND (no such script, or none is active), -ERR_DENIED (the script of
 * somebody else), -ERR_TOO_BIG. */
int filter_run_begin(struct mail *mail, const struct grant *grant,
                     const struct keyword_table *keywords, const struct filter_choice *choice,
                     struct filter_run **out, struct sieve_problem *problem_out) MUST_CHECK;
/* Over one message. problem_out: what could not be done, in the arena; empty: all well. Then the
 * message is as it was, but for copies that were made before. */
int filter_run_message(struct filter_run *run, const struct entry *message, struct arena *arena,
                       struct slice *problem_out) MUST_CHECK;
void filter_run_end(struct filter_run **run);

#endif
