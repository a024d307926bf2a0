/*
 * Inside the mail layer: looking for a search program's texts in the header
 * and the body of one message.
 *
 * BODY is the decoded text of all text parts, and no header (RFC 9051 section 6.4.4); TEXT is
 * that, the message's own header, and those of its parts and of messages within it.
 */
#ifndef POSTROOM_MAIL_SEARCH_MATCH_H
#define POSTROOM_MAIL_SEARCH_MATCH_H

#include "search_program.h"
#include "search_text.h"

struct search_matcher {
    const struct search_program *program;
    struct search_reader reader;
};
void search_matcher_init(struct search_matcher *matcher, const struct search_program *program);
void search_matcher_clear(struct search_matcher *matcher);

/* HEADER keys become known, TEXT keys where the header has the text. */
int search_match_header(struct search_matcher *matcher, struct slice header,
                        unsigned char *texts) MUST_CHECK;
/* All other keys become known. Gives way to other fibers now and then. */
int search_match_body(struct search_matcher *matcher, struct slice message,
                      unsigned char *texts) MUST_CHECK;
/* There is nothing to look into. */
void search_match_nothing(const struct search_program *program, unsigned char *texts);

#endif
