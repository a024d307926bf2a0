/*
 * Inside the mail layer: a program over a message that is in a mailbox already, because somebody
 * runs it (draft-bosch-imap-filter-sieve-00 section 4) or because of what somebody has done to
 * the message (RFC 6785 section 3).
 *
 * A message never changes: `keep` leaves it where it is, with the flags that the program comes
 * to; `fileinto` copies it; what is not kept gets \Deleted, which its owner or a client expunges.
 * Nobody is answered that mail has come. `redirect` and `notify` send mail (mail/outgoing.h), as
 * from the owner of the script. All that comes of a message is one transaction, or nothing.
 */
#ifndef POSTROOM_MAIL_FILTER_EXISTING_H
#define POSTROOM_MAIL_FILTER_EXISTING_H

#include "mail/acl.h"
#include "mail/filter.h"
#include "mail/sieve_run.h"
#include "mail/view.h"

struct filter_existing {
    struct mail *mail;
    const struct grant *grant; /* of whom it acts for, in the mailbox, with `r` */
    const struct keyword_table *keywords;
    const struct sieve_program *program;
    const struct sieve_environment_item *environment;
    size_t environment_count;
    struct filter_owner
        owner;             /* of the script; actor_id: whose address is a mailbox's without one */
    struct slice occasion; /* mail is sent once for each; empty: once for the message */
    bool is_event;         /* RFC 6785 */
};

/* By name with spaces between; keywords without a name are left out. */
int filter_flags_render(flag_mask flags, const struct keyword_table *keywords, struct arena *arena,
                        struct slice *out) MUST_CHECK;

/* problem_out: what the program's author should know, lines in the arena; empty: nothing. A
 * failure is one of the server's, which the next message would meet, too. */
int filter_existing_run(const struct filter_existing *filter, const struct entry *message,
                        struct arena *arena, struct slice *problem_out) MUST_CHECK;

#endif
