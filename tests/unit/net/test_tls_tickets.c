#include "support/check.h"
#include "tls_tickets.h"

static const uint8_t secret[SHA256_SIZE] = "a secret that nobody knows......";
static const int64_t period = TICKET_PERIOD_MS;

void test_tls_tickets_last_two_periods(void)
{
    struct ticket_keys keys;
    ticket_keys_begin(&keys, secret, 1000);
    const struct ticket_key first = keys.current;
    CHECK(ticket_keys_find(&keys, first.name) == &keys.current);
    ticket_keys_advance(&keys, 1000 + period - 1);
    CHECK(ticket_keys_find(&keys, first.name) == &keys.current);
    ticket_keys_advance(&keys, 1000 + period);
    const struct ticket_key second = keys.current;
    CHECK(memcmp(&second, &first, sizeof first) != 0);
    CHECK(ticket_keys_find(&keys, second.name) == &keys.current);
    CHECK(ticket_keys_find(&keys, first.name) == &keys.previous);
    CHECK(memcmp(&keys.previous, &first, sizeof first) == 0);
    ticket_keys_advance(&keys, 1000 + 2 * period);
    CHECK(ticket_keys_find(&keys, first.name) == NULL);
    CHECK(ticket_keys_find(&keys, second.name) == &keys.previous);
}

void test_tls_tickets_parts_of_a_key_differ(void)
{
    struct ticket_keys keys;
    ticket_keys_begin(&keys, secret, 0);
    CHECK(memcmp(keys.current.cipher, keys.current.mac, 32) != 0);
    CHECK(memcmp(keys.current.name, keys.current.cipher, TICKET_NAME_SIZE) != 0);
    CHECK(memcmp(keys.current.cipher, keys.secret, 32) != 0);
}

/* Workers begin as the master is, and look when a client comes. */
void test_tls_tickets_are_the_same_however_often_one_looks(void)
{
    struct ticket_keys often, seldom, late;
    ticket_keys_begin(&often, secret, 1000);
    ticket_keys_begin(&seldom, secret, 1000);
    for (int64_t now = 1000; now <= 1000 + 5 * period; now += period / 7)
        ticket_keys_advance(&often, now);
    late = often;
    ticket_keys_advance(&late, 1000 + 6 * period + 5);
    ticket_keys_advance(&seldom, 1000 + 6 * period + period / 2);
    CHECK(memcmp(&late.current, &seldom.current, sizeof late.current) == 0);
    CHECK(memcmp(&late.previous, &seldom.previous, sizeof late.previous) == 0);
    CHECK_INT(late.began_at, seldom.began_at);
}

void test_tls_tickets_never_go_back(void)
{
    struct ticket_keys keys;
    ticket_keys_begin(&keys, secret, 10 * period);
    ticket_keys_advance(&keys, 11 * period);
    const struct ticket_key second = keys.current;
    ticket_keys_advance(&keys, 0);
    CHECK(memcmp(&keys.current, &second, sizeof second) == 0);
}

/* Nothing that is left leads back to the first period. */
void test_tls_tickets_forget(void)
{
    struct ticket_keys keys;
    ticket_keys_begin(&keys, secret, 0);
    const struct ticket_key first = keys.current;
    ticket_keys_advance(&keys, 2 * period);
    const struct slice all = slice_of((const char *)&keys, sizeof keys);
    CHECK(slice_search(all, slice_of((const char *)secret, SHA256_SIZE)) == SIZE_MAX);
    CHECK(slice_search(all, slice_of((const char *)first.cipher, 32)) == SIZE_MAX);
    CHECK(slice_search(all, slice_of((const char *)first.mac, 32)) == SIZE_MAX);
}
