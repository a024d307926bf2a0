#include "net/listener.h"

#include "support/check.h"

static struct network_list *list_of(const char *const *texts, size_t count)
{
    struct network_list *list = NULL;
    CHECK_OK(network_list_parse(texts, count, &list));
    return list;
}

static bool one_contains(const char *network, const char *remote)
{
    struct network_list *list = list_of(&network, 1);
    bool contains = list && network_list_contains(list, remote);
    network_list_free(&list);
    return contains;
}

void test_network_list_compares_bits_of_the_prefix(void)
{
    static const struct {
        const char *network, *remote;
        bool contains;
    } cases[] = {
        {"192.0.2.0/24", "192.0.2.0", true},
        {"192.0.2.0/24", "192.0.2.255", true},
        {"192.0.2.0/24", "192.0.3.0", false},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"192.0.2.128/25", "192.0.2.128", true},
        {"192.0.2.77/24", "192.0.2.1", true},
        {"10.0.0.0/7", "11.255.1.1", true},
        {"10.0.0.0/7", "12.0.0.0", false},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"127.0.0.1/32", "127.0.0.1", true},
        {"127.0.0.1/32", "127.0.0.2", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"::1/128", "::1", true},
        {"::1/128", "::2", false},
        {"2001:db8::/33", "2001:db8::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"2001:db8::/127", "2001:db8::1", true},
        {"2001:db8::/127", "2001:db8::2", false},
        {"unix", "unix", true},
        {"unix", "127.0.0.1", false},
        {"0.0.0.0/0", "unix", false},
        {"::/0", "unix", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (one_contains(cases[i].network, cases[i].remote) != cases[i].contains)
            CHECK_STR(cases[i].network, cases[i].remote); /* shows which */
        CHECK_INT(one_contains(cases[i].network, cases[i].remote), cases[i].contains);
    }
}

void test_network_list_takes_mapped_addresses_for_ipv4(void)
{
    CHECK(one_contains("192.0.2.0/24", "::ffff:192.0.2.7"));
    CHECK(one_contains("::ffff:192.0.2.0/120", "192.0.2.7"));
    CHECK(!one_contains("::ffff:192.0.2.0/120", "192.0.3.7"));
    CHECK(!one_contains("::/0", "192.0.2.7"));
    CHECK(!one_contains("0.0.0.0/0", "2001:db8::1"));
}

void test_network_list_contains_what_any_of_it_contains(void)
{
    const char *texts[] = {"127.0.0.1/32", "::1/128", "unix"};
    struct network_list *list = list_of(texts, 3);
    CHECK(network_list_contains(list, "127.0.0.1"));
    CHECK(network_list_contains(list, "::1"));
    CHECK(network_list_contains(list, "unix"));
    CHECK(!network_list_contains(list, "192.0.2.1"));
    CHECK(!network_list_contains(list, "unknown"));
    CHECK(!network_list_contains(list, ""));
    network_list_free(&list);
    CHECK(list == NULL);
}

void test_network_list_empty_contains_nothing(void)
{
    struct network_list *list = list_of(NULL, 0);
    CHECK(!network_list_contains(list, "127.0.0.1"));
    network_list_free(&list);
}

void test_network_list_refuses_what_is_no_network(void)
{
    static const char *const wrong[] = {
        "",        "localhost", "192.0.2.0/33", "192.0.2.0/",    "192.0.2.0/x",         "::1/129",
        "unix/1",  "/24",       "192.0.2/24",   "192.0.2.0/2 4", "::ffff:192.0.2.0/95", "[::1]/128",
        "1.2.3.4 "};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct network_list *list = NULL;
        const char *texts[] = {"127.0.0.1/32", wrong[i]};
        CHECK_ERR(network_list_parse(texts, 2, &list), ERR_INVALID);
        CHECK(list == NULL);
    }
}
