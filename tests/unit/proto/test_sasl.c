#include "base/digest.h"
#include "base/text.h"
#include "proto/sasl.h"
#include "support/check.h"

#include <gsasl.h>
#include <stdlib.h>

/* Each mechanism talks with libgsasl's own client here. */

static const char exporter_binding[] = "exporter-binding-of-32-octets!!!";
static const char unique_binding[] = "unique-12-oc";

/* What the server's callbacks know, and what they were asked. */
struct account {
    const char *user;
    const char *password;
    bool has_exporter;
    bool has_unique;
    int failure;
    unsigned asked;
};

static const struct account alice = {.user = "alice", .password = "pencil, \xc3\xa9t\xc3\xa9"};

static struct sasl_verifier make_verifier(const char *password)
{
    struct sasl_verifier verifier = {.iterations = 4096, .salt_len = 16};
    uint8_t salted[32], client_key[32];
    memcpy(verifier.salt, "0123456789abcdef", 16);
    digest_pbkdf2_sha256(slice_cstr(password), slice_of((char *)verifier.salt, 16), 4096, salted);
    struct slice key = slice_of((char *)salted, 32);
    digest_hmac_sha256(key, SLICE("Client Key"), client_key);
    digest_sha256(slice_of((char *)client_key, 32), verifier.stored_key);
    digest_hmac_sha256(key, SLICE("Server Key"), verifier.server_key);
    return verifier;
}

static int find_verifier(void *arg, struct slice user, struct sasl_verifier *out)
{
    struct account *account = arg;
    account->asked++;
    if (account->failure)
        return fail((enum err) - account->failure, "made to fail");
    bool known = slice_equal(user, slice_cstr(account->user));
    *out = make_verifier(known ? account->password : "nobody knows");
    return 0;
}

static int check_password(void *arg, struct slice user, struct slice password)
{
    struct account *account = arg;
    account->asked++;
    if (account->failure)
        return fail((enum err) - account->failure, "made to fail");
    bool right = slice_equal(user, slice_cstr(account->user)) &&
                 slice_equal(password, slice_cstr(account->password));
    return right ? 0 : fail(ERR_CREDENTIALS, "wrong");
}

static bool channel_binding(void *arg, bool exporter, uint8_t *out, size_t *len_out)
{
    const struct account *account = arg;
    struct slice binding = slice_cstr(exporter ? exporter_binding : unique_binding);
    if (!(exporter ? account->has_exporter : account->has_unique))
        return false;
    memcpy(out, binding.data, binding.len);
    *len_out = binding.len;
    return true;
}

static struct sasl *start(struct account *account, const char *mechanism)
{
    struct sasl *sasl = NULL;
    struct sasl_callbacks callbacks = {.arg = account,
                                       .find_verifier = find_verifier,
                                       .check_password = check_password,
                                       .channel_binding = channel_binding};
    CHECK_OK(sasl_new(slice_cstr(mechanism), &callbacks, &sasl));
    return sasl;
}

/* The other side -------------------------------------------------------------- */

struct client {
    Gsasl *library;
    Gsasl_session *session;
};

static void set_base64(Gsasl_session *session, Gsasl_property property, const char *octets)
{
    char *text = NULL;
    if (gsasl_base64_to(octets, strlen(octets), &text, NULL) == GSASL_OK)
        gsasl_property_set(session, property, text);
    gsasl_free(text);
}

static bool client_open(struct client *client, const char *mechanism, const char *user,
                        const char *password)
{
    if (!CHECK_INT(gsasl_init(&client->library), GSASL_OK) ||
        !CHECK_INT(gsasl_client_start(client->library, mechanism, &client->session), GSASL_OK))
        return false;
    gsasl_property_set(client->session, GSASL_AUTHID, user);
    gsasl_property_set(client->session, GSASL_PASSWORD, password);
    return true;
}

static void client_close(struct client *client)
{
    gsasl_finish(client->session);
    gsasl_done(client->library);
}

