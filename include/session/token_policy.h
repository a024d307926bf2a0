/*
 * Which tokens (proto/token.h) prove who somebody is: those that the configured issuer has
 * signed for this server and that are of today. The keys are read from files once.
 */
#ifndef POSTROOM_SESSION_TOKEN_POLICY_H
#define POSTROOM_SESSION_TOKEN_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

struct token_settings {
    const char *const *keys; /* PEM files, "FILE" or "ID=FILE" */
    size_t key_count;
    const char *jwks; /* a file with a JSON Web Key Set (RFC 7517), empty: none */
    const char *issuer;
    const char *const *audiences; /* the names of this server; one is enough */
    size_t audience_count;
    const char *user_claim; /* which claim names the user */
    uint32_t leeway;        /* seconds that clocks may differ */
};

enum { TOKEN_KEYS_MAX = 64 };

struct token_policy;

/* Copies the settings. -ERR_IO, -ERR_SYNTAX, -ERR_INVALID with the file and what is wrong. */
int token_policy_new(const struct token_settings *settings, struct token_policy **out) MUST_CHECK;
void token_policy_free(struct token_policy **policy);

/* Who the token says somebody is, in the arena. `now`: seconds since 1970. -ERR_CREDENTIALS
 * with the reason. */
int token_policy_user(const struct token_policy *policy, struct slice text, int64_t now,
                      struct arena *arena, struct slice *user_out) MUST_CHECK;

#endif
