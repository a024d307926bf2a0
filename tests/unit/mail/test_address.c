#include "mail/account.h"
#include "mail/address.h"
#include "mail/mailbox.h"
#include "world.h"

/* What mail to an address is found to be, as text: "alice", "alice+Lists", "#7" for a
 * mailbox, "shared:Sales", "nobody". */
static const char *resolved(struct world *world, const char *text)
{
    struct mail_address address;
    struct destination found;
    if (!CHECK_OK(mail_address_parse(slice_cstr(text), &world->arena, &address)))
        return "";
    int err = address_resolve(world->mail, &address, '+', ADDRESS_ANYBODY, &world->arena, &found);
    if (err == -ERR_NOT_FOUND)
        return "nobody";
    CHECK_INT(err, 0);
    if (found.shared.len)
        return arena_printf(&world->arena, "shared:%.*s", SLICE_ARGS(found.shared));
    if (found.mailbox_id)
        return arena_printf(&world->arena, "#%lld", (long long)found.mailbox_id);
    return arena_printf(&world->arena, "%.*s%s%.*s", SLICE_ARGS(found.login),
                        found.detail.len ? "+" : "", SLICE_ARGS(found.detail));
}

static void login_body(struct world *world)
{
    CHECK_STR(resolved(world, "alice@example.org"), "nobody");
    CHECK_OK(address_add_domain(world->mail, SLICE("Example.ORG")));
    CHECK_STR(resolved(world, "alice@example.org"), "alice");
    CHECK_STR(resolved(world, "ALICE@EXAMPLE.org"), "alice");
    CHECK_STR(resolved(world, "alice+Lists/Dev@example.org"), "alice+Lists/Dev");
    CHECK_STR(resolved(world, "alice+@example.org"), "nobody");
    CHECK_STR(resolved(world, "+x@example.org"), "nobody");
    CHECK_STR(resolved(world, "dora@example.org"), "nobody");
    CHECK_STR(resolved(world, "alice@example.com"), "nobody");
    CHECK_STR(resolved(world, "alice@[127.0.0.1]"), "nobody");
    CHECK_STR(resolved(world, "alice"), "nobody");
    CHECK_OK(address_set_default_domain(world->mail, SLICE("example.org")));
    CHECK_STR(resolved(world, "alice"), "alice");
    CHECK_OK(address_delete_domain(world->mail, SLICE("example.org")));
    CHECK_STR(resolved(world, "alice@example.org"), "nobody");
}

void test_address_is_the_login_in_a_domain_of_ours(void)
{
    world_run(login_body);
}

static void given_body(struct world *world)
{
    struct mail *mail = world->mail;
    world_create(world, "Shared/Orders");
    const struct grant *orders = world_grant(world, &world->admin, "Shared/Orders");
    CHECK_OK(address_add_mailbox(mail, SLICE("Orders@Example.org"), grant_mailbox_id(orders)));
    CHECK_OK(address_add_user(mail, SLICE("info@example.org"), SLICE("bob")));
    CHECK_OK(address_add_user(mail, SLICE("info+urgent@example.org"), SLICE("carol")));
    const char *mailbox = arena_printf(&world->arena, "#%lld", (long long)grant_mailbox_id(orders));
    CHECK_STR(resolved(world, "orders@example.org"), mailbox);
    CHECK_STR(resolved(world, "oRDers+late@example.org"), mailbox);
    CHECK_STR(resolved(world, "info@example.org"), "bob");
    CHECK_STR(resolved(world, "info+x@example.org"), "bob+x");
    CHECK_STR(resolved(world, "info+Urgent@example.org"), "carol");
    CHECK_ERR(address_add_user(mail, SLICE("INFO@example.org"), SLICE("alice")), ERR_EXISTS);
    CHECK_OK(mailbox_delete(mail, orders));
    CHECK_STR(resolved(world, "orders@example.org"), "nobody");
    CHECK_OK(address_add_user(mail, SLICE("orders@example.org"), SLICE("carol")));
    CHECK_STR(resolved(world, "orders@example.org"), "carol");
    CHECK_OK(address_delete(mail, SLICE("Info@example.org")));
    CHECK_ERR(address_delete(mail, SLICE("info@example.org")), ERR_NOT_FOUND);
    CHECK_STR(resolved(world, "info@example.org"), "nobody");
}

