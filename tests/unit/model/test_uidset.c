#include "model/uidset.h"

#include <stdlib.h>

#include "support/check.h"

static struct uidset set;

static void check_is(struct slice expected, int line)
{
    struct buffer out;
    buffer_init(&out, 0);
    uidset_render(&set, &out);
    check_slice(buffer_slice(&out), expected, "set", __FILE__, line);
    buffer_clear(&out);
}
#define CHECK_SET(literal) check_is(SLICE(literal), __LINE__)

void test_uidset_merges_adjacent_and_overlapping(void)
{
    uidset_init(&set);
    CHECK(uidset_is_empty(&set));
    CHECK_SET("");
    CHECK_OK(uidset_add(&set, 5));
    CHECK_OK(uidset_add(&set, 7));
    CHECK_SET("5,7");
    CHECK_OK(uidset_add(&set, 6));
    CHECK_SET("5:7");
    CHECK_OK(uidset_add(&set, 6));
    CHECK_OK(uidset_add(&set, 8));
    CHECK_OK(uidset_add(&set, 4));
    CHECK_SET("4:8");
    CHECK_OK(uidset_add_range(&set, 1, 2));
    CHECK_OK(uidset_add_range(&set, 20, 30));
    CHECK_OK(uidset_add_range(&set, 10, 12));
    CHECK_SET("1:2,4:8,10:12,20:30");
    CHECK_OK(uidset_add_range(&set, 7, 19));
    CHECK_SET("1:2,4:30");
    CHECK_OK(uidset_add_range(&set, 1, 100));
    CHECK_SET("1:100");
    CHECK_OK(uidset_add_range(&set, 50, 60));
    CHECK_SET("1:100");
    CHECK_U64(uidset_size(&set), 100);
    uidset_clear(&set);
    CHECK(uidset_is_empty(&set));
}

void test_uidset_knows_the_largest_number(void)
{
    uidset_init(&set);
    CHECK_OK(uidset_add(&set, UINT32_MAX));
    CHECK_OK(uidset_add(&set, UINT32_MAX));
    CHECK_OK(uidset_add(&set, 1));
    CHECK_SET("1,4294967295");
    CHECK_OK(uidset_add(&set, UINT32_MAX - 1));
    CHECK_SET("1,4294967294:4294967295");
    CHECK_OK(uidset_add_range(&set, 0, UINT32_MAX));
    CHECK_U64(uidset_size(&set), UINT64_C(1) << 32);
    CHECK(uidset_contains(&set, 0) && uidset_contains(&set, UINT32_MAX));
    uidset_clear(&set);
}

void test_uidset_refuses_backward_ranges(void)
{
    uidset_init(&set);
    CHECK_ERR(uidset_add_range(&set, 2, 1), ERR_INTERNAL);
    CHECK(uidset_is_empty(&set));
}

void test_uidset_contains_looks_into_each_range(void)
{
    uidset_init(&set);
    CHECK(!uidset_contains(&set, 1));
    for (uint32_t uid = 10; uid < 1000; uid += 10)
        CHECK_OK(uidset_add_range(&set, uid, uid + 3));
    for (uint32_t uid = 0; uid < 1010; uid++)
        CHECK(uidset_contains(&set, uid) == (uid >= 10 && uid < 1000 && uid % 10 <= 3));
    uidset_clear(&set);
}

/* Against an array of bits. */
void test_uidset_agrees_with_a_bitmap(void)
{
    enum { SIZE = 300 };
    srand(7);
    for (int round = 0; round < 300; round++) {
        bool bits[SIZE + 2] = {false};
        uidset_init(&set);
        for (int step = 0; step < 40; step++) {
            uint32_t first = 1 + (uint32_t)rand() % SIZE;
            uint32_t last = first + (uint32_t)rand() % (step % 3 ? 3 : 40);
            if (last > SIZE)
                last = SIZE;
            CHECK_OK(uidset_add_range(&set, first, last));
            for (uint32_t uid = first; uid <= last; uid++)
                bits[uid] = true;
        }
        size_t ranges = 0, size = 0;
        for (uint32_t uid = 1; uid <= SIZE + 1; uid++) {
            ranges += bits[uid] && !bits[uid - 1];
            size += bits[uid];
            if (uidset_contains(&set, uid) != bits[uid])
                CHECK_U64(uid, 0);
        }
        CHECK_U64(set.count, ranges);
        CHECK_U64(uidset_size(&set), size);
        uidset_clear(&set);
    }
}

