#include "base/text.h"

#include "support/check.h"

static const char *const broken[] = {
    "\x80",
    "\xbf",
    "\xc0\x80",
    "\xc1\xbf",
    "\xc3",
    "\xc3(",
    "\xe0\x80\x80",
    "\xe0\x9f\xbf",
    "\xe2\x82",
    "\xe2(\xac",
    "\xed\xa0\x80",
    "\xed\xbf\xbf",
    "\xf0\x8f\xbf\xbf",
    "\xf4\x90\x80\x80",
    "\xf0\x9f\x98",
    "\xf5\x80\x80\x80",
    "\xfe",
    "\xff",
    "a\xc3\xa9\xa9",
};
enum { BROKEN_COUNT = sizeof broken / sizeof broken[0] };

void test_text_knows_well_formed_utf8(void)
{
    CHECK(text_is_utf8(SLICE("")));
    CHECK(text_is_utf8(SLICE("plain \0 text that is longer than eight octets")));
    CHECK(text_is_utf8(SLICE("\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf")));
    CHECK(text_is_utf8(SLICE("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")));
    for (size_t i = 0; i < BROKEN_COUNT; i++) {
        if (!CHECK(!text_is_utf8(slice_cstr(broken[i]))))
            CHECK_U64(i, BROKEN_COUNT);
    }
}

void test_text_is_utf8_only_when_no_character_is_cut(void)
{
    struct slice text = SLICE("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    static const size_t ends[] = {0, 1, 3, 6, 10};
    for (size_t length = 0, next = 0; length <= text.len; length++) {
        bool whole = ends[next] == length;
        next += whole;
        CHECK(text_is_utf8(slice_sub(text, 0, length)) == whole);
    }
}

void test_text_knows_ascii_at_every_place(void)
{
    char text[40];
    memset(text, 'x', sizeof text);
    CHECK(text_is_ascii(slice_of(text, sizeof text)));
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = '\x80';
        CHECK(!text_is_ascii(slice_of(text, sizeof text)));
        CHECK(text_is_ascii(slice_of(text, i)));
        text[i] = 'x';
    }
}

void test_text_code_points_go_both_ways(void)
{
    struct buffer octets;
    buffer_init(&octets, 0);
    for (uint32_t c = 0; c <= 0x110010; c += c < 0x3000 ? 1 : 17) {
        buffer_reset(&octets);
        text_add_code_point(&octets, c);
        size_t at = 0;
        bool scalar = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
        uint32_t back = text_next(buffer_slice(&octets), &at);
        if (back != (scalar ? c : 0xfffd) || at != octets.len)
            CHECK_U64(back, c);
    }
    buffer_clear(&octets);
    size_t at = 0;
    CHECK_U64(text_next(SLICE("\xff"
                              "a"),
                        &at),
              0xfffd);
    CHECK_U64(at, 1);
}

static void check_normalised(struct slice s, struct slice expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    CHECK_OK(text_normalise(s, &out));
    CHECK(slice_equal(buffer_slice(&out), expected));
    buffer_clear(&out);
}

void test_text_normalises_to_nfc(void)
{
    check_normalised(SLICE("Inbox"), SLICE("Inbox"));
    check_normalised(SLICE(""), SLICE(""));
    check_normalised(SLICE("Cafe\xcc\x81"), SLICE("Caf\xc3\xa9"));
    check_normalised(SLICE("\xe2\x84\xab"), SLICE("\xc3\x85"));     /* Angstrom sign */
    check_normalised(SLICE("\xef\xac\x81"), SLICE("\xef\xac\x81")); /* fi stays: not NFKC */
    check_normalised(SLICE("\xf0\x9f\x98\x80"), SLICE("\xf0\x9f\x98\x80"));
    /* U+1D160 and U+FB2C grow three times, the most there is. */
    check_normalised(SLICE("\xf0\x9d\x85\xa0"),
                     SLICE("\xf0\x9d\x85\x98\xf0\x9d\x85\xa5\xf0\x9d\x85\xae"));
    check_normalised(SLICE("\xef\xac\xac"), SLICE("\xd7\xa9\xd6\xbc\xd7\x81"));
}

