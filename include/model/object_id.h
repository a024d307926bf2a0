/*
 * Object identifiers (RFC 8474): a letter that says of what, and the number that the
 * database knows it by.
 */
#ifndef POSTROOM_MODEL_OBJECT_ID_H
#define POSTROOM_MODEL_OBJECT_ID_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

enum object_kind {
    OBJECT_MAILBOX, /* negative: what was deleted from it (mail/recently_deleted.h) */
    OBJECT_EMAIL,   /* a content, in whatever mailboxes it is */
    OBJECT_THREAD   /* mail/thread_id.h; negative: a content that is a thread of its own */
};

/* 0 has no meaning, INT64_MIN is none. */
void object_id_render(enum object_kind kind, int64_t id, struct buffer *out);
/* 0: a well-formed identifier, but of no such object. -ERR_SYNTAX. */
int object_id_parse(struct slice text, enum object_kind kind, int64_t *id_out) MUST_CHECK;

#endif
