/*
 * Inside the mail layer: search keys that views cannot answer, so that the database is asked
 * before the messages are gone through: by the day on which they came to the mailbox (RFC 8514
 * section 4.3), in UTC as for internal dates; by their threads (RFC 8474 section 6).
 */
#ifndef POSTROOM_MAIL_SEARCH_ASKED_H
#define POSTROOM_MAIL_SEARCH_ASKED_H

#include "search_program.h"

/* Fills in the uids of program->asked. */
int search_asked_resolve(struct mail *mail, const struct search_scope *scope,
                         struct search_program *program) MUST_CHECK;

#endif
