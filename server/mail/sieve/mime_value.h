/*
 * What the header test looks at in a Content-... field (RFC 5703 section 4.1): type, subtype or
 * parameters instead of all of it.
 */
#ifndef POSTROOM_MAIL_SIEVE_MIME_VALUE_H
#define POSTROOM_MAIL_SIEVE_MIME_VALUE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

enum sieve_mime_option {
    SIEVE_MIME_TYPE,        /* "text"; of Content-Disposition "attachment" */
    SIEVE_MIME_SUBTYPE,     /* "plain"; of others than Content-Type empty */
    SIEVE_MIME_CONTENTTYPE, /* "text/plain" */
    SIEVE_MIME_PARAM        /* a parameter's value */
};

/* *exists_out: whether the value has that. parameter: the name, for SIEVE_MIME_PARAM. */
int sieve_mime_value(struct slice value, enum sieve_mime_option option, struct slice parameter,
                     struct arena *arena, struct slice *out, bool *exists_out) MUST_CHECK;

#endif
