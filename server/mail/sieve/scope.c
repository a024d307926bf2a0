#include <stdlib.h>

#include "sieve/compiler_state.h"

enum { SCOPE_ROOM_FIRST = 16 };

/* Names that differ in case are the same (RFC 5229 section 3). */
static uint64_t hash_nocase(struct slice name)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)ascii_lower(name.data[i])) * 1099511628211u;
    return hash;
}

/* The key under which the name is, or would be: names with one hash follow each other. */
static uint64_t find_key(const struct sieve_scope *scope, struct slice name, bool *found_out)
{
    uint64_t key = hash_nocase(name);
    const char *number;
    while ((number = map_get(&scope->names, key))) {
        size_t index = (size_t)((uintptr_t)number - 1);
        if (slice_equal_nocase(scope->list[index], name)) {
            *found_out = true;
            return key;
        }
        key++;
    }
    *found_out = false;
    return key;
}

static int make_room(struct sieve_scope *scope)
{
    if (scope->count < scope->room)
        return 0;
    uint32_t room = scope->room ? scope->room * 2 : SCOPE_ROOM_FIRST;
    struct slice *larger = realloc(scope->list, room * sizeof *larger);
    if (!larger)
        return fail(ERR_NO_MEMORY, "no memory for variables");
    scope->list = larger;
    scope->room = room;
    return 0;
}

static int add(struct sieve_scope *scope, struct arena *arena, struct slice name, uint64_t key)
{
    if (scope->count == SIEVE_VARIABLES_MAX)
        return fail(ERR_LIMIT, "a script can have %d variables", SIEVE_VARIABLES_MAX);
    struct slice copy = arena_copy(arena, name);
    int result = copy.data ? make_room(scope) : -ERR_NO_MEMORY;
    if (result == 0)
        result = map_put(&scope->names, key, (void *)(uintptr_t)(scope->count + 1));
    if (result == 0)
        scope->list[scope->count++] = copy;
    return result;
}

int sieve_scope_index(struct sieve_scope *scope, struct arena *arena, struct slice name,
                      uint32_t *index_out)
{
    bool found;
    uint64_t key = find_key(scope, name, &found);
    int result = found ? 0 : add(scope, arena, name, key);
    if (result == 0)
        *index_out = (uint32_t)((uintptr_t)map_get(&scope->names, key) - 1);
    return result;
}

bool sieve_scope_has(const struct sieve_scope *scope, struct slice name)
{
    bool found;
    (void)find_key(scope, name, &found);
    return found;
}

void sieve_scope_clear(struct sieve_scope *scope)
{
    map_clear(&scope->names);
    free(scope->list);
    *scope = (struct sieve_scope){.count = 0};
}
