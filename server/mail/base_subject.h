/*
 * Inside the mail layer: what is left of a subject without the marks of replies and
 * forwards (RFC 5256 section 2.1), for SORT and THREAD.
 */
#ifndef POSTROOM_MAIL_BASE_SUBJECT_H
#define POSTROOM_MAIL_BASE_SUBJECT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/slice.h"

/* Step 1: appends the value of a Subject field decoded, each run of white space as one space. */
void base_subject_prepare(struct slice value, struct buffer *out);

/* Steps 2 to 7: the part of a prepared subject that is the base subject. *is_reply_out:
 * something was removed that makes a reply or forward (section 3, THREAD). Linear. */
struct slice base_subject(struct slice subject, bool *is_reply_out);

#endif
