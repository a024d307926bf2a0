/*
 * Inside the mail layer: the texts of a message that SEARCH looks into, as RFC
 * 9051 section 6.4.4 means them: encodings undone, charsets converted, folded
 * (base/text.h). Whoever looks for something is a *sink* and is given one text
 * after the other: the matcher (search_match.h) and the index (indexer.c), so
 * that what is indexed is what would have been searched.
 *
 * Limits are fixed and not those of the configuration: what is found must not
 * depend on what was configured when a message was indexed.
 */
#ifndef POSTROOM_MAIL_SEARCH_TEXT_H
#define POSTROOM_MAIL_SEARCH_TEXT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "mail/mime.h"

/* Of a larger message only this much is looked into. */
enum { SEARCH_MESSAGE_MAX = 16 << 20 };

/* texts are valid during the call. */
struct search_sink {
    void *arg;
    bool (*wants_field)(void *arg, struct slice name);
    /* "name: value" of the message's own header, folded; the value begins at value_start. */
    void (*field)(void *arg, struct slice name, struct slice folded, size_t value_start);
    /* Whether to go on. */
    bool (*wants_body)(void *arg);
    /* The text of one part, of HTML first as it was sent and then as it reads. */
    void (*body)(void *arg, struct slice folded);
    bool (*wants_part_header)(void *arg);
    /* "name: value" of a part, or of a message within the message; or a file's name by itself
     * where RFC 2231 encodes it. */
    void (*part_header)(void *arg, struct slice folded);
};

/* Working memory, reused from message to message. */
struct search_reader {
    struct buffer decoded;
    struct buffer shown; /* of HTML: as it reads */
    struct buffer folded;
};
void search_reader_init(struct search_reader *reader);
void search_reader_clear(struct search_reader *reader);

/* Both give way to other fibers now and then. */
int search_read_header(struct search_reader *reader, struct slice header,
                       const struct search_sink *sink) MUST_CHECK;
int search_read_body(struct search_reader *reader, struct slice message,
                     const struct search_sink *sink) MUST_CHECK;

#endif
