#include "base/digest.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>

struct digest {
    EVP_MD_CTX *context;
};

/* OpenSSL fails here only when out of memory or broken; a wrong digest must
 * never be used, and the callers have no way to go on without one. */
static void require(bool worked)
{
    if (!worked)
        abort();
}

int digest_new(struct digest **out)
{
    struct digest *digest = malloc(sizeof *digest);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!digest || !context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(context);
        free(digest);
        return fail(ERR_NO_MEMORY, "can't start SHA-256");
    }
    digest->context = context;
    *out = digest;
    return 0;
}

void digest_free(struct digest **digest)
{
    if (!*digest)
        return;
    EVP_MD_CTX_free((*digest)->context);
    free(*digest);
    *digest = NULL;
}

void digest_update(struct digest *digest, struct slice octets)
{
    require(EVP_DigestUpdate(digest->context, octets.data, octets.len) == 1);
}

void digest_finish(struct digest *digest, uint8_t out[SHA256_SIZE])
{
    require(EVP_DigestFinal_ex(digest->context, out, NULL) == 1);
}

void digest_sha256(struct slice octets, uint8_t out[SHA256_SIZE])
{
    require(EVP_Digest(octets.data, octets.len, out, NULL, EVP_sha256(), NULL) == 1);
}

void digest_hmac_sha256(struct slice key, struct slice octets, uint8_t out[SHA256_SIZE])
{
    require(key.len <= INT_MAX);
    require(HMAC(EVP_sha256(), key.data, (int)key.len, (const unsigned char *)octets.data,
                 octets.len, out, NULL) != NULL);
}

void digest_pbkdf2_sha256(struct slice password, struct slice salt, uint32_t iterations,
                          uint8_t out[SHA256_SIZE])
{
    require(password.len <= INT_MAX && salt.len <= INT_MAX);
    /* A stored verifier with an absurd count just never matches. */
    if (iterations < 1 || iterations > INT_MAX)
        iterations = 1;
    require(PKCS5_PBKDF2_HMAC(password.data, (int)password.len, (const unsigned char *)salt.data,
                              (int)salt.len, (int)iterations, EVP_sha256(), SHA256_SIZE, out) == 1);
}

bool digest_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

void random_octets(void *out, size_t len)
{
    unsigned char *place = out;
    while (len > 0) {
        size_t piece = len < INT_MAX ? len : INT_MAX;
        require(RAND_bytes(place, (int)piece) == 1);
        place += piece;
        len -= piece;
    }
}
