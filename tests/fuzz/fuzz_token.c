/*
 * A token, and all that is asked of it.
 */
#include "fuzz.h"
#include "proto/token.h"

static void ask(const struct token *token, struct slice text)
{
    struct slice claim;
    int64_t seconds;
    (void)token_is_from(token, SLICE("joe"));
    (void)token_is_for(token, SLICE("imap"));
    (void)token_expiry(token, &seconds);
    (void)token_beginning(token, &seconds);
    (void)token_email_is_unverified(token);
    bool has_name = token_claim(token, "email", &claim);
    fuzz_require(has_name && (claim.len == 0 || strlen(claim.data) != claim.len) ? "a bad name"
                                                                                 : NULL);
    fuzz_require(token->signed_text.data != text.data || token->signed_text.len >= text.len
                     ? "something else is signed"
                     : NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = fuzz_slice(data, size);
    struct arena arena;
    struct token token;
    arena_init(&arena, 1 << 20);
    if (token_parse(text, &arena, &token) == 0) {
        ask(&token, text);
        token_clear(&token);
    }
    arena_clear(&arena);
    return 0;
}
