#include "store_fixture.h"

#include <stdio.h>

#include "fiber/fiber.h"
#include "support/check.h"

/* Rows of schema_version far above any real one are these tests' guinea pigs. */
enum { FIRST_VERSION = 100000 };

static int queue_row(struct transaction *tx, int version, size_t *index_out)
{
    struct params params;
    params_init(&params);
    params_int4(&params, version);
    params_text(&params, SLICE("test"));
    return transaction_queue(tx, STATEMENT_SCHEMA_ADD_VERSION, &params, index_out);
}

static int queue_echo(struct transaction *tx, const char *value, size_t *index_out)
{
    struct params params;
    params_init(&params);
    params_text(&params, SLICE("postroom.test"));
    params_text(&params, slice_cstr(value));
    return transaction_queue(tx, STATEMENT_SESSION_SET, &params, index_out);
}

static int64_t rows_of_tests(void)
{
    return store_sql_number("SELECT count(*) FROM schema_version WHERE version >= 100000");
}

static void clean_up(void)
{
    store_sql("DELETE FROM schema_version WHERE version >= 100000");
}

static void one_trip_body(struct database *database)
{
    clean_up();
    struct database_counters before;
    struct database_counters after;
    struct transaction *tx;
    size_t row = 9;
    size_t echo = 9;
    if (!CHECK_OK(transaction_begin(database, &tx)))
        return;
    database_counters(database, &before);
    CHECK_OK(queue_row(tx, FIRST_VERSION, &row));
    CHECK_OK(queue_echo(tx, "one", &echo));
    CHECK_OK(queue_row(tx, FIRST_VERSION + 1, NULL));
    CHECK(transaction_result(tx, echo) == NULL);
    CHECK_OK(transaction_commit(tx));
    database_counters(database, &after);
    CHECK_INT(row, 0);
    CHECK_INT(echo, 1);
    CHECK_SLICE(result_slice(transaction_result(tx, echo), 0, 0), "one");
    CHECK(transaction_result(tx, 0) != NULL && transaction_result(tx, 2) != NULL);
    CHECK(transaction_result(tx, 3) == NULL);
    CHECK(transaction_failed_index(tx) == SIZE_MAX);
    CHECK_U64(after.round_trips - before.round_trips, 1);
    CHECK_U64(after.statements - before.statements, 5);
    transaction_end(&tx);
    CHECK(tx == NULL);
    CHECK_INT(rows_of_tests(), 2);
    clean_up();
}

void test_transaction_commits_in_one_round_trip(void)
{
    store_run(one_trip_body);
}

static void several_runs_body(struct database *database)
{
    clean_up();
    struct transaction *tx;
    size_t first;
    size_t second;
    if (!CHECK_OK(transaction_begin(database, &tx)))
        return;
    CHECK_OK(queue_echo(tx, "a", &first));
    CHECK_OK(transaction_run(tx));
    const struct result *early = transaction_result(tx, first);
    CHECK_SLICE(result_slice(early, 0, 0), "a");
    for (int i = 0; i < 40; i++)
        CHECK_OK(queue_row(tx, FIRST_VERSION + i, NULL));
    CHECK_OK(transaction_run(tx));
    CHECK_OK(queue_echo(tx, "b", &second));
    CHECK_OK(transaction_commit(tx));
    CHECK_INT(second, 41);
    CHECK(transaction_result(tx, first) == early);
    CHECK_SLICE(result_slice(transaction_result(tx, second), 0, 0), "b");
    transaction_end(&tx);
    CHECK_INT(rows_of_tests(), 40);
    clean_up();
}

void test_transaction_runs_in_several_steps(void)
{
    store_run(several_runs_body);
}

static void refused_body(struct database *database)
{
    clean_up();
    struct transaction *tx;
    if (!CHECK_OK(transaction_begin(database, &tx)))
        return;
    CHECK_OK(queue_row(tx, FIRST_VERSION, NULL));
    CHECK_OK(queue_row(tx, FIRST_VERSION, NULL));
    CHECK_OK(queue_row(tx, FIRST_VERSION + 1, NULL));
    CHECK_ERR(transaction_commit(tx), ERR_EXISTS);
    CHECK_STR(last_error()->sqlstate, "23505");
    CHECK_INT(transaction_failed_index(tx), 1);
    CHECK(transaction_result(tx, 0) != NULL);
    CHECK(transaction_result(tx, 1) == NULL);
    CHECK(transaction_result(tx, 2) == NULL);
    transaction_end(&tx);
    CHECK_INT(rows_of_tests(), 0);

    /* the connection has come back clean */
    for (int i = 0; i < 8; i++) {
        if (!CHECK_OK(transaction_begin(database, &tx)))
            return;
        CHECK_OK(queue_row(tx, FIRST_VERSION + i, NULL));
        CHECK_OK(transaction_commit(tx));
        transaction_end(&tx);
    }
    CHECK_INT(rows_of_tests(), 8);
    clean_up();
}

void test_transaction_refused_leaves_nothing(void)
{
    store_run(refused_body);
}

static void abandoned_body(struct database *database)
{
    clean_up();
    struct transaction *tx;
    for (int i = 0; i < 12; i++) {
        if (!CHECK_OK(transaction_begin(database, &tx)))
            return;
        if (i % 3 > 0)
            CHECK_OK(queue_row(tx, FIRST_VERSION + i, NULL));
        if (i % 3 > 1)
            CHECK_OK(transaction_run(tx));
        transaction_end(&tx);
    }
    if (!CHECK_OK(transaction_begin(database, &tx)))
        return;
    CHECK_OK(transaction_commit(tx)); /* of nothing */
    transaction_end(&tx);
    CHECK_INT(rows_of_tests(), 0);
}

