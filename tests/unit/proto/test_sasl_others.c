/* Mechanisms in which somebody else vouches for the client: OAUTHBEARER, XOAUTH2, EXTERNAL. */
#include "proto/sasl.h"
#include "support/check.h"

static struct arena arena;
static struct slice token_seen;

static int check_token(void *arg, struct slice token, struct sasl_identity *out)
{
    (void)arg;
    token_seen = arena_copy(&arena, token);
    if (slice_equal(token, SLICE("away")))
        return fail(ERR_UNAVAILABLE, "away");
    if (!slice_equal(token, SLICE("good.to.ken")))
        return fail(ERR_CREDENTIALS, "The token has expired");
    *out = (struct sasl_identity){SLICE("alice"), SLICE("alice@example.org")};
    return 0;
}

static int find_certificate(void *arg, struct sasl_identity *out)
{
    (void)arg;
    *out = (struct sasl_identity){SLICE("alice"), SLICE("alice@example.org")};
    return 0;
}

static struct sasl *start(const char *mechanism, struct slice discovery)
{
    struct sasl *sasl = NULL;
    struct sasl_callbacks callbacks = {.check_token = check_token,
                                       .find_certificate = find_certificate,
                                       .token_discovery = discovery};
    arena_init(&arena, 0);
    token_seen = SLICE_EMPTY;
    CHECK_OK(sasl_new(slice_cstr(mechanism), &callbacks, &sasl));
    return sasl;
}

static void end(struct sasl **sasl)
{
    sasl_free(sasl);
    arena_clear(&arena);
}

/* One message that is enough; as whom. */
static void check_let_in(const char *mechanism, struct slice message, const char *authorisation)
{
    struct sasl *sasl = start(mechanism, SLICE_EMPTY);
    enum sasl_progress progress = SASL_CONTINUE;
    struct slice challenge = {NULL, 0};
    if (!CHECK_OK(sasl_step(sasl, message, &arena, &progress, &challenge)))
        CHECK_SLICE(message, "");
    CHECK_INT(progress, SASL_DONE);
    CHECK_SLICE(challenge, "");
    CHECK_SLICE(sasl_user(sasl), "alice");
    check_slice(sasl_authorisation(sasl), slice_cstr(authorisation), "as whom", __FILE__, __LINE__);
    end(&sasl);
}

