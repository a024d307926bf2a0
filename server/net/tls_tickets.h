/*
 * What TLS tickets are sealed with, so that clients resume sessions of which the server
 * remembers nothing. Private to net; net/tls.h has what others see.
 *
 * Keys last TICKET_PERIOD_MS, and for as long again tickets of before are still opened. Each
 * period's secret is made from the last one, which is forgotten: all who began with the same
 * secret have the same keys without a word between them, and nobody who learns today's opens
 * what was sealed before yesterday.
 */
#ifndef POSTROOM_NET_TLS_TICKETS_H
#define POSTROOM_NET_TLS_TICKETS_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "net/tls.h"

enum { TICKET_PERIOD_MS = 12 * 60 * 60 * 1000, TICKET_NAME_SIZE = 16 };

struct ticket_key {
    uint8_t name[TICKET_NAME_SIZE];
    uint8_t cipher[32]; /* AES-256 */
    uint8_t mac[32];    /* HMAC-SHA-256 */
};

struct ticket_keys {
    int64_t began_at; /* clock_monotonic_ms, of the period */
    uint8_t secret[SHA256_SIZE];
    struct ticket_key current;
    struct ticket_key previous; /* the first period's is nobody's */
};

void ticket_keys_begin(struct ticket_keys *keys, const uint8_t secret[SHA256_SIZE], int64_t now_ms);
/* To the period of now; never back. */
void ticket_keys_advance(struct ticket_keys *keys, int64_t now_ms);
/* NULL: none of that name. */
const struct ticket_key *ticket_keys_find(const struct ticket_keys *keys,
                                          const uint8_t name[TICKET_NAME_SIZE]);

/* Seals and opens the tickets of this context with the process's keys. -ERR_TLS. */
int tls_tickets_set_up(SSL_CTX *openssl) MUST_CHECK;

#endif
