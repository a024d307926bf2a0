/*
 * The patterns of :matches (RFC 5228 section 2.7.1): "*", "?" and "\" before what is meant as
 * it is. A "*" takes as little as it can (RFC 5229 section 3.2). Costs at most the length of
 * the value times that of the pattern, charged as it goes.
 */
#ifndef POSTROOM_MAIL_SIEVE_GLOB_H
#define POSTROOM_MAIL_SIEVE_GLOB_H

#include <stdbool.h>

#include "base/error.h"
#include "base/slice.h"
#include "sieve/captures.h"
#include "sieve/comparator.h"
#include "sieve/meter.h"

struct sieve_glob;
/* -ERR_NO_MEMORY. */
int sieve_glob_new(enum sieve_comparator comparator, struct slice pattern,
                   struct sieve_glob **out) MUST_CHECK;
void sieve_glob_free(struct sieve_glob **glob);
/* captures are set when it matches, may be NULL; they are parts of value. */
int sieve_glob_match(const struct sieve_glob *glob, struct slice value, struct sieve_meter *meter,
                     struct sieve_captures *captures, bool *out) MUST_CHECK;

#endif
