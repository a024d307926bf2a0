#include "session/token_policy.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <unistd.h>

#include "support/check.h"
#include "token_maker.h"

enum { NOW = 1800000000, LEEWAY = 60 };

#define ES256 "{\"alg\":\"ES256\"}"
#define RS256 "{\"alg\":\"RS256\"}"
#define RIGHT "\"iss\":\"https://id.example\",\"aud\":\"imap\",\"email\":\"alice@example.org\""
#define GOOD  "{" RIGHT ",\"exp\":1800000300}"

static struct arena arena;
static EVP_PKEY *ec, *rsa, *other;
static const char *files[3];

static void open_keys(void)
{
    arena_init(&arena, 0);
    ec = EVP_EC_gen("P-256");
    rsa = EVP_RSA_gen(2048);
    other = EVP_EC_gen("P-256");
    files[0] = token_key_file(&arena, ec);
    files[1] = token_key_file(&arena, rsa);
    files[2] = token_key_file(&arena, other);
}

static void close_keys(void)
{
    for (int i = 0; i < 3; i++)
        CHECK_INT(unlink(files[i]), 0);
    EVP_PKEY_free(ec);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(other);
    arena_clear(&arena);
}

static int open_policy(const char *const *keys, size_t count, const char *jwks,
                       struct token_policy **out)
{
    static const char *const audiences[] = {"imaps://mail.example", "imap"};
    const struct token_settings settings = {.keys = keys,
                                            .key_count = count,
                                            .jwks = jwks,
                                            .issuer = "https://id.example",
                                            .audiences = audiences,
                                            .audience_count = 2,
                                            .user_claim = "email",
                                            .leeway = LEEWAY};
    return token_policy_new(&settings, out);
}

static struct token_policy *policy_of_both(void)
{
    struct token_policy *policy = NULL;
    CHECK_OK(open_policy(files, 2, "", &policy));
    return policy;
}

static int check(const struct token_policy *policy, struct slice token, const char *user)
{
    struct slice found = SLICE("untouched");
    int result = token_policy_user(policy, token, NOW, &arena, &found);
    check_slice(found, slice_cstr(result < 0 ? "untouched" : user), "user", __FILE__, __LINE__);
    return result;
}

void test_token_policy_takes_both_algorithms(void)
{
    open_keys();
    struct token_policy *policy = policy_of_both();
    CHECK_OK(check(policy, token_make(&arena, ec, ES256, GOOD), "alice@example.org"));
    CHECK_OK(check(policy, token_make(&arena, rsa, RS256, GOOD), "alice@example.org"));
    CHECK_OK(check(policy, token_make(&arena, ec, "{\"alg\":\"ES256\",\"kid\":\"any\"}", GOOD),
                   "alice@example.org"));
    token_policy_free(&policy);
    CHECK(policy == NULL);
    close_keys();
}

void test_token_policy_checks_the_claims(void)
{
    static const struct {
        const char *claims, *reason;
    } rows[] = {
        {"{" RIGHT "}", "has no end"},
        {"{" RIGHT ",\"exp\":1799999940}", "has expired"},
        {"{" RIGHT ",\"exp\":-9223372036854775808}", "has expired"},
        {"{" RIGHT ",\"exp\":1800000300,\"nbf\":1800000061}", "not valid yet"},
        {"{\"iss\":\"https://id.example\",\"email\":\"a\",\"exp\":1800000300}", "another server"},
        {"{\"iss\":\"https://id.example\",\"aud\":\"smtp\",\"email\":\"a\",\"exp\":1800000300}",
         "another server"},
        {"{\"iss\":\"https://id.example/\",\"aud\":\"imap\",\"email\":\"a\",\"exp\":1800000300}",
         "another issuer"},
        {"{\"aud\":\"imap\",\"email\":\"a\",\"exp\":1800000300}", "another issuer"},
        {"{\"iss\":\"https://id.example\",\"aud\":\"imap\",\"sub\":\"a\",\"exp\":1800000300}",
         "names no user"},
        {"{" RIGHT ",\"exp\":1800000300,\"email_verified\":false}", "not confirmed"},
        {"{" RIGHT ",\"exp\":1800000300,\"cnf\":{\"jkt\":\"x\"}}", "asks for a proof"},
    };
    open_keys();
    struct token_policy *policy = policy_of_both();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_ERR(check(policy, token_make(&arena, ec, ES256, rows[i].claims), ""),
                  ERR_CREDENTIALS);
        if (!CHECK(strstr(last_error()->text, rows[i].reason) != NULL))
            CHECK_STR(last_error()->text, rows[i].reason);
    }
    token_policy_free(&policy);
    close_keys();
}

