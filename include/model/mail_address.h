/*
 * A mail address (RFC 5321 section 4.1.2, RFC 6531 section 3.3): local part and domain.
 */
#ifndef POSTROOM_MODEL_MAIL_ADDRESS_H
#define POSTROOM_MODEL_MAIL_ADDRESS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

struct mail_address {
    struct slice local;  /* without quoting; UTF-8 */
    struct slice domain; /* as written, or an address literal with its brackets; empty when none
                            was given ("postmaster") */
};

enum { MAIL_ADDRESS_LOCAL_MAX = 255, MAIL_ADDRESS_DOMAIN_MAX = 255 };

/* The whole text as an address. What a local part consists of is taken as it comes
 * (".a..b" is in use); it is refused where it could be misread: control characters,
 * spaces, "@" and quotation marks need quoting. -ERR_SYNTAX; -ERR_LIMIT when too long;
 * -ERR_CHARSET when it is not UTF-8. Slices point into text, or the arena when something
 * was quoted. */
int mail_address_parse(struct slice text, struct arena *arena, struct mail_address *out) MUST_CHECK;

/* "local@domain", the local part quoted where it must be. */
void mail_address_render(const struct mail_address *address, struct buffer *out);

#endif