/* The client answers `challenge`; the answer is the caller's. */
static int client_step(struct client *client, struct slice challenge, char **answer, size_t *len)
{
    int code = gsasl_step(client->session, challenge.data, challenge.len, answer, len);
    CHECK(code == GSASL_OK || code == GSASL_NEEDS_MORE);
    return code;
}

/* Runs both sides to the end; what the server's last step returned. */
static int converse(struct client *client, struct sasl *sasl, bool initial_response)
{
    struct arena arena;
    struct slice challenge = SLICE_EMPTY;
    enum sasl_progress progress = SASL_CONTINUE;
    int code = GSASL_NEEDS_MORE, result = 0;
    arena_init(&arena, 0);
    if (!initial_response)
        result = sasl_step(sasl, (struct slice){NULL, 0}, &arena, &progress, &challenge);
    while (result == 0 && progress == SASL_CONTINUE) {
        char *answer = NULL;
        size_t len = 0;
        code = client_step(client, challenge, &answer, &len);
        result = sasl_step(sasl, slice_of(answer, len), &arena, &progress, &challenge);
        gsasl_free(answer);
    }
    if (result == 0 && challenge.len > 0) {
        char *answer = NULL;
        size_t len = 0;
        code = client_step(client, challenge, &answer, &len); /* proves the server, too */
        CHECK_U64(len, 0);
        gsasl_free(answer);
    }
    if (result == 0)
        CHECK_INT(code, GSASL_OK);
    arena_clear(&arena);
    return result;
}

static int log_in(struct account *account, const char *mechanism, const char *user,
                  const char *password, bool initial_response)
{
    struct client client;
    struct sasl *sasl = start(account, mechanism);
    if (!sasl || !client_open(&client, mechanism, user, password))
        return -ERR_INTERNAL;
    int result = converse(&client, sasl, initial_response);
    if (result == 0) {
        CHECK_SLICE(sasl_user(sasl), "alice");
        CHECK_SLICE(sasl_authorisation(sasl), "");
    }
    client_close(&client);
    sasl_free(&sasl);
    CHECK(sasl == NULL);
    return result;
}

static const char *const passwordly[] = {"PLAIN", "LOGIN", "SCRAM-SHA-256"};
enum { PASSWORDLY_COUNT = 3 };

void test_sasl_lets_the_right_password_in(void)
{
    for (int i = 0; i < PASSWORDLY_COUNT; i++) {
        struct account account = alice;
        CHECK_OK(log_in(&account, passwordly[i], "alice", alice.password, false));
        CHECK_U64(account.asked, 1);
    }
}

void test_sasl_takes_initial_response(void)
{
    struct account account = alice;
    CHECK_OK(log_in(&account, "PLAIN", "alice", alice.password, true));
    CHECK_OK(log_in(&account, "SCRAM-SHA-256", "alice", alice.password, true));
}

void test_sasl_keeps_the_wrong_password_out(void)
{
    for (int i = 0; i < PASSWORDLY_COUNT; i++) {
        struct account account = alice;
        CHECK_ERR(log_in(&account, passwordly[i], "alice", "pencil", false), ERR_CREDENTIALS);
        CHECK_ERR(log_in(&account, passwordly[i], "bob", alice.password, false), ERR_CREDENTIALS);
    }
}

void test_sasl_returns_the_failure_of_a_callback(void)
{
    for (int i = 0; i < PASSWORDLY_COUNT; i++) {
        struct account account = alice;
        account.failure = -ERR_UNAVAILABLE;
        CHECK_ERR(log_in(&account, passwordly[i], "alice", alice.password, false), ERR_UNAVAILABLE);
        CHECK_STR(last_error()->text, "made to fail");
    }
}

/* SASLprep: the soft hyphen goes, the feminine ordinal is an a. */
void test_sasl_prepares_names(void)
{
    for (int i = 0; i < PASSWORDLY_COUNT; i++) {
        struct account account = alice;
        CHECK_OK(log_in(&account, passwordly[i], "al\xc2\xadice", alice.password, false));
        CHECK_OK(log_in(&account, passwordly[i], "\xc2\xaalice", alice.password, false));
    }
}

