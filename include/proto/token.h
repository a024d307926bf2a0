/*
 * Tokens: JSON Web Tokens (RFC 7519) in the compact form of a signed text (RFC 7515 section
 * 7.1), taken apart. Pure; whether the signature is right, and whether the token is meant for
 * this server, session/token_policy.h finds out.
 */
#ifndef POSTROOM_PROTO_TOKEN_H
#define POSTROOM_PROTO_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/signature.h"
#include "base/slice.h"

struct json_value;

struct token {
    enum signature_algorithm algorithm;
    struct slice key_id; /* which of the issuer's keys; empty: it does not say */
    struct slice signed_text;
    struct slice signature;
    struct json_value *header;
    struct json_value *claims;
};

/* The text must live as long as the token. -ERR_SYNTAX: no token, or a claim has another type
 * than RFC 7519 section 4.1 gives it. -ERR_INVALID: a token of a kind that is never accepted,
 * as one without a signature. */
int token_parse(struct slice text, struct arena *arena, struct token *out) MUST_CHECK;
/* Only what token_parse gave. */
void token_clear(struct token *token);

bool token_is_from(const struct token *token, struct slice issuer);
bool token_is_for(const struct token *token, struct slice audience);
/* Seconds since 1970 from which on it is accepted no more (exp). False: it has no end. */
bool token_expiry(const struct token *token, int64_t *out);
/* From which on it is accepted (nbf). False: from ever. */
bool token_beginning(const struct token *token, int64_t *out);
/* It is only good together with a proof of its owner's key (RFC 7800 section 3). */
bool token_is_bound(const struct token *token);
/* A claim of that name that is a text and not empty. */
bool token_claim(const struct token *token, const char *name, struct slice *out);
/* The issuer says itself that nobody has confirmed the claim "email" (OpenID Connect Core
 * section 5.1, email_verified). */
bool token_email_is_unverified(const struct token *token);

#endif
