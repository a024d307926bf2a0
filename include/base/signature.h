/*
 * Signatures by public keys (OpenSSL): RSA keys from 2048 bits with PKCS #1 v1.5 and SHA-256
 * (RS256), keys on the curve P-256 with ECDSA and SHA-256 (ES256), RFC 7518 section 3. The
 * key says which of the two it is for. No OpenSSL type leaves the module.
 */
#ifndef POSTROOM_BASE_SIGNATURE_H
#define POSTROOM_BASE_SIGNATURE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/slice.h"

enum signature_algorithm { SIGNATURE_RS256, SIGNATURE_ES256 };

struct public_key;

/* From a PEM file with a public key or a certificate. -ERR_IO, -ERR_INVALID. */
int public_key_load(const char *file, struct public_key **out) MUST_CHECK;
/* From numbers, most significant octet first. -ERR_INVALID: none of the keys above. */
int public_key_from_rsa(struct slice modulus, struct slice exponent,
                        struct public_key **out) MUST_CHECK;
int public_key_from_p256(struct slice x, struct slice y, struct public_key **out) MUST_CHECK;
void public_key_free(struct public_key **key);

enum signature_algorithm public_key_algorithm(const struct public_key *key);
/* Whether the key's owner has signed the text. An ES256 signature is two numbers of 32 octets
 * each (RFC 7518 section 3.4). */
bool public_key_verifies(const struct public_key *key, struct slice text, struct slice signature);

#endif
