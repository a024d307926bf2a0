#include "store_fixture.h"

#include "base/clock.h"
#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "support/check.h"

static void absent_body(void *arg)
{
    (void)arg;
    const struct database_settings settings = {.conninfo = "host=/nonexistent dbname=none",
                                               .connections = 2,
                                               .wait_ms = 300,
                                               .statement_timeout_ms = 1000};
    struct database *database;
    if (!CHECK_OK(database_open(&settings, &database)))
        return;
    int64_t start = clock_monotonic_ms();
    CHECK_ERR(database_wait(database), ERR_UNAVAILABLE);
    CHECK(strstr(last_error()->text, "/nonexistent") != NULL);
    struct transaction *tx;
    CHECK_ERR(transaction_begin(database, &tx), ERR_UNAVAILABLE);
    CHECK(strstr(last_error()->text, "/nonexistent") != NULL);
    int64_t took = clock_monotonic_ms() - start;
    CHECK(took >= 600 && took < 5000);
    database_close(&database);
    CHECK(database == NULL);
}

void test_database_absent_is_unavailable_in_time(void)
{
    CHECK_OK(loop_run_main(absent_body, NULL));
}

static void nonsense_body(void *arg)
{
    (void)arg;
    const struct database_settings settings = {
        .conninfo = "nonsense=1", .connections = 1, .wait_ms = 50};
    struct database *database;
    if (!CHECK_OK(database_open(&settings, &database)))
        return;
    CHECK_ERR(database_wait(database), ERR_UNAVAILABLE);
    CHECK(strstr(last_error()->text, "nonsense") != NULL);
    database_close(&database);
}

void test_database_conninfo_that_is_nonsense_is_told(void)
{
    CHECK_OK(loop_run_main(nonsense_body, NULL));
}

struct waiting {
    struct database *database;
    int cancelled;
};

static void wait_in_vain(void *arg, size_t number)
{
    struct waiting *waiting = arg;
    struct transaction *tx;
    if (number == 0) {
        fiber_sleep(50);
        database_close(&waiting->database);
    } else if (number % 2)
        waiting->cancelled += database_wait(waiting->database) == -ERR_CANCELLED;
    else
        waiting->cancelled += transaction_begin(waiting->database, &tx) == -ERR_CANCELLED;
}

static void closing_body(void *arg)
{
    (void)arg;
    const struct database_settings settings = {
        .conninfo = "host=/nonexistent", .connections = 1, .wait_ms = 60000};
    struct waiting waiting = {0};
    if (!CHECK_OK(database_open(&settings, &waiting.database)))
        return;
    store_run_fibers(9, wait_in_vain, &waiting);
    CHECK_INT(waiting.cancelled, 8);
}

void test_database_close_cancels_waiting_calls(void)
{
    CHECK_OK(loop_run_main(closing_body, NULL));
}

struct working {
    struct database *database;
    int ended;
};

static void query_while_closing(void *arg, size_t number)
{
    struct working *working = arg;
    struct database *database = working->database;
    if (number == 0) {
        fiber_yield();
        database_close(&working->database);
        working->ended++;
        return;
    }
    struct params params;
    params_init(&params);
    params_text(&params, SLICE("postroom.test"));
    params_text(&params, SLICE("x"));
    struct result *result = NULL;
    int err = number % 2 ? lane_query(database, LANE_FAST, STATEMENT_SESSION_SET, &params, &result)
                         : pool_query(database, true, STATEMENT_SESSION_SET, &params, &result);
    working->ended += err == 0 || err == -ERR_CANCELLED;
    if (!err)
        result_free(&result);
}

static void closing_under_work_body(void *arg)
{
    (void)arg;
    const struct database_settings settings = store_settings();
    struct working working = {0};
    if (!CHECK_OK(database_open(&settings, &working.database)))
        return;
    CHECK_OK(database_wait(working.database));
    store_run_fibers(20, query_while_closing, &working);
    CHECK_INT(working.ended, 20);
}

void test_database_close_ends_calls_under_way(void)
{
    CHECK_OK(loop_run_main(closing_under_work_body, NULL));
}
