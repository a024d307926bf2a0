#include "session/identity.h"

#include "support/check.h"

static const char *const domains[] = {"example.org", "example.net"};

static struct identity_rules *open_rules(void)
{
    const struct identity_settings settings = {
        .token_discovery = "https://id.example/", .domains = domains, .domain_count = 2};
    struct identity_rules *rules = NULL;
    CHECK_OK(identity_rules_new(&settings, &rules));
    return rules;
}

void test_identity_login_is_without_our_domains(void)
{
    static const struct {
        const char *name, *login;
    } rows[] = {
        {"alice", "alice"},
        {"alice@example.org", "alice"},
        {"alice@EXAMPLE.net", "alice"},
        {"alice@example.com", "alice@example.com"},
        {"alice@sub.example.org", "alice@sub.example.org"},
        {"a@b@example.org", "a@b"},
        {"@example.org", "@example.org"},
        {"example.org", "example.org"},
        {"alice@", "alice@"},
        {"", ""},
    };
    struct identity_rules *rules = open_rules();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_slice(identity_login(rules, slice_cstr(rows[i].name)), slice_cstr(rows[i].login),
                    rows[i].name, __FILE__, __LINE__);
    identity_rules_unref(&rules);
    CHECK(rules == NULL);
}

void test_identity_rules_live_as_long_as_somebody_needs_them(void)
{
    struct identity_rules *rules = open_rules();
    struct identity_rules *other = identity_rules_ref(rules);
    identity_rules_unref(&rules);
    CHECK_SLICE(identity_token_discovery(other), "https://id.example/");
    identity_rules_unref(&other);
    identity_rules_unref(&other);
}

void test_identity_without_keys_accepts_no_tokens(void)
{
    struct arena arena;
    struct slice name = SLICE("untouched");
    struct identity_rules *rules = open_rules();
    arena_init(&arena, 0);
    CHECK(!identity_accepts_tokens(rules));
    CHECK_ERR(identity_of_token(rules, SLICE("a.b.c"), &arena, &name), ERR_CREDENTIALS);
    CHECK_SLICE(name, "untouched");
    arena_clear(&arena);
    identity_rules_unref(&rules);
}

void test_identity_knows_names_of_certificates(void)
{
    static const char *const wrong[] = {"mail"};
    static const char *const twice[] = {"cn", "email", "cn"};
    struct identity_settings settings = {
        .token_discovery = "", .certificate_names = wrong, .certificate_name_count = 1};
    struct identity_rules *rules = NULL;
    CHECK_ERR(identity_rules_new(&settings, &rules), ERR_INVALID);
    settings.certificate_names = twice;
    settings.certificate_name_count = 3;
    CHECK_ERR(identity_rules_new(&settings, &rules), ERR_INVALID);
    settings.certificate_name_count = 2;
    CHECK_OK(identity_rules_new(&settings, &rules));
    identity_rules_unref(&rules);
}
