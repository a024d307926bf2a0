/*
 * Mail that a script has written: what replies (RFC 5230) and notifications (RFC 5436) have in
 * common. Line by line into a buffer; nothing that a script or a message says can add a field.
 */
#ifndef POSTROOM_MAIL_SIEVE_LETTER_H
#define POSTROOM_MAIL_SIEVE_LETTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* Who sends it, and when. */
struct sieve_letterhead {
    struct slice address;    /* of the script's owner: From, unless the script names another */
    struct slice message_id; /* a new one, with its angle brackets */
    int64_t now;             /* seconds since 1970 */
    int32_t zone_minutes;    /* east of UTC */
};

/* Date and Message-ID. */
int sieve_letter_add_origin(struct buffer *out, const struct sieve_letterhead *head) MUST_CHECK;
/* In-Reply-To and References of an answer to the message with that header (RFC 5322 section
 * 3.6.4). */
void sieve_letter_add_references(struct buffer *out, struct slice header);
/* The Content-... fields, the empty line, and the text as the body: text is UTF-8. */
void sieve_letter_add_text(struct buffer *out, struct slice text);
/* The same for a MIME entity (vacation :mime, replace :mime): of its header the Content-...
 * fields count. */
void sieve_letter_add_entity(struct buffer *out, struct slice entity);

#endif
