#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under AddressSanitizer what was not handed out is poisoned, and a gap
 * behind each allocation catches those who write past their end. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#define POISON(start, size)   ASAN_POISON_MEMORY_REGION((start), (size))
#define UNPOISON(start, size) ASAN_UNPOISON_MEMORY_REGION((start), (size))
#else
enum { GAP = 0 };
#define POISON(start, size)   ((void)(start), (void)(size))
#define UNPOISON(start, size) ((void)(start), (void)(size))
#endif

enum { BLOCK_SIZE_FIRST = 1024, BLOCK_SIZE_MAX = 64 << 10, ALIGNMENT = alignof(max_align_t) };

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(max_align_t) char octets[];
};

void arena_init(struct arena *arena, size_t max)
{
    *arena = (struct arena){.max = max ? max : ARENA_MAX_DEFAULT};
}

void arena_clear(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    while (block) {
        struct arena_block *next = block->next;
        UNPOISON(block->octets, block->size);
        free(block);
        block = next;
    }
    arena_init(arena, arena->max);
}

static size_t block_size_for(const struct arena *arena, size_t need)
{
    size_t size = BLOCK_SIZE_FIRST;
    if (arena->blocks && arena->blocks->size >= BLOCK_SIZE_FIRST)
        size = arena->blocks->size * 2;
    if (size > BLOCK_SIZE_MAX)
        size = BLOCK_SIZE_MAX;
    if (size > arena->max - arena->total)
        size = arena->max - arena->total;
    return size < need ? need : size;
}

static struct arena_block *add_block(struct arena *arena, size_t size)
{
    struct arena_block *block = calloc(1, sizeof *block + size);
    if (!block) {
        fail(ERR_NO_MEMORY, "out of memory for %zu octets", size);
        return NULL;
    }
    POISON(block->octets, size);
    block->size = size;
    arena->total += size;
    return block;
}

/* A large block goes behind the newest one, so that the room left there is
 * still used. */
static void *alloc_large(struct arena *arena, size_t need)
{
    struct arena_block *block = add_block(arena, need);
    if (!block)
        return NULL;
    block->next = arena->blocks->next;
    arena->blocks->next = block;
    return block->octets;
}

static void *alloc_new_block(struct arena *arena, size_t need)
{
    struct arena_block *block = add_block(arena, block_size_for(arena, need));
    if (!block)
        return NULL;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->used = need;
    return block->octets;
}

static void *take(struct arena *arena, size_t need)
{
    if (arena->blocks && need <= arena->blocks->size - arena->used) {
        void *place = arena->blocks->octets + arena->used;
        arena->used += need;
        return place;
    }
    if (need > arena->max - arena->total) {
        fail(ERR_NO_MEMORY, "over the maximum of %zu octets", arena->max);
        return NULL;
    }
    if (arena->blocks && need > BLOCK_SIZE_MAX / 2)
        return alloc_large(arena, need);
    return alloc_new_block(arena, need);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > arena->max) {
        fail(ERR_NO_MEMORY, "over the maximum of %zu octets", arena->max);
        return NULL;
    }
    size_t need = ((size ? size : 1) + GAP + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *place = take(arena, need);
    if (place)
        UNPOISON(place, size);
    return place;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        fail(ERR_NO_MEMORY, "%zu elements of %zu octets are too many", count, size);
        return NULL;
    }
    return arena_alloc(arena, total);
}

char *arena_cstr(struct arena *arena, struct slice s)
{
    char *copy = s.len < SIZE_MAX ? arena_alloc(arena, s.len + 1) : NULL;
    if (copy && s.len)
        memcpy(copy, s.data, s.len);
    return copy;
}

struct slice arena_copy(struct arena *arena, struct slice s)
{
    char *copy = arena_cstr(arena, s);
    return slice_of(copy, copy ? s.len : 0);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) {
        fail(ERR_INTERNAL, "bad format %s", format);
        return NULL;
    }
    char *text = arena_alloc(arena, (size_t)length + 1);
    if (!text)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}