/* Single messages ---------------------------------------------------------------- */

/* One first message to a mechanism. */
static int first_step(const char *mechanism, struct slice message)
{
    struct account account = alice;
    struct arena arena;
    enum sasl_progress progress;
    struct slice challenge;
    struct sasl *sasl = start(&account, mechanism);
    arena_init(&arena, 0);
    int result = sasl_step(sasl, message, &arena, &progress, &challenge);
    enum sasl_progress untouched;
    struct slice nothing;
    if (result < 0)
        CHECK_ERR(sasl_step(sasl, message, &arena, &untouched, &nothing), ERR_WRONG_STATE);
    arena_clear(&arena);
    sasl_free(&sasl);
    return result;
}

void test_sasl_plain_reads_authorisation(void)
{
    struct account account = alice;
    struct arena arena;
    enum sasl_progress progress = SASL_CONTINUE;
    struct slice challenge = {NULL, 0};
    struct sasl *sasl = start(&account, "plain");
    arena_init(&arena, 0);
    CHECK_OK(sasl_step(sasl, SLICE("bob\0alice\0pencil, \xc3\xa9t\xc3\xa9"), &arena, &progress,
                       &challenge));
    CHECK_INT(progress, SASL_DONE);
    CHECK_SLICE(challenge, "");
    CHECK_SLICE(sasl_user(sasl), "alice");
    CHECK_SLICE(sasl_authorisation(sasl), "bob");
    sasl_free(&sasl);

    sasl = start(&account, "PLAIN");
    CHECK_OK(sasl_step(sasl, SLICE("alice\0alice\0pencil, \xc3\xa9t\xc3\xa9"), &arena, &progress,
                       &challenge));
    CHECK_SLICE(sasl_authorisation(sasl), "");
    sasl_free(&sasl);
    arena_clear(&arena);
}

void test_sasl_plain_takes_young_characters(void)
{
    struct account account = alice;
    account.password = "\xf0\x9f\x98\x80";
    CHECK_OK(log_in(&account, "PLAIN", "alice", "\xf0\x9f\x98\x80", true));
    CHECK_OK(log_in(&account, "LOGIN", "alice", "\xf0\x9f\x98\x80", false));
}

void test_sasl_plain_refuses_malformed(void)
{
    CHECK_ERR(first_step("PLAIN", SLICE("alice")), ERR_SYNTAX);
    CHECK_ERR(first_step("PLAIN", SLICE("\0alice")), ERR_SYNTAX);
    CHECK_ERR(first_step("PLAIN", SLICE("\0")), ERR_SYNTAX);
    CHECK_ERR(first_step("PLAIN", SLICE("\0alice\0pw\0")), ERR_SYNTAX);
    CHECK_ERR(first_step("PLAIN", SLICE("\0alice\0pw\0x")), ERR_SYNTAX);
    CHECK_ERR(first_step("PLAIN", SLICE("")), ERR_SYNTAX);
    CHECK_ERR(first_step("PLAIN", SLICE("\0\0")), ERR_CREDENTIALS);
    CHECK_ERR(first_step("PLAIN", SLICE("\0alice\0")), ERR_CREDENTIALS);
    CHECK_ERR(first_step("PLAIN", SLICE("\0\0pencil")), ERR_CREDENTIALS);
    CHECK_ERR(first_step("PLAIN", SLICE("\0al\x07ice\0pw")), ERR_CREDENTIALS);
    CHECK_ERR(first_step("PLAIN", SLICE("\xc3\0alice\0pw")), ERR_CREDENTIALS);
}

void test_sasl_refuses_long_messages(void)
{
    static char message[SASL_MESSAGE_MAX + 1];
    memset(message, 'a', sizeof message);
    CHECK_ERR(first_step("PLAIN", slice_of(message, sizeof message)), ERR_SYNTAX);
    message[0] = message[SASL_NAME_MAX + 2] = '\0';
    CHECK_ERR(first_step("PLAIN", slice_of(message, sizeof message - 1)), ERR_CREDENTIALS);
    memcpy(message, "n,,n=", 5);
    CHECK_ERR(first_step("SCRAM-SHA-256", slice_of(message, sizeof message)), ERR_SYNTAX);
}

