/*
 * TLS server contexts (OpenSSL, TLS 1.2 and later). A context is refcounted:
 * a reload makes a new one, connections keep the one they started with. No
 * OpenSSL type leaves the module (server/net/tls.c and its private header).
 */
#ifndef POSTROOM_NET_TLS_H
#define POSTROOM_NET_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct tls_context;

struct tls_settings {
    const char *certificate_file; /* PEM chain */
    const char *key_file;         /* PEM */
    const char *minimum_protocol; /* "TLSv1.2" or "TLSv1.3" */
    const char *ciphers;          /* OpenSSL cipher list for TLS 1.2, NULL: default */
    const char *client_ca_file;   /* PEM: who vouches for clients, and whom no more (CRLs); NULL:
                                     clients are not asked for a certificate */
    bool client_required;         /* no handshake without a verified one */
};

/* What a client's certificate may call it by. */
enum tls_client_name {
    TLS_CLIENT_EMAIL,  /* the first rfc822Name among the alternative names (RFC 5280) */
    TLS_CLIENT_COMMON, /* CN of the subject, if it has one only */
};

/* -ERR_TLS with the file and OpenSSL's reason. */
int tls_context_new(const struct tls_settings *settings, struct tls_context **out) MUST_CHECK;
struct tls_context *tls_context_ref(struct tls_context *context);
void tls_context_unref(struct tls_context **context);

/* Makes the keys that sessions are resumed by, unless there are some: the master, whose workers
 * inherit them, so that a client resumes whichever worker it comes to, and after a reload.
 * -ERR_TLS. */
int tls_tickets_begin(void) MUST_CHECK;
/* They change every 12 hours (by clock_monotonic_ms), and who holds them must see to it that the
 * old ones are forgotten; where tickets are used this happens by itself. */
void tls_tickets_advance(int64_t now_ms);

#endif
