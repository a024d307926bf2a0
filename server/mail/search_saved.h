/*
 * Inside the mail layer: SEARCH by the day on which messages came to the mailbox (RFC 8514
 * section 4.3), in UTC as for internal dates. Views do not hold these days, so the
 * database is asked once for each such key.
 */
#ifndef POSTROOM_MAIL_SEARCH_SAVED_H
#define POSTROOM_MAIL_SEARCH_SAVED_H

#include "search_program.h"

/* Fills in the uids of program->saved. */
int search_saved_resolve(struct mail *mail, const struct grant *grant,
                         struct search_program *program) MUST_CHECK;

#endif
