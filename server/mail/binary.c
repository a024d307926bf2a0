#include "mail/binary.h"

#include "mime/entity.h"
#include "mime/transfer.h"

static const struct {
    const char *name;
    enum binary_encoding encoding;
} encodings[] = {
    {"7bit", BINARY_IDENTITY},
    {"8bit", BINARY_IDENTITY},
    {"binary", BINARY_IDENTITY},
    {"base64", BINARY_BASE64},
    {"quoted-printable", BINARY_QUOTED_PRINTABLE},
};

int binary_decoder_init(struct binary_decoder *decoder, struct slice header)
{
    struct entity entity;
    entity_read(header, false, &entity);
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        if (!slice_equal_nocase(entity.encoding, slice_cstr(encodings[i].name)))
            continue;
        *decoder = (struct binary_decoder){.encoding = encodings[i].encoding};
        buffer_init(&decoder->begun, 0);
        return 0;
    }
    return fail(ERR_ENCODING, "The part has an encoding that is not known");
}

void binary_decoder_clear(struct binary_decoder *decoder)
{
    buffer_clear(&decoder->begun);
}

/* Where what may go on in the next piece begins: an escape of which less than three octets
 * are there, or white space that may be before a line end. The latter is not held for ever:
 * lines of so much of it are none of quoted-printable's. */
static size_t begun_at(struct slice octets)
{
    enum { PADDING_MAX = 4096 };
    size_t at = octets.len;
    while (
        at > 0 && octets.len - at < PADDING_MAX &&
        (octets.data[at - 1] == ' ' || octets.data[at - 1] == '\t' || octets.data[at - 1] == '\r'))
        at--;
    if (at > 0 && octets.data[at - 1] == '=')
        return at - 1;
    if (octets.len >= 2 && octets.data[octets.len - 2] == '=')
        return octets.len - 2;
    return octets.len - at < PADDING_MAX ? at : octets.len;
}

static void feed_quoted_printable(struct binary_decoder *decoder, struct slice piece,
                                  struct buffer *out)
{
    struct buffer *begun = &decoder->begun;
    buffer_add(begun, piece);
    if (begun->failed)
        out->failed = begun->failed;
    size_t end = begun_at(buffer_slice(begun));
    transfer_decode_quoted_printable(slice_sub(buffer_slice(begun), 0, end), false, out);
    buffer_drop_front(begun, end);
}

void binary_decoder_feed(struct binary_decoder *decoder, struct slice piece, struct buffer *out)
{
    switch (decoder->encoding) {
    case BINARY_IDENTITY:
        buffer_add(out, piece);
        break;
    case BINARY_BASE64:
        transfer_feed_base64(&decoder->bits, &decoder->bit_count, piece, out);
        break;
    case BINARY_QUOTED_PRINTABLE:
        feed_quoted_printable(decoder, piece, out);
        break;
    }
}

void binary_decoder_finish(struct binary_decoder *decoder, struct buffer *out)
{
    transfer_end_quoted_printable(buffer_slice(&decoder->begun), out);
    buffer_reset(&decoder->begun);
    decoder->bits = 0;
    decoder->bit_count = 0;
}
