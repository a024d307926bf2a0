#include "proto/lmtp_data.h"
#include "proto/smtp_data.h"
#include "support/check.h"

/* The octets after DATA when the message comes in pieces of `size`. */
static void encode(struct slice message, size_t size, struct buffer *out)
{
    struct smtp_data data;
    smtp_data_init(&data);
    buffer_reset(out);
    for (size_t at = 0; at < message.len; at += size)
        smtp_data_add(&data, slice_sub(message, at, size), out);
    smtp_data_end(&data, out);
}

static void check_encodes(struct slice message, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    for (size_t size = 1; size <= message.len + 1; size++) {
        encode(message, size, &out);
        CHECK(slice_equal(buffer_slice(&out), slice_cstr(expected)));
    }
    buffer_clear(&out);
}

void test_smtp_data_stuffs_dots_and_ends(void)
{
    check_encodes(SLICE("a\r\n.\r\n..b\r\nc.d\r\n"), "a\r\n..\r\n...b\r\nc.d\r\n.\r\n");
    check_encodes(SLICE(".a\r\n"), "..a\r\n.\r\n");
    check_encodes(SLICE(""), ".\r\n");
    check_encodes(SLICE("no end"), "no end\r\n.\r\n");
}

void test_smtp_data_smuggles_nothing(void)
{
    check_encodes(SLICE("a\n.\r\nMAIL"), "a\r\n..\r\nMAIL\r\n.\r\n");
    check_encodes(SLICE("a\r.\r\n"), "a\r\n..\r\n.\r\n");
    check_encodes(SLICE("a\r\r\n.\n"), "a\r\n\r\n..\r\n.\r\n");
    check_encodes(SLICE("a\n\n"), "a\r\n\r\n.\r\n");
    check_encodes(SLICE("a\r"), "a\r\n.\r\n");
}

void test_smtp_data_is_read_back_octet_for_octet(void)
{
    struct slice message = SLICE("A: b\r\n\r\n.\r\n..\r\n\r\n.x\xe4\0y\r\n");
    struct buffer out, back;
    buffer_init(&out, 0);
    buffer_init(&back, 0);
    encode(message, 3, &out);
    struct lmtp_data data;
    lmtp_data_init(&data);
    for (struct slice rest = buffer_slice(&out); rest.len && !lmtp_data_is_over(&data);) {
        size_t used;
        buffer_add(&back, lmtp_data_next(&data, rest, &used));
        rest = slice_sub(rest, used, rest.len);
    }
    CHECK(slice_equal(buffer_slice(&back), message));
    CHECK(lmtp_data_is_over(&data));
    buffer_clear(&out);
    buffer_clear(&back);
}
