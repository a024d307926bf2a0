/* Passwords, verifiers, names, logins. */
#include "mail/account.h"

#include "account_name.h"
#include "base/clock.h"
#include "fiber/loop.h"
#include "login_memory.h"
#include "verifier.h"
#include "world.h"

/* RFC 7677 section 3: user "user", password "pencil". */
static const char rfc7677[] = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
                              "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                              "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

static void in_fiber(void (*test)(void *arg))
{
    CHECK_OK(loop_run_main(test, NULL));
}

static void check_known_verifier(void *arg)
{
    (void)arg;
    struct verifier verifier;
    if (!CHECK_OK(verifier_parse(slice_cstr(rfc7677), &verifier)))
        return;
    CHECK_INT(verifier.iterations, 4096);
    CHECK_INT(verifier.salt_len, 16);
    CHECK(verifier_accepts(&verifier, SLICE("pencil")));
    CHECK(!verifier_accepts(&verifier, SLICE("pencils")));
    CHECK(!verifier_accepts(&verifier, SLICE("")));
}

void test_account_verifier_of_the_rfc(void)
{
    in_fiber(check_known_verifier);
}

static void check_made_verifier(void *arg)
{
    (void)arg;
    struct buffer text, other;
    buffer_init(&text, 0);
    buffer_init(&other, 0);
    /* "I" + combining diaeresis and the one character are the same password. */
    CHECK_OK(verifier_make(SLICE("I\xcc\x88 \xc2\xaa"), &text));
    CHECK_OK(verifier_make(SLICE("I\xcc\x88 \xc2\xaa"), &other));
    CHECK(!slice_equal(buffer_slice(&text), buffer_slice(&other)));
    struct verifier verifier;
    CHECK_OK(verifier_parse(buffer_slice(&text), &verifier));
    CHECK(verifier_accepts(&verifier, SLICE("\xc3\x8f a")));
    CHECK(!verifier_accepts(&verifier, SLICE("I a")));
    buffer_clear(&text);
    buffer_clear(&other);
}

void test_account_verifier_made_is_salted_and_prepared(void)
{
    in_fiber(check_made_verifier);
}

void test_account_verifier_parse_refuses_what_is_none(void)
{
    static const char *const texts[] = {
        "",
        "md5abc",
        "SCRAM-SHA-256$",
        "SCRAM-SHA-256$4096",
        "SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        "SCRAM-SHA-256$4096:$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=x",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct verifier verifier = {.iterations = 7};
        CHECK_ERR(verifier_parse(slice_cstr(texts[i]), &verifier), ERR_CORRUPT);
        CHECK_INT(verifier.iterations, 7);
    }
}

void test_account_made_up_verifiers_are_stable_and_differ(void)
{
    struct verifier alice, again, bob, elsewhere;
    verifier_make_up(SLICE("secret"), SLICE("alice"), &alice);
    verifier_make_up(SLICE("secret"), SLICE("alice"), &again);
    verifier_make_up(SLICE("secret"), SLICE("bob"), &bob);
    verifier_make_up(SLICE("secret 2"), SLICE("alice"), &elsewhere);
    CHECK_INT(alice.iterations, VERIFIER_ITERATIONS);
    CHECK_INT(alice.salt_len, VERIFIER_SALT_SIZE);
    CHECK(memcmp(&alice, &again, sizeof alice) == 0);
    CHECK(memcmp(alice.salt, bob.salt, VERIFIER_SALT_SIZE) != 0);
    CHECK(memcmp(alice.salt, elsewhere.salt, VERIFIER_SALT_SIZE) != 0);
    CHECK(memcmp(alice.stored_key, alice.server_key, SHA256_SIZE) != 0);
}

static void check_name(const char *name, const char *expected)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice normal;
    if (expected) {
        if (CHECK_OK(account_name_check(slice_cstr(name), &arena, &normal)))
            check_slice(normal, slice_cstr(expected), name, __FILE__, __LINE__);
    } else {
        CHECK_ERR(account_name_check(slice_cstr(name), &arena, &normal), ERR_INVALID);
    }
    arena_clear(&arena);
}

