/*
 * Whether a string is what a test looks for: match types (RFC 5228 section 2.7.1, :regex, and
 * RFC 5231's :value and :count) with comparators.
 */
#ifndef POSTROOM_MAIL_SIEVE_MATCH_H
#define POSTROOM_MAIL_SIEVE_MATCH_H

#include <stdbool.h>

#include "base/error.h"
#include "base/slice.h"
#include "sieve/captures.h"
#include "sieve/comparator.h"
#include "sieve/meter.h"

enum sieve_match_type {
    SIEVE_MATCH_IS, /* the default */
    SIEVE_MATCH_CONTAINS,
    SIEVE_MATCH_MATCHES,
    SIEVE_MATCH_REGEX,
    SIEVE_MATCH_VALUE,
    SIEVE_MATCH_COUNT
};

enum sieve_relation {
    SIEVE_GREATER,
    SIEVE_GREATER_OR_EQUAL,
    SIEVE_LESS,
    SIEVE_LESS_OR_EQUAL,
    SIEVE_EQUAL,
    SIEVE_NOT_EQUAL,
    SIEVE_RELATION_COUNT
};

/* "gt", "ge", "lt", "le", "eq", "ne" (RFC 5231 section 4); false for anything else. */
bool sieve_relation_find(struct slice name, enum sieve_relation *out);

/* How a test compares; zeroed is what it does without tags. */
struct sieve_match {
    enum sieve_match_type type;
    enum sieve_comparator comparator;
    enum sieve_relation relation; /* of :value and :count */
};
/* -ERR_INVALID when the comparator cannot do what the match type asks. */
int sieve_match_check(const struct sieve_match *match) MUST_CHECK;

/* A key, ready to be compared with many values. Immutable. */
struct sieve_key;
/* -ERR_SYNTAX (a regular expression), -ERR_INVALID, -ERR_NO_MEMORY. */
int sieve_key_new(const struct sieve_match *match, struct slice text,
                  struct sieve_key **out) MUST_CHECK;
void sieve_key_free(struct sieve_key **key);

/* Of :count the value is the number of values, in decimal. captures, which may be NULL, are
 * set by :matches and :regex when they match; they are parts of value. -ERR_LIMIT. */
int sieve_key_test(const struct sieve_key *key, struct slice value, struct sieve_meter *meter,
                   struct sieve_captures *captures, bool *out) MUST_CHECK;

#endif