void test_transaction_abandoned_is_rolled_back(void)
{
    store_run(abandoned_body);
}

struct crowd_state {
    struct database *database;
    int outcomes[200]; /* by row: 0, or the negative err */
};

static void insert_fiber(void *arg, size_t number)
{
    struct crowd_state *state = arg;
    struct transaction *tx;
    int err = transaction_begin(state->database, &tx);
    if (!err) {
        err = queue_row(tx, FIRST_VERSION + (int)number, NULL);
        if (!err)
            err = transaction_commit(tx);
        transaction_end(&tx);
    }
    state->outcomes[number] = err;
}

static void queue_for_pool_body(struct database *database)
{
    clean_up();
    struct crowd_state state = {.database = database};
    store_run_fibers(200, insert_fiber, &state);
    for (int i = 0; i < 200; i++)
        CHECK_INT(state.outcomes[i], 0);
    CHECK_INT(rows_of_tests(), 200);
    clean_up();
}

void test_transaction_waits_for_a_connection(void)
{
    store_run(queue_for_pool_body);
}

static bool somebody_was_hit(const struct crowd_state *state)
{
    for (int i = 0; i < 200; i++)
        if (state->outcomes[i])
            return true;
    return false;
}

static void killed_fiber(void *arg, size_t number)
{
    if (number < 199) {
        fiber_sleep((uint32_t)number * 5);
        insert_fiber(arg, number);
        return;
    }
    for (int i = 0; i < 4 || (i < 200 && !somebody_was_hit(arg)); i++) {
        store_kill("postroom transactions");
        fiber_sleep(i < 4 ? 50 : 5);
    }
    insert_fiber(arg, number);
}

/* What each was told is true: committed is there, unavailable is not. */
static void killed_body(struct database *database)
{
    struct crowd_state state;
    int attempts = 0;
    do { /* on a machine that is busy elsewhere all may be done between two kills */
        clean_up();
        state = (struct crowd_state){.database = database};
        store_run_fibers(200, killed_fiber, &state);
    } while (!somebody_was_hit(&state) && ++attempts < 10);
    int committed = 0;
    for (int i = 0; i < 200; i++) {
        char sql[100];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM schema_version WHERE version = %d",
                 FIRST_VERSION + i);
        int64_t there = store_sql_number(sql);
        committed += state.outcomes[i] == 0;
        if (state.outcomes[i] == 0)
            CHECK_INT(there, 1);
        else if (state.outcomes[i] == -ERR_UNAVAILABLE)
            CHECK_INT(there, 0);
        else
            CHECK_INT(state.outcomes[i], -ERR_IN_DOUBT);
    }
    CHECK(committed > 100);
    CHECK(committed < 200); /* else nobody was hit */
    CHECK_INT(state.outcomes[199], 0);
    clean_up();
}

void test_transaction_killed_under_load_tells_the_truth(void)
{
    store_run(killed_body);
}

static void lost_before_body(struct database *database)
{
    clean_up();
    struct transaction *tx;
    if (!CHECK_OK(transaction_begin(database, &tx)))
        return;
    CHECK_OK(queue_row(tx, FIRST_VERSION, NULL));
    CHECK_OK(transaction_run(tx));
    store_kill("postroom transactions");
    fiber_sleep(100);
    CHECK_ERR(transaction_commit(tx), ERR_UNAVAILABLE);
    transaction_end(&tx);
    CHECK_INT(rows_of_tests(), 0);
    if (!CHECK_OK(transaction_begin(database, &tx)))
        return;
    CHECK_OK(queue_row(tx, FIRST_VERSION, NULL));
    CHECK_OK(transaction_commit(tx));
    transaction_end(&tx);
    clean_up();
}

void test_transaction_lost_before_commit_is_unavailable(void)
{
    store_run(lost_before_body);
}

static void kill_later(void *arg, size_t number)
{
    if (number == 0) {
        insert_fiber(arg, 0);
        return;
    }
    fiber_sleep(400);
    store_kill("postroom transactions");
}

/* COMMIT takes two seconds, by a trigger that runs in it. */
static void in_doubt_body(struct database *database)
{
    clean_up();
    store_sql("CREATE OR REPLACE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS "
              "$$BEGIN PERFORM pg_sleep(2); RETURN NULL; END$$;"
              "CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON schema_version "
              "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow_commit()");
    struct crowd_state state = {.database = database};
    store_run_fibers(2, kill_later, &state);
    CHECK_INT(state.outcomes[0], -ERR_IN_DOUBT);
    store_sql("DROP TRIGGER slow_commit ON schema_version; DROP FUNCTION slow_commit()");
    clean_up();
}

void test_transaction_lost_in_commit_is_in_doubt(void)
{
    store_run(in_doubt_body);
}

static void body_pool_body(struct database *database)
{
    struct params params;
    params_init(&params);
    params_text(&params, SLICE("postroom.test"));
    params_text(&params, SLICE("x"));
    struct result *result;
    for (int i = 0; i < 2; i++)
        if (CHECK_OK(pool_query(database, i, STATEMENT_SESSION_SET, &params, &result))) {
            CHECK_SLICE(result_slice(result, 0, 0), "x");
            result_free(&result);
        }
}

void test_transaction_pools_take_single_statements(void)
{
    store_run(body_pool_body);
}
