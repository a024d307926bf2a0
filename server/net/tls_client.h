/*
 * Certificates of clients: whom to believe, and who it is. Private to net.
 */
#ifndef POSTROOM_NET_TLS_CLIENT_H
#define POSTROOM_NET_TLS_CLIENT_H

#include <openssl/types.h>
#include <stdbool.h>

#include "base/arena.h"
#include "net/tls.h"

/* Asks clients for certificates; client_ca_file is set. -ERR_TLS. */
int tls_client_set_up(SSL_CTX *openssl, const struct tls_settings *settings) MUST_CHECK;

/* See stream.h. */
bool tls_client_is_verified(SSL *ssl);
int tls_client_name(SSL *ssl, enum tls_client_name which, struct arena *arena,
                    struct slice *out) MUST_CHECK;

#endif
