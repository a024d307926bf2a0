#include <stdio.h>

#include "base/text.h"
#include "support/check.h"

static void check_converted(struct slice charset, struct slice octets, struct slice expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    buffer_add_char(&out, '>');
    CHECK_OK(text_to_utf8(charset, octets, &out));
    check_slice(slice_sub(buffer_slice(&out), 1, out.len), expected, charset.data, __FILE__,
                __LINE__);
    buffer_clear(&out);
}

void test_text_charset_converts(void)
{
    check_converted(SLICE("us-ascii"), SLICE("plain"), SLICE("plain"));
    check_converted(SLICE("UTF-8"), SLICE("gr\xc3\xbcn"), SLICE("gr\xc3\xbcn"));
    check_converted(SLICE("ISO-8859-1"), SLICE("gr\xfcn"), SLICE("gr\xc3\xbcn"));
    check_converted(SLICE("windows-1252"), SLICE("\x80"), SLICE("\xe2\x82\xac"));
    check_converted(SLICE("koi8-r"), SLICE("\xf0"), SLICE("\xd0\x9f"));
    check_converted(SLICE("shift_jis"), SLICE("\x82\xb1\x82\xea"),
                    SLICE("\xe3\x81\x93\xe3\x82\x8c"));
    check_converted(SLICE("iso-2022-jp"), SLICE("\x1b$B$3$l\x1b(B x"),
                    SLICE("\xe3\x81\x93\xe3\x82\x8c x"));
    check_converted(SLICE("gb18030"), SLICE("\xc4\xe3"), SLICE("\xe4\xbd\xa0"));
    check_converted(SLICE("euc-kr"), SLICE("\xb0\xa1"), SLICE("\xea\xb0\x80"));
    check_converted(SLICE("utf-16be"), SLICE("\xd8\x3d\xde\x00"), SLICE("\xf0\x9f\x98\x80"));
    check_converted(SLICE("iso_8859-1:1987"), SLICE("\xfc"), SLICE("\xc3\xbc"));
}

void test_text_charset_replaces_what_means_nothing(void)
{
    check_converted(SLICE("us-ascii"),
                    SLICE("a\xff"
                          "b"),
                    SLICE("a\xef\xbf\xbd"
                          "b"));
    check_converted(SLICE("utf-8"),
                    SLICE("a\xff"
                          "b"),
                    SLICE("a\xef\xbf\xbd"
                          "b"));
    check_converted(SLICE("utf-8"), SLICE("a\xe2\x82"), SLICE("a\xef\xbf\xbd"));
    check_converted(SLICE("shift_jis"), SLICE("a\x82"), SLICE("a\xef\xbf\xbd"));
    check_converted(SLICE("utf-16be"), SLICE("\xd8\x3d\0a"),
                    SLICE("\xef\xbf\xbd"
                          "a"));
    check_converted(SLICE("utf-16be"), SLICE("\0a\0"), SLICE("a\xef\xbf\xbd"));
    check_converted(SLICE("iso-8859-7"), SLICE("\xff"), SLICE("\xef\xbf\xbd"));
}

void test_text_charset_strict_refuses_what_means_nothing(void)
{
    static const struct {
        struct slice charset, octets;
    } rows[] = {
        {{"us-ascii", 8}, {"a\xff", 2}},     {{"utf-8", 5}, {"a\xff", 2}},
        {{"utf-8", 5}, {"\xed\xa0\x80", 3}}, {{"utf-8", 5}, {"a\xc3", 2}},
        {{"shift_jis", 9}, {"a\x82", 2}},    {{"utf-16be", 8}, {"\0", 1}},
    };
    struct buffer out;
    buffer_init(&out, 0);
    buffer_add_char(&out, '>');
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_ERR(text_to_utf8_strict(rows[i].charset, rows[i].octets, &out), ERR_CHARSET);
        CHECK_SLICE(buffer_slice(&out), ">");
    }
    CHECK_OK(text_to_utf8_strict(SLICE("latin1"), SLICE("\xfc"), &out));
    CHECK_SLICE(buffer_slice(&out), ">\xc3\xbc");
    buffer_clear(&out);
}

