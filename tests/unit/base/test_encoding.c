#include "base/digest.h"
#include "support/check.h"

static struct arena arena;

/* RFC 4648 section 10. */
void test_encoding_base64_of_known_texts(void)
{
    static const struct {
        struct slice octets, text;
    } rows[] = {
        {{"", 0}, {"", 0}},
        {{"f", 1}, {"Zg==", 4}},
        {{"fo", 2}, {"Zm8=", 4}},
        {{"foo", 3}, {"Zm9v", 4}},
        {{"foob", 4}, {"Zm9vYg==", 8}},
        {{"fooba", 5}, {"Zm9vYmE=", 8}},
        {{"foobar", 6}, {"Zm9vYmFy", 8}},
        {{"\0\xff\xfe", 3}, {"AP/+", 4}},
    };
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer text;
        struct slice octets = SLICE_EMPTY;
        buffer_init(&text, 0);
        base64_encode(&text, rows[i].octets);
        CHECK(slice_equal(buffer_slice(&text), rows[i].text));
        CHECK_OK(base64_decode(&arena, rows[i].text, &octets));
        CHECK(slice_equal(octets, rows[i].octets));
        buffer_clear(&text);
    }
    arena_clear(&arena);
}

void test_encoding_base64_refuses_what_is_not_canonical(void)
{
    static const char *const wrong[] = {
        "Z",    "Zg",         "Zg=",      "Zg===",    "=",     "====",    "Z===",
        "Zh==", "Zm9=",       "Zg==Zg==", "Zm8=Zm9v", "Zm 9v", "Zm9v ",   "Zm9\n",
        "Zm-_", "Zm9v\r\n==", "=m9v",     "Z=9v",     "Zm=v",  "Zm9\xff",
    };
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct slice octets = SLICE("untouched");
        if (!CHECK_ERR(base64_decode(&arena, slice_cstr(wrong[i]), &octets), ERR_SYNTAX))
            CHECK_STR(wrong[i], "");
        CHECK_SLICE(octets, "untouched");
    }
    struct slice octets = SLICE("untouched");
    CHECK_ERR(base64_decode(&arena, SLICE("Zm9\0"), &octets), ERR_SYNTAX);
    arena_clear(&arena);
}

void test_encoding_base64url(void)
{
    static const struct {
        struct slice text, octets;
    } rows[] = {{{"", 0}, {"", 0}},
                {{"Zg", 2}, {"f", 1}},
                {{"Zm8", 3}, {"fo", 2}},
                {{"Zm9v", 4}, {"foo", 3}},
                {{"AP_-", 4}, {"\0\xff\xfe", 3}}};
    static const char *const wrong[] = {"Z",  "Zg==",  "Zm8=", "AP/+",
                                        "Zh", "Zm9vZ", "Zm 8", "Zm8\n"};
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice octets = SLICE_EMPTY;
        CHECK_OK(base64url_decode(&arena, rows[i].text, &octets));
        CHECK(slice_equal(octets, rows[i].octets));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct slice octets = SLICE("untouched");
        if (!CHECK_ERR(base64url_decode(&arena, slice_cstr(wrong[i]), &octets), ERR_SYNTAX))
            CHECK_STR(wrong[i], "");
        CHECK_SLICE(octets, "untouched");
    }
    arena_clear(&arena);
}

void test_encoding_base64_goes_both_ways(void)
{
    char octets[300];
    arena_init(&arena, 0);
    random_octets(octets, sizeof octets);
    for (size_t length = 0; length <= sizeof octets; length++) {
        struct buffer text;
        struct slice back = SLICE_EMPTY;
        buffer_init(&text, 0);
        base64_encode(&text, slice_of(octets, length));
        CHECK_U64(text.len % 4, 0);
        CHECK_OK(base64_decode(&arena, buffer_slice(&text), &back));
        CHECK(slice_equal(back, slice_of(octets, length)));
        buffer_clear(&text);
    }
    arena_clear(&arena);
}

void test_encoding_keeps_the_limits(void)
{
    struct buffer text;
    buffer_init(&text, 7);
    base64_encode(&text, SLICE("foob"));
    CHECK_ERR(buffer_check(&text), ERR_LIMIT);
    buffer_reset(&text);
    hex_encode(&text, SLICE("\x00\x0f\xff"));
    CHECK_SLICE(buffer_slice(&text), "000fff");
    CHECK_OK(buffer_check(&text));
    buffer_clear(&text);

    struct slice octets = SLICE("untouched");
    arena_init(&arena, 16);
    CHECK_ERR(base64_decode(&arena, SLICE("Zm9vYmFyZm9vYmFyZm9vYmFyZm9v"), &octets), ERR_NO_MEMORY);
    CHECK_SLICE(octets, "untouched");
    arena_clear(&arena);
}
