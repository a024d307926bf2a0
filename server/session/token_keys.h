/*
 * The public keys that tokens are signed with, each with its id or without one.
 */
#ifndef POSTROOM_SESSION_TOKEN_KEYS_H
#define POSTROOM_SESSION_TOKEN_KEYS_H

#include "base/arena.h"
#include "base/signature.h"
#include "proto/token.h"
#include "session/token_policy.h"

struct token_key {
    struct slice id; /* empty: for tokens whatever key they name */
    struct public_key *key;
};

struct token_keys {
    struct token_key rows[TOKEN_KEYS_MAX];
    size_t count;
};

/* "FILE" or "ID=FILE". Ids are copied into the arena. */
int token_keys_add_file(struct token_keys *keys, const char *text, struct arena *arena) MUST_CHECK;
/* All keys of a set that can have signed a token; others are passed over (RFC 7517 section
 * 5). -ERR_INVALID: there is none. */
int token_keys_add_set(struct token_keys *keys, const char *file, struct arena *arena) MUST_CHECK;
void token_keys_clear(struct token_keys *keys);

/* Whether one of the keys that the token may mean has signed it. */
bool token_keys_verify(const struct token_keys *keys, const struct token *token);

#endif
