#include "base/digest.h"
#include "base/text.h"
#include "support/check.h"

static void check_folded(struct slice s, struct slice expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    text_fold(s, &out);
    CHECK_OK(buffer_check(&out));
    check_slice(buffer_slice(&out), expected, "folded", __FILE__, __LINE__);
    buffer_clear(&out);
}

void test_text_fold_ignores_case(void)
{
    check_folded(SLICE(""), SLICE(""));
    check_folded(SLICE("Hello WORLD @[`{"), SLICE("hello world @[`{"));
    check_folded(SLICE("\xc3\x84\xc3\x96"), SLICE("a\xcc\x88o\xcc\x88"));
    check_folded(SLICE("Stra\xc3\x9f"
                       "e STRASSE"),
                 SLICE("strasse strasse"));
    check_folded(SLICE("\xce\xa3\xcf\x82"), SLICE("\xcf\x83\xcf\x83")); /* final sigma */
}

void test_text_fold_ignores_how_a_character_is_written(void)
{
    check_folded(SLICE("Cafe\xcc\x81 caf\xc3\xa9"), SLICE("cafe\xcc\x81 cafe\xcc\x81"));
    check_folded(SLICE("\xef\xac\x81n"), SLICE("fin"));           /* ligature fi */
    check_folded(SLICE("\xef\xbc\xa1\xe2\x91\xa0"), SLICE("a1")); /* full width A, circled 1 */
    check_folded(SLICE("so\xc2\xad"
                       "ft"),
                 SLICE("soft")); /* soft hyphen */
}

void test_text_fold_makes_white_space_one_space(void)
{
    check_folded(SLICE("a \t\r\n\v\f b"), SLICE("a b"));
    check_folded(SLICE("  a  "), SLICE(" a "));
    check_folded(SLICE("a\xc2\xa0 \xe3\x80\x80"
                       "b"),
                 SLICE("a b"));
    check_folded(SLICE("\xc3\xa9 \xc2\xa0\xc3\xa9"), SLICE("e\xcc\x81 e\xcc\x81"));
    check_folded(SLICE("a \xc2\xb4"),
                 SLICE("a \xcc\x81")); /* the accent alone begins with a space */
}

void test_text_fold_replaces_broken_octets(void)
{
    check_folded(SLICE("A\xff"
                       "B"),
                 SLICE("a\xef\xbf\xbd"
                       "b"));
    check_folded(SLICE("A\xc3"), SLICE("a\xef\xbf\xbd"));
    check_folded(SLICE("a\0B"), SLICE("a\0b"));
}

/* For every code point: what i;unicode-casemap takes for the same is folded to the same. Since
 * each is folded for itself, what is part of a text there is so here. */
void test_text_fold_finds_all_that_unicode_casemap_does(void)
{
    struct buffer text, mapped, folded, wanted;
    buffer_init(&text, 0);
    buffer_init(&mapped, 0);
    buffer_init(&folded, 0);
    buffer_init(&wanted, 0);
    for (uint32_t c = 0; c < 0x30000; c++) {
        size_t at = 0;
        buffer_reset(&text);
        buffer_reset(&mapped);
        buffer_reset(&folded);
        buffer_reset(&wanted);
        text_add_code_point(&text, c);
        text_casemap_next(buffer_slice(&text), &at, &mapped);
        text_fold(buffer_slice(&text), &folded);
        text_fold(buffer_slice(&mapped), &wanted);
        if (!slice_equal(buffer_slice(&folded), buffer_slice(&wanted)))
            CHECK_U64(c, UINT32_MAX);
    }
    buffer_clear(&wanted);
    buffer_clear(&folded);
    buffer_clear(&mapped);
    buffer_clear(&text);
}

/* Wherever the edges of the pieces fall, the result is the same. */
void test_text_fold_of_long_text_is_that_of_its_parts(void)
{
    static const char words[] = "Cafe\xcc\x81 \xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8 \xc3\x9f\t ";
    static const char long_word[] = "\xef\xb7\xba\xf0\x9f\x98\x80"; /* U+FDFA, an emoji */
    static const char folded[] = "cafe\xcc\x81 \xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8 ss ";
    struct buffer text, out, tail;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    buffer_init(&tail, 0);
    text_fold(slice_cstr(long_word), &tail);
    CHECK(tail.len > 30);
    for (size_t lead = 0; lead < 40; lead++) {
        buffer_reset(&text);
        buffer_reset(&out);
        for (size_t i = 0; i < lead; i++)
            buffer_add_cstr(&text, "\xd0\x96");
        for (int i = 0; i < 60; i++)
            buffer_printf(&text, "%s%s", words, long_word);
        text_fold(buffer_slice(&text), &out);
        size_t at = lead * 2;
        for (int i = 0; i < 60; i++) {
            struct slice got = slice_sub(buffer_slice(&out), at, sizeof folded - 1 + tail.len);
            if (!slice_starts_with(got, slice_cstr(folded)) ||
                !slice_ends_with(got, buffer_slice(&tail)))
                CHECK_INT(i, -1);
            at += got.len;
        }
        CHECK_U64(at, out.len);
    }
    buffer_clear(&tail);
    buffer_clear(&out);
    buffer_clear(&text);
}

void test_text_fold_survives_any_octets(void)
{
    struct buffer out;
    unsigned char octets[4096];
    buffer_init(&out, 0);
    for (int round = 0; round < 200; round++) {
        random_octets(octets, sizeof octets);
        for (size_t i = 0; round % 2 && i < sizeof octets; i++)
            octets[i] |= 0x80;
        buffer_reset(&out);
        text_fold(slice_of((const char *)octets, sizeof octets), &out);
        CHECK_OK(buffer_check(&out));
        CHECK(text_is_utf8(buffer_slice(&out)));
    }
    buffer_clear(&out);
}

/* No place to cut for thousands of octets, and the longest expansion. */
void test_text_fold_survives_endless_marks(void)
{
    struct buffer text, out;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    for (int i = 0; i < 5000; i++)
        buffer_add_cstr(&text, "\xcc\x81");
    text_fold(buffer_slice(&text), &out);
    CHECK_U64(out.len, 10000);
    buffer_reset(&text);
    buffer_reset(&out);
    for (int i = 0; i < 5000; i++)
        buffer_add_cstr(&text, "\xef\xb7\xba");
    text_fold(buffer_slice(&text), &out);
    CHECK_OK(buffer_check(&out));
    CHECK(out.len > 100000);
    buffer_clear(&out);
    buffer_clear(&text);
}

void test_text_fold_keeps_the_maximum(void)
{
    struct buffer out;
    buffer_init(&out, 3);
    text_fold(SLICE("A    B"), &out);
    CHECK_OK(buffer_check(&out));
    text_fold(SLICE("C"), &out);
    CHECK_ERR(buffer_check(&out), ERR_LIMIT);
    buffer_clear(&out);
}
