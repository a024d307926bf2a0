#include "base/buffer.h"

#include "support/check.h"

void test_buffer_appends_everything(void)
{
    struct buffer buffer;
    buffer_init(&buffer, 0);
    CHECK_SLICE(buffer_slice(&buffer), "");
    buffer_add(&buffer, SLICE("a\0b"));
    buffer_add_cstr(&buffer, "cd");
    buffer_add_char(&buffer, '-');
    buffer_add_u64(&buffer, 0);
    buffer_add_char(&buffer, '-');
    buffer_add_u64(&buffer, UINT64_MAX);
    buffer_printf(&buffer, "[%s:%d]", "x", -5);
    CHECK_SLICE(buffer_slice(&buffer), "a\0bcd-0-18446744073709551615[x:-5]");
    CHECK_OK(buffer_check(&buffer));
    buffer_clear(&buffer);
    CHECK_SLICE(buffer_slice(&buffer), "");
}

void test_buffer_adding_nothing_allocates_nothing(void)
{
    struct buffer buffer;
    buffer_init(&buffer, 0);
    buffer_add(&buffer, slice_of(NULL, 0));
    buffer_drop_front(&buffer, 5);
    CHECK(buffer.data == NULL);
    CHECK_OK(buffer_check(&buffer));
}

void test_buffer_prints_long_text(void)
{
    struct buffer buffer;
    buffer_init(&buffer, 0);
    for (int width = 250; width < 260; width++) {
        buffer_reset(&buffer);
        buffer_printf(&buffer, "%*d", width, 7);
        CHECK_U64(buffer.len, width);
        CHECK_INT(buffer.data[width - 1], '7');
    }
    buffer_clear(&buffer);
}

void test_buffer_over_the_maximum_fails_and_stays_valid(void)
{
    struct buffer buffer;
    buffer_init(&buffer, 8);
    buffer_add(&buffer, SLICE("12345678"));
    CHECK_OK(buffer_check(&buffer));
    buffer_add_char(&buffer, '9');
    CHECK_ERR(buffer_check(&buffer), ERR_LIMIT);
    buffer_truncate(&buffer, 4);
    buffer_add_char(&buffer, 'x');
    CHECK_SLICE(buffer_slice(&buffer), "1234");
    CHECK(buffer_reserve(&buffer, 1) == NULL);
    CHECK_ERR(buffer_check(&buffer), ERR_LIMIT);
    buffer_reset(&buffer);
    CHECK_OK(buffer_check(&buffer));
    buffer_printf(&buffer, "%08d", 1);
    CHECK_SLICE(buffer_slice(&buffer), "00000001");
    CHECK_OK(buffer_check(&buffer));
    buffer_printf(&buffer, "x");
    CHECK_ERR(buffer_check(&buffer), ERR_LIMIT);
    buffer_clear(&buffer);
    CHECK_U64(buffer.max, 8);
    CHECK_OK(buffer_check(&buffer));
}

void test_buffer_refuses_sizes_that_overflow(void)
{
    struct buffer buffer;
    buffer_init(&buffer, 0);
    buffer_add_char(&buffer, 'x');
    CHECK(buffer_reserve(&buffer, SIZE_MAX) == NULL);
    CHECK_ERR(buffer_check(&buffer), ERR_LIMIT);
    buffer_clear(&buffer);
}

void test_buffer_reserve_and_commit(void)
{
    struct buffer buffer;
    buffer_init(&buffer, 0);
    char *place = buffer_reserve(&buffer, 1000);
    CHECK(place != NULL);
    memcpy(place, "abc", 3);
    CHECK_U64(buffer.len, 0);
    buffer_commit(&buffer, 3);
    CHECK_SLICE(buffer_slice(&buffer), "abc");
    CHECK(buffer_reserve(&buffer, 0) != NULL);
    buffer_clear(&buffer);
}

void test_buffer_drops_from_both_ends(void)
{
    struct buffer buffer;
    buffer_init(&buffer, 0);
    buffer_add(&buffer, SLICE("0123456789"));
    buffer_drop_front(&buffer, 0);
    buffer_drop_front(&buffer, 3);
    CHECK_SLICE(buffer_slice(&buffer), "3456789");
    buffer_truncate(&buffer, 5);
    buffer_truncate(&buffer, 50);
    CHECK_SLICE(buffer_slice(&buffer), "34567");
    buffer_drop_front(&buffer, 50);
    CHECK_SLICE(buffer_slice(&buffer), "");
    buffer_clear(&buffer);
}

void test_buffer_keep_moves_to_an_arena(void)
{
    struct arena arena;
    struct buffer buffer;
    struct slice kept = SLICE("untouched");
    arena_init(&arena, 0);
    buffer_init(&buffer, 4);
    buffer_add_cstr(&buffer, "abcd");
    CHECK_OK(buffer_keep(&buffer, &arena, &kept));
    CHECK_SLICE(kept, "abcd");
    CHECK_U64(buffer.len, 0);
    buffer_add_cstr(&buffer, "abcde");
    CHECK_ERR(buffer_keep(&buffer, &arena, &kept), ERR_LIMIT);
    CHECK_SLICE(kept, "abcd");
    arena_clear(&arena);
    arena_init(&arena, 1);
    buffer_add_cstr(&buffer, "abc");
    CHECK_ERR(buffer_keep(&buffer, &arena, &kept), ERR_NO_MEMORY);
    CHECK(buffer.data == NULL);
    arena_clear(&arena);
}
