#include "base/clock.h"
#include "model/uidset.h"
#include "support/check.h"

enum { STAR = 0 };

static void check_resolved(const struct uid_range *items, size_t count, uint32_t largest,
                           struct slice expected, int line)
{
    struct uid_range copy[8];
    struct uidset set;
    struct buffer out;
    memcpy(copy, items, count * sizeof *items);
    uidset_init(&set);
    buffer_init(&out, 0);
    CHECK_OK(
        sequence_set_resolve(&(struct sequence_set){.items = copy, .count = count}, largest, &set));
    uidset_render(&set, &out);
    check_slice(buffer_slice(&out), expected, "resolved", __FILE__, line);
    buffer_clear(&out);
    uidset_clear(&set);
}
#define ITEMS(...)                                                                                 \
    (const struct uid_range[])                                                                     \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define CHECK_RESOLVED(items, largest, expected)                                                   \
    check_resolved(items, sizeof(items) / sizeof(struct uid_range), largest, SLICE(expected),      \
                   __LINE__)

void test_sequence_set_sorts_and_merges(void)
{
    CHECK_RESOLVED(ITEMS({7, 7}, {1, 3}, {2, 5}, {7, 7}), 9, "1:5,7");
    CHECK_RESOLVED(ITEMS({5, 2}), 9, "2:5");
    CHECK_RESOLVED(ITEMS({20, 30}), 9, "20:30");
}

void test_sequence_set_puts_in_the_largest(void)
{
    CHECK_RESOLVED(ITEMS({STAR, STAR}), 9, "9");
    CHECK_RESOLVED(ITEMS({3, STAR}), 9, "3:9");
    CHECK_RESOLVED(ITEMS({STAR, 3}), 9, "3:9");
    /* RFC 3501 section 6.4.8: "559:*" always includes the last message. */
    CHECK_RESOLVED(ITEMS({559, STAR}), 9, "9:559");
    CHECK_RESOLVED(ITEMS({1, STAR}), UINT32_MAX, "1:4294967295");
}

void test_sequence_set_star_selects_nothing_when_empty(void)
{
    CHECK_RESOLVED(ITEMS({STAR, STAR}), 0, "");
    CHECK_RESOLVED(ITEMS({1, STAR}, {STAR, 4}, {6, 6}), 0, "6");
}

void test_sequence_set_replaces_the_contents(void)
{
    struct uidset set;
    uidset_init(&set);
    CHECK_OK(uidset_add(&set, 99));
    CHECK_OK(sequence_set_resolve(&(struct sequence_set){0}, 5, &set));
    CHECK(uidset_is_empty(&set));
}

void test_sequence_set_is_quick_with_many_items(void)
{
    enum { COUNT = 200000 };
    static struct uid_range items[COUNT];
    struct uidset set;
    for (uint32_t i = 0; i < COUNT; i++)
        items[i] = (struct uid_range){2 * (COUNT - i), 2 * (COUNT - i)};
    uidset_init(&set);
    int64_t before = clock_monotonic_ms();
    CHECK_OK(sequence_set_resolve(&(struct sequence_set){.items = items, .count = COUNT}, 5, &set));
    CHECK(clock_monotonic_ms() - before < 2000);
    CHECK_U64(set.count, COUNT);
    uidset_clear(&set);
}
