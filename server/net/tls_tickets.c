#include "tls_tickets.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "tls_filter.h"

/* The keys of a period ---------------------------------------------------------------------------
 */

static void derive(const uint8_t secret[SHA256_SIZE], const char *what, uint8_t out[SHA256_SIZE])
{
    digest_hmac_sha256(slice_of((const char *)secret, SHA256_SIZE), slice_cstr(what), out);
}

static void make_key(const uint8_t secret[SHA256_SIZE], struct ticket_key *out)
{
    uint8_t name[SHA256_SIZE];
    derive(secret, "name", name);
    memcpy(out->name, name, sizeof out->name);
    derive(secret, "cipher", out->cipher);
    derive(secret, "mac", out->mac);
}

void ticket_keys_begin(struct ticket_keys *keys, const uint8_t secret[SHA256_SIZE], int64_t now_ms)
{
    keys->began_at = now_ms;
    memcpy(keys->secret, secret, SHA256_SIZE);
    make_key(secret, &keys->current);
    random_octets(&keys->previous, sizeof keys->previous);
}

void ticket_keys_advance(struct ticket_keys *keys, int64_t now_ms)
{
    while (now_ms - keys->began_at >= TICKET_PERIOD_MS) {
        uint8_t next[SHA256_SIZE];
        derive(keys->secret, "next", next);
        memcpy(keys->secret, next, sizeof next);
        OPENSSL_cleanse(next, sizeof next);
        keys->previous = keys->current;
        make_key(keys->secret, &keys->current);
        keys->began_at += TICKET_PERIOD_MS;
    }
}

const struct ticket_key *ticket_keys_find(const struct ticket_keys *keys,
                                          const uint8_t name[TICKET_NAME_SIZE])
{
    if (memcmp(keys->current.name, name, TICKET_NAME_SIZE) == 0)
        return &keys->current;
    return memcmp(keys->previous.name, name, TICKET_NAME_SIZE) == 0 ? &keys->previous : NULL;
}

/* The process's
 * ------------------------------------------------------------------------------------- */

static struct ticket_keys own;
static bool own_begun;

int tls_tickets_begin(void)
{
    uint8_t secret[SHA256_SIZE];
    if (own_begun)
        return 0;
    if (RAND_priv_bytes(secret, sizeof secret) != 1)
        return tls_fail("cannot make keys for TLS tickets");
    ticket_keys_begin(&own, secret, clock_monotonic_ms());
    OPENSSL_cleanse(secret, sizeof secret);
    own_begun = true;
    return 0;
}

void tls_tickets_advance(int64_t now_ms)
{
    if (own_begun)
        ticket_keys_advance(&own, now_ms);
}

static bool use_key(const struct ticket_key *key, const unsigned char *iv, EVP_CIPHER_CTX *cipher,
                    EVP_MAC_CTX *mac, bool seals)
{
    char digest[] = "SHA256";
    uint8_t mac_key[sizeof key->mac];
    memcpy(mac_key, key->mac, sizeof mac_key);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key, sizeof mac_key),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_END};
    return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher, iv, seals) == 1 &&
           EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

/* SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 1 it is done, 2 and the client shall get a new
 * ticket, 0 a ticket of nobody's, negative an error. */
static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                     EVP_MAC_CTX *mac, int seals)
{
    (void)ssl;
    tls_tickets_advance(clock_monotonic_ms());
    const struct ticket_key *key = seals ? &own.current : ticket_keys_find(&own, name);
    if (!key)
        return 0;
    if (seals) {
        memcpy(name, key->name, TICKET_NAME_SIZE);
        if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1)
            return -1;
    }
    if (!use_key(key, iv, cipher, mac, seals))
        return -1;
    return key == &own.current ? 1 : 2;
}

int tls_tickets_set_up(SSL_CTX *openssl)
{
    int rc = tls_tickets_begin();
    if (rc < 0)
        return rc;
    if (SSL_CTX_set_tlsext_ticket_key_evp_cb(openssl, on_ticket) != 1)
        return tls_fail("cannot set the keys for TLS tickets");
    return 0;
}
