#include "store_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "fiber/wait.h"
#include "store/schema.h"
#include "support/check.h"

const char *store_conninfo(void)
{
    const char *conninfo = getenv("POSTROOM_TEST_CONNINFO");
    if (!conninfo) {
        fprintf(stderr, "POSTROOM_TEST_CONNINFO is not set: see tests/support/postgres\n");
        exit(2);
    }
    return conninfo;
}

struct database_settings store_settings(void)
{
    return (struct database_settings){.conninfo = store_conninfo(),
                                      .connections = 4,
                                      .wait_ms = 20000,
                                      .statement_timeout_ms = 20000};
}

static void run_body(void *arg)
{
    void (*const *body)(struct database *) = arg;
    const struct database_settings settings = store_settings();
    struct database *database;
    if (!CHECK_OK(database_open(&settings, &database)))
        return;
    if (CHECK_OK(schema_migrate(database, NULL, NULL)) && CHECK_OK(database_wait(database)))
        (*body)(database);
    database_close(&database);
}

void store_run(void (*body)(struct database *database))
{
    CHECK_OK(loop_run_main(run_body, &body));
}

struct crowd {
    void (*main)(void *arg, size_t number);
    void *arg;
    size_t next;
    size_t running;
    struct wait_queue ended;
};

static void crowd_main(void *arg)
{
    struct crowd *crowd = arg;
    crowd->main(crowd->arg, crowd->next++);
    crowd->running--;
    wait_wake_all(&crowd->ended);
}

void store_run_fibers(size_t count, void (*main)(void *arg, size_t number), void *arg)
{
    struct crowd crowd = {.main = main, .arg = arg};
    wait_queue_init(&crowd.ended);
    for (size_t i = 0; i < count; i++)
        if (CHECK_OK(fiber_spawn("crowd", crowd_main, &crowd, NULL)))
            crowd.running++;
    while (crowd.running)
        if (!CHECK_OK(wait_for(&crowd.ended, WAIT_FOREVER)))
            break;
}

void store_sql(const char *sql)
{
    struct script *script;
    if (!CHECK_OK(script_open(store_conninfo(), clock_monotonic_ms() + 10000, &script)))
        return;
    CHECK_OK(script_run(script, sql));
    script_close(&script);
}

int64_t store_sql_number(const char *sql)
{
    struct script *script;
    struct result *result;
    int64_t number = -1;
    if (!CHECK_OK(script_open(store_conninfo(), clock_monotonic_ms() + 10000, &script)))
        return number;
    if (CHECK_OK(script_query(script, sql, NULL, &result))) {
        number = result_int8(result, 0, 0);
        result_free(&result);
    }
    script_close(&script);
    return number;
}

void store_kill(const char *application)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '%s' "
             "AND datname = current_database()",
             application);
    store_sql(sql);
}