void test_token_policy_gives_clocks_some_leeway(void)
{
    open_keys();
    struct token_policy *policy = policy_of_both();
    const char *late = "{" RIGHT ",\"exp\":1799999941}";
    const char *early = "{" RIGHT ",\"exp\":1800000300,\"nbf\":1800000060}";
    CHECK_OK(check(policy, token_make(&arena, ec, ES256, late), "alice@example.org"));
    CHECK_OK(check(policy, token_make(&arena, ec, ES256, early), "alice@example.org"));
    token_policy_free(&policy);
    close_keys();
}

/* Whoever has signed with something else than the issuer's key. */
void test_token_policy_refuses_forged_tokens(void)
{
    open_keys();
    struct token_policy *policy = policy_of_both();
    CHECK_ERR(check(policy, token_make(&arena, other, ES256, GOOD), ""), ERR_CREDENTIALS);
    CHECK_STR(last_error()->text, "The token's signature is wrong");
    CHECK_ERR(check(policy, token_make(&arena, ec, RS256, GOOD), ""), ERR_CREDENTIALS);
    CHECK_ERR(check(policy, token_make(&arena, rsa, ES256, GOOD), ""), ERR_CREDENTIALS);
    CHECK_ERR(check(policy, token_make(&arena, ec, "{\"alg\":\"none\"}", GOOD), ""),
              ERR_CREDENTIALS);
    CHECK_ERR(check(policy, token_make(&arena, ec, "{\"alg\":\"HS256\"}", GOOD), ""),
              ERR_CREDENTIALS);
    /* The claims of one token under the signature of another. */
    struct slice one = token_make(&arena, ec, ES256, GOOD);
    struct slice two = token_make(&arena, ec, ES256, "{" RIGHT ",\"exp\":1800000301}");
    struct buffer mixed;
    buffer_init(&mixed, 0);
    buffer_add(&mixed, slice_sub(one, 0, one.len - 86));
    buffer_add(&mixed, slice_sub(two, two.len - 86, 86));
    CHECK_ERR(check(policy, buffer_slice(&mixed), ""), ERR_CREDENTIALS);
    buffer_clear(&mixed);
    token_policy_free(&policy);
    close_keys();
}

void test_token_policy_chooses_by_key_id(void)
{
    open_keys();
    struct token_policy *policy = NULL;
    const char *keys[] = {arena_printf(&arena, "new=%s", files[0]),
                          arena_printf(&arena, "old=%s", files[2]), files[1]};
    CHECK_OK(open_policy(keys, 3, "", &policy));
    const char *user = "alice@example.org";
    const char *new_key = "{\"alg\":\"ES256\",\"kid\":\"new\"}";
    const char *old_key = "{\"alg\":\"ES256\",\"kid\":\"old\"}";
    CHECK_OK(check(policy, token_make(&arena, ec, new_key, GOOD), user));
    CHECK_OK(check(policy, token_make(&arena, other, old_key, GOOD), user));
    CHECK_OK(check(policy, token_make(&arena, other, ES256, GOOD), user));
    CHECK_OK(
        check(policy, token_make(&arena, rsa, "{\"alg\":\"RS256\",\"kid\":\"x\"}", GOOD), user));
    CHECK_ERR(check(policy, token_make(&arena, ec, old_key, GOOD), ""), ERR_CREDENTIALS);
    CHECK_ERR(check(policy, token_make(&arena, ec, "{\"alg\":\"ES256\",\"kid\":\"x\"}", GOOD), ""),
              ERR_CREDENTIALS);
    token_policy_free(&policy);
    close_keys();
}

/* Key sets ---------------------------------------------------------------------------------------
 */

