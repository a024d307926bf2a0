#include "base/arena.h"

#include <stdalign.h>

#include "support/check.h"

static bool is_zero(const char *octets, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (octets[i])
            return false;
    }
    return true;
}

void test_arena_gives_zeroed_aligned_memory_of_any_size(void)
{
    struct arena arena;
    arena_init(&arena, 0);
    for (int round = 0; round < 2; round++) {
        for (size_t size = 0; size < 3000; size += 7) {
            char *memory = arena_alloc(&arena, size);
            CHECK(memory != NULL);
            CHECK(is_zero(memory, size));
            CHECK_U64((uintptr_t)memory % alignof(max_align_t), 0);
            memset(memory, 0x55, size);
        }
        arena_clear(&arena);
        CHECK_U64(arena.total, 0);
    }
}

void test_arena_allocations_do_not_overlap(void)
{
    enum { COUNT = 500 };
    struct arena arena;
    unsigned char *memory[COUNT];
    arena_init(&arena, 0);
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i % 50 == 49 ? 40000 + i : 1 + i % 97;
        memory[i] = arena_alloc(&arena, size);
        memset(memory[i], (int)(i % 251), size);
    }
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i % 50 == 49 ? 40000 + i : 1 + i % 97;
        CHECK(memory[i][0] == i % 251 && memory[i][size - 1] == i % 251);
    }
    arena_clear(&arena);
}

void test_arena_large_block_leaves_room_in_the_newest(void)
{
    struct arena arena;
    arena_init(&arena, 0);
    char *before = arena_alloc(&arena, 16);
    const struct arena_block *newest = arena.blocks;
    CHECK(arena_alloc(&arena, 1 << 20) != NULL);
    CHECK(arena.blocks == newest);
    char *after = arena_alloc(&arena, 16);
    CHECK(after > before && after - before < 1024);
    arena_clear(&arena);
}

void test_arena_has_a_maximum(void)
{
    struct arena arena;
    arena_init(&arena, 4096);
    CHECK(arena_alloc(&arena, 4097) == NULL);
    CHECK_INT(last_error()->code, ERR_NO_MEMORY);
    CHECK(arena_alloc(&arena, SIZE_MAX) == NULL);
    CHECK(arena_alloc(&arena, 4000) != NULL);
    CHECK(arena_alloc(&arena, 1000) == NULL);
    CHECK(arena.total <= 4096);
    arena_clear(&arena);
    CHECK(arena_alloc(&arena, 4000) != NULL);
    arena_clear(&arena);
}

void test_arena_small_allocations_fill_up_to_the_maximum(void)
{
    struct arena arena;
    size_t count = 0;
    arena_init(&arena, 10000);
    while (arena_alloc(&arena, 16))
        count++;
    CHECK(count > 10000 / 16 / 3);
    CHECK(arena.total <= 10000);
    arena_clear(&arena);
}

void test_arena_array_checks_for_overflow(void)
{
    struct arena arena;
    arena_init(&arena, 0);
    CHECK(arena_array(&arena, SIZE_MAX / 2, 3) == NULL);
    CHECK_INT(last_error()->code, ERR_NO_MEMORY);
    uint32_t *numbers = ARENA_ARRAY(&arena, 10, uint32_t);
    CHECK(numbers != NULL && numbers[9] == 0);
    arena_clear(&arena);
}

void test_arena_copies_text(void)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice copy = arena_copy(&arena, SLICE("a\0b"));
    CHECK_SLICE(copy, "a\0b");
    CHECK_INT(copy.data[3], 0);
    copy = arena_copy(&arena, slice_of(NULL, 0));
    CHECK(copy.data != NULL && copy.len == 0);
    CHECK_STR(arena_cstr(&arena, SLICE("abc")), "abc");
    CHECK_STR(arena_printf(&arena, "%s-%d", "x", 12), "x-12");
    arena_clear(&arena);

    arena_init(&arena, 8);
    copy = arena_copy(&arena, SLICE("longer than eight"));
    CHECK(copy.data == NULL && copy.len == 0);
    CHECK(arena_printf(&arena, "%100d", 1) == NULL);
    arena_clear(&arena);
}