void test_sasl_empty_answer_ends_the_exchange(void)
{
    static const char *const all[] = {"PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"};
    for (int i = 0; i < 4; i++) {
        struct account account = alice;
        struct arena arena;
        enum sasl_progress progress = SASL_DONE;
        struct slice challenge = {NULL, 0};
        struct sasl *sasl = start(&account, all[i]);
        arena_init(&arena, 0);
        CHECK_OK(sasl_step(sasl, (struct slice){NULL, 0}, &arena, &progress, &challenge));
        CHECK_INT(progress, SASL_CONTINUE);
        CHECK_ERR(sasl_step(sasl, SLICE(""), &arena, &progress, &challenge), ERR_SYNTAX);
        CHECK_ERR(sasl_step(sasl, SLICE("x"), &arena, &progress, &challenge), ERR_WRONG_STATE);
        arena_clear(&arena);
        sasl_free(&sasl);
    }
}

void test_sasl_login_takes_the_name_as_initial_response(void)
{
    struct account account = alice;
    struct arena arena;
    enum sasl_progress progress = SASL_DONE;
    struct slice challenge = {NULL, 0};
    struct sasl *sasl = start(&account, "LOGIN");
    arena_init(&arena, 0);
    CHECK_OK(sasl_step(sasl, SLICE("alice"), &arena, &progress, &challenge));
    CHECK_INT(progress, SASL_CONTINUE);
    CHECK_SLICE(challenge, "Password");
    CHECK_OK(sasl_step(sasl, slice_cstr(alice.password), &arena, &progress, &challenge));
    CHECK_INT(progress, SASL_DONE);
    CHECK_SLICE(sasl_user(sasl), "alice");
    sasl_free(&sasl);
    arena_clear(&arena);
}

void test_sasl_login_refuses_nul(void)
{
    CHECK_ERR(first_step("LOGIN", SLICE("ali\0ce")), ERR_SYNTAX);
}

/* SCRAM ------------------------------------------------------------------------------- */

void test_sasl_scram_refuses_malformed_first(void)
{
    static const char *const messages[] = {"x",
                                           "n,,",
                                           "n,,n=alice",
                                           "n=alice,r=abcdefgh",
                                           "z,,n=alice,r=abc",
                                           "n,b=x,n=a,r=abc",
                                           "n,,r=abc,n=alice",
                                           "n,,n=alice,r=",
                                           "n,,n=,r=abcdefghi",
                                           "m,,n=alice,r=abcdefgh",
                                           "p,,n=alice,r=abcdefgh",
                                           ",,,,,,,,,,,,,,"};
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        CHECK(first_step("SCRAM-SHA-256", slice_cstr(messages[i])) < 0);
    CHECK_ERR(first_step("SCRAM-SHA-256", SLICE("n,,n=al\0ice,r=abcdefgh")), ERR_SYNTAX);
    CHECK_ERR(first_step("SCRAM-SHA-256", SLICE("n,,n=al\xff,r=abcdefgh")), ERR_CREDENTIALS);
}

void test_sasl_scram_refuses_malformed_final(void)
{
    static const char *const messages[] = {"x",
                                           "c=biws",
                                           "c=biws,r=abc",
                                           "c=biws,r=abcdefgh,p=",
                                           "c=biws,r=wrong,p=dGhpcyBpcyBub3Q=",
                                           "p=dGhpcyBpcyBub3Q=,r=abc,c=biws",
                                           "c=!!!!,r=abcdefgh,p=AAAA",
                                           "n,,n=alice,r=abcdefgh"};
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        struct account account = alice;
        struct arena arena;
        enum sasl_progress progress;
        struct slice challenge = {NULL, 0};
        struct sasl *sasl = start(&account, "SCRAM-SHA-256");
        arena_init(&arena, 0);
        CHECK_OK(sasl_step(sasl, SLICE("n,,n=alice,r=abcdefgh"), &arena, &progress, &challenge));
        CHECK(slice_starts_with(challenge, SLICE("r=abcdefgh")));
        CHECK(sasl_step(sasl, slice_cstr(messages[i]), &arena, &progress, &challenge) < 0);
        arena_clear(&arena);
        sasl_free(&sasl);
    }
}