static void add_number(struct buffer *out, const char *name, EVP_PKEY *key, const char *parameter)
{
    BIGNUM *number = NULL;
    unsigned char octets[512];
    CHECK_INT(EVP_PKEY_get_bn_param(key, parameter, &number), 1);
    int len =
        EVP_PKEY_is_a(key, "EC") ? BN_bn2binpad(number, octets, 32) : BN_bn2bin(number, octets);
    buffer_printf(out, ",\"%s\":\"", name);
    token_add_base64url(out, slice_of((const char *)octets, (size_t)len));
    buffer_add_char(out, '"');
    BN_free(number);
}

static void add_ec(struct buffer *out, EVP_PKEY *key, const char *more)
{
    buffer_printf(out, "{\"kty\":\"EC\",\"crv\":\"P-256\"%s", more);
    add_number(out, "x", key, OSSL_PKEY_PARAM_EC_PUB_X);
    add_number(out, "y", key, OSSL_PKEY_PARAM_EC_PUB_Y);
    buffer_add_char(out, '}');
}

static int open_set(struct buffer *text, struct token_policy **out)
{
    const char *file = token_file(&arena, buffer_slice(text));
    int result = open_policy(NULL, 0, file, out);
    if (result < 0)
        CHECK(strstr(last_error()->text, file) != NULL);
    CHECK_INT(unlink(file), 0);
    buffer_clear(text);
    return result;
}

void test_token_policy_reads_key_sets(void)
{
    struct buffer text;
    struct token_policy *policy = NULL;
    open_keys();
    buffer_init(&text, 0);
    buffer_add_cstr(&text, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"},7,"
                           "{\"kty\":\"RSA\",\"kid\":\"r\",\"use\":\"sig\",\"alg\":\"RS256\"");
    add_number(&text, "n", rsa, OSSL_PKEY_PARAM_RSA_N);
    add_number(&text, "e", rsa, OSSL_PKEY_PARAM_RSA_E);
    buffer_add_cstr(&text, "},");
    add_ec(&text, ec, ",\"kid\":\"e\"");
    buffer_add_char(&text, ',');
    add_ec(&text, other, ",\"use\":\"enc\"");
    buffer_add_char(&text, ',');
    add_ec(&text, other, ",\"alg\":\"ES512\"");
    buffer_add_cstr(&text, "],\"more\":1}");
    CHECK_OK(open_set(&text, &policy));
    const char *user = "alice@example.org";
    CHECK_OK(
        check(policy, token_make(&arena, ec, "{\"alg\":\"ES256\",\"kid\":\"e\"}", GOOD), user));
    CHECK_OK(
        check(policy, token_make(&arena, rsa, "{\"alg\":\"RS256\",\"kid\":\"r\"}", GOOD), user));
    CHECK_ERR(check(policy, token_make(&arena, rsa, "{\"alg\":\"RS256\",\"kid\":\"e\"}", GOOD), ""),
              ERR_CREDENTIALS);
    CHECK_ERR(check(policy, token_make(&arena, other, ES256, GOOD), ""), ERR_CREDENTIALS);
    token_policy_free(&policy);
    close_keys();
}

void test_token_policy_refuses_useless_key_sets(void)
{
    static const struct {
        const char *text;
        enum err err;
    } rows[] = {
        {"", ERR_SYNTAX},
        {"[]", ERR_SYNTAX},
        {"{}", ERR_INVALID},
        {"{\"keys\":[]}", ERR_INVALID},
        {"{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", ERR_INVALID},
        {"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}", ERR_INVALID}};
    struct token_policy *policy = NULL;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer text;
        buffer_init(&text, 0);
        buffer_add_cstr(&text, rows[i].text);
        CHECK_ERR(open_set(&text, &policy), rows[i].err);
    }
    CHECK_ERR(open_policy(NULL, 0, "/nonexistent/keys.json", &policy), ERR_IO);
    CHECK(policy == NULL);
    arena_clear(&arena);
}

void test_token_policy_needs_an_issuer_and_an_audience(void)
{
    static const char *const audience = "imap";
    const struct token_settings wrong[] = {
        {.jwks = "",
         .issuer = "",
         .audiences = &audience,
         .audience_count = 1,
         .user_claim = "sub"},
        {.jwks = "", .issuer = "joe", .user_claim = "sub"},
        {.jwks = "",
         .issuer = "joe",
         .audiences = &audience,
         .audience_count = 1,
         .user_claim = ""},
    };
    struct token_policy *policy = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK_ERR(token_policy_new(&wrong[i], &policy), ERR_INVALID);
    CHECK(policy == NULL);
}
