/*
 * Dates taken apart for the tests date and currentdate (RFC 5260).
 */
#ifndef POSTROOM_MAIL_SIEVE_DATE_H
#define POSTROOM_MAIL_SIEVE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

/* A moment, and the zone in which it is looked at. */
struct sieve_moment {
    int64_t seconds; /* since 1970 */
    int32_t zone_minutes;
};

/* The date in the value of a field, behind its last semicolon if it has one, as Received has it
 * (RFC 5260 section 4), in the zone it was written in. False when there is none. */
bool sieve_date_read(struct slice value, struct sieve_moment *out);

/* "+0100" (RFC 5260 section 4.1); false for anything else. */
bool sieve_zone_read(struct slice text, int32_t *minutes_out);

/* Whether "weekday" and so on is a date part (RFC 5260 section 4.2; case is ignored). */
bool sieve_date_part_exists(struct slice part);
/* That part of it, in the arena. -ERR_INVALID when there is none of that name. */
int sieve_date_render(struct slice part, const struct sieve_moment *moment, struct arena *arena,
                      struct slice *out) MUST_CHECK;

#endif
