/*
 * Instants as people read them.
 */
#ifndef POSTROOM_ADMIN_WHEN_H
#define POSTROOM_ADMIN_WHEN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* "2026-11-23T10:00:00Z" of microseconds since 1970; "never" for INT64_MAX. */
struct slice when_text(struct arena *arena, int64_t micros);

/* "2026-11-23", "2026-11-23T10:00", "2026-11-23T10:00:30", each with "Z" or an offset
 * like "+01:00" behind it; UTC without. A day alone is its first instant. -ERR_INVALID
 * says what was expected. */
int when_parse(struct slice text, int64_t *micros_out) MUST_CHECK;
/* The same, or how long ago: "90s", "30m", "2h", "3d", "1w". */
int when_parse_past(struct slice text, int64_t *micros_out) MUST_CHECK;

#endif