void test_text_normalise_refuses_what_is_not_utf8(void)
{
    struct buffer out;
    buffer_init(&out, 0);
    buffer_add_char(&out, 'x');
    for (size_t i = 0; i < BROKEN_COUNT; i++)
        CHECK_ERR(text_normalise(slice_cstr(broken[i]), &out), ERR_CHARSET);
    CHECK_SLICE(buffer_slice(&out), "x");
    buffer_clear(&out);
    buffer_init(&out, 3);
    CHECK_ERR(text_normalise(SLICE("long"), &out), ERR_LIMIT);
    buffer_clear(&out);
}

void test_text_normalise_fits_an_exact_maximum(void)
{
    struct buffer out;
    buffer_init(&out, 5);
    CHECK_OK(text_normalise(SLICE("Cafe\xcc\x81"), &out));
    CHECK_SLICE(buffer_slice(&out), "Caf\xc3\xa9");
    buffer_clear(&out);
}

void test_text_finds_controls(void)
{
    CHECK(!text_has_control(SLICE("Projects/2026 gr\xc3\xbcn \xf0\x9f\x98\x80")));
    CHECK(!text_has_control(SLICE("")));
    CHECK(text_has_control(SLICE("a\0b")));
    CHECK(text_has_control(SLICE("a\nb")));
    CHECK(text_has_control(SLICE("\x7f")));
    CHECK(text_has_control(SLICE("\xc2\x85")));     /* U+0085 */
    CHECK(text_has_control(SLICE("\xee\x80\x80"))); /* U+E000, private use */
    CHECK(text_has_control(SLICE("\xef\xb7\x90"))); /* U+FDD0, noncharacter */
    CHECK(text_has_control(SLICE("\xcd\xb8")));     /* U+0378, unassigned */
    CHECK(text_has_control(SLICE("\xe2\x80\xa8"))); /* U+2028 */
    CHECK(text_has_control(SLICE("\xff")));
}

static const struct {
    const char *name;
    const char *prepared; /* NULL: not allowed */
} prepared_names[] = {
    {"bob", "bob"},
    {"Bob", "Bob"}, /* case counts */
    {"bob@example.org", "bob@example.org"},
    {"", ""},
    {"Cafe\xcc\x81", "Caf\xc3\xa9"},
    {"\xef\xac\x81ona", "fiona"}, /* a ligature */
    {"\xef\xbc\x8d"
     "bob",
     "-bob"},               /* a full-width dash */
    {"b\xc2\xadob", "bob"}, /* a soft hyphen is nothing */
    {"\xc2\xad", ""},
    {"a\xc2\xa0"
     "b",
     "a b"},                                  /* any space is a space */
    {"\xf0\x9f\xa6\x8a", "\xf0\x9f\xa6\x8a"}, /* a fox, younger than Unicode 3.2 */
    {"a\tb", NULL},
    {"a\x7f", NULL},
    {"\xee\x80\x80", NULL}, /* private use */
    {"a\xe2\x80\x8f"
     "b",
     NULL}, /* changes the direction */
    {"\xd7\x90"
     "1",
     NULL}, /* begins right to left and does not end so */
};

void test_text_prepares_names_by_saslprep(void)
{
    for (size_t i = 0; i < sizeof prepared_names / sizeof prepared_names[0]; i++) {
        struct buffer out;
        buffer_init(&out, 0);
        struct slice name = slice_cstr(prepared_names[i].name);
        if (prepared_names[i].prepared) {
            CHECK_OK(text_prepare_name(name, &out));
            check_slice(buffer_slice(&out), slice_cstr(prepared_names[i].prepared),
                        prepared_names[i].name, __FILE__, __LINE__);
        } else {
            CHECK_ERR(text_prepare_name(name, &out), ERR_INVALID);
        }
        buffer_clear(&out);
    }
}

void test_text_prepares_no_name_that_is_not_utf8_or_too_long(void)
{
    char endless[2000];
    memset(endless, 'x', sizeof endless);
    struct buffer out;
    buffer_init(&out, 0);
    CHECK_ERR(text_prepare_name(SLICE("a\xff"), &out), ERR_CHARSET);
    CHECK_ERR(text_prepare_name(slice_of(endless, sizeof endless), &out), ERR_INVALID);
    CHECK_INT(buffer_slice(&out).len, 0);
    buffer_clear(&out);
}
