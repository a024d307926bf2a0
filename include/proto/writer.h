/*
 * Model values in IMAP's notation, appended to a buffer. Strings are in
 * model/notation.h.
 */
#ifndef POSTROOM_PROTO_WRITER_H
#define POSTROOM_PROTO_WRITER_H

#include <stdint.h>

#include "base/buffer.h"
#include "model/flags.h"

/* Mailbox name as astring: in UTF-8 for clients that asked for it (RFC 9051, RFC 9755), else in
 * modified UTF-7. */
void write_mailbox(struct buffer *out, struct slice name, bool utf8);
/* "(\Seen $Forwarded)"; `recent` adds \Recent. */
void write_flags(struct buffer *out, flag_mask flags, const struct keyword_table *keywords,
                 bool recent);
/* "\"17-Jul-1996 02:44:25 +0000\"" */
void write_date_time(struct buffer *out, int64_t micros);

#endif