/* RFC 7628 section 4.1: as it is there, but for the token. */
void test_sasl_oauthbearer_of_rfc_7628(void)
{
    static const char message[] = "n,a=user@example.com,\1host=server.example.com\1port=143\1"
                                  "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1";
    struct sasl *sasl = start("OAUTHBEARER", SLICE_EMPTY);
    enum sasl_progress progress;
    struct slice challenge;
    CHECK_OK(sasl_step(sasl, slice_cstr(message), &arena, &progress, &challenge));
    CHECK_SLICE(token_seen, "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
    CHECK_INT(progress, SASL_CONTINUE); /* the token is nobody's here */
    end(&sasl);
}

void test_sasl_oauthbearer_as_whom(void)
{
    check_let_in("OAUTHBEARER", SLICE("n,,\1auth=Bearer good.to.ken\1\1"), "");
    check_let_in("OAUTHBEARER", SLICE("y,,\1auth=Bearer good.to.ken\1\1"), "");
    check_let_in("OAUTHBEARER", SLICE("n,,\1AUTH=bearer  good.to.ken \1\1"), "");
    check_let_in("OAUTHBEARER", SLICE("n,a=alice,\1auth=Bearer good.to.ken\1\1"), "");
    check_let_in("OAUTHBEARER", SLICE("n,a=alice@example.org,\1auth=Bearer good.to.ken\1\1"), "");
    check_let_in("OAUTHBEARER", SLICE("n,a=bob,\1auth=Bearer good.to.ken\1\1"), "bob");
    check_let_in("OAUTHBEARER", SLICE("n,a=a=2Cb=3Dc,\1auth=Bearer good.to.ken\1\1"), "a,b=c");
    check_let_in("OAUTHBEARER", SLICE("n,,\1user=bob\1auth=Bearer good.to.ken\1\1"), "");
}

void test_sasl_xoauth2_as_whom(void)
{
    check_let_in("XOAUTH2", SLICE("user=alice\1auth=Bearer good.to.ken\1\1"), "");
    check_let_in("XOAUTH2", SLICE("user=alice@example.org\1auth=Bearer good.to.ken\1\1"), "");
    check_let_in("XOAUTH2", SLICE("user=\1auth=Bearer good.to.ken\1\1"), "");
    check_let_in("XOAUTH2", SLICE("user=bob\1auth=Bearer good.to.ken\1\1"), "bob");
}

void test_sasl_external_as_whom(void)
{
    check_let_in("EXTERNAL", SLICE(""), "");
    check_let_in("EXTERNAL", SLICE("alice"), "");
    check_let_in("EXTERNAL", SLICE("alice@example.org"), "");
    check_let_in("EXTERNAL", SLICE("bob"), "bob");
}

/* RFC 4422 appendix A: without an initial response the server asks, for nothing. */
void test_sasl_external_asks(void)
{
    struct sasl *sasl = start("EXTERNAL", SLICE_EMPTY);
    enum sasl_progress progress = SASL_DONE;
    struct slice challenge = {NULL, 0};
    CHECK_OK(sasl_step(sasl, (struct slice){NULL, 0}, &arena, &progress, &challenge));
    CHECK_INT(progress, SASL_CONTINUE);
    CHECK_SLICE(challenge, "");
    CHECK_OK(sasl_step(sasl, SLICE(""), &arena, &progress, &challenge));
    CHECK_INT(progress, SASL_DONE);
    CHECK_SLICE(sasl_user(sasl), "alice");
    end(&sasl);
}

/* The client is told, answers, and has failed (RFC 7628 section 3.2.3). */
static void check_refused(const char *mechanism, struct slice message, struct slice discovery,
                          struct slice answer, const char *told)
{
    struct sasl *sasl = start(mechanism, discovery);
    enum sasl_progress progress = SASL_DONE;
    struct slice challenge = {NULL, 0};
    CHECK_OK(sasl_step(sasl, message, &arena, &progress, &challenge));
    CHECK_INT(progress, SASL_CONTINUE);
    check_slice(challenge, slice_cstr(told), "told", __FILE__, __LINE__);
    (void)fail(ERR_TIMEOUT, "something else meanwhile");
    CHECK_ERR(sasl_step(sasl, answer, &arena, &progress, &challenge), ERR_CREDENTIALS);
    if (token_seen.len > 0)
        CHECK_STR(last_error()->text, "The token has expired");
    CHECK_ERR(sasl_step(sasl, message, &arena, &progress, &challenge), ERR_WRONG_STATE);
    end(&sasl);
}

void test_sasl_tells_what_is_wrong_with_a_token(void)
{
    static const char wrong[] = "n,,\1auth=Bearer bad\1\1";
    check_refused("OAUTHBEARER", slice_cstr(wrong), SLICE_EMPTY, SLICE("\1"),
                  "{\"status\":\"invalid_token\"}");
    check_refused("OAUTHBEARER", slice_cstr(wrong), SLICE("https://id.example/\"x"), SLICE(""),
                  "{\"status\":\"invalid_token\","
                  "\"openid-configuration\":\"https://id.example/\\\"x\"}");
    check_refused("OAUTHBEARER", SLICE("n,,\1auth=\1\1"), SLICE_EMPTY, SLICE("\1"),
                  "{\"status\":\"invalid_token\"}");
    check_refused("OAUTHBEARER", SLICE("n,,\1auth=Basic abc\1\1"), SLICE_EMPTY, SLICE("\1"),
                  "{\"status\":\"invalid_token\"}");
    check_refused("OAUTHBEARER", SLICE("n,,\1\1"), SLICE_EMPTY, SLICE("\1"),
                  "{\"status\":\"invalid_token\"}");
    check_refused("XOAUTH2", SLICE("user=alice\1auth=Bearer bad\1\1"), SLICE_EMPTY, SLICE(""),
                  "{\"status\":\"401\",\"schemes\":\"bearer\"}");
    /* A second, better token is not looked at. */
    check_refused("OAUTHBEARER", slice_cstr(wrong), SLICE_EMPTY,
                  SLICE("n,,\1auth=Bearer good.to.ken\1\1"), "{\"status\":\"invalid_token\"}");
}

void test_sasl_other_failures_of_a_token_are_no_refusal(void)
{
    struct sasl *sasl = start("OAUTHBEARER", SLICE_EMPTY);
    enum sasl_progress progress;
    struct slice challenge;
    CHECK_ERR(sasl_step(sasl, SLICE("n,,\1auth=Bearer away\1\1"), &arena, &progress, &challenge),
              ERR_UNAVAILABLE);
    end(&sasl);
}

static void check_malformed(const char *mechanism, struct slice message)
{
    struct sasl *sasl = start(mechanism, SLICE_EMPTY);
    enum sasl_progress progress;
    struct slice challenge;
    if (!CHECK_ERR(sasl_step(sasl, message, &arena, &progress, &challenge), ERR_SYNTAX))
        CHECK_SLICE(message, "");
    CHECK_SLICE(token_seen, "");
    end(&sasl);
}

void test_sasl_malformed_bearers(void)
{
    static const char *const messages[] = {
        "\1",
        "n",
        "n,",
        "n,,",
        "n,,\1",
        "n,,auth=Bearer good.to.ken\1\1",
        "p=tls-exporter,,\1auth=Bearer good.to.ken\1\1",
        "n,alice,\1auth=Bearer good.to.ken\1\1",
        "n,a=,\1auth=Bearer good.to.ken\1\1",
        "n,a=al=2Xice,\1auth=Bearer good.to.ken\1\1",
        "n,a=alice=,\1auth=Bearer good.to.ken\1\1",
        "n,,\1auth=Bearer good.to.ken",
        "n,,\1auth=Bearer good.to.ken\1",
        "n,,\1auth=Bearer good.to.ken\1\1more",
        "n,,\1auth=Bearer good.to.ken\1\1\1",
        "n,,\1auth\1\1",
        "n,,\1=Bearer good.to.ken\1\1",
        "n,,\1a2h=x\1\1",
    };
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        check_malformed("OAUTHBEARER", slice_cstr(messages[i]));
    check_malformed("XOAUTH2", SLICE("user=alice"));
    check_malformed("XOAUTH2", SLICE("user=alice\1auth=Bearer good.to.ken\1"));
    check_malformed("EXTERNAL", SLICE("alice\0bob"));
}

/* Cut off anywhere, no message is taken for a whole one. */
void test_sasl_cut_off_bearer(void)
{
    struct slice whole = SLICE("n,a=alice,\1host=a\1auth=Bearer good.to.ken\1\1");
    for (size_t len = 1; len < whole.len; len++)
        check_malformed("OAUTHBEARER", slice_sub(whole, 0, len));
}

void test_sasl_takes_tokens_up_to_its_maximum(void)
{
    char message[SASL_MESSAGE_MAX + 1];
    static const char start_of_it[] = "n,,\1auth=Bearer ";
    memset(message, 'x', sizeof message);
    memcpy(message, start_of_it, strlen(start_of_it));
    struct sasl *sasl = start("OAUTHBEARER", SLICE_EMPTY);
    enum sasl_progress progress;
    struct slice challenge;
    memcpy(message + SASL_MESSAGE_MAX - 2, "\1\1", 2);
    CHECK_OK(sasl_step(sasl, slice_of(message, SASL_MESSAGE_MAX), &arena, &progress, &challenge));
    CHECK_INT(token_seen.len, SASL_MESSAGE_MAX - strlen(start_of_it) - 2);
    end(&sasl);
    check_malformed("OAUTHBEARER", slice_of(message, sizeof message));
}
