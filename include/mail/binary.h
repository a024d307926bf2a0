/*
 * The octets of a part with its content transfer encoding undone, piece by piece, for
 * BINARY (RFC 3516). However large the part is, little is held. As lenient as SEARCH
 * (mail/mime.h): what is not in the encoding's alphabet is passed over or kept.
 */
#ifndef POSTROOM_MAIL_BINARY_H
#define POSTROOM_MAIL_BINARY_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

enum binary_encoding { BINARY_IDENTITY, BINARY_BASE64, BINARY_QUOTED_PRINTABLE };

struct binary_decoder {
    enum binary_encoding encoding;
    uint32_t bits;       /* private: base64 that is no whole octet yet */
    int bit_count;       /* private */
    struct buffer begun; /* private: quoted-printable that may go on in the next piece */
};

/* `header` is that of the part; it is not needed any more afterwards. -ERR_ENCODING: its
 * encoding is none that is known. */
int binary_decoder_init(struct binary_decoder *decoder, struct slice header) MUST_CHECK;
void binary_decoder_clear(struct binary_decoder *decoder);
/* Appends what the piece decodes to. */
void binary_decoder_feed(struct binary_decoder *decoder, struct slice piece, struct buffer *out);
/* After the last piece; the decoder is ready to begin anew. */
void binary_decoder_finish(struct binary_decoder *decoder, struct buffer *out);

#endif
