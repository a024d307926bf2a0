/*
 * Inside the mail layer: what SORT and THREAD need of a message's header, as octets that can
 * be kept: texts ready to be compared octet by octet (RFC 5051), and message ids as hashes of
 * 64 bits (of SHA-256).
 */
#ifndef POSTROOM_MAIL_SORT_RECORD_H
#define POSTROOM_MAIL_SORT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/slice.h"

enum sort_text {
    SORT_TEXT_SUBJECT,
    SORT_TEXT_FROM,
    SORT_TEXT_TO,
    SORT_TEXT_CC,
    SORT_TEXT_DISPLAYFROM,
    SORT_TEXT_DISPLAYTO,
    SORT_TEXT_COUNT
};

/* Of a list of references the last ones are kept: who is too far up is found by way of the
 * messages in between. */
enum { SORT_REFERENCES_MAX = 500 };

/* Points into the octets. */
struct sort_record {
    int64_t sent_at;         /* seconds since 1970; INT64_MIN: no readable Date: */
    bool is_reply;           /* or a forward, by its subject */
    uint64_t message_id;     /* 0: none */
    struct slice references; /* 8 octets each, the eldest first */
    struct slice texts[SORT_TEXT_COUNT];
};

/* Appends the record of a message with this header. */
void sort_record_make(struct slice header, struct buffer *out);
/* -ERR_CORRUPT; also when another version of this or of Unicode has made it. */
int sort_record_read(struct slice octets, struct sort_record *out) MUST_CHECK;

static inline size_t sort_record_reference_count(const struct sort_record *record)
{
    return record->references.len / sizeof(uint64_t);
}
uint64_t sort_record_reference(const struct sort_record *record, size_t place);

#endif
