/*
 * The expressions of :regex (draft-ietf-sieve-regex) by PCRE2: what POSIX calls extended regular
 * expressions, and Perl's. No PCRE2 type leaves the module.
 *
 * An expression that goes astray ends the run: each item that is tried is a step, and depth and
 * memory have limits. Text is UTF-8; what is not matches no character. Without case, that of
 * all letters is ignored, also under i;ascii-casemap, where letters outside of ASCII would
 * otherwise be octets that a class in brackets cannot hold.
 */
#ifndef POSTROOM_MAIL_SIEVE_REGEX_H
#define POSTROOM_MAIL_SIEVE_REGEX_H

#include <stdbool.h>

#include "base/error.h"
#include "base/slice.h"
#include "sieve/captures.h"
#include "sieve/meter.h"

/* Immutable. */
struct sieve_regex;
/* -ERR_SYNTAX with PCRE2's words, -ERR_NO_MEMORY. */
int sieve_regex_new(struct slice pattern, bool ignore_case, struct sieve_regex **out) MUST_CHECK;
void sieve_regex_free(struct sieve_regex **regex);
/* captures are set when it matches, may be NULL; they are parts of value. */
int sieve_regex_match(const struct sieve_regex *regex, struct slice value,
                      struct sieve_meter *meter, struct sieve_captures *captures,
                      bool *out) MUST_CHECK;

#endif
