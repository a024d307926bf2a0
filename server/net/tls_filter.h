/*
 * TLS, server side, as a filter, and the OpenSSL context behind struct
 * tls_context. Private to net: no OpenSSL type goes further up.
 */
#ifndef POSTROOM_NET_TLS_FILTER_H
#define POSTROOM_NET_TLS_FILTER_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "filter.h"
#include "net/tls.h"

/* SSL_CTX of the context; lives as long as the context. */
SSL_CTX *tls_context_openssl(struct tls_context *context);
/* fail(ERR_TLS, "<what>: <OpenSSL's reason>") and an empty error queue. */
int tls_fail(const char *what);
int tls_fail_with_file(const char *what, const char *file);
/* Whether both believe the same authorities and the same revocation lists. */
bool tls_context_believes_as(const struct tls_context *context, const struct tls_context *other);

/* On top of `below`, which it owns from then on when that succeeds. */
int tls_filter_new(struct tls_context *context, struct filter *below,
                   struct filter **out) MUST_CHECK;
/* One step of the handshake; it is over when it wants nothing. */
int tls_filter_handshake(struct filter *filter, struct filter_io *io_out) MUST_CHECK;

/* See stream.h; only after the handshake. */
const char *tls_filter_description(const struct filter *filter);
bool tls_filter_exporter(const struct filter *filter, uint8_t out[32]);
bool tls_filter_unique(const struct filter *filter, uint8_t *out, size_t *len_out);
SSL *tls_filter_openssl(const struct filter *filter);
/* X509_V_OK, or what speaks against the client's certificate with the authorities of today. */
long tls_filter_verification(const struct filter *filter, struct tls_context *today,
                             X509 *certificate);

#endif
