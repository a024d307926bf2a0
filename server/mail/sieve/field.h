/*
 * The fields of a header that a test or an action is about: by name, and where several have it,
 * by which of them (RFC 5260 section 6).
 */
#ifndef POSTROOM_MAIL_SIEVE_FIELD_H
#define POSTROOM_MAIL_SIEVE_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "mail/mime.h"

/* Zeroed: all of them. */
struct sieve_occurrence {
    uint64_t index; /* :index, from 1; 0: all */
    bool last;      /* :last: counted from the end */
};

/* In the order of the header, in the arena. */
int sieve_fields_find(struct slice header, struct slice name,
                      const struct sieve_occurrence *occurrence, struct arena *arena,
                      struct mime_field **out, size_t *count_out) MUST_CHECK;

#endif
