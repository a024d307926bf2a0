/*
 * Inside the mail layer: looking for a search program's texts in the header
 * and the body of one message, as RFC 3501 section 6.4.4 means it: case
 * ignored, encodings undone.
 *
 * BODY is the decoded text of all text parts, and the headers of messages
 * within the message; TEXT is that and the message's own header.
 */
#ifndef POSTROOM_MAIL_SEARCH_TEXT_H
#define POSTROOM_MAIL_SEARCH_TEXT_H

#include "base/buffer.h"
#include "mail/mime.h"
#include "search_program.h"

/* Working memory, reused from message to message. */
struct search_matcher {
    const struct search_program *program;
    const struct mime_limits *limits;
    struct buffer decoded;
    struct buffer folded;
};
void search_matcher_init(struct search_matcher *matcher, const struct search_program *program,
                         const struct mime_limits *limits);
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
