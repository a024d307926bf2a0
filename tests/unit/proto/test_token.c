#include "proto/token.h"

#include <stdio.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "support/check.h"

/* RFC 7515 appendix A.3.1 */
#define RFC_7515_TOKEN                                                                             \
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlL"   \
    "mNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"   \
    "pmWQxfKTUJqPP3-Kg6NU1Q"

static struct arena arena;

static void add_base64url(struct buffer *out, const char *text)
{
    size_t start = out->len;
    base64_encode(out, slice_cstr(text));
    while (out->len > start && out->data[out->len - 1] == '=')
        out->len--;
    for (size_t i = start; i < out->len; i++) {
        if (out->data[i] == '+')
            out->data[i] = '-';
        else if (out->data[i] == '/')
            out->data[i] = '_';
    }
}

static int parse(const char *header, const char *claims, struct token *out)
{
    struct buffer text;
    struct slice kept = SLICE_EMPTY;
    buffer_init(&text, 0);
    add_base64url(&text, header);
    buffer_add_char(&text, '.');
    add_base64url(&text, claims);
    buffer_add_cstr(&text, ".c2lnbmF0dXJl");
    CHECK_OK(buffer_keep(&text, &arena, &kept));
    return token_parse(kept, &arena, out);
}

void test_token_of_rfc_7515(void)
{
    struct token token;
    struct slice text = SLICE(RFC_7515_TOKEN);
    int64_t expiry = 0, beginning = 5;
    arena_init(&arena, 0);
    CHECK_OK(token_parse(text, &arena, &token));
    CHECK_INT(token.algorithm, SIGNATURE_ES256);
    CHECK_SLICE(token.key_id, "");
    CHECK_INT(token.signature.len, 64);
    CHECK_INT(token.signed_text.len, text.len - 87);
    CHECK(token_is_from(&token, SLICE("joe")));
    CHECK(!token_is_from(&token, SLICE("jo")));
    CHECK(!token_is_for(&token, SLICE("joe")));
    CHECK(token_expiry(&token, &expiry));
    CHECK_INT(expiry, 1300819380);
    CHECK(!token_beginning(&token, &beginning));
    CHECK_INT(beginning, 5);
    token_clear(&token);
    arena_clear(&arena);
}

/* Nothing is read behind the end, and nothing that was cut off is taken for a token, but for
 * the signature, which only its check can judge. */
void test_token_cut_off_anywhere(void)
{
    struct slice whole = SLICE(RFC_7515_TOKEN);
    size_t signature_at = whole.len - 86;
    arena_init(&arena, 0);
    for (size_t len = 0; len < whole.len; len++) {
        struct token token = {.key_id = SLICE("untouched")};
        char *text = arena_alloc(&arena, len);
        memcpy(text, whole.data, len);
        int result = token_parse(slice_of(text, len), &arena, &token);
        if (len < signature_at)
            CHECK(result == -ERR_SYNTAX);
        if (result < 0)
            CHECK_SLICE(token.key_id, "untouched");
        else
            token_clear(&token);
    }
    arena_clear(&arena);
}

void test_token_claims(void)
{
    struct token token;
    struct slice claim = SLICE("untouched");
    int64_t beginning = 0;
    arena_init(&arena, 0);
    CHECK_OK(parse("{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"at+JWT\"}",
                   "{\"aud\":[7,\"imap\",\"smtp\"],\"email\":\"a@b\",\"empty\":\"\",\"nbf\":12.7,"
                   "\"email_verified\":false}",
                   &token));
    CHECK_INT(token.algorithm, SIGNATURE_RS256);
    CHECK_SLICE(token.key_id, "k1");
    CHECK(token_is_for(&token, SLICE("imap")));
    CHECK(token_is_for(&token, SLICE("smtp")));
    CHECK(!token_is_for(&token, SLICE("ima")));
    CHECK(token_beginning(&token, &beginning));
    CHECK_INT(beginning, 12);
    CHECK(!token_claim(&token, "empty", &claim));
    CHECK(!token_claim(&token, "aud", &claim));
    CHECK(!token_claim(&token, "none", &claim));
    CHECK_SLICE(claim, "untouched");
    CHECK(token_claim(&token, "email", &claim));
    CHECK_SLICE(claim, "a@b");
    CHECK(token_email_is_unverified(&token));
    token_clear(&token);
    static const char *const doubtful[] = {"\"false\"", "0", "null", "1", "\"\""};
    for (size_t i = 0; i < sizeof doubtful / sizeof doubtful[0]; i++) {
        char claims[64];
        snprintf(claims, sizeof claims, "{\"email_verified\":%s}", doubtful[i]);
        CHECK_OK(parse("{\"alg\":\"RS256\"}", claims, &token));
        CHECK(token_email_is_unverified(&token));
        token_clear(&token);
    }
    CHECK_OK(parse("{\"alg\":\"RS256\"}", "{\"email_verified\":\"true\"}", &token));
    CHECK(!token_email_is_unverified(&token));
    token_clear(&token);
    CHECK_OK(parse("{\"alg\":\"RS256\"}", "{\"aud\":\"imap\",\"email_verified\":true}", &token));
    CHECK(token_is_for(&token, SLICE("imap")));
    CHECK(!token_is_for(&token, SLICE("imap2")));
    CHECK(!token_email_is_unverified(&token));
    token_clear(&token);
    arena_clear(&arena);
}

