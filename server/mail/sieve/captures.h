/*
 * What a :matches or :regex test found, for ${0} to ${9} (RFC 5229 section 3.2): parts of the
 * value that was tested.
 */
#ifndef POSTROOM_MAIL_SIEVE_CAPTURES_H
#define POSTROOM_MAIL_SIEVE_CAPTURES_H

#include <stddef.h>

#include "base/slice.h"

enum { SIEVE_CAPTURES_MAX = 10 };

struct sieve_captures {
    struct slice text[SIEVE_CAPTURES_MAX]; /* [0] is all of what matched */
    size_t count;
};

#endif
