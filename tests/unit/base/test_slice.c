#include "support/check.h"

void test_slice_compares_octets(void)
{
    CHECK(slice_equal(SLICE("ab"), SLICE("ab")));
    CHECK(!slice_equal(SLICE("ab"), SLICE("aB")));
    CHECK(!slice_equal(SLICE("ab"), SLICE("abc")));
    CHECK(slice_equal(slice_of(NULL, 0), SLICE("")));
    CHECK(slice_equal(SLICE("a\0b"), SLICE("a\0b")));
    CHECK(!slice_equal(SLICE("a\0b"), SLICE("a\0c")));
    CHECK(slice_compare(SLICE("a"), SLICE("b")) < 0);
    CHECK(slice_compare(SLICE("\xff"), SLICE("a")) > 0);
    CHECK(slice_compare(SLICE("a"), SLICE("ab")) < 0);
    CHECK(slice_compare(SLICE("ab"), SLICE("a")) > 0);
    CHECK_INT(slice_compare(slice_of(NULL, 0), SLICE("")), 0);
}

void test_slice_ignores_only_ascii_case(void)
{
    CHECK(slice_equal_nocase(SLICE("InBox"), SLICE("INBOX")));
    CHECK(!slice_equal_nocase(SLICE("[]"), SLICE("{}")));
    CHECK(!slice_equal_nocase(SLICE("\xc3\xa4"), SLICE("\xc3\x84")));
    CHECK(!slice_equal_nocase(SLICE("inbox"), SLICE("inbo")));
    CHECK(!slice_equal_nocase(SLICE("inbo"), SLICE("inbox")));
    CHECK(slice_starts_with_nocase(SLICE("INBOX/x"), SLICE("inbox")));
    CHECK(!slice_starts_with_nocase(SLICE("INB"), SLICE("inbox")));
}

void test_slice_finds_prefix_and_suffix(void)
{
    CHECK(slice_starts_with(SLICE("abc"), SLICE("ab")));
    CHECK(slice_starts_with(SLICE("abc"), SLICE("")));
    CHECK(!slice_starts_with(SLICE("ab"), SLICE("abc")));
    CHECK(slice_ends_with(SLICE("abc"), SLICE("bc")));
    CHECK(slice_ends_with(SLICE("abc"), SLICE("")));
    CHECK(!slice_ends_with(SLICE("bc"), SLICE("abc")));
    CHECK(!slice_ends_with(SLICE("abc"), SLICE("ab")));
}

void test_slice_sub_clips(void)
{
    CHECK_SLICE(slice_sub(SLICE("abcd"), 1, 2), "bc");
    CHECK_SLICE(slice_sub(SLICE("abcd"), 3, SIZE_MAX), "d");
    CHECK_SLICE(slice_sub(SLICE("abcd"), 9, 2), "");
    CHECK_SLICE(slice_sub(SLICE("abcd"), SIZE_MAX, SIZE_MAX), "");
}

void test_slice_finds_octets_and_texts(void)
{
    CHECK_U64(slice_find(SLICE("abca"), 'c'), 2);
    CHECK_U64(slice_find(SLICE("abc"), 'x'), 3);
    CHECK_U64(slice_find(SLICE("a\0b"), '\0'), 1);
    CHECK_U64(slice_find(slice_of(NULL, 0), 'x'), 0);
    CHECK_U64(slice_search(SLICE("abcabd"), SLICE("abd")), 3);
    CHECK_U64(slice_search(SLICE("abc"), SLICE("")), 0);
    CHECK_U64(slice_search(SLICE("ab"), SLICE("abc")), SIZE_MAX);
    CHECK_U64(slice_search(SLICE("abc"), SLICE("x")), SIZE_MAX);
}

void test_slice_trims_white_space(void)
{
    CHECK_SLICE(slice_trim(SLICE(" \t\r\na b\r\n")), "a b");
    CHECK_SLICE(slice_trim(SLICE(" \t ")), "");
    CHECK_SLICE(slice_trim(SLICE("")), "");
    CHECK_SLICE(slice_trim(SLICE("\0 ")), "\0");
}

void test_slice_reads_numbers_exactly(void)
{
    uint64_t value = 99;
    CHECK(slice_to_u64(SLICE("0"), &value));
    CHECK_U64(value, 0);
    CHECK(slice_to_u64(SLICE("18446744073709551615"), &value));
    CHECK_U64(value, UINT64_MAX);
    CHECK(slice_to_u64(SLICE("0018"), &value));
    CHECK_U64(value, 18);
    static const char *const wrong[] = {
        "", "-1", "+1", " 1", "1 ", "1a", "0x1", "18446744073709551616", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        value = 42;
        CHECK(!slice_to_u64(slice_cstr(wrong[i]), &value));
        CHECK_U64(value, 42);
    }
    uint32_t small = 42;
    CHECK(!slice_to_u32(SLICE("4294967296"), &small));
    CHECK_U64(small, 42);
    CHECK(slice_to_u32(SLICE("4294967295"), &small));
    CHECK_U64(small, UINT32_MAX);
}

void test_slice_hash_is_fnv_1a(void)
{
    CHECK_U64(slice_hash(SLICE("")), 0xcbf29ce484222325u);
    CHECK_U64(slice_hash(SLICE("a")), 0xaf63dc4c8601ec8cu);
    CHECK_U64(slice_hash(SLICE("foobar")), 0x85944171f73967e8u);
}
