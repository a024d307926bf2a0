#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dial.h"
#include "exchange_queue.h"
#include "fiber/loop.h"
#include "result.h"
#include "statement.h"

enum state {
    STATE_DIALLING,   /* `dial` is under way */
    STATE_SETTING_UP, /* connected; `setup` is under way */
    STATE_READY,      /* takes exchanges */
    STATE_PAUSED,     /* no connection; the timer ends the pause */
    STATE_ENDED       /* no connection, and there will be none */
};

enum { PAUSE_FIRST_MS = 100, PAUSE_LAST_MS = 2000 };

struct connection {
    struct connection_options options;
    char *conninfo;
    enum state state;
    struct dial *dial;
    PGconn *pg;          /* while setting up and ready */
    struct watch *watch; /* as pg */
    struct timer *timer; /* the end of a pause; else the guard against silence */
    bool guarded;        /* the guard is set */
    int64_t heard_at;    /* last octet, or start of waiting; monotonic ms */
    uint32_t pause_ms;
    struct exchange *setup;
    struct exchange_queue exchanges; /* under way */
    struct turn_end gathering;       /* requested: the last exchanges have no sync yet */
    uint64_t generation;
    int process;
    char problem[ERROR_TEXT_MAX];
};

static void connection_dial(struct connection *connection);
static void connection_set_up(struct connection *connection);

/* The only place that changes the state; tells the owner about readiness. */
static void enter_state(struct connection *connection, enum state state)
{
    bool was_ready = connection->state == STATE_READY;
    connection->state = state;
    if (was_ready != (state == STATE_READY))
        connection->options.changed(connection->options.arg);
}

/* Losing it ------------------------------------------------------------------- */

static void finish_all(struct connection *connection, enum err lost)
{
    exchange_free(&connection->setup);
    while (!exchange_queue_is_empty(&connection->exchanges))
        exchange_finish(exchange_queue_take_oldest(&connection->exchanges), lost);
}

/* libpq tells only the first exchange of a loss and gives up its socket, so
 * polling stops and the whole queue ends here, at once. */
static void drop_session(struct connection *connection, enum err lost)
{
    watch_free(&connection->watch);
    timer_stop(connection->timer);
    turn_end_cancel(&connection->gathering);
    connection->guarded = false;
    PQfinish(connection->pg);
    connection->pg = NULL;
    finish_all(connection, lost);
}

static void connection_pause(struct connection *connection)
{
    uint32_t pause = connection->pause_ms;
    connection->pause_ms = pause * 2 < PAUSE_LAST_MS ? pause * 2 : PAUSE_LAST_MS;
    /* All connections of all workers were lost at the same instant. */
    timer_set(connection->timer, pause / 2 + arc4random_uniform(pause / 2 + 1));
    enter_state(connection, STATE_PAUSED);
}

static void connection_lost(struct connection *connection, const char *problem)
{
    struct slice text = slice_trim(slice_cstr(problem));
    snprintf(connection->problem, sizeof connection->problem, "%.*s", SLICE_ARGS(text));
    for (char *c = connection->problem; *c; c++)
        if (*c == '\n')
            *c = ' ';
    drop_session(connection, ERR_UNAVAILABLE);
    connection_pause(connection);
}

/* Against a server that hangs. It answers what ends in one sync in one piece,
 * so the silence before that may be as long as its statements together. */
static void check_silence(struct connection *connection)
{
    connection->guarded = false;
    if (exchange_queue_is_empty(&connection->exchanges))
        return;
    int64_t statements = (int64_t)exchange_queue_group_size(&connection->exchanges);
    int64_t allowed = (int64_t)connection->options.silence_ms * statements;
    int64_t left = allowed - (clock_monotonic_ms() - connection->heard_at);
    if (exchange_queue_oldest(&connection->exchanges)->synced && left <= 0) {
        connection_lost(connection, "PostgreSQL does not answer any more");
        return;
    }
    connection->guarded = true;
    timer_set(connection->timer, left > 0 ? (uint64_t)left : connection->options.silence_ms);
}

static void timer_fired(void *arg)
{
    struct connection *connection = arg;
    if (connection->state == STATE_PAUSED)
        connection_dial(connection);
    else if (connection->pg)
        check_silence(connection);
}

/* Reading ------------------------------------------------------------------------ */

