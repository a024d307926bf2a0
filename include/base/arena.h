/*
 * Arenas: memory that lives as long as a command, a message or a session and
 * is given back in one step. Blocks come from malloc and double up to 64 KB;
 * larger requests get their own block. An arena has a maximum; over it,
 * arena_alloc returns NULL after fail(ERR_NO_MEMORY).
 */
#ifndef POSTROOM_BASE_ARENA_H
#define POSTROOM_BASE_ARENA_H

#include <stddef.h>

#include "base/error.h"
#include "base/slice.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used;                /* octets handed out in the newest block */
    size_t total;               /* octets in all blocks */
    size_t max;
};

/* No allocation yet. max 0 means ARENA_MAX_DEFAULT. */
void arena_init(struct arena *arena, size_t max);
/* Gives everything back; the arena can be used again. */
void arena_clear(struct arena *arena);

enum { ARENA_MAX_DEFAULT = 64 << 20 };

/* Zeroed, aligned for any type; NULL when over the maximum or out of memory
 * (fail() was called). size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size) MUST_CHECK;
/* `count` elements; checks for overflow. */
void *arena_array(struct arena *arena, size_t count, size_t size) MUST_CHECK;
/* A copy with a NUL behind it (not counted in len); data NULL on failure. */
struct slice arena_copy(struct arena *arena, struct slice s) MUST_CHECK;
/* As C string; NULL on failure. Octets are copied as they are. */
char *arena_cstr(struct arena *arena, struct slice s) MUST_CHECK;
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3) MUST_CHECK;

#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type)))

#endif
