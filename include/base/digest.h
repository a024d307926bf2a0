/*
 * SHA-256, PBKDF2 and HMAC (by OpenSSL), random octets, base64 (RFC 4648)
 * and hexadecimal. No OpenSSL type leaves the module.
 */
#ifndef POSTROOM_BASE_DIGEST_H
#define POSTROOM_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

enum { SHA256_SIZE = 32 };

struct digest; /* a running SHA-256 */

int digest_new(struct digest **out) MUST_CHECK;
void digest_free(struct digest **digest);
void digest_update(struct digest *digest, struct slice octets);
/* Ends the computation; only digest_free may follow. */
void digest_finish(struct digest *digest, uint8_t out[SHA256_SIZE]);

void digest_sha256(struct slice octets, uint8_t out[SHA256_SIZE]);
void digest_hmac_sha256(struct slice key, struct slice octets, uint8_t out[SHA256_SIZE]);
/* Slow on purpose: call it off the loop (fiber/offload.h). */
void digest_pbkdf2_sha256(struct slice password, struct slice salt, uint32_t iterations,
                          uint8_t out[SHA256_SIZE]);
/* Constant time. */
bool digest_equal(const uint8_t *a, const uint8_t *b, size_t len);
/* Cryptographically strong; aborts the process if the system has none. */
void random_octets(void *out, size_t len);

void base64_encode(struct buffer *out, struct slice octets);
/* -ERR_SYNTAX for anything but canonical padded base64. */
int base64_decode(struct arena *arena, struct slice text, struct slice *out) MUST_CHECK;
/* The same with "-" and "_" and without padding (RFC 4648 section 5, RFC 7515 section 2). */
int base64url_decode(struct arena *arena, struct slice text, struct slice *out) MUST_CHECK;
void hex_encode(struct buffer *out, struct slice octets);

#endif