static void finish_first(struct connection *connection)
{
    struct exchange *exchange = exchange_queue_take_oldest(&connection->exchanges);
    if (exchange == connection->setup)
        connection_set_up(connection);
    else
        exchange_finish(exchange, ERR_NONE);
}

/* The sync behind the oldest group. False when one is not due. */
static bool finish_group(struct connection *connection)
{
    const struct exchange_queue *queue = &connection->exchanges;
    while (!exchange_queue_is_empty(queue) && exchange_queue_oldest(queue)->synced) {
        bool last = exchange_queue_oldest(queue)->ends_group;
        finish_first(connection);
        if (last)
            return true;
    }
    return false;
}

/* Takes one thing that PQgetResult gave. False when it fits nothing that was
 * sent. */
static bool take_result(struct connection *connection, PGresult *pg)
{
    if (PQresultStatus(pg) != PGRES_PIPELINE_SYNC) {
        struct exchange *exchange = exchange_queue_find_unanswered(&connection->exchanges);
        if (exchange)
            return exchange_answer(exchange, pg);
        PQclear(pg);
        return false;
    }
    PQclear(pg);
    return finish_group(connection);
}

/* Takes what libpq has read. False when the two sides do not agree any more. */
static bool take_results(struct connection *connection)
{
    int ends =
        0; /* PQgetResult ends each statement with NULL; two in a row mean nothing is there */
    while (connection->pg && exchange_queue_expects_result(&connection->exchanges) &&
           !PQisBusy(connection->pg)) {
        PGresult *pg = PQgetResult(connection->pg);
        if (pg ? !take_result(connection, pg) : ++ends > 1)
            return false;
        if (pg)
            ends = 0;
    }
    return true;
}

static void take_notifications(struct connection *connection)
{
    PGnotify *notification;
    while (connection->pg && (notification = PQnotifies(connection->pg))) {
        if (connection->options.notified)
            connection->options.notified(connection->options.arg, notification->extra);
        PQfreemem(notification);
    }
}

/* READ is always watched: while PostgreSQL waits for us to take results it
 * takes nothing from us, so waiting for WRITE alone would be for ever. */
static void connection_flush(struct connection *connection)
{
    int left = PQflush(connection->pg);
    if (left < 0)
        connection_lost(connection, PQerrorMessage(connection->pg));
    else
        watch_set(connection->watch, left ? WATCH_READ | WATCH_WRITE : WATCH_READ);
}

static void connection_event(void *arg, int events)
{
    struct connection *connection = arg;
    bool alive = true;
    if (events & WATCH_READ) {
        connection->heard_at = clock_monotonic_ms();
        alive = PQconsumeInput(connection->pg);
    }
    /* also when it is dead: what came before the end counts */
    if (!take_results(connection) && connection->pg) {
        connection_lost(connection, alive ? "the protocol with PostgreSQL is out of step"
                                          : PQerrorMessage(connection->pg));
        return;
    }
    take_notifications(connection);
    if (!connection->pg)
        return;
    if (!alive || PQstatus(connection->pg) == CONNECTION_BAD)
        connection_lost(connection, PQerrorMessage(connection->pg));
    else
        connection_flush(connection);
}

/* Sending ------------------------------------------------------------------------- */

enum { STATEMENT_OVERHEAD = 64 }; /* octets of a statement besides its parameters, about */

/* One message group into libpq's buffer; false when the connection is bad. */
static bool send_statement(struct connection *connection, enum statement statement,
                           const struct params *params)
{
    const struct statement_row *row = &statement_table[statement];
    int count = params ? params->count : 0;
    const char *const *values = params ? params->values : NULL;
    const int *lengths = params ? params->lengths : NULL;
    const int *formats = params ? params->formats : NULL;
    if (connection->options.prepares && row->prepared)
        return PQsendQueryPrepared(connection->pg, row->name, count, values, lengths, formats, 1);
    return PQsendQueryParams(connection->pg, row->sql, count, NULL, values, lengths, formats, 1);
}

static void add_to_queue(struct connection *connection, struct exchange *exchange)
{
    if (exchange_queue_is_empty(&connection->exchanges))
        connection->heard_at = clock_monotonic_ms(); /* nothing was due before */
    exchange_queue_add(&connection->exchanges, exchange);
}

