#include "base/text.h"
#include "support/check.h"

static void check_casemap(struct slice s, struct slice expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    for (size_t at = 0; at < s.len;)
        text_casemap_next(s, &at, &out);
    CHECK_OK(buffer_check(&out));
    check_slice(buffer_slice(&out), expected, "casemap", __FILE__, __LINE__);
    buffer_clear(&out);
}

void test_text_casemap_maps_to_titlecase(void)
{
    check_casemap(SLICE("aZ-[`{9"), SLICE("AZ-[`{9"));
    check_casemap(SLICE("\xd0\xb6"), SLICE("\xd0\x96")); /* zhe */
    check_casemap(SLICE("\xc3\x9f"), SLICE("\xc3\x9f")); /* sharp s has no simple mapping */
    check_casemap(SLICE("\xcf\x83\xcf\x82"), SLICE("\xce\xa3\xce\xa3")); /* final sigma, too */
}

void test_text_casemap_decomposes(void)
{
    check_casemap(SLICE("\xc3\xa9"), SLICE("E\xcc\x81"));
    check_casemap(SLICE("\xe1\xbb\x87"), SLICE("E\xcc\xa3\xcc\x82")); /* e circumflex, dot below */
    check_casemap(SLICE("\xef\xac\x81"), SLICE("fi"));                /* compatibility: ligature */
    check_casemap(SLICE("\xea\xb0\x80"), SLICE("\xe1\x84\x80\xe1\x85\xa1")); /* Hangul */
}

void test_text_casemap_keeps_white_space(void)
{
    check_casemap(SLICE("a  b\r\n"), SLICE("A  B\r\n"));
}

void test_text_casemap_survives_broken_utf8(void)
{
    check_casemap(SLICE("a\xff"
                        "b"),
                  SLICE("A\xef\xbf\xbd"
                        "B"));
}
