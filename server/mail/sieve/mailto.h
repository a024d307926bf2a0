/*
 * mailto URIs (RFC 6068), the one method of notify that there is (RFC 5436): whom a notification
 * goes to and what it says. Of the fields that such a URI may ask for only harmless ones count.
 */
#ifndef POSTROOM_MAIL_SIEVE_MAILTO_H
#define POSTROOM_MAIL_SIEVE_MAILTO_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

enum { SIEVE_MAILTO_RECIPIENTS_MAX = 8, SIEVE_MAILTO_FIELDS_MAX = 16 };

enum sieve_mailto_kind { SIEVE_MAILTO_TO, SIEVE_MAILTO_CC, SIEVE_MAILTO_BCC };
struct sieve_mailto_recipient {
    enum sieve_mailto_kind kind;
    struct slice address;
};
struct sieve_mailto_field {
    struct slice name;
    struct slice text; /* decoded, UTF-8 */
};

struct sieve_mailto {
    struct sieve_mailto_recipient recipients[SIEVE_MAILTO_RECIPIENTS_MAX]; /* at least one */
    size_t recipient_count;
    struct sieve_mailto_field fields[SIEVE_MAILTO_FIELDS_MAX];
    size_t field_count;
    struct slice subject; /* data NULL: none is asked for */
    struct slice body;    /* data NULL: none */
};

/* -ERR_SYNTAX with the reason, -ERR_LIMIT, -ERR_NO_MEMORY. What it gives lives in the arena. */
int sieve_mailto_parse(struct slice uri, struct arena *arena, struct sieve_mailto *out) MUST_CHECK;

#endif
