#include "store_fixture.h"

#include <stdio.h>

#include "base/clock.h"
#include "fiber/loop.h"
#include "statement.h"
#include "store/schema.h"
#include "support/check.h"

static void count_applied(void *arg, const char *name)
{
    CHECK(strlen(name) > 5);
    ++*(int *)arg;
}

static void again_body(struct database *database)
{
    uint32_t version = 0;
    int applied = 0;
    CHECK_OK(schema_migrate(database, count_applied, &applied));
    CHECK_INT(applied, 0);
    CHECK_OK(schema_version(database, &version));
    CHECK_INT(version, schema_version_built());
    CHECK_OK(schema_check(database));
}

void test_schema_migrate_again_does_nothing(void)
{
    store_run(again_body);
}

/* Deleting what is referred to would read the whole table that refers to it. */
static void reference_body(struct database *database)
{
    (void)database;
    const char *unindexed =
        "SELECT count(*) FROM pg_constraint c WHERE c.contype = 'f'"
        " AND c.connamespace = 'public'::regnamespace AND NOT EXISTS"
        " (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])";
    CHECK(store_sql_number("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") > 10);
    CHECK_INT(store_sql_number(unindexed), 0);
}

void test_schema_has_an_index_for_every_reference(void)
{
    store_run(reference_body);
}

static void newer_body(struct database *database)
{
    store_sql("INSERT INTO schema_version (version, name) VALUES (9000, 'from the future')");
    CHECK_ERR(schema_check(database), ERR_WRONG_STATE);
    CHECK(strstr(last_error()->text, "9000") != NULL);
    CHECK_ERR(schema_migrate(database, NULL, NULL), ERR_WRONG_STATE);
    store_sql("DELETE FROM schema_version WHERE version = 9000");
    CHECK_OK(schema_check(database));
}

void test_schema_newer_than_the_program_is_refused(void)
{
    store_run(newer_body);
}

static void migrate_fiber(void *arg, size_t number)
{
    struct database *const *database = arg;
    (void)number;
    CHECK_OK(schema_migrate(*database, NULL, NULL));
}

/* A database of its own, without a schema. */
static void empty_body(void *arg)
{
    (void)arg;
    char conninfo[500];
    snprintf(conninfo, sizeof conninfo, "%s dbname=postroom_unit_empty", store_conninfo());
    store_sql("DROP DATABASE IF EXISTS postroom_unit_empty");
    store_sql("CREATE DATABASE postroom_unit_empty");
    struct database_settings settings = store_settings();
    settings.conninfo = conninfo;
    settings.wait_ms = 500;
    struct database *database;
    if (!CHECK_OK(database_open(&settings, &database)))
        return;
    uint32_t version = 1;
    CHECK_OK(schema_version(database, &version));
    CHECK_INT(version, 0);
    CHECK_ERR(schema_check(database), ERR_WRONG_STATE);
    CHECK(strstr(last_error()->text, "postroomctl schema migrate") != NULL);
    CHECK_ERR(database_wait(database), ERR_UNAVAILABLE);
    CHECK(strstr(last_error()->text, "schema") != NULL);
    store_run_fibers(3, migrate_fiber, &database);
    CHECK_OK(schema_check(database));
    CHECK_OK(database_wait(database)); /* without waiting for the end of a pause */
    database_close(&database);
    store_sql("DROP DATABASE postroom_unit_empty WITH (FORCE)");
}

void test_schema_empty_database_is_migrated_once(void)
{
    CHECK_OK(loop_run_main(empty_body, NULL));
}

static void prepare_body(struct database *database)
{
    (void)database;
    struct script *script;
    if (!CHECK_OK(script_open(store_conninfo(), clock_monotonic_ms() + 10000, &script)))
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        int err = script_prepare(script, (enum statement)i);
        check_error(err, ERR_NONE, statement_table[i].name, __FILE__, __LINE__);
    }
    script_close(&script);
}

void test_schema_every_statement_prepares(void)
{
    store_run(prepare_body);
}
