/*
 * Comparators (RFC 4790, RFC 5051): how two strings are compared. A string is folded into what
 * the comparator sees of it; then octets are compared.
 */
#ifndef POSTROOM_MAIL_SIEVE_COMPARATOR_H
#define POSTROOM_MAIL_SIEVE_COMPARATOR_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/slice.h"

enum sieve_comparator {
    SIEVE_ASCII_CASEMAP, /* the default (RFC 5228 section 2.7.3) */
    SIEVE_OCTET,
    SIEVE_ASCII_NUMERIC,
    SIEVE_UNICODE_CASEMAP,
    SIEVE_COMPARATOR_COUNT
};

/* "i;octet" and so on; false when there is no such comparator. */
bool sieve_comparator_find(struct slice name, enum sieve_comparator *out);
/* Whether it can look for parts of strings: :contains, :matches, :regex. */
bool sieve_comparator_has_substrings(enum sieve_comparator comparator);
/* Whether a character is a code point; else it is an octet (RFC 5228 section 2.7.1). */
bool sieve_comparator_is_unicode(enum sieve_comparator comparator);

/* Appends the character at *at as the comparator sees it; *at moves behind it. */
void sieve_comparator_fold_next(enum sieve_comparator comparator, struct slice s, size_t *at,
                                struct buffer *out);
/* All of s, in the buffer, which is overwritten, or s itself. */
struct slice sieve_comparator_fold(enum sieve_comparator comparator, struct slice s,
                                   struct buffer *scratch);
/* < 0, 0, > 0 for two folded strings. */
int sieve_comparator_order(enum sieve_comparator comparator, struct slice a, struct slice b);

#endif
