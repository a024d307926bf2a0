/*
 * The authorities that vouch for clients, and whom they vouch for no more (revocation lists):
 * what a context believes. Private to net.
 *
 * An authority that issues certificates for people needs a list as soon as there is any; an
 * authority above it has one or has none. Each list that is there counts, for certificates of
 * people and of authorities alike (RFC 5280 section 6.3), and one that has expired counts
 * against all that it could be about.
 */
#ifndef POSTROOM_NET_TLS_AUTHORITIES_H
#define POSTROOM_NET_TLS_AUTHORITIES_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "net/tls.h"

/* Which they are, as a digest: two contexts that believe the same have the same. All zero: none. */
struct tls_authorities {
    uint8_t digest[SHA256_SIZE];
};

/* Asks clients for certificates; client_ca_file is set. -ERR_TLS. */
int tls_authorities_set_up(SSL_CTX *openssl, const struct tls_settings *settings,
                           struct tls_authorities *out) MUST_CHECK;

/* X509_V_OK, or what the authorities of `openssl` have against the client of this connection,
 * which may have begun with others. Of a session that was resumed only the client's own
 * certificate is known, not what it had shown with it. */
long tls_authorities_judge(SSL_CTX *openssl, SSL *ssl, X509 *certificate);

#endif