void test_text_charset_refuses_unknown_names(void)
{
    static const char *const unknown[] = {
        "",
        "x-no-such-charset",
        "utf-8\n",
        "../../etc/passwd",
        "latin1,swaplfnl",
        "utf 8 x",
        "\xc3\xbc",
        "a-name-that-is-far-longer-than-any-that-was-ever-registered-anywhere-by-anybody",
    };
    struct buffer out;
    buffer_init(&out, 0);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
            CHECK(!text_charset_known(slice_cstr(unknown[i])));
            CHECK_ERR(text_to_utf8(slice_cstr(unknown[i]), SLICE("x"), &out), ERR_CHARSET);
        }
    }
    CHECK(!text_charset_known(SLICE("utf-8\0x")));
    CHECK_SLICE(buffer_slice(&out), "");
    CHECK(text_charset_known(SLICE("UTF-8")) && text_charset_known(SLICE("us-ascii")));
    CHECK(text_charset_known(SLICE("Windows-1252")));
}

/* More charsets than stay open, again and again, strict and lenient in turn. */
void test_text_charset_keeps_converters_apart(void)
{
    for (int round = 0; round < 3; round++) {
        for (int number = 1; number <= 15; number++) {
            char name[20];
            struct buffer out;
            if (number == 12)
                continue; /* there is no part 12 */
            snprintf(name, sizeof name, "iso-8859-%d", number);
            buffer_init(&out, 0);
            CHECK_OK(text_to_utf8_strict(slice_cstr(name), SLICE("A\xa0"), &out));
            CHECK_SLICE(buffer_slice(&out), "A\xc2\xa0");
            buffer_clear(&out);
        }
        check_converted(SLICE("iso-2022-jp"), SLICE("\x1b$B$3"), SLICE("\xe3\x81\x93"));
        check_converted(SLICE("iso-2022-jp"), SLICE("$3"), SLICE("$3"));
    }
}

/* A failure in the midst of Japanese leaves nothing behind for the next text. */
void test_text_charset_forgets_its_state_after_a_failure(void)
{
    struct buffer out;
    buffer_init(&out, 0);
    CHECK_ERR(text_to_utf8_strict(SLICE("iso-2022-jp"), SLICE("\x1b$B$3\x1bXX$3"), &out),
              ERR_CHARSET);
    check_converted(SLICE("iso-2022-jp"), SLICE("$3"), SLICE("$3"));
    buffer_clear(&out);
}

/* Characters across every edge of the pieces that the converter works in. */
void test_text_charset_converts_long_text(void)
{
    struct buffer octets, out;
    buffer_init(&octets, 0);
    buffer_init(&out, 0);
    for (int i = 0; i < 3000; i++)
        buffer_add(&octets, SLICE("\xd8\x3d\xde\x00\0x"));
    for (size_t shift = 0; shift < 6; shift += 2) {
        struct slice part = slice_sub(buffer_slice(&octets), shift, octets.len);
        buffer_reset(&out);
        CHECK_OK(text_to_utf8(SLICE("utf-16be"), part, &out));
        CHECK(text_is_utf8(buffer_slice(&out)));
        CHECK_U64(out.len, shift == 0 ? 15000 : shift == 2 ? 14999 : 14996);
        CHECK(slice_ends_with(buffer_slice(&out), SLICE("\xf0\x9f\x98\x80x")));
    }
    buffer_clear(&out);
    buffer_clear(&octets);
}

void test_text_charset_keeps_the_maximum(void)
{
    struct buffer out;
    buffer_init(&out, 4);
    CHECK_OK(text_to_utf8(SLICE("latin1"), SLICE("\xfc\xfc"), &out));
    CHECK_ERR(text_to_utf8(SLICE("latin1"), SLICE("\xfc"), &out), ERR_LIMIT);
    buffer_clear(&out);
}
