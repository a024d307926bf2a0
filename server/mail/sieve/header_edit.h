/*
 * Fields added to a header and taken out of it (RFC 5293). A header is never changed: each edit
 * makes a new one, in the arena.
 */
#ifndef POSTROOM_MAIL_SIEVE_HEADER_EDIT_H
#define POSTROOM_MAIL_SIEVE_HEADER_EDIT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "mail/mime.h"

/* RFC 5293 section 6: what shows the way of a message, and what keeps it from going in circles,
 * stays. */
bool sieve_header_may_delete(struct slice name);

/* With a field in front, or with `last` behind all others. value is UTF-8. */
int sieve_header_add(struct slice header, struct slice name, struct slice value, bool last,
                     struct arena *arena, struct slice *out) MUST_CHECK;

/* Without these fields of it, which are in its order. */
int sieve_header_without(struct slice header, const struct mime_field *fields, size_t count,
                         struct arena *arena, struct slice *out) MUST_CHECK;

#endif
