#include "base/buffer.h"
#include "proto/lmtp_data.h"
#include "support/check.h"

/* The message in `input` when it comes in pieces of `size` octets; *left_out: what
 * follows its end, data NULL when there is none. */
static struct slice decode(struct slice input, size_t size, struct buffer *out,
                           struct slice *left_out)
{
    struct lmtp_data data;
    lmtp_data_init(&data);
    buffer_reset(out);
    size_t at = 0;
    while (at < input.len && !lmtp_data_is_over(&data)) {
        struct slice arrived = slice_sub(input, at, size);
        while (arrived.len && !lmtp_data_is_over(&data)) {
            size_t used;
            buffer_add(out, lmtp_data_next(&data, arrived, &used));
            arrived = slice_sub(arrived, used, arrived.len);
            at += used;
        }
    }
    *left_out = lmtp_data_is_over(&data) ? slice_sub(input, at, input.len) : slice_of(NULL, 0);
    return buffer_slice(out);
}

/* NULL as message: the end is not in it. */
static void check_decodes(struct slice input, const char *message, const char *left)
{
    struct buffer out;
    buffer_init(&out, 0);
    for (size_t size = 1; size <= input.len; size++) {
        struct slice rest;
        struct slice decoded = decode(input, size, &out, &rest);
        CHECK_INT(rest.data != NULL, message != NULL);
        if (!message)
            continue;
        CHECK(slice_equal(decoded, slice_cstr(message)));
        CHECK(slice_equal(rest, slice_cstr(left)));
    }
    buffer_clear(&out);
}

void test_lmtp_data_ends_at_a_dot_between_line_ends(void)
{
    check_decodes(SLICE("Subject: x\r\n\r\nHi.\r\n.\r\nQUIT\r\n"), "Subject: x\r\n\r\nHi.\r\n",
                  "QUIT\r\n");
    check_decodes(SLICE(".\r\n"), "", "");
    check_decodes(SLICE("\r\n.\r\n.\r\n"), "\r\n", ".\r\n");
}

void test_lmtp_data_takes_stuffed_dots_out(void)
{
    check_decodes(SLICE("..\r\n.\r\n"), ".\r\n", "");
    check_decodes(SLICE("a\r\n..b\r\n...\r\n.c\r\n.\r\n"), "a\r\n.b\r\n..\r\nc\r\n", "");
    check_decodes(SLICE("a.\r\nb..\r\n.\r\n"), "a.\r\nb..\r\n", "");
}

void test_lmtp_data_ends_nowhere_else(void)
{
    static const char *const ends[] = {"\n.\n",   "\r\n.\n", "\n.\r\n",    "\r.\r",
                                       "\r.\r\n", "\r\n.\r", "\r\n.\r\r\n"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct buffer input, expected;
        buffer_init(&input, 0);
        buffer_init(&expected, 0);
        buffer_printf(&input, "a%sMAIL FROM:<b>\r\n.\r\n", ends[i]);
        /* The dot that begins a line goes, the line stays. */
        bool begins_line = ends[i][0] == '\r' && ends[i][1] == '\n';
        buffer_printf(&expected, "a%s%sMAIL FROM:<b>\r\n", begins_line ? "\r\n" : "",
                      begins_line ? ends[i] + 3 : ends[i]);
        buffer_add_char(&expected, '\0');
        check_decodes(buffer_slice(&input), expected.data, "");
        buffer_clear(&input);
        buffer_clear(&expected);
    }
}

void test_lmtp_data_keeps_every_other_octet(void)
{
    check_decodes(SLICE("a\rb\nc\r\r\n\n\r\n.\r\n"), "a\rb\nc\r\r\n\n\r\n", "");
    struct buffer out;
    buffer_init(&out, 0);
    struct slice rest, message = SLICE("\0\xff\r\n.\r\n");
    CHECK_INT(decode(message, 3, &out, &rest).len, 4);
    CHECK_INT(out.data[0], 0);
    buffer_clear(&out);
}

void test_lmtp_data_waits_for_the_end(void)
{
    check_decodes(SLICE("a\r\n.\r"), NULL, NULL);
    check_decodes(SLICE("a\r\n."), NULL, NULL);
    check_decodes(SLICE("a.\r\n"), NULL, NULL);
}