void test_account_names(void)
{
    check_name("alice", "alice");
    check_name("alice@example.org", "alice@example.org");
    check_name("Zoe\xcc\x88", "Zo\xc3\xab");
    static const char *const bad[] = {"",       "a/b",    "a*",     "%a",   "a\nb",    "a\x7f",
                                      "anyone", "AnyOne", "-alice", "\xff", "group:x", "Group:x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_name(bad[i], NULL);
    char longest[ACCOUNT_NAME_MAX + 2];
    memset(longest, 'a', sizeof longest);
    longest[ACCOUNT_NAME_MAX + 1] = 0;
    check_name(longest, NULL);
    longest[ACCOUNT_NAME_MAX] = 0;
    check_name(longest, longest);
}

/* With a database ----------------------------------------------------------------------- */

static int log_in(struct world *world, const char *login, const char *password, struct account *out)
{
    return account_check_password(world->mail, &world->arena, slice_cstr(login),
                                  slice_cstr(password), out);
}

static void check_login(struct world *world)
{
    struct account account = {0};
    CHECK_OK(log_in(world, "alice", "secret-alice", &account));
    CHECK_INT(account.user_id, world->alice.user_id);
    CHECK_SLICE(account.login, "alice");
    CHECK_OK(log_in(world, "alice", "secret-alice", &account));
    CHECK_ERR(log_in(world, "alice", "secret-bob", &account), ERR_CREDENTIALS);
    struct error wrong = *last_error();
    CHECK_ERR(log_in(world, "nobody", "secret-bob", &account), ERR_CREDENTIALS);
    CHECK_STR(last_error()->text, wrong.text);
    CHECK_ERR(log_in(world, "\xff", "secret-bob", &account), ERR_CREDENTIALS);
    CHECK_ERR(log_in(world, "", "", &account), ERR_CREDENTIALS);
    CHECK_OK(account_set_disabled(world->mail, SLICE("alice"), true));
    CHECK_ERR(log_in(world, "alice", "secret-alice", &account), ERR_CREDENTIALS);
    CHECK_STR(last_error()->text, wrong.text);
    CHECK_ERR(account_find(world->mail, &world->arena, SLICE("alice"), &account), ERR_CREDENTIALS);
    CHECK_OK(account_set_disabled(world->mail, SLICE("alice"), false));
    CHECK_OK(log_in(world, "alice", "secret-alice", &account));
    CHECK_OK(account_find(world->mail, &world->arena, SLICE("alice"), &account));
    CHECK_ERR(account_find(world->mail, &world->arena, SLICE("nobody"), &account), ERR_CREDENTIALS);
}

void test_account_login_has_one_refusal(void)
{
    world_run(check_login);
}

static void check_new_password(struct world *world)
{
    struct account account;
    CHECK_OK(log_in(world, "bob", "secret-bob", &account));
    CHECK_OK(account_set_password(world->mail, SLICE("bob"), SLICE("other")));
    CHECK_ERR(log_in(world, "bob", "secret-bob", &account), ERR_CREDENTIALS);
    CHECK_OK(log_in(world, "bob", "other", &account));
    CHECK_ERR(account_set_password(world->mail, SLICE("bob"), SLICE_EMPTY), ERR_INVALID);
    CHECK_ERR(account_set_password(world->mail, SLICE("bob"), SLICE("a\0b")), ERR_INVALID);
    CHECK_ERR(account_set_password(world->mail, SLICE("nobody"), SLICE("x")), ERR_NOT_FOUND);
    CHECK_STR(last_error()->text, "There is no user named nobody");
}

void test_account_new_password_ends_the_old_one_at_once(void)
{
    world_run(check_new_password);
}

/* The quickest of some: what else the machine does only adds to it. */
static int64_t time_of(struct world *world, const char *login, const char *password, int times)
{
    struct account account;
    int64_t best = INT64_MAX;
    for (int i = 0; i < times; i++) {
        int64_t start = clock_monotonic_us();
        (void)!log_in(world, login, password, &account);
        int64_t took = clock_monotonic_us() - start;
        best = took < best ? took : best;
    }
    return best;
}

static void check_memory(struct world *world)
{
    int64_t first = time_of(world, "alice", "secret-alice", 1);
    int64_t later = time_of(world, "alice", "secret-alice", 10);
    int64_t wrong = time_of(world, "alice", "secret", 10);
    int64_t unknown = time_of(world, "nobody", "secret", 10);
    CHECK(later < first);
    CHECK(later < wrong);
    CHECK(unknown > wrong / 3 && unknown < wrong * 3);
}

void test_account_remembers_right_passwords_only(void)
{
    world_run(check_memory);
}

static void check_verifiers(struct world *world)
{
    struct verifier known = {0}, unknown = {0}, again = {0}, disabled = {0};
    CHECK_OK(account_find_verifier(world->mail, SLICE("alice"), &known));
    CHECK(verifier_accepts(&known, SLICE("secret-alice")));
    CHECK_OK(account_find_verifier(world->mail, SLICE("nobody"), &unknown));
    CHECK_OK(account_find_verifier(world->mail, SLICE("nobody"), &again));
    CHECK(memcmp(&unknown, &again, sizeof again) == 0);
    /* A known user has one salt in each spelling of the name. */
    CHECK_OK(account_find_verifier(world->mail, SLICE("Zo\xc3\xab"), &unknown));
    CHECK_OK(account_find_verifier(world->mail, SLICE("Zoe\xcc\x88"), &again));
    CHECK(memcmp(&unknown, &again, sizeof again) == 0);
    CHECK_INT(unknown.iterations, known.iterations);
    CHECK_INT(unknown.salt_len, known.salt_len);
    CHECK_OK(account_set_disabled(world->mail, SLICE("alice"), true));
    CHECK_OK(account_find_verifier(world->mail, SLICE("alice"), &disabled));
    CHECK(!verifier_accepts(&disabled, SLICE("secret-alice")));
    CHECK_INT(world_sql("SELECT count(*) FROM secrets"), 1);
}

void test_account_unknown_users_seem_to_have_verifiers(void)
{
    world_run(check_verifiers);
}

static void check_adding(struct world *world)
{
    CHECK_ERR(account_add(world->mail, SLICE("alice"), SLICE("x")), ERR_EXISTS);
    CHECK_ERR(account_add(world->mail, SLICE("group:x"), SLICE("x")), ERR_INVALID);
    CHECK_ERR(account_add(world->mail, SLICE("dan"), SLICE_EMPTY), ERR_INVALID);
    CHECK_OK(account_delete(world->mail, SLICE("alice"), SLICE("root")));
    CHECK_ERR(account_delete(world->mail, SLICE("alice"), SLICE("root")), ERR_NOT_FOUND);
    const struct grant *grant;
    CHECK_ERR(world_check(world, &world->admin, "Other Users/alice/INBOX", "", &grant),
              ERR_NOT_FOUND);
    CHECK_OK(account_add(world->mail, SLICE("alice"), SLICE("x")));
    grant = world_grant(world, &world->admin, "Other Users/alice/INBOX");
}

void test_account_add_and_delete(void)
{
    world_run(check_adding);
}

static void check_groups(struct world *world)
{
    CHECK_OK(group_add(world->mail, SLICE("sales")));
    CHECK_ERR(group_add(world->mail, SLICE("sales")), ERR_EXISTS);
    CHECK_ERR(group_add(world->mail, SLICE("a/b")), ERR_INVALID);
    CHECK_ERR(group_change_member(world->mail, SLICE("x"), SLICE("bob"), true, SLICE("root")),
              ERR_NOT_FOUND);
    CHECK_STR(last_error()->text, "There is no group named x");
    CHECK_ERR(group_change_member(world->mail, SLICE("sales"), SLICE("x"), true, SLICE("root")),
              ERR_NOT_FOUND);
    CHECK_OK(group_change_member(world->mail, SLICE("sales"), SLICE("bob"), true, SLICE("root")));
    CHECK_ERR(group_change_member(world->mail, SLICE("sales"), SLICE("bob"), true, SLICE("root")),
              ERR_EXISTS);
    CHECK_ERR(
        group_change_member(world->mail, SLICE("sales"), SLICE("alice"), false, SLICE("root")),
        ERR_NOT_FOUND);
    CHECK_OK(group_delete(world->mail, SLICE("sales"), SLICE("root")));
    CHECK_ERR(group_delete(world->mail, SLICE("sales"), SLICE("root")), ERR_NOT_FOUND);
}

void test_account_groups(void)
{
    world_run(check_groups);
}