void test_uidset_union_merges(void)
{
    struct uidset other;
    uidset_init(&set);
    uidset_init(&other);
    CHECK_OK(uidset_union(&set, &other));
    CHECK_SET("");
    CHECK_OK(uidset_add_range(&other, 3, 5));
    CHECK_OK(uidset_union(&set, &other));
    CHECK_SET("3:5");
    CHECK_OK(uidset_add(&set, 8));
    CHECK_OK(uidset_add_range(&other, 6, 7));
    CHECK_OK(uidset_add(&other, 1));
    CHECK_OK(uidset_add(&other, 10));
    CHECK_OK(uidset_union(&set, &other));
    CHECK_SET("1,3:8,10");
    CHECK_OK(uidset_union(&set, &set));
    CHECK_SET("1,3:8,10");
    uidset_clear(&other);
    uidset_clear(&set);
}

void test_uidset_union_takes_long_sets(void)
{
    struct uidset other;
    uidset_init(&set);
    uidset_init(&other);
    for (uint32_t uid = 1; uid < 200000; uid += 4) {
        CHECK_OK(uidset_add(&set, uid));
        CHECK_OK(uidset_add(&other, uid + 2));
    }
    CHECK_OK(uidset_union(&set, &other));
    CHECK_U64(set.count, 100000);
    CHECK_U64(uidset_size(&set), 100000);
    uidset_clear(&other);
    uidset_clear(&set);
}

/* Sets of bits 0 to 11 as UIDs 1 to 12. */
static void set_from_bits(struct uidset *out, unsigned bits)
{
    uidset_init(out);
    for (uint32_t uid = 1; bits; uid++, bits >>= 1)
        if (bits & 1)
            CHECK_OK(uidset_add(out, uid));
}

static bool is_set_of_bits(const struct uidset *actual, unsigned bits)
{
    for (uint32_t uid = 1; uid <= 12; uid++)
        if (uidset_contains(actual, uid) != (bits >> (uid - 1) & 1))
            return false;
    return true;
}

void test_uidset_intersect_and_subtract_small_sets(void)
{
    uint32_t wrong = 0;
    for (unsigned a = 0; a < 4096; a += 3) {
        for (unsigned b = 1; b < 4096; b += 61) {
            struct uidset left, right;
            set_from_bits(&left, a);
            set_from_bits(&right, b);
            CHECK_OK(uidset_intersect(&left, &right));
            wrong += !is_set_of_bits(&left, a & b);
            uidset_clear(&left);
            set_from_bits(&left, a);
            CHECK_OK(uidset_subtract(&left, &right));
            wrong += !is_set_of_bits(&left, a & ~b);
            uidset_clear(&left);
            uidset_clear(&right);
        }
    }
    CHECK_INT(wrong, 0);
}

void test_uidset_intersect_and_subtract_at_the_ends(void)
{
    struct uidset other;
    uidset_init(&set);
    uidset_init(&other);
    CHECK_OK(uidset_add_range(&set, 1, UINT32_MAX));
    CHECK_OK(uidset_add(&other, 1));
    CHECK_OK(uidset_add_range(&other, 5, UINT32_MAX));
    CHECK_OK(uidset_subtract(&set, &other));
    CHECK_SET("2:4");
    CHECK_OK(uidset_intersect(&set, &other));
    CHECK_SET("");
    uidset_clear(&other);
    uidset_clear(&set);
}

void test_uidset_keeps_places(void)
{
    static const struct {
        uint64_t start, end;
        const char *kept;
    } rows[] = {{0, 3, "1:3"}, {2, 5, "3,7:8"}, {4, 6, "8:9"}, {0, 100, "1:3,7:9,20"}, {6, 7, "20"},
                {7, 9, ""},    {3, 3, ""},      {1, 2, "2"},   {2, 7, "3,7:9,20"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct uidset kept;
        struct buffer out;
        uidset_init(&kept);
        buffer_init(&out, 0);
        CHECK_OK(uidset_add_range(&kept, 1, 3));
        CHECK_OK(uidset_add_range(&kept, 7, 9));
        CHECK_OK(uidset_add(&kept, 20));
        CHECK_OK(uidset_keep_places(&kept, rows[i].start, rows[i].end));
        uidset_render(&kept, &out);
        check_slice(buffer_slice(&out), slice_cstr(rows[i].kept), "kept", __FILE__, __LINE__);
        buffer_clear(&out);
        uidset_clear(&kept);
    }
}