/* A correct nonce with a proof of zeros. */
void test_sasl_scram_refuses_a_wrong_proof(void)
{
    struct account account = alice;
    struct arena arena;
    enum sasl_progress progress;
    struct slice challenge = {NULL, 0};
    struct sasl *sasl = start(&account, "SCRAM-SHA-256");
    arena_init(&arena, 0);
    CHECK_OK(sasl_step(sasl, SLICE("n,,n=alice,r=abcdefgh"), &arena, &progress, &challenge));
    struct slice nonce = slice_sub(challenge, 2, slice_find(challenge, ',') - 2);
    char *final = arena_printf(
        &arena, "c=biws,r=%.*s,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", SLICE_ARGS(nonce));
    CHECK_ERR(sasl_step(sasl, slice_cstr(final), &arena, &progress, &challenge), ERR_CREDENTIALS);
    arena_clear(&arena);
    sasl_free(&sasl);
}

void test_sasl_scram_reads_authorisation(void)
{
    struct account account = alice;
    struct client client;
    struct sasl *sasl = start(&account, "SCRAM-SHA-256");
    if (!client_open(&client, "SCRAM-SHA-256", "alice", alice.password))
        return;
    gsasl_property_set(client.session, GSASL_AUTHZID, "bob=,");
    CHECK_OK(converse(&client, sasl, true));
    CHECK_SLICE(sasl_user(sasl), "alice");
    CHECK_SLICE(sasl_authorisation(sasl), "bob=,");
    client_close(&client);
    sasl_free(&sasl);
}

/* Channel binding ------------------------------------------------------------------------ */

struct binding_case {
    bool server_exporter, server_unique;
    const char *client_exporter, *client_unique;
    int expected;
};

static int log_in_bound(const struct binding_case *binding)
{
    struct account account = alice;
    struct client client;
    account.has_exporter = binding->server_exporter;
    account.has_unique = binding->server_unique;
    struct sasl *sasl = start(&account, "SCRAM-SHA-256-PLUS");
    if (!client_open(&client, "SCRAM-SHA-256-PLUS", "alice", alice.password))
        return -ERR_INTERNAL;
    if (binding->client_exporter)
        set_base64(client.session, GSASL_CB_TLS_EXPORTER, binding->client_exporter);
    if (binding->client_unique)
        set_base64(client.session, GSASL_CB_TLS_UNIQUE, binding->client_unique);
    int result = converse(&client, sasl, true);
    client_close(&client);
    sasl_free(&sasl);
    return result;
}

