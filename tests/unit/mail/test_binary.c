/* Decoding for BINARY: the same however the octets are split. */
#include "mail/binary.h"

#include "mime/transfer.h"
#include "support/check.h"

#define HEADER(encoding) SLICE("Content-Transfer-Encoding: " encoding "\r\n\r\n")

static void decode(struct slice header, struct slice octets, size_t first, size_t each,
                   struct buffer *out)
{
    struct binary_decoder decoder;
    CHECK_OK(binary_decoder_init(&decoder, header));
    buffer_reset(out);
    for (size_t at = 0, next; at < octets.len; at = next) {
        next = at + (at == 0 ? first : each);
        binary_decoder_feed(&decoder, slice_sub(octets, at, next - at), out);
    }
    binary_decoder_finish(&decoder, out);
    binary_decoder_clear(&decoder);
    CHECK_OK(buffer_check(out));
}

static void check_decoded(struct slice header, struct slice octets, struct slice expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    for (size_t first = 1; first <= octets.len; first++) {
        decode(header, octets, first, octets.len, &out);
        CHECK(slice_equal(buffer_slice(&out), expected));
    }
    decode(header, octets, 1, 1, &out);
    CHECK(slice_equal(buffer_slice(&out), expected));
    buffer_clear(&out);
}

void test_binary_decodes_base64(void)
{
    check_decoded(HEADER("base64"), SLICE("AGEAYg\r\nBj"), SLICE("\0a\0b\0c"));
    check_decoded(HEADER("BASE64 (comment)"), SLICE("YQ==\r\nYmI="), SLICE("abb"));
    check_decoded(HEADER("base64"), SLICE(""), SLICE(""));
}

void test_binary_decodes_quoted_printable(void)
{
    check_decoded(HEADER("quoted-printable"), SLICE("a=3Db =\r\nc=  \t\r\nd=\r\n=00="),
                  SLICE("a=b cd\0"));
    check_decoded(HEADER("quoted-printable"), SLICE("=4 =zz =\rx = y="), SLICE("=4 =zz =\rx = y"));
    check_decoded(HEADER("quoted-printable"), SLICE("a \t\r\n \r\nb =20\r\n c\t\n\r \r\nd "),
                  SLICE("a\r\n\r\nb  \r\n c\n\r\r\nd"));
}

/* A line end is hidden only by what comes soon: no more than that is held. */
void test_binary_holds_little(void)
{
    struct binary_decoder decoder;
    struct buffer out;
    char spaces[1024];
    memset(spaces, ' ', sizeof spaces);
    buffer_init(&out, 0);
    CHECK_OK(binary_decoder_init(&decoder, HEADER("quoted-printable")));
    binary_decoder_feed(&decoder, SLICE("="), &out);
    for (size_t i = 0; i < 100; i++) {
        binary_decoder_feed(&decoder, slice_of(spaces, sizeof spaces), &out);
        CHECK(decoder.begun.len < 8 * sizeof spaces);
    }
    binary_decoder_finish(&decoder, &out);
    binary_decoder_clear(&decoder);
    buffer_clear(&out);
}

void test_binary_leaves_alone_what_is_not_encoded(void)
{
    check_decoded(HEADER("8bit"), SLICE("a=3D\0YQ=="), SLICE("a=3D\0YQ=="));
    check_decoded(HEADER("binary"), SLICE("\0\r\n"), SLICE("\0\r\n"));
    check_decoded(SLICE("Subject: none\r\n\r\n"), SLICE("a=3D"), SLICE("a=3D"));
}

void test_binary_refuses_unknown_encodings(void)
{
    struct binary_decoder decoder;
    CHECK_ERR(binary_decoder_init(&decoder, HEADER("x-uuencode")), ERR_ENCODING);
    CHECK_ERR(binary_decoder_init(&decoder, HEADER("base65")), ERR_ENCODING);
}
