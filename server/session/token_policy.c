#include "session/token_policy.h"

#include <stdlib.h>

#include "token_keys.h"

struct token_policy {
    struct arena arena;
    struct token_keys keys;
    struct slice issuer;
    struct slice *audiences;
    size_t audience_count;
    const char *user_claim;
    uint32_t leeway;
};

static int add_keys(struct token_policy *policy, const struct token_settings *settings)
{
    int err = 0;
    for (size_t i = 0; !err && i < settings->key_count; i++)
        err = token_keys_add_file(&policy->keys, settings->keys[i], &policy->arena);
    if (!err && *settings->jwks)
        err = token_keys_add_set(&policy->keys, settings->jwks, &policy->arena);
    return err;
}

static int copy_names(struct token_policy *policy, const struct token_settings *settings)
{
    policy->leeway = settings->leeway;
    policy->issuer = arena_copy(&policy->arena, slice_cstr(settings->issuer));
    policy->user_claim = arena_cstr(&policy->arena, slice_cstr(settings->user_claim));
    policy->audiences = ARENA_ARRAY(&policy->arena, settings->audience_count, struct slice);
    if (!policy->issuer.data || !policy->user_claim || !policy->audiences)
        return -ERR_NO_MEMORY;
    for (; policy->audience_count < settings->audience_count; policy->audience_count++) {
        struct slice audience = slice_cstr(settings->audiences[policy->audience_count]);
        policy->audiences[policy->audience_count] = arena_copy(&policy->arena, audience);
        if (!policy->audiences[policy->audience_count].data)
            return -ERR_NO_MEMORY;
    }
    return 0;
}

int token_policy_new(const struct token_settings *settings, struct token_policy **out)
{
    /* Without these two, what the issuer has signed for anybody would open this server. */
    if (!*settings->issuer || settings->audience_count == 0 || !*settings->user_claim)
        return fail(ERR_INVALID, "tokens need an issuer, an audience and a claim for the user");
    struct token_policy *policy = calloc(1, sizeof *policy);
    if (!policy)
        return fail(ERR_NO_MEMORY, "no memory for tokens");
    arena_init(&policy->arena, 0);
    int err = copy_names(policy, settings);
    if (!err)
        err = add_keys(policy, settings);
    if (err) {
        token_policy_free(&policy);
        return err;
    }
    *out = policy;
    return 0;
}

void token_policy_free(struct token_policy **policy)
{
    if (!*policy)
        return;
    token_keys_clear(&(*policy)->keys);
    arena_clear(&(*policy)->arena);
    free(*policy);
    *policy = NULL;
}

/* What a token must be ---------------------------------------------------------------------------
 */

static int check_audience(const struct token_policy *policy, const struct token *token)
{
    for (size_t i = 0; i < policy->audience_count; i++)
        if (token_is_for(token, policy->audiences[i]))
            return 0;
    return fail(ERR_CREDENTIALS, "The token is for another server");
}

/* RFC 7519 sections 4.1.4 and 4.1.5. A token without an end could never be taken back. */
static int check_times(const struct token_policy *policy, const struct token *token, int64_t now)
{
    int64_t expiry, beginning;
    if (!token_expiry(token, &expiry))
        return fail(ERR_CREDENTIALS, "The token has no end");
    if (expiry <= now - (int64_t)policy->leeway)
        return fail(ERR_CREDENTIALS, "The token has expired");
    if (token_beginning(token, &beginning) && beginning > now + (int64_t)policy->leeway)
        return fail(ERR_CREDENTIALS, "The token is not valid yet");
    return 0;
}

static int find_user(const struct token_policy *policy, const struct token *token,
                     struct slice *out)
{
    bool is_email = slice_equal(slice_cstr(policy->user_claim), SLICE("email"));
    if (is_email && token_email_is_unverified(token))
        return fail(ERR_CREDENTIALS, "The token's address is not confirmed");
    if (!token_claim(token, policy->user_claim, out))
        return fail(ERR_CREDENTIALS, "The token names no user");
    return 0;
}

/* The signature first: what nobody has signed gets no other answer. */
static int check(const struct token_policy *policy, const struct token *token, int64_t now)
{
    if (!token_keys_verify(&policy->keys, token))
        return fail(ERR_CREDENTIALS, "The token's signature is wrong");
    if (!token_is_from(token, policy->issuer))
        return fail(ERR_CREDENTIALS, "The token is from another issuer");
    if (token_is_bound(token))
        return fail(ERR_CREDENTIALS, "The token asks for a proof that cannot be given here");
    int err = check_audience(policy, token);
    return err ? err : check_times(policy, token, now);
}

static int refuse(int err)
{
    if (err != -ERR_SYNTAX && err != -ERR_INVALID)
        return err;
    struct error reason = *last_error();
    return fail(ERR_CREDENTIALS, "%s", reason.text);
}

int token_policy_user(const struct token_policy *policy, struct slice text, int64_t now,
                      struct arena *arena, struct slice *user_out)
{
    struct token token;
    int err = token_parse(text, arena, &token);
    if (err)
        return refuse(err);
    struct slice user = SLICE_EMPTY;
    err = check(policy, &token, now);
    if (!err)
        err = find_user(policy, &token, &user);
    struct slice copy = err ? SLICE_EMPTY : arena_copy(arena, user);
    token_clear(&token);
    if (err)
        return err;
    if (!copy.data)
        return -ERR_NO_MEMORY;
    *user_out = copy;
    return 0;
}
