/*
 * Hash map from a 64-bit key to a pointer, open addressing, owns neither key
 * nor value. For text keys use slice_hash() and compare in the value.
 */
#ifndef POSTROOM_BASE_MAP_H
#define POSTROOM_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct map_slot;

struct map {
    struct map_slot *slots;
    size_t count;
    size_t used; /* with tombstones */
    size_t size; /* power of two or 0 */
};

void map_init(struct map *map);
void map_clear(struct map *map);
/* NULL when absent. */
void *map_get(const struct map *map, uint64_t key);
/* Adds or replaces. value must not be NULL. -ERR_NO_MEMORY. */
int map_put(struct map *map, uint64_t key, void *value) MUST_CHECK;
/* The value that was there, or NULL. */
void *map_remove(struct map *map, uint64_t key);
/* Iteration: *cursor starts at 0; NULL at the end. Removing the element just
 * returned is allowed, adding is not. */
void *map_next(const struct map *map, size_t *cursor, uint64_t *key_out);

#endif
