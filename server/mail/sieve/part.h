/*
 * The parts of a message as tests and actions read them: through the host, in bounded pieces,
 * charged to the meter, and no more than SIEVE_PART_OCTETS_MAX of one part.
 */
#ifndef POSTROOM_MAIL_SIEVE_PART_H
#define POSTROOM_MAIL_SIEVE_PART_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "mail/mime.h"
#include "mail/sieve_run.h"
#include "mime/entity.h"
#include "sieve/meter.h"

enum { SIEVE_PART_OCTETS_MAX = 1 << 20 };

/* Where octets come from. */
struct sieve_source {
    const struct mime_tree *tree;
    const struct sieve_host *host;
    struct sieve_meter *meter;
};

/* Appends octets start..end of the message as they came in, not charged. */
int sieve_source_copy(const struct sieve_source *source, uint64_t start, uint64_t end,
                      struct buffer *out) MUST_CHECK;

/* What the part's header says it is. */
void sieve_part_entity(const struct mime_tree *tree, uint32_t part, struct entity *out);

/* The same, charged, and SIEVE_PART_OCTETS_MAX at most. */
int sieve_part_read(const struct sieve_source *source, uint64_t start, uint64_t end,
                    struct buffer *out) MUST_CHECK;
/* Appends a part's body without its transfer encoding; text as UTF-8. Of a multipart what
 * stands before its first part and behind the last, of a message the header (RFC 5173 section
 * 5.2). */
int sieve_part_decode(const struct sieve_source *source, uint32_t part,
                      struct buffer *out) MUST_CHECK;
/* The same as people read it: HTML without its tags. *is_text_out: false when it is no text. */
int sieve_part_text(const struct sieve_source *source, uint32_t part, struct buffer *out,
                    bool *is_text_out) MUST_CHECK;

/* Whether the part's type is `wanted`: "text/plain", "text" for all of that type, "" for any
 * (RFC 5173 section 5.2). */
bool sieve_part_has_type(const struct entity *entity, struct slice wanted);

#endif