void test_address_is_whose_it_was_given_to(void)
{
    world_run(given_body);
}

static void order_body(struct world *world)
{
    struct mail *mail = world->mail;
    CHECK_OK(address_add_domain(mail, SLICE("b\xc3\xbc"
                                            "cher.example")));
    CHECK_OK(address_add_user(mail, SLICE("@xn--bcher-kva.example"), SLICE("carol")));
    CHECK_STR(resolved(world, "whoever@b\xc3\xbc"
                              "cher.example"),
              "carol");
    CHECK_STR(resolved(world, "who+ever@b\xc3\xbc"
                              "cher.example"),
              "carol");
    CHECK_STR(resolved(world, "bob@xn--bcher-kva.example"), "bob");
    CHECK_OK(address_add_user(mail, SLICE("bob@xn--bcher-kva.example"), SLICE("alice")));
    CHECK_STR(resolved(world, "bob@B\xc3\x9c"
                              "CHER.example"),
              "alice");
    CHECK_OK(account_add(mail, SLICE("Bob@Elsewhere.example"), SLICE("secret")));
    CHECK_STR(resolved(world, "bob@elsewhere.example"), "Bob@Elsewhere.example");
}

void test_address_given_goes_before_login_and_catch_all(void)
{
    world_run(order_body);
}

static void shared_body(struct world *world)
{
    CHECK_STR(resolved(world, "shared+Sales@example.org"), "nobody");
    CHECK_OK(address_add_domain(world->mail, SLICE("example.org")));
    CHECK_STR(resolved(world, "shared+Sales/Orders@example.org"), "shared:Sales/Orders");
    CHECK_STR(resolved(world, "Shared+Sales@Example.org"), "shared:Sales");
    CHECK_STR(resolved(world, "shared@example.org"), "nobody");
    CHECK_STR(resolved(world, "shared+@example.org"), "nobody");
    CHECK_STR(resolved(world, "sharedx+y@example.org"), "nobody");
    CHECK_STR(resolved(world, "shared+Sales@example.com"), "nobody");
}

void test_address_names_a_shared_mailbox(void)
{
    world_run(shared_body);
}

static void refused_body(struct world *world)
{
    static const char *const texts[] = {
        "", "info", "info@", "@", "a b@example.org", "a@[127.0.0.1]", "@-", "a@b@c"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CHECK_ERR(address_add_user(world->mail, slice_cstr(texts[i]), SLICE("alice")), ERR_INVALID);
    CHECK_ERR(address_add_user(world->mail, SLICE("a@b"), SLICE("nobody")), ERR_NOT_FOUND);
    CHECK_ERR(address_add_domain(world->mail, SLICE("a..b")), ERR_INVALID);
    CHECK_OK(address_add_domain(world->mail, SLICE("a.example")));
    CHECK_ERR(address_add_domain(world->mail, SLICE("A.example")), ERR_EXISTS);
    CHECK_OK(address_set_default_domain(world->mail, SLICE("a.example")));
    CHECK_ERR(address_set_default_domain(world->mail, SLICE("b.example")), ERR_NOT_FOUND);
    struct domain_row *rows;
    size_t count = 0;
    CHECK_OK(domains_list(world->database, &world->arena, &rows, &count));
    CHECK_INT(count, 1);
    CHECK(count && rows[0].is_default);
    CHECK_ERR(address_delete_domain(world->mail, SLICE("b.example")), ERR_NOT_FOUND);
}

void test_address_refuses_what_is_none(void)
{
    world_run(refused_body);
}
