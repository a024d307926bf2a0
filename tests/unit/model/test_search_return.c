#include "model/search_return.h"

#include "support/check.h"

void test_search_return_finds_pages(void)
{
    static const struct {
        struct partial_range range;
        size_t count, start, end;
    } rows[] = {
        {{true, false, 1, 5}, 10, 0, 5},   {{true, false, 5, 1}, 10, 0, 5},
        {{true, false, 8, 12}, 10, 7, 10}, {{true, false, 10, 10}, 10, 9, 10},
        {{true, false, 11, 12}, 10, 0, 0}, {{true, false, 1, 1}, 0, 0, 0},
        {{true, true, 1, 3}, 10, 7, 10},   {{true, true, 3, 1}, 10, 7, 10},
        {{true, true, 9, 12}, 10, 0, 2},   {{true, true, 10, 10}, 10, 0, 1},
        {{true, true, 11, 12}, 10, 0, 0},  {{true, false, 1, UINT32_MAX}, 3, 0, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t start, end;
        partial_range_find(&rows[i].range, rows[i].count, &start, &end);
        CHECK_U64(start, rows[i].start);
        CHECK_U64(end, rows[i].end);
    }
}

/* The tables of RFC 5182 section 2.4 and RFC 9394 section 3.2. */
void test_search_return_means_what_is_told_or_all(void)
{
    CHECK(search_return_means_all(&(struct search_return){.save = true}));
    CHECK(!search_return_means_all(&(struct search_return){.minimum = true}));
    CHECK(!search_return_means_all(&(struct search_return){.minimum = true, .maximum = true}));
    CHECK(search_return_means_all(&(struct search_return){.minimum = true, .count = true}));
    CHECK(search_return_means_all(&(struct search_return){.maximum = true, .all = true}));
    CHECK(!search_return_means_all(&(struct search_return){.partial = {.given = true}}));
    CHECK(search_return_means_all(
        &(struct search_return){.partial = {.given = true}, .count = true}));
    CHECK(!search_return_tells(&(struct search_return){.save = true}));
    CHECK(search_return_tells(&(struct search_return){.partial = {.given = true}}));
}

void test_search_return_pages_have_a_size(void)
{
    CHECK_U64(partial_range_size(&(struct partial_range){true, false, 1, 1}), 1);
    CHECK_U64(partial_range_size(&(struct partial_range){true, true, 1, 1500}), 1500);
    CHECK_U64(partial_range_size(&(struct partial_range){true, false, 1500, 1}), 1500);
    CHECK_U64(partial_range_size(&(struct partial_range){true, false, 1, UINT32_MAX}), UINT32_MAX);
}
