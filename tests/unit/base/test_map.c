#include "base/map.h"

#include "support/check.h"

enum { COUNT = 20000 };
static char values[COUNT];

void test_map_holds_any_key(void)
{
    static const uint64_t keys[] = {0, 1, UINT64_MAX, UINT64_C(1) << 63, 16, 32, 48};
    struct map map;
    map_init(&map);
    CHECK(map_get(&map, 0) == NULL);
    CHECK(map_remove(&map, 0) == NULL);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        CHECK_OK(map_put(&map, keys[i], &values[i]));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        CHECK(map_get(&map, keys[i]) == &values[i]);
    CHECK_U64(map.count, sizeof keys / sizeof keys[0]);
    map_clear(&map);
    CHECK(map_get(&map, 0) == NULL);
}

void test_map_replaces(void)
{
    struct map map;
    map_init(&map);
    CHECK_OK(map_put(&map, 7, &values[0]));
    CHECK_OK(map_put(&map, 7, &values[1]));
    CHECK(map_get(&map, 7) == &values[1]);
    CHECK_U64(map.count, 1);
    CHECK(map_remove(&map, 7) == &values[1]);
    CHECK(map_get(&map, 7) == NULL);
    CHECK_U64(map.count, 0);
    map_clear(&map);
}

void test_map_refuses_null(void)
{
    struct map map;
    map_init(&map);
    CHECK_ERR(map_put(&map, 7, NULL), ERR_INTERNAL);
    map_clear(&map);
}

/* Keys in rows, and keys whose low bits are all alike. */
void test_map_grows_and_shrinks(void)
{
    static const uint64_t factors[] = {1, 4096, UINT64_C(1) << 40};
    for (size_t f = 0; f < sizeof factors / sizeof factors[0]; f++) {
        struct map map;
        map_init(&map);
        for (uint64_t i = 0; i < COUNT; i++)
            CHECK_OK(map_put(&map, i * factors[f], &values[i]));
        CHECK_U64(map.count, COUNT);
        for (uint64_t i = 0; i < COUNT; i += 2)
            CHECK(map_remove(&map, i * factors[f]) == &values[i]);
        for (uint64_t i = 0; i < COUNT; i++)
            CHECK(map_get(&map, i * factors[f]) == (i % 2 ? &values[i] : NULL));
        map_clear(&map);
    }
}

void test_map_stays_small_under_churn(void)
{
    struct map map;
    map_init(&map);
    for (uint64_t i = 0; i < 1000000; i++) {
        if (map_put(&map, i, &values[0]) < 0 || (i >= 10 && !map_remove(&map, i - 10)))
            CHECK(!"churn");
    }
    CHECK_U64(map.count, 10);
    CHECK(map.size <= 64);
    map_clear(&map);
}

void test_map_iterates_over_all_while_removing(void)
{
    static bool seen[COUNT];
    struct map map;
    map_init(&map);
    for (uint64_t i = 0; i < COUNT; i++)
        CHECK_OK(map_put(&map, i, &values[i]));
    size_t cursor = 0, count = 0;
    uint64_t key = 0;
    for (char *value; (value = map_next(&map, &cursor, &key)); count++) {
        CHECK(value == &values[key] && !seen[key]);
        seen[key] = true;
        if (key % 3)
            CHECK(map_remove(&map, key) == value);
    }
    CHECK_U64(count, COUNT);
    CHECK_U64(map.count, (COUNT + 2) / 3);
    cursor = 0;
    CHECK(map_next(&map, &cursor, NULL) != NULL);
    map_clear(&map);
    cursor = 0;
    CHECK(map_next(&map, &cursor, NULL) == NULL);
}