static void count_sent(struct connection *connection, struct exchange *exchange,
                       const struct params *params)
{
    size_t octets = STATEMENT_OVERHEAD;
    for (int i = 0; params && i < params->count; i++)
        octets += (size_t)params->lengths[i];
    exchange_queue_count(&connection->exchanges, exchange, octets);
}

/* Sends in any state that has a session. */
static int send_in_exchange(struct connection *connection, struct exchange *exchange,
                            enum statement statement, const struct params *params)
{
    int err = exchange_reserve(exchange);
    if (err)
        return err;
    if (!link_in_list(&exchange->link))
        add_to_queue(connection, exchange);
    if (!send_statement(connection, statement, params)) {
        connection_lost(connection, PQerrorMessage(connection->pg));
        return fail(ERR_UNAVAILABLE, "%s", connection->problem);
    }
    count_sent(connection, exchange, params);
    if (connection->options.counters)
        connection->options.counters->statements++;
    return 0;
}

int connection_send(struct connection *connection, struct exchange *exchange,
                    enum statement statement, const struct params *params)
{
    if (params && params->failed)
        return params->failed;
    if (connection->state != STATE_READY)
        return fail(ERR_UNAVAILABLE, "%s", connection->problem);
    return send_in_exchange(connection, exchange, statement, params);
}

/* Sends what was queued, with one sync behind all of it. */
static void send_sync(struct connection *connection)
{
    struct exchange *last = exchange_queue_youngest(&connection->exchanges);
    if (!PQpipelineSync(connection->pg)) {
        connection_lost(connection, PQerrorMessage(connection->pg));
        return;
    }
    last->ends_group = true;
    if (connection->options.counters)
        connection->options.counters->round_trips++;
    if (connection->options.silence_ms && !connection->guarded) {
        connection->guarded = true;
        timer_set(connection->timer, connection->options.silence_ms);
    }
    connection_flush(connection);
}

static void turn_ended(void *arg)
{
    send_sync(arg);
}

int connection_sync(struct connection *connection, struct exchange *exchange)
{
    if (exchange->finished || !connection->pg)
        return fail(ERR_UNAVAILABLE, "%s", connection->problem);
    exchange->synced = true;
    if (connection->options.gathers && exchange != connection->setup)
        turn_end_request(&connection->gathering);
    else
        send_sync(connection);
    return connection->pg ? 0 : fail(ERR_UNAVAILABLE, "%s", connection->problem);
}

/* Setting up --------------------------------------------------------------------------- */

static int send_settings(struct connection *connection, struct exchange *setup)
{
    for (const struct connection_setting *s = connection->options.settings; s->name; s++) {
        struct params params;
        params_init(&params);
        params_text(&params, slice_cstr(s->name));
        params_text(&params, slice_cstr(s->value));
        int err = send_in_exchange(connection, setup, STATEMENT_SESSION_SET, &params);
        if (err)
            return err;
    }
    if (connection->options.listens)
        return send_in_exchange(connection, setup, STATEMENT_FEED_LISTEN, NULL);
    return 0;
}

static int send_prepares(struct connection *connection, struct exchange *setup)
{
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        const struct statement_row *row = &statement_table[i];
        if (!row->prepared)
            continue;
        int err = exchange_reserve(setup);
        if (err)
            return err;
        if (!link_in_list(&setup->link))
            add_to_queue(connection, setup);
        if (!PQsendPrepare(connection->pg, row->name, row->sql, 0, NULL))
            return fail(ERR_UNAVAILABLE, "%s", PQerrorMessage(connection->pg));
        count_sent(connection, setup, NULL);
    }
    return 0;
}

/* All statements and the settings in one pipeline: one round trip. */
static int start_setup(struct connection *connection)
{
    struct exchange *setup;
    int err = exchange_new(&setup);
    if (err)
        return err;
    connection->setup = setup;
    if (connection->options.prepares)
        err = send_prepares(connection, setup);
    if (!err)
        err = send_settings(connection, setup);
    if (!err && !setup->sent) /* a sync alone has no place in the queue */
        err = fail(ERR_INTERNAL, "a connection without settings");
    return err ? err : connection_sync(connection, setup);
}

