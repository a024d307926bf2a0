/*
 * Signs tokens for tests, with keys made on the spot.
 */
#ifndef POSTROOM_TESTS_TOKEN_MAKER_H
#define POSTROOM_TESTS_TOKEN_MAKER_H

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/slice.h"

void token_add_base64url(struct buffer *out, struct slice octets);
/* A signed token, in the arena; the header says which algorithm, the key is used for it as
 * well as it can be. */
struct slice token_make(struct arena *arena, EVP_PKEY *key, const char *header, const char *claims);
/* A new file in /tmp; its name is in the arena, the caller unlinks it. */
const char *token_key_file(struct arena *arena, EVP_PKEY *key);
const char *token_file(struct arena *arena, struct slice text);

#endif
