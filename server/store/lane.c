#include "lane.h"

#include <stdio.h>

#include "base/clock.h"
#include "database_private.h"
#include "result.h"

enum {
    LANE_EXCHANGES_MAX = 512,     /* enough to keep PostgreSQL busy over any round trip */
    LANE_OCTETS_MAX = 256 * 1024, /* of parameters under way */
    LANE_FAST_TIMEOUT_MS = 5000,
    LANE_SILENCE_MS = 5000 /* over the statement timeout */
};

static const char *const applications[] = {
    [LANE_FAST] = "postroom fast lane",
    [LANE_SLOW] = "postroom slow lane",
};

static bool has_room(const struct lane_state *lane)
{
    return connection_is_ready(lane->connection) &&
           connection_exchanges(lane->connection) < LANE_EXCHANGES_MAX &&
           connection_octets(lane->connection) < LANE_OCTETS_MAX;
}

/* One at a time: each fiber that has sent lets the next one in. */
static void let_next_in(struct lane_state *lane)
{
    if (has_room(lane))
        wait_wake_one(&lane->room);
}

static void lane_changed(void *arg)
{
    let_next_in(arg);
}

int lane_open(struct database *database, enum lane lane)
{
    struct lane_state *state = &database->lanes[lane];
    wait_queue_init(&state->room);
    uint32_t timeout = database->statement_timeout_ms;
    if (lane == LANE_FAST && (timeout == 0 || timeout > LANE_FAST_TIMEOUT_MS))
        timeout = LANE_FAST_TIMEOUT_MS;
    struct connection_options options = {
        .conninfo = database->conninfo,
        .application = applications[lane],
        .settings = {{"default_transaction_read_only", "on"}, {"statement_timeout", ""}},
        .prepares = true,
        .gathers = lane == LANE_FAST,
        .silence_ms = timeout ? timeout + LANE_SILENCE_MS : 0,
        .counters = &database->counters,
        .changed = lane_changed,
        .arg = state,
    };
    snprintf(options.settings[1].value, sizeof options.settings[1].value, "%u", timeout);
    return connection_open(&options, &state->connection);
}

void lane_end(struct lane_state *lane)
{
    if (!lane->connection)
        return;
    connection_end(lane->connection);
    wait_wake_all(&lane->room);
}

void lane_free(struct lane_state *lane)
{
    connection_free(&lane->connection);
}

int lane_wait_ready(struct database *database, enum lane lane, int64_t deadline)
{
    struct lane_state *state = &database->lanes[lane];
    while (!database->closing && !has_room(state))
        if (wait_for(&state->room, deadline) != 0)
            break;
    let_next_in(state); /* whoever was woken in vain passes it on */
    if (database->closing || !has_room(state))
        return database_away(database, state->connection);
    return 0;
}

/* Once. *lost_out: the connection went before the answer came. */
static int lane_try(struct lane_state *lane, enum statement statement, const struct params *params,
                    struct result **out, bool *lost_out)
{
    *lost_out = false;
    struct exchange *exchange;
    int err = exchange_new(&exchange);
    if (err)
        return err;
    err = connection_send(lane->connection, exchange, statement, params);
    if (!err)
        err = connection_sync(lane->connection, exchange);
    let_next_in(lane);
    if (!err)
        err = exchange_wait(exchange);
    let_next_in(lane);
    *lost_out = exchange->lost == ERR_UNAVAILABLE || exchange->skipped;
    if (!err)
        err = result_new(exchange_take(exchange, 0), out);
    exchange_free(&exchange);
    return err;
}

int lane_query(struct database *database, enum lane lane, enum statement statement,
               struct params *params, struct result **out)
{
    int err = database_enter(database);
    if (err)
        return err;
    int64_t deadline = database_deadline(database);
    bool lost;
    do {
        lost = false;
        err = lane_wait_ready(database, lane, deadline);
        if (!err)
            err = lane_try(&database->lanes[lane], statement, params, out, &lost);
    } while (lost && clock_monotonic_ms() < deadline); /* a read may be asked twice */
    database_leave(database);
    return err;
}
