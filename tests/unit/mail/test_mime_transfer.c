#include "mime/transfer.h"
#include "support/check.h"

static void check_encoded(struct slice text, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    transfer_encode_quoted_printable(text, &out);
    CHECK_OK(buffer_check(&out));
    check_slice(buffer_slice(&out), slice_cstr(expected), "encoded", __FILE__, __LINE__);
    buffer_clear(&out);
}

void test_mime_transfer_encodes_quoted_printable(void)
{
    check_encoded(SLICE(""), "");
    check_encoded(SLICE("a = b\nc\r\n"), "a =3D b\r\nc\r\n");
    check_encoded(SLICE("caf\xc3\xa9 \n\t"), "caf=C3=A9=20\r\n=09");
    check_encoded(SLICE("--b-\n"), "=2D-b-\r\n");
    check_encoded(SLICE("a\rb\r\r\n"), "a=0Db=0D\r\n");
}

void test_mime_transfer_comes_back(void)
{
    struct buffer text, encoded, decoded;
    buffer_init(&text, 0);
    buffer_init(&encoded, 0);
    buffer_init(&decoded, 0);
    for (int i = 0; i < 200; i++)
        buffer_add_cstr(&text, i % 60 == 59 ? "\r\n" : i % 3 ? "x " : "\xe2\x82\xac=");
    transfer_encode_quoted_printable(buffer_slice(&text), &encoded);
    transfer_decode_quoted_printable(buffer_slice(&encoded), false, &decoded);
    check_slice(buffer_slice(&decoded), buffer_slice(&text), "decoded", __FILE__, __LINE__);
    struct slice rest = buffer_slice(&encoded);
    while (rest.len > 0) {
        size_t end = slice_find(rest, '\n');
        CHECK(end <= 77);
        rest = slice_sub(rest, end + 1, rest.len);
    }
    buffer_clear(&text);
    buffer_clear(&encoded);
    buffer_clear(&decoded);
}