static void dialled(void *arg, PGconn *pg, const char *problem)
{
    struct connection *connection = arg;
    connection->dial = NULL;
    if (!pg) {
        snprintf(connection->problem, sizeof connection->problem, "%s", problem);
        connection_pause(connection);
        return;
    }
    connection->pg = pg;
    enter_state(connection, STATE_SETTING_UP);
    int err = PQenterPipelineMode(pg) ? 0 : fail(ERR_INTERNAL, "libpq refuses pipeline mode");
    if (!err)
        err = watch_new(PQsocket(pg), connection_event, connection, &connection->watch);
    if (!err)
        err = start_setup(connection);
    if (err && connection->pg)
        connection_lost(connection, last_error()->text);
}

/* The name of the statement that failed at `index` of the set-up. */
static const char *setup_statement(const struct connection *connection, size_t index)
{
    for (int i = 0; i < STATEMENT_COUNT && connection->options.prepares; i++)
        if (statement_table[i].prepared && index-- == 0)
            return statement_table[i].name;
    for (const struct connection_setting *s = connection->options.settings; s->name; s++)
        if (index-- == 0)
            return s->name;
    return statement_table[STATEMENT_FEED_LISTEN].name;
}

/* The set-up was answered. */
static void connection_set_up(struct connection *connection)
{
    size_t failed = connection->setup->failed_index;
    if (failed != SIZE_MAX) {
        char problem[ERROR_TEXT_MAX * 2];
        int err = result_failure(connection->setup->results[failed]);
        snprintf(problem, sizeof problem, "statement %s is refused (%s): is the schema migrated?",
                 setup_statement(connection, failed), err ? last_error()->text : "");
        connection_lost(connection, problem);
        return;
    }
    exchange_free(&connection->setup);
    connection->pause_ms = PAUSE_FIRST_MS;
    connection->generation++;
    connection->process = PQbackendPID(connection->pg);
    enter_state(connection, STATE_READY);
}

static void connection_dial(struct connection *connection)
{
    enter_state(connection, STATE_DIALLING);
    int err = dial_start(connection->conninfo, connection->options.application, dialled, connection,
                         &connection->dial);
    if (err) {
        snprintf(connection->problem, sizeof connection->problem, "%s", last_error()->text);
        connection_pause(connection);
    }
}

/* From outside --------------------------------------------------------------------------- */

int connection_open(const struct connection_options *options, struct connection **out)
{
    struct connection *connection = calloc(1, sizeof *connection);
    char *conninfo = strdup(options->conninfo);
    if (!connection || !conninfo) {
        free(connection);
        free(conninfo);
        return fail(ERR_NO_MEMORY, "no memory for a connection");
    }
    connection->options = *options;
    connection->conninfo = conninfo;
    connection->pause_ms = PAUSE_FIRST_MS;
    exchange_queue_init(&connection->exchanges);
    turn_end_init(&connection->gathering, turn_ended, connection);
    snprintf(connection->problem, sizeof connection->problem,
             "the first connection to PostgreSQL is still being made");
    connection->state = STATE_PAUSED;
    int err = timer_new(timer_fired, connection, &connection->timer);
    if (err) {
        free(conninfo);
        free(connection);
        return err;
    }
    connection_dial(connection);
    *out = connection;
    return 0;
}

void connection_end(struct connection *connection)
{
    if (connection->state == STATE_ENDED)
        return;
    dial_cancel(&connection->dial);
    drop_session(connection, ERR_CANCELLED);
    timer_free(&connection->timer);
    snprintf(connection->problem, sizeof connection->problem, "the database was closed");
    enter_state(connection, STATE_ENDED);
}

void connection_free(struct connection **connection)
{
    if (!*connection)
        return;
    connection_end(*connection);
    free((*connection)->conninfo);
    free(*connection);
    *connection = NULL;
}

bool connection_is_ready(const struct connection *connection)
{
    return connection->state == STATE_READY;
}

uint64_t connection_generation(const struct connection *connection)
{
    return connection->generation;
}

int connection_process(const struct connection *connection)
{
    return connection->process;
}

const char *connection_problem(const struct connection *connection)
{
    return connection->problem;
}

void connection_drop(struct connection *connection)
{
    if (connection->pg)
        connection_lost(connection, "the connection was given up");
}

void connection_hurry(struct connection *connection)
{
    if (connection->state != STATE_PAUSED)
        return;
    connection->pause_ms = PAUSE_FIRST_MS;
    timer_set(connection->timer, 0);
}

size_t connection_exchanges(const struct connection *connection)
{
    return connection->exchanges.count;
}

size_t connection_octets(const struct connection *connection)
{
    return connection->exchanges.octets;
}
