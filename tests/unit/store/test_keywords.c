/* Keywords of a mailbox. */
#include <stdio.h>

#include "store/mailboxes.h"
#include "support/check.h"
#include "table_fixture.h"

struct keyword_race {
    struct database *database;
    int64_t mailbox;
};

static void keyword_fiber(void *arg, size_t number)
{
    const struct keyword_race *race = arg;
    struct arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < 7; i++) {
        char own[20];
        char common[20];
        snprintf(own, sizeof own, "own%zu-%zu", number, i);
        snprintf(common, sizeof common, number % 2 ? "Common%zu" : "COMMON%zu", i);
        const struct slice names[] = {slice_cstr(own), slice_cstr(common)};
        struct keyword_table table;
        if (CHECK_OK(keywords_add(race->database, &arena, race->mailbox, names, 2, &table))) {
            CHECK(keyword_find(&table, names[0]) != 0);
            CHECK(keyword_find(&table, names[1]) != 0);
        }
    }
    arena_clear(&arena);
}

static void keywords_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct keyword_race race = {database, table_mailbox(database, 0, true)};
    store_run_fibers(6, keyword_fiber, &race);
    struct keyword_table table;
    CHECK_OK(keywords_load(database, &arena, race.mailbox, &table));
    CHECK_INT(table.count, 6 * 7 + 7);
    struct slice names[10];
    for (size_t i = 0; i < 10; i++)
        names[i] = slice_cstr(arena_printf(&arena, "more%zu", i));
    CHECK_OK(keywords_add(database, &arena, race.mailbox, names, 9, &table));
    CHECK_INT(table.count, FLAG_KEYWORD_COUNT);
    CHECK_ERR(keywords_add(database, &arena, race.mailbox, names, 10, &table), ERR_LIMIT);
    arena_clear(&arena);
}

void test_keywords_get_one_bit_each(void)
{
    store_run(keywords_body);
}
