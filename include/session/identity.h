/*
 * Who a token or a client's certificate says somebody is: whom to believe, which name in it is
 * meant, and which account that is. Refcounted: a reload makes new rules, a login that is under
 * way keeps those it began with.
 */
#ifndef POSTROOM_SESSION_IDENTITY_H
#define POSTROOM_SESSION_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "net/stream.h"
#include "session/token_policy.h"

struct identity_settings {
    const struct token_settings *tokens; /* NULL: tokens are not accepted */
    const char *token_discovery;         /* proto/sasl.h; empty: nowhere */
    struct tls_context *tls; /* whose authorities vouch for certificates; NULL: there are none */
    const char *const *certificate_names; /* "email", "cn": the first that is there */
    size_t certificate_name_count;
    const char *const *domains; /* addresses in them are accounts without the domain */
    size_t domain_count;
};

struct identity_rules;

/* Copies the settings, reads the keys. -ERR_INVALID, and as token_policy_new. */
int identity_rules_new(const struct identity_settings *settings,
                       struct identity_rules **out) MUST_CHECK;
struct identity_rules *identity_rules_ref(struct identity_rules *rules);
void identity_rules_unref(struct identity_rules **rules);

bool identity_accepts_tokens(const struct identity_rules *rules);
/* Where clients learn how to get a token; lives as long as the rules. */
struct slice identity_token_discovery(const struct identity_rules *rules);

/* The name in it, in the arena. -ERR_CREDENTIALS with the reason. */
int identity_of_token(const struct identity_rules *rules, struct slice token, struct arena *arena,
                      struct slice *name_out) MUST_CHECK;
/* Whether the client of this connection has shown a certificate that is believed now. */
bool identity_accepts_certificate(const struct identity_rules *rules, const struct stream *stream);
int identity_of_certificate(const struct identity_rules *rules, const struct stream *stream,
                            struct arena *arena, struct slice *name_out) MUST_CHECK;
/* The login that the name stands for: a part of it. */
struct slice identity_login(const struct identity_rules *rules, struct slice name);

#endif