void test_token_refuses_headers(void)
{
    static const struct {
        const char *header;
        enum err err;
    } rows[] = {
        {"{\"alg\":\"none\"}", ERR_INVALID},
        {"{\"alg\":\"None\"}", ERR_INVALID},
        {"{\"alg\":\"HS256\"}", ERR_INVALID},
        {"{\"alg\":\"RS512\"}", ERR_INVALID},
        {"{\"alg\":\"rs256\"}", ERR_INVALID},
        {"{\"alg\":[\"RS256\"]}", ERR_SYNTAX},
        {"{}", ERR_SYNTAX},
        {"[]", ERR_SYNTAX},
        {"", ERR_SYNTAX},
        {"{\"alg\":\"RS256\",\"alg\":\"none\"}", ERR_SYNTAX},
        {"{\"alg\":\"RS256\",\"kid\":7}", ERR_SYNTAX},
        {"{\"alg\":\"RS256\",\"crit\":[\"exp\"],\"exp\":1}", ERR_INVALID},
        {"{\"alg\":\"RS256\",\"typ\":\"logout+jwt\"}", ERR_INVALID},
        {"{\"alg\":\"RS256\",\"typ\":\"dpop+jwt\"}", ERR_INVALID},
        {"{\"alg\":\"RS256\",\"typ\":7}", ERR_INVALID},
    };
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct token token = {.key_id = SLICE("untouched")};
        if (!CHECK_ERR(parse(rows[i].header, "{}", &token), rows[i].err))
            CHECK_STR(rows[i].header, "");
        CHECK_SLICE(token.key_id, "untouched");
    }
    arena_clear(&arena);
}

void test_token_refuses_claims_of_another_type(void)
{
    static const char *const claims[] = {
        "{\"exp\":\"tomorrow\"}", "{\"exp\":null}",        "{\"nbf\":true}",
        "{\"nbf\":1e300}",        "{\"sub\":1,\"sub\":2}", "[]",
        "{\"exp\":1}x",
    };
    struct token token;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++)
        if (!CHECK_ERR(parse("{\"alg\":\"RS256\"}", claims[i], &token), ERR_SYNTAX))
            CHECK_STR(claims[i], "");
    arena_clear(&arena);
}

void test_token_refuses_other_forms(void)
{
    static const char *const texts[] = {
        "",
        ".",
        "..",
        "...",
        "eyJhbGciOiJFUzI1NiJ9",
        "eyJhbGciOiJFUzI1NiJ9.e30",
        "eyJhbGciOiJFUzI1NiJ9.e30.YQ.YQ", /* and so the five parts of an encrypted one */
        "eyJhbGciOiJFUzI1NiJ9.e30.YQ==",
        "eyJhbGciOiJFUzI1NiJ9=.e30.YQ",
        "eyJhbGciOiJFUzI1NiJ9.e30 .YQ",
    };
    struct token token;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!CHECK_ERR(token_parse(slice_cstr(texts[i]), &arena, &token), ERR_SYNTAX))
            CHECK_STR(texts[i], "");
    arena_clear(&arena);
}
