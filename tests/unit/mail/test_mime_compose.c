#include "mail/mime.h"
#include "mime/compose.h"
#include "support/check.h"

typedef void compose_function(struct buffer *out, struct slice name, struct slice text);

static void check_field(compose_function *compose, struct slice text, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    compose(&out, SLICE("Subject"), text);
    CHECK_OK(buffer_check(&out));
    check_slice(buffer_slice(&out), slice_cstr(expected), "field", __FILE__, __LINE__);
    buffer_clear(&out);
}

void test_mime_compose_leaves_ascii_as_it_is(void)
{
    check_field(compose_text_field, SLICE("Hello, (world) \"you\""),
                "Subject: Hello, (world) \"you\"\r\n");
    check_field(compose_text_field, SLICE(""), "Subject:\r\n");
}

void test_mime_compose_encodes_what_must_be(void)
{
    check_field(compose_text_field, SLICE("The caf\xc3\xa9 is closed"),
                "Subject: The =?UTF-8?B?Y2Fmw6k=?= is closed\r\n");
    check_field(compose_text_field, SLICE("\xc3\xa4 b \xc3\xb6"),
                "Subject: =?UTF-8?B?w6QgYiDDtg==?=\r\n");
    check_field(compose_text_field, SLICE("no =?UTF-8?Q?word?="),
                "Subject: no =?UTF-8?B?PT9VVEYtOD9RP3dvcmQ/PQ==?=\r\n");
    check_field(compose_text_field, SLICE("\xff"), "Subject: =?UTF-8?B?77+9?=\r\n");
}

/* A subject cannot begin a field, or the body. */
void test_mime_compose_keeps_to_its_field(void)
{
    check_field(compose_text_field, SLICE("a\r\nBcc: x@y\n\nz"), "Subject: a Bcc: x@y z\r\n");
    check_field(compose_text_field, SLICE("\xc3\xa4\r\nBcc: \xc3\xa4"),
                "Subject: =?UTF-8?B?w6QgIEJjYzogw6Q=?=\r\n");
    check_field(compose_address_field, SLICE("\"a\r\nBcc: x@y\" <b@c>"),
                "Subject: \"aBcc: x@y\" <b@c>\r\n");
}

void test_mime_compose_folds(void)
{
    struct buffer text, out, decoded;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    buffer_init(&decoded, 0);
    for (int i = 0; i < 40; i++)
        buffer_printf(&text, "%sword%s", i ? " " : "", i == 20 ? "\xc3\xa9\xe2\x82\xac" : "");
    compose_text_field(&out, SLICE("Subject"), buffer_slice(&text));
    struct slice rest = buffer_slice(&out);
    while (rest.len > 0) {
        size_t end = slice_find(rest, '\n');
        CHECK(end <= 79);
        rest = slice_sub(rest, end + 1, rest.len);
    }
    struct slice value = SLICE_EMPTY;
    CHECK(mime_field_find(buffer_slice(&out), SLICE("Subject"), &value));
    mime_decode_header(value, &decoded);
    check_slice(buffer_slice(&decoded), buffer_slice(&text), "decoded", __FILE__, __LINE__);
    buffer_clear(&text);
    buffer_clear(&out);
    buffer_clear(&decoded);
}

/* Characters are not cut apart. */
void test_mime_compose_long_text_comes_back(void)
{
    struct buffer text, out, decoded;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    buffer_init(&decoded, 0);
    for (int i = 0; i < 100; i++)
        buffer_add_cstr(&text, "\xe2\x82\xac");
    compose_text_field(&out, SLICE("Subject"), buffer_slice(&text));
    mime_decode_header(slice_sub(buffer_slice(&out), 9, out.len - 11), &decoded);
    check_slice(buffer_slice(&decoded), buffer_slice(&text), "decoded", __FILE__, __LINE__);
    CHECK(slice_search(buffer_slice(&out), SLICE("\r\n =?UTF-8?B?")) != SIZE_MAX);
    buffer_clear(&text);
    buffer_clear(&out);
    buffer_clear(&decoded);
}

void test_mime_compose_addresses(void)
{
    check_field(compose_address_field, SLICE("a@b"), "Subject: a@b\r\n");
    check_field(compose_address_field, SLICE("<a@b>, Tim O. <c@d> ,x"),
                "Subject: a@b, \"Tim O.\" <c@d>\r\n");
    check_field(compose_address_field, SLICE("team: Ann Lee <a@b>, \"x y\"@z;"),
                "Subject: Ann Lee <a@b>, \"x y\"@z\r\n");
    check_field(compose_address_field, SLICE("\"J\xc3\xb6rg\" <j@k>"),
                "Subject: =?UTF-8?B?SsO2cmc=?= <j@k>\r\n");
    check_field(compose_address_field, SLICE("=?ISO-8859-1?Q?J=F6rg?= <j@k>"),
                "Subject: =?UTF-8?B?SsO2cmc=?= <j@k>\r\n");
}
