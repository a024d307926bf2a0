/*
 * Instants as people read them.
 */
#ifndef POSTROOM_ADMIN_WHEN_H
#define POSTROOM_ADMIN_WHEN_H

#include <stdint.h>

#include "base/arena.h"

/* "2026-11-23T10:00:00Z" of microseconds since 1970; "never" for INT64_MAX. */
struct slice when_text(struct arena *arena, int64_t micros);

#endif
