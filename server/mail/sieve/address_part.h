/*
 * Parts of addresses (RFC 5228 section 2.7.4, RFC 5233), and the addresses of a header field.
 */
#ifndef POSTROOM_MAIL_SIEVE_ADDRESS_PART_H
#define POSTROOM_MAIL_SIEVE_ADDRESS_PART_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "model/mail_address.h"

enum sieve_address_part {
    SIEVE_PART_ALL, /* the default */
    SIEVE_PART_LOCALPART,
    SIEVE_PART_DOMAIN,
    SIEVE_PART_USER,  /* of the local part what stands before the first "+" */
    SIEVE_PART_DETAIL /* and what stands behind it */
};

/* The addresses in the value of a field, group members included, group names not. What has no
 * local part or no domain is none, but is compared as a whole: it has an empty domain. All
 * lives in the arena. -ERR_NO_MEMORY. */
int sieve_addresses_read(struct slice value, struct arena *arena, struct mail_address **out,
                         size_t *count_out) MUST_CHECK;

/* Whether it is one address, with or without a display name: what From may say. */
bool sieve_is_sender(struct slice text);

/* *exists_out: whether the address has that part at all: no test is true of one it has not. */
int sieve_address_part(const struct mail_address *address, enum sieve_address_part part,
                       struct arena *arena, struct slice *out, bool *exists_out) MUST_CHECK;

#endif
