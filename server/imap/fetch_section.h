/*
 * BODY[section]<partial> and its old forms (RFC 3501 section 6.4.5): which
 * octets of the message that is, and those octets as a literal.
 */
#ifndef POSTROOM_IMAP_FETCH_SECTION_H
#define POSTROOM_IMAP_FETCH_SECTION_H

#include "base/buffer.h"
#include "fetch_batch.h"

/* A reply being put together. */
struct fetch_line {
    const struct fetch_request *request;
    const struct fetch_message *message;
    const struct keyword_table *keywords;
    struct arena *arena;
    struct buffer *out; /* behind the lines that were rendered before */
    bool streamed;      /* part of the line has left already: it can't be taken back */
};

/* Octets of the message. */
struct fetch_range {
    uint64_t start;
    uint64_t end;
};
/* The section's place in a message of `size` octets, whose `parts` are stored, and which may be
 * NULL for all of the message; *found false: there is no such part. */
int fetch_find_range(struct arena *arena, const struct message_part_row *stored, uint64_t size,
                     const struct fetch_item *item, struct fetch_range *range,
                     bool *found) MUST_CHECK;
/* HEADER.FIELDS and HEADER.FIELDS.NOT are cut from the range, at most so much of it. */
bool fetch_item_is_fields(const struct fetch_item *item);
enum { FETCH_HEADER_MAX = 1 << 20 };
/* What <offset.length> leaves of `len` octets (RFC 3501 section 6.4.5): an
 * offset behind the end gives the empty string. */
struct fetch_range fetch_clip(const struct fetch_item *item, uint64_t len);
/* Octets of a range as one slice, for what must be looked at before it is sent: the first
 * megabyte, when the message is too large to be at hand. */
int fetch_gather(struct fetch_line *line, struct fetch_range range, struct slice *out) MUST_CHECK;

/* A piece() for content_read(): adds it to a struct buffer. */
int fetch_gather_piece(void *buffer, struct slice octets) MUST_CHECK;

int fetch_render_section(struct fetch_line *line, const struct fetch_item *item) MUST_CHECK;

#endif
