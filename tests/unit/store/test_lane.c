#include "store_fixture.h"

#include <stdio.h>

#include "fiber/fiber.h"
#include "support/check.h"

/* Has PostgreSQL say `value` back on a lane. */
static int echo(struct database *database, enum lane lane, const char *setting, const char *value,
                char *answer, size_t size)
{
    struct params params;
    params_init(&params);
    params_text(&params, slice_cstr(setting));
    params_text(&params, slice_cstr(value));
    struct result *result;
    int err = lane_query(database, lane, STATEMENT_SESSION_SET, &params, &result);
    if (err)
        return err;
    struct slice said = result_slice(result, 0, 0);
    snprintf(answer, size, "%.*s", SLICE_ARGS(said));
    result_free(&result);
    return 0;
}

enum { FIBERS = 200, ROUNDS = 30 };

struct load {
    struct database *database;
    size_t answered;
    size_t refused;
    size_t wrong;
    size_t away;
    size_t asked;
    bool over;
};

/* Every seventh fiber asks what PostgreSQL refuses. */
static void mixed_fiber(void *arg, size_t number)
{
    struct load *load = arg;
    for (int round = 0; round < ROUNDS; round++) {
        char value[32];
        char answer[32] = "";
        bool bad = number % 7 == 0;
        snprintf(value, sizeof value, "%zu-%d", number, round);
        int err = echo(load->database, number % 2 ? LANE_FAST : LANE_SLOW,
                       bad ? "statement_timeout" : "postroom.test", value, answer, sizeof answer);
        if (err == -ERR_UNAVAILABLE)
            load->away++;
        else if (bad)
            load->refused += err == -ERR_INVALID;
        else if (err || strcmp(answer, value) != 0)
            load->wrong++;
        else
            load->answered++;
    }
}

static void neighbours_body(struct database *database)
{
    struct load load = {.database = database};
    struct database_counters before;
    struct database_counters after;
    database_counters(database, &before);
    store_run_fibers(FIBERS, mixed_fiber, &load);
    database_counters(database, &after);
    CHECK_INT(load.wrong, 0);
    CHECK_INT(load.away, 0);
    CHECK_INT(load.refused, (FIBERS + 6) / 7 * ROUNDS);
    CHECK_INT(load.answered, (FIBERS - (FIBERS + 6) / 7) * ROUNDS);
    CHECK(after.statements - before.statements > FIBERS * ROUNDS); /* the skipped ones, twice */
    CHECK(after.round_trips - before.round_trips < FIBERS * ROUNDS);
}

void test_lane_failing_statements_leave_neighbours_alone(void)
{
    store_run(neighbours_body);
}

struct turn {
    struct database *database;
    enum lane lane;
    size_t bad; /* the fiber that asks what is refused; SIZE_MAX: none */
    size_t answered;
    size_t refused;
};

static void ask_once(void *arg, size_t number)
{
    struct turn *turn = arg;
    char answer[32];
    bool bad = number == turn->bad;
    int err = echo(turn->database, turn->lane, bad ? "statement_timeout" : "postroom.test", "x",
                   answer, sizeof answer);
    turn->refused += bad && err == -ERR_INVALID;
    turn->answered += !err && strcmp(answer, "x") == 0;
}

static void check_turn(struct database *database, enum lane lane, size_t bad, size_t statements,
                       size_t round_trips)
{
    enum { ASKING = 20 };
    struct turn turn = {.database = database, .lane = lane, .bad = bad};
    struct database_counters before;
    struct database_counters after;
    database_counters(database, &before);
    store_run_fibers(ASKING, ask_once, &turn);
    database_counters(database, &after);
    CHECK_INT(turn.refused, bad != SIZE_MAX);
    CHECK_INT(turn.answered, ASKING - turn.refused);
    CHECK_U64(after.statements - before.statements, statements);
    CHECK_U64(after.round_trips - before.round_trips, round_trips);
}

/* Fiber 5 fails: the 14 behind it are asked again, all together. */
static void gathering_body(struct database *database)
{
    check_turn(database, LANE_FAST, SIZE_MAX, 20, 1);
    check_turn(database, LANE_FAST, 5, 20 + 14, 2);
    check_turn(database, LANE_SLOW, 5, 20, 20);
}

void test_lane_gathers_what_is_asked_in_one_turn(void)
{
    store_run(gathering_body);
}

/* Fiber 0 kills both lanes again and again, the others ask until it is done. */
static void killing_fiber(void *arg, size_t number)
{
    struct load *load = arg;
    for (int i = 0; number == 0 && i < 6; i++) {
        fiber_sleep(20);
        store_kill(i % 2 ? "postroom slow lane" : "postroom fast lane");
    }
    if (number == 0)
        load->over = true;
    while (!load->over) {
        mixed_fiber(arg, number);
        load->asked += ROUNDS;
    }
}

static void killed_body(struct database *database)
{
    struct load load = {.database = database};
    struct database_counters before;
    struct database_counters after;
    database_counters(database, &before);
    store_run_fibers(FIBERS + 1, killing_fiber, &load);
    database_counters(database, &after);
    CHECK_INT(load.wrong, 0);
    CHECK_INT(load.away, 0); /* lost reads are asked again within wait_ms */
    CHECK_INT(load.answered + load.refused, load.asked);
    CHECK(after.statements - before.statements > load.asked); /* some were lost */
}

void test_lane_killed_under_load_recovers(void)
{
    store_run(killed_body);
}

/* More at once than may be under way, and more octets than are let in. */
static void flood_fiber(void *arg, size_t number)
{
    static char big[60000];
    static char answer[sizeof big];
    struct load *load = arg;
    memset(big, 'x', sizeof big - 1);
    (void)number;
    if (echo(load->database, LANE_SLOW, "postroom.test", big, answer, sizeof answer) == 0)
        load->answered++;
}

static void flood_body(struct database *database)
{
    struct load load = {.database = database};
    store_run_fibers(1500, flood_fiber, &load);
    CHECK_INT(load.answered, 1500);
}

void test_lane_lets_in_what_fits_and_the_rest_later(void)
{
    store_run(flood_body);
}

static void read_only_body(struct database *database)
{
    struct params params;
    params_init(&params);
    params_int4(&params, 99999);
    params_text(&params, SLICE("must not be"));
    struct result *result;
    CHECK_ERR(lane_query(database, LANE_SLOW, STATEMENT_SCHEMA_ADD_VERSION, &params, &result),
              ERR_UNAVAILABLE);
    CHECK_STR(last_error()->sqlstate, "25006");
    CHECK_INT(store_sql_number("SELECT count(*) FROM schema_version WHERE version = 99999"), 0);
}

void test_lane_refuses_to_write(void)
{
    store_run(read_only_body);
}
