#include "base/map.h"

#include <stdlib.h>

struct map_slot {
    uint64_t key;
    void *value; /* NULL: never used; TOMBSTONE: removed */
};

static char tombstone;
#define TOMBSTONE ((void *)&tombstone)

enum { SIZE_FIRST = 16 };

/* Ids and UIDs come in rows and pointers with zeros at the end: without
 * mixing they would fill long clusters (finaliser of splitmix64). */
static uint64_t mix(uint64_t key)
{
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9u;
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebu;
    return key ^ (key >> 31);
}

void map_init(struct map *map)
{
    *map = (struct map){0};
}

void map_clear(struct map *map)
{
    free(map->slots);
    map_init(map);
}

/* The slot with the key, or NULL. There is always a never-used slot to stop at. */
static struct map_slot *find(const struct map *map, uint64_t key)
{
    if (map->size == 0)
        return NULL;
    for (size_t i = mix(key) & (map->size - 1);; i = (i + 1) & (map->size - 1)) {
        struct map_slot *slot = &map->slots[i];
        if (!slot->value)
            return NULL;
        if (slot->key == key && slot->value != TOMBSTONE)
            return slot;
    }
}

void *map_get(const struct map *map, uint64_t key)
{
    const struct map_slot *slot = find(map, key);
    return slot ? slot->value : NULL;
}

static void insert_new(struct map *map, uint64_t key, void *value)
{
    size_t i = mix(key) & (map->size - 1);
    while (map->slots[i].value)
        i = (i + 1) & (map->size - 1);
    map->slots[i] = (struct map_slot){key, value};
    map->count++;
    map->used++;
}

/* Makes room for as many elements again, or just sweeps out tombstones. */
static int rebuild(struct map *map)
{
    size_t size = SIZE_FIRST;
    while (size < (map->count + 1) * 2)
        size *= 2;
    struct map larger = {.slots = calloc(size, sizeof *map->slots), .size = size};
    if (!larger.slots)
        return fail(ERR_NO_MEMORY, "out of memory for a map of %zu", size);
    for (size_t i = 0; i < map->size; i++) {
        const struct map_slot *slot = &map->slots[i];
        if (slot->value && slot->value != TOMBSTONE)
            insert_new(&larger, slot->key, slot->value);
    }
    free(map->slots);
    *map = larger;
    return 0;
}

int map_put(struct map *map, uint64_t key, void *value)
{
    if (!value)
        return fail(ERR_INTERNAL, "a map holds no NULL");
    struct map_slot *slot = find(map, key);
    if (slot) {
        slot->value = value;
        return 0;
    }
    if ((map->used + 1) * 4 > map->size * 3) {
        int result = rebuild(map);
        if (result < 0)
            return result;
    }
    insert_new(map, key, value);
    return 0;
}

void *map_remove(struct map *map, uint64_t key)
{
    struct map_slot *slot = find(map, key);
    if (!slot)
        return NULL;
    void *value = slot->value;
    slot->value = TOMBSTONE;
    map->count--;
    return value;
}

void *map_next(const struct map *map, size_t *cursor, uint64_t *key_out)
{
    while (*cursor < map->size) {
        const struct map_slot *slot = &map->slots[(*cursor)++];
        if (slot->value && slot->value != TOMBSTONE) {
            if (key_out)
                *key_out = slot->key;
            return slot->value;
        }
    }
    return NULL;
}
