/*
 * For TLS tests: a self-signed certificate made on the spot, and a TLS client
 * that uses OpenSSL in the blocking way on the thread pool while its fiber is
 * parked.
 */
#ifndef POSTROOM_TESTS_TLS_PEER_H
#define POSTROOM_TESTS_TLS_PEER_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "base/slice.h"

/* Writes certificate and key to files in a new folder. */
struct tls_files {
    char folder[32];
    char certificate[48];
    char key[48];
};
void tls_files_make(struct tls_files *files);
void tls_files_remove(const struct tls_files *files);

struct tls_peer {
    int fd; /* blocking */
    SSL_CTX *context;
    SSL *ssl;
    SSL_SESSION *session; /* to be resumed, or NULL */
    int version;          /* TLS1_2_VERSION: no more than that; 0: any */
    bool connected;
};

/* Each runs OpenSSL off the loop. False or a short count on failure. */
bool tls_peer_connect(struct tls_peer *peer);
bool tls_peer_write(struct tls_peer *peer, struct slice octets);
/* So many key updates (RFC 8446 section 4.6.3), to be sent as they are; NULL: failed. To be freed
 * by BIO_free. */
BIO *tls_peer_make_key_updates(struct tls_peer *peer, unsigned count);
bool tls_peer_send(struct tls_peer *peer, struct slice octets);
/* Reads until `size` octets are there or the end; how many. */
size_t tls_peer_read(struct tls_peer *peer, char *into, size_t size);
/* Frees all but the session, without close_notify unless asked for. */
void tls_peer_close(struct tls_peer *peer, bool notify);

#endif
