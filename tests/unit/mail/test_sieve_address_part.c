#include "sieve/address_part.h"
#include "support/check.h"

static struct arena arena = {.max = ARENA_MAX_DEFAULT};

static void check_part(struct slice field, enum sieve_address_part part, const char *expected)
{
    struct mail_address *addresses = NULL;
    size_t count = 0;
    CHECK_OK(sieve_addresses_read(field, &arena, &addresses, &count));
    CHECK_INT(count, 1);
    struct slice text = SLICE_EMPTY;
    bool exists = false;
    if (count == 1)
        CHECK_OK(sieve_address_part(&addresses[0], part, &arena, &text, &exists));
    CHECK_INT(exists, expected != NULL);
    if (expected)
        check_slice(text, slice_cstr(expected), "part", __FILE__, __LINE__);
    arena_clear(&arena);
}

/* RFC 5233 section 4. */
void test_sieve_address_part_of_an_address(void)
{
    struct slice field = SLICE("Ken <ken+sieve@example.org>");
    check_part(field, SIEVE_PART_ALL, "ken+sieve@example.org");
    check_part(field, SIEVE_PART_LOCALPART, "ken+sieve");
    check_part(field, SIEVE_PART_DOMAIN, "example.org");
    check_part(field, SIEVE_PART_USER, "ken");
    check_part(field, SIEVE_PART_DETAIL, "sieve");
}

void test_sieve_address_part_detail_may_be_missing_or_empty(void)
{
    check_part(SLICE("ken@example.org"), SIEVE_PART_USER, "ken");
    check_part(SLICE("ken@example.org"), SIEVE_PART_DETAIL, NULL);
    check_part(SLICE("ken+@example.org"), SIEVE_PART_DETAIL, "");
    check_part(SLICE("ken+a+b@example.org"), SIEVE_PART_DETAIL, "a+b");
    check_part(SLICE("+a@example.org"), SIEVE_PART_USER, "");
}

/* RFC 5228 section 2.7.4: what is no address has no parts. */
void test_sieve_address_part_of_something_else(void)
{
    check_part(SLICE("undisclosed"), SIEVE_PART_ALL, "undisclosed");
    check_part(SLICE("undisclosed"), SIEVE_PART_LOCALPART, NULL);
    check_part(SLICE("undisclosed"), SIEVE_PART_DOMAIN, NULL);
    check_part(SLICE("undisclosed"), SIEVE_PART_USER, NULL);
}

void test_sieve_address_part_of_the_null_path(void)
{
    struct mail_address null = {SLICE_EMPTY, SLICE_EMPTY};
    static const enum sieve_address_part empty[] = {SIEVE_PART_ALL, SIEVE_PART_LOCALPART,
                                                    SIEVE_PART_DOMAIN, SIEVE_PART_USER};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        struct slice text = SLICE("untouched");
        bool exists = false;
        CHECK_OK(sieve_address_part(&null, empty[i], &arena, &text, &exists));
        CHECK(exists);
        CHECK_SLICE(text, "");
    }
    arena_clear(&arena);
}

void test_sieve_address_part_sender(void)
{
    CHECK(sieve_is_sender(SLICE("a@b")));
    CHECK(sieve_is_sender(SLICE("\"A. B.\" <a@b>")));
    CHECK(!sieve_is_sender(SLICE("")));
    CHECK(!sieve_is_sender(SLICE("a")));
    CHECK(!sieve_is_sender(SLICE("a@b, c@d")));
    CHECK(!sieve_is_sender(SLICE("A <>")));
}

void test_sieve_address_part_reads_lists(void)
{
    struct mail_address *addresses = NULL;
    size_t count = 0;
    struct slice field = SLICE("a@b, team: \"x y\"@z (who), c+d@e;, <f@g>, h@i, j@k, l@m");
    CHECK_OK(sieve_addresses_read(field, &arena, &addresses, &count));
    CHECK_INT(count, 7);
    if (count == 7) {
        CHECK_SLICE(addresses[1].local, "x y");
        CHECK_SLICE(addresses[2].domain, "e");
        CHECK_SLICE(addresses[6].local, "l");
        struct slice text = SLICE_EMPTY;
        bool exists = false;
        CHECK_OK(sieve_address_part(&addresses[1], SIEVE_PART_ALL, &arena, &text, &exists));
        CHECK_SLICE(text, "\"x y\"@z");
    }
    CHECK_OK(sieve_addresses_read(SLICE(""), &arena, &addresses, &count));
    CHECK_INT(count, 0);
    arena_clear(&arena);
}
