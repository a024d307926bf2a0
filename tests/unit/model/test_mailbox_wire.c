#include "base/digest.h"
#include "base/text.h"
#include "model/mailbox_name.h"
#include "support/check.h"

static struct arena arena;

/* Wire form and name, which each give the other. */
static const struct {
    struct slice wire, name;
} pairs[] = {
    {{"INBOX", 5}, {"INBOX", 5}},
    {{"", 0}, {"", 0}},
    {{"a \"b\\c*%(){]~", 13}, {"a \"b\\c*%(){]~", 13}},
    {{"Tom &- Jerry", 12}, {"Tom & Jerry", 11}},
    {{"&-&-", 4}, {"&&", 2}},
    {{"caf&AOk-", 8}, {"caf\xc3\xa9", 5}},
    {{"&AOk-t&AOk-", 11}, {"\xc3\xa9t\xc3\xa9", 5}},
    {{"&AOk-&-&AOk-", 12}, {"\xc3\xa9&\xc3\xa9", 5}},
    /* The example of RFC 3501 section 5.1.3, and its first part with "!". */
    {{"~peter/mail/&U,BTFw-/&ZeVnLIqe-", 31},
     {"~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 28}},
    {{"&Jjo-!", 6}, {"\xe2\x98\xba!", 4}},
    {{"&U,BTF2XlZyyKng-", 16},
     {"\xe5\x8f\xb0\xe5\x8c\x97\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 15}},
    {{"&2D3eAA-", 8}, {"\xf0\x9f\x98\x80", 4}},
    {{"&AAo-", 5}, {"\n", 1}},
};
enum { PAIR_COUNT = sizeof pairs / sizeof pairs[0] };

void test_mailbox_wire_decodes(void)
{
    arena_init(&arena, 0);
    for (size_t i = 0; i < PAIR_COUNT; i++) {
        struct slice name = SLICE("untouched");
        CHECK_OK(mailbox_name_decode(&arena, pairs[i].wire, &name));
        check_slice(name, pairs[i].name, pairs[i].wire.data, __FILE__, __LINE__);
    }
    arena_clear(&arena);
}

void test_mailbox_wire_encodes(void)
{
    for (size_t i = 0; i < PAIR_COUNT; i++) {
        struct buffer wire;
        buffer_init(&wire, 0);
        mailbox_name_encode(pairs[i].name, &wire);
        check_slice(buffer_slice(&wire), pairs[i].wire, pairs[i].wire.data, __FILE__, __LINE__);
        buffer_clear(&wire);
    }
}

void test_mailbox_wire_refuses_what_the_rfc_forbids(void)
{
    static const char *const wrong[] = {
        "Tom & Jerry",        /* no shift */
        "&",                  /* never ends */
        "&AOk",               /* never ends */
        "a&AOk/b",            /* never ends, "/" is no digit */
        "&AG-",               /* bits left over */
        "&A-",                /* too short */
        "&AOl-",              /* unused bits set */
        "&AOkA-",             /* a whole digit too many */
        "&AOk=-",             /* padding */
        "&AO/-",              /* "/" */
        "&A Ok-",             /* space */
        "&AGE-",              /* "a" needs no shift */
        "&AC8-",              /* nor does "/" */
        "&ACY-",              /* nor "&" */
        "&AOkAYQ-",           /* nor the second character */
        "&AAA-",              /* NUL */
        "&U,BTFw-&ZeVnLIqe-", /* superfluous shift (the RFC's example) */
        "&2D0-",              /* lone high surrogate */
        "&3gA-",              /* lone low surrogate */
        "&3gDYPQ-",           /* in the wrong order */
        "&2D3YPQ-",           /* two high ones */
        "&2D0A6Q-",           /* high one, then another character */
        "a\nb",               /* control characters */
        "a\x7f",
        "a\xff", /* 8-bit, not UTF-8 */
        "\xc3\xa9\n",
    };
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct slice name = SLICE("untouched");
        if (!CHECK_ERR(mailbox_name_decode(&arena, slice_cstr(wrong[i]), &name), ERR_SYNTAX))
            CHECK_STR(wrong[i], "");
        CHECK_SLICE(name, "untouched");
    }
    struct slice name;
    CHECK_ERR(mailbox_name_decode(&arena, SLICE("a\0b"), &name), ERR_SYNTAX);
    CHECK_ERR(mailbox_name_decode(&arena, SLICE("&A\0k-"), &name), ERR_SYNTAX);
    arena_clear(&arena);
}

void test_mailbox_wire_cut_within_a_shift_is_refused(void)
{
    struct slice wire = SLICE("x&U,BTF2XlZyyKng-"), name;
    arena_init(&arena, 0);
    for (size_t length = 2; length < wire.len; length++)
        CHECK_ERR(mailbox_name_decode(&arena, slice_sub(wire, 0, length), &name), ERR_SYNTAX);
    arena_clear(&arena);
}

void test_mailbox_wire_accepts_raw_utf8(void)
{
    struct slice name = SLICE_EMPTY;
    arena_init(&arena, 0);
    CHECK_OK(mailbox_name_decode(&arena, SLICE("caf\xc3\xa9 & co"), &name));
    CHECK_SLICE(name, "caf\xc3\xa9 & co");
    arena_clear(&arena);
}

void test_mailbox_wire_does_not_shift_in_utf8(void)
{
    static const char *const wrong[] = {"caf\xe9", "\xc3", "a\nb", "\xed\xa0\x80"};
    struct slice name = SLICE_EMPTY;
    arena_init(&arena, 0);
    CHECK_OK(mailbox_name_decode_utf8(&arena, SLICE("Entw&APw-rfe & co"), &name));
    CHECK_SLICE(name, "Entw&APw-rfe & co");
    CHECK_OK(mailbox_name_decode_utf8(&arena, SLICE("cafe\xcc\x81"), &name));
    CHECK_SLICE(name, "caf\xc3\xa9");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK_ERR(mailbox_name_decode_utf8(&arena, slice_cstr(wrong[i]), &name), ERR_SYNTAX);
    arena_clear(&arena);
}

void test_mailbox_wire_composes(void)
{
    struct slice name = SLICE_EMPTY;
    arena_init(&arena, 0);
    CHECK_OK(mailbox_name_decode(&arena, SLICE("cafe&AwE-"), &name));
    CHECK_SLICE(name, "caf\xc3\xa9");
    CHECK_OK(mailbox_name_decode(&arena, SLICE("cafe\xcc\x81"), &name));
    CHECK_SLICE(name, "caf\xc3\xa9");
    arena_clear(&arena);
}

void test_mailbox_wire_goes_both_ways_for_any_text(void)
{
    struct buffer name, wire;
    arena_init(&arena, 0);
    buffer_init(&name, 0);
    buffer_init(&wire, 0);
    for (uint32_t seed = 1; seed < 3000; seed++) {
        struct slice back = SLICE_EMPTY;
        uint32_t state = seed;
        buffer_reset(&name);
        buffer_reset(&wire);
        for (uint32_t i = 0; i < seed % 12; i++) {
            static const uint32_t bases[] = {0x20, 0x26, 0xa1, 0x4e00, 0x1f600, 0x2f};
            state = state * 1664525 + 1013904223;
            text_add_code_point(&name, bases[(state >> 24) % 6] + (state >> 16) % 8);
        }
        mailbox_name_encode(buffer_slice(&name), &wire);
        CHECK(text_is_ascii(buffer_slice(&wire)));
        CHECK_OK(mailbox_name_decode(&arena, buffer_slice(&wire), &back));
        if (!slice_equal(back, buffer_slice(&name)))
            check_slice(back, buffer_slice(&name), "decoded again", __FILE__, __LINE__);
    }
    buffer_clear(&wire);
    buffer_clear(&name);
    arena_clear(&arena);
}

/* Whatever is accepted is UTF-8 and encodes to something that decodes to it. */
void test_mailbox_wire_survives_any_octets(void)
{
    static const char alphabet[] = "&&--AOkU,BTFw2D3eA/ \xc3\xa9=";
    for (int round = 0; round < 20000; round++) {
        unsigned char random[12];
        char text[12];
        struct slice name;
        struct buffer wire;
        random_octets(random, sizeof random);
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = alphabet[random[i] % (sizeof alphabet - 1)];
        arena_init(&arena, 0);
        buffer_init(&wire, 0);
        if (mailbox_name_decode(&arena, slice_of(text, random[0] % 13), &name) == 0) {
            struct slice again;
            mailbox_name_encode(name, &wire);
            CHECK(text_is_utf8(name));
            CHECK_OK(mailbox_name_decode(&arena, buffer_slice(&wire), &again));
            CHECK(slice_equal(name, again));
        }
        buffer_clear(&wire);
        arena_clear(&arena);
    }
}
