#include "model/mail_address.h"
#include "support/check.h"

static struct arena arena;

static void check_address(const char *text, const char *local, const char *domain)
{
    struct mail_address address;
    arena_init(&arena, 0);
    CHECK_OK(mail_address_parse(slice_cstr(text), &arena, &address));
    CHECK(slice_equal(address.local, slice_cstr(local)));
    CHECK(slice_equal(address.domain, slice_cstr(domain)));
    struct buffer again;
    buffer_init(&again, 0);
    mail_address_render(&address, &again);
    struct mail_address same;
    CHECK_OK(mail_address_parse(buffer_slice(&again), &arena, &same));
    CHECK(slice_equal(same.local, address.local));
    CHECK(slice_equal(same.domain, address.domain));
    buffer_clear(&again);
    arena_clear(&arena);
}

static void check_refused(struct slice text, int err)
{
    struct mail_address address;
    arena_init(&arena, 0);
    CHECK_INT(mail_address_parse(text, &arena, &address), err);
    arena_clear(&arena);
}

void test_mail_address_has_local_part_and_domain(void)
{
    check_address("alice@example.org", "alice", "example.org");
    check_address("a.b+c=d'e@[192.0.2.1]", "a.b+c=d'e", "[192.0.2.1]");
    check_address("x@[IPv6:2001:db8::1]", "x", "[IPv6:2001:db8::1]");
    check_address("postmaster", "postmaster", "");
    check_address("..a..b.@xn--bcher-kva.example", "..a..b.", "xn--bcher-kva.example");
    check_address("gr\xc3\xbc\xc3\x9f@b\xc3\xbc"
                  "cher.example",
                  "gr\xc3\xbc\xc3\x9f",
                  "b\xc3\xbc"
                  "cher.example");
}

void test_mail_address_unquotes_and_quotes(void)
{
    check_address("\"a b\"@example.org", "a b", "example.org");
    check_address("\"a\\\"\\\\@b\"@example.org", "a\"\\@b", "example.org");
    check_address("\"plain\"@example.org", "plain", "example.org");
    check_address("\"only quoted\"", "only quoted", "");
}

void test_mail_address_refuses_what_could_be_misread(void)
{
    static const char *const texts[] = {
        "",       "@example.org", "a b@example.org", "a@",         "a@b@c",
        "a@.b",   "a@b.",         "a@b..c",          "\"a",        "\"a\\",
        "\"\"@b", "a\"b@c",       "a@b c",           "a@[1.2.3.4", "a@[]",
        "a@b>",   "<a@b>",        "\"a\x01\"@b",     "\"a\"b@c",   "a\x7f@b"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_refused(slice_cstr(texts[i]), -ERR_SYNTAX);
    check_refused(SLICE("a\0@b"), -ERR_SYNTAX);
    check_refused(SLICE("\"a\0\"@b"), -ERR_SYNTAX);
    check_refused(SLICE("\xff@b"), -ERR_CHARSET);
}

void test_mail_address_has_a_length_limit(void)
{
    char text[300];
    memset(text, 'a', sizeof text);
    check_refused(slice_of(text, MAIL_ADDRESS_LOCAL_MAX + 1), -ERR_LIMIT);
    text[1] = '@';
    check_refused(slice_of(text, MAIL_ADDRESS_DOMAIN_MAX + 3), -ERR_LIMIT);
    struct mail_address address;
    CHECK_OK(mail_address_parse(slice_of(text, MAIL_ADDRESS_DOMAIN_MAX + 2), &arena, &address));
}