void test_sasl_plus_binds_the_channel(void)
{
    static const struct binding_case cases[] = {
        {true, false, exporter_binding, NULL, 0},
        {true, true, exporter_binding, unique_binding, 0},
        {false, true, NULL, unique_binding, 0},
        {true, true, NULL, unique_binding, 0},
        /* somebody in the middle: two connections, two bindings */
        {true, false, "exporter-binding-of-another-one!", NULL, -ERR_CREDENTIALS},
        {true, false, "", NULL, -ERR_CREDENTIALS},
        {true, true, NULL, "unique", -ERR_CREDENTIALS},
        /* a kind that the connection has not (TLS 1.3 has no tls-unique) */
        {true, false, NULL, unique_binding, -ERR_CREDENTIALS},
        {false, false, exporter_binding, NULL, -ERR_CREDENTIALS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_INT(log_in_bound(&cases[i]), cases[i].expected);
}

void test_sasl_plus_insists_on_binding(void)
{
    CHECK_ERR(first_step("SCRAM-SHA-256-PLUS", SLICE("n,,n=alice,r=abcdefgh")), ERR_CREDENTIALS);
    CHECK_ERR(first_step("SCRAM-SHA-256-PLUS", SLICE("y,,n=alice,r=abcdefgh")), ERR_CREDENTIALS);
    CHECK_ERR(first_step("SCRAM-SHA-256-PLUS", SLICE("p=tls-server-end-point,,n=alice,r=abcdef")),
              ERR_CREDENTIALS);
}

/* "y": the client can bind but saw no PLUS. Where PLUS was offered, somebody
 * took it out of the list (RFC 5802 section 6). */
void test_sasl_scram_detects_a_downgrade(void)
{
    static const struct {
        bool has_exporter, has_unique;
        int expected;
    } cases[] = {
        {false, false, 0}, {true, false, -ERR_CREDENTIALS}, {false, true, -ERR_CREDENTIALS}};
    for (size_t i = 0; i < 3; i++) {
        struct account account = alice;
        struct arena arena;
        enum sasl_progress progress;
        struct slice challenge;
        account.has_exporter = cases[i].has_exporter;
        account.has_unique = cases[i].has_unique;
        struct sasl *sasl = start(&account, "SCRAM-SHA-256");
        arena_init(&arena, 0);
        CHECK_INT(sasl_step(sasl, SLICE("y,,n=alice,r=abcdefgh"), &arena, &progress, &challenge),
                  cases[i].expected);
        arena_clear(&arena);
        sasl_free(&sasl);
    }
}

void test_sasl_scram_without_plus_refuses_binding(void)
{
    CHECK_ERR(first_step("SCRAM-SHA-256", SLICE("p=tls-exporter,,n=alice,r=abcdefgh")), ERR_SYNTAX);
}

/* The list ----------------------------------------------------------------------------------- */

static void check_mechanisms(struct sasl_offer offer, const char *expected)
{
    const char *names[SASL_MECHANISM_COUNT];
    struct buffer text;
    buffer_init(&text, 0);
    size_t count = sasl_mechanisms(&offer, names);
    for (size_t i = 0; i < count; i++)
        buffer_printf(&text, "%s ", names[i]);
    check_slice(buffer_slice(&text), slice_cstr(expected), "mechanisms", __FILE__, __LINE__);
    buffer_clear(&text);
}

void test_sasl_mechanisms_on_offer(void)
{
    check_mechanisms((struct sasl_offer){0}, "SCRAM-SHA-256 ");
    check_mechanisms((struct sasl_offer){.plaintext = true}, "SCRAM-SHA-256 PLAIN LOGIN ");
    check_mechanisms((struct sasl_offer){.tls = true}, "SCRAM-SHA-256-PLUS SCRAM-SHA-256 ");
    check_mechanisms((struct sasl_offer){.tls = true, .plaintext = true},
                     "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN ");
    check_mechanisms((struct sasl_offer){.tokens = true}, "SCRAM-SHA-256 ");
    check_mechanisms((struct sasl_offer){.plaintext = true, .tokens = true},
                     "SCRAM-SHA-256 OAUTHBEARER XOAUTH2 PLAIN LOGIN ");
    check_mechanisms((struct sasl_offer){.tls = true, .certificate = true},
                     "EXTERNAL SCRAM-SHA-256-PLUS SCRAM-SHA-256 ");
}

void test_sasl_new_refuses_unknown_mechanisms(void)
{
    static const struct sasl_callbacks none;
    struct sasl *sasl = NULL;
    CHECK_ERR(sasl_new(SLICE("SCRAM-SHA-1"), &none, &sasl), ERR_NOT_FOUND);
    CHECK_ERR(sasl_new(SLICE("ANONYMOUS"), &none, &sasl), ERR_NOT_FOUND);
    CHECK_ERR(sasl_new(SLICE(""), &none, &sasl), ERR_NOT_FOUND);
    CHECK(sasl == NULL);
    sasl_free(&sasl);
}
