/*
 * Content transfer encodings undone (RFC 2045 section 6), leniently: what is
 * not in the encoding's alphabet is passed over or kept.
 */
#ifndef POSTROOM_MAIL_MIME_TRANSFER_H
#define POSTROOM_MAIL_MIME_TRANSFER_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/slice.h"

/* The octets without the encoding of this name; the slice itself when there
 * is nothing to undo, else it lives in `scratch`, which is overwritten. */
struct slice transfer_decode(struct slice encoding, struct slice octets, struct buffer *scratch);

void transfer_decode_base64(struct slice octets, struct buffer *out);
/* The same piece by piece: bits and bit_count start at 0. */
void transfer_feed_base64(uint32_t *bits, int *bit_count, struct slice octets, struct buffer *out);
/* `underscore_is_space`: the Q encoding of encoded words (RFC 2047 section 4.2). */
void transfer_decode_quoted_printable(struct slice octets, bool underscore_is_space,
                                      struct buffer *out);
/* The same of what ends with a part's last line. */
void transfer_end_quoted_printable(struct slice octets, struct buffer *out);

/* Text as quoted-printable; a line ends with LF or CRLF in it, with CRLF in what is written. */
void transfer_encode_quoted_printable(struct slice text, struct buffer *out);

#endif
