#include "store/database.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "database_private.h"

static void database_destroy(struct database *database)
{
    lane_free(&database->lanes[LANE_FAST]);
    lane_free(&database->lanes[LANE_SLOW]);
    pool_free(&database->durable);
    pool_free(&database->relaxed);
    free(database->conninfo);
    free(database);
}

/* Content is written to a pool of its own, so that a slow upload keeps no
 * transaction waiting. */
static size_t relaxed_size(uint32_t connections)
{
    return connections / 2 ? connections / 2 : 1;
}

int database_open(const struct database_settings *settings, struct database **out)
{
    struct database *database = calloc(1, sizeof *database);
    char *conninfo = strdup(settings->conninfo);
    if (!database || !conninfo) {
        free(database);
        free(conninfo);
        return fail(ERR_NO_MEMORY, "no memory for the database handle");
    }
    database->conninfo = conninfo;
    database->wait_ms = settings->wait_ms;
    database->statement_timeout_ms = settings->statement_timeout_ms;
    database->users = 1;
    size_t connections = settings->connections ? settings->connections : 1;
    int err = pool_init(&database->durable, database, connections, false);
    if (!err)
        err = pool_init(&database->relaxed, database, relaxed_size(settings->connections), true);
    if (!err)
        err = lane_open(database, LANE_FAST);
    if (!err)
        err = lane_open(database, LANE_SLOW);
    if (err) {
        database_destroy(database);
        return err;
    }
    *out = database;
    return 0;
}

void database_close(struct database **handle)
{
    struct database *database = *handle;
    if (!database)
        return;
    *handle = NULL;
    database->closing = true;
    lane_end(&database->lanes[LANE_FAST]);
    lane_end(&database->lanes[LANE_SLOW]);
    pool_end(&database->durable);
    pool_end(&database->relaxed);
    database_leave(database);
}

int database_enter(struct database *database)
{
    if (database->closing)
        return fail(ERR_CANCELLED, "the database was closed");
    database->users++;
    return 0;
}

void database_leave(struct database *database)
{
    if (--database->users == 0)
        database_destroy(database);
}

int64_t database_deadline(const struct database *database)
{
    enum { AWAY_MS = 1000, AWAY_WAIT_MS = 500 };
    int64_t now = clock_monotonic_ms();
    bool is_away = database->away_at && now - database->away_at < AWAY_MS;
    return now + (is_away && database->wait_ms > AWAY_WAIT_MS ? AWAY_WAIT_MS : database->wait_ms);
}

int database_away(struct database *database, const struct connection *lost)
{
    if (database->closing)
        return fail(ERR_CANCELLED, "the database was closed");
    if (!lost || connection_is_ready(lost))
        return fail(ERR_UNAVAILABLE, "all connections to PostgreSQL are in use");
    database->away_at = clock_monotonic_ms();
    return fail(ERR_UNAVAILABLE, "%s", connection_problem(lost));
}

void database_hurry(struct database *database)
{
    connection_hurry(database->lanes[LANE_FAST].connection);
    connection_hurry(database->lanes[LANE_SLOW].connection);
    pool_hurry(&database->durable);
    pool_hurry(&database->relaxed);
}

int database_wait(struct database *database)
{
    int err = database_enter(database);
    if (err)
        return err;
    err = lane_wait_ready(database, LANE_FAST, database_deadline(database));
    database_leave(database);
    return err;
}

int database_warm(struct database *database)
{
    enum { READERS = 2 }; /* of a large mailbox that nobody has opened before */
    int err = pool_warm(&database->durable, 1);
    return err ? err : pool_warm(&database->relaxed, READERS);
}

uint64_t database_generation(const struct database *database)
{
    return connection_generation(database->lanes[LANE_FAST].connection);
}

void database_counters(const struct database *database, struct database_counters *out)
{
    *out = database->counters;
}
