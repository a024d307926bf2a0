/*
 * The database as the layers above see it: one handle a process, which keeps
 * connections to PostgreSQL and gets them back after a loss.
 *
 * Every function of the store layer that talks to PostgreSQL parks the
 * calling fiber and takes its connection only for the one exchange. While
 * the database is away, calls wait for it up to `wait_ms`, then fail with
 * -ERR_UNAVAILABLE. What PostgreSQL refuses comes as an err by meaning with
 * the SQLSTATE in last_error().
 *
 * Inside the layer (server/store/query.h): two *lanes* (fast and slow), each
 * one connection in pipeline mode shared by all fibers for single-statement
 * reads, and a pool of connections for transactions and large results.
 */
#ifndef POSTROOM_STORE_DATABASE_H
#define POSTROOM_STORE_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct database;

struct database_settings {
    const char *conninfo;          /* libpq connection string; several hosts allowed. A host
                                      name is looked up in the loop, hostaddr= is not */
    uint32_t connections;          /* for transactions, at most; half as many for content,
                                      two lanes and two of the feed come on top */
    uint32_t wait_ms;              /* how long a call waits for a lost database */
    uint32_t statement_timeout_ms; /* for the slow lane and transactions; the fast lane has less */
};

/* Starts connecting in the background; needs the loop (fiber/loop.h). */
int database_open(const struct database_settings *settings, struct database **out) MUST_CHECK;
/* Ends all connections; waiting calls fail with -ERR_CANCELLED. */
void database_close(struct database **database);
/* Parks until a first connection works, at most settings->wait_ms. */
int database_wait(struct database *database) MUST_CHECK;

/* For what lives long: opens the first connections of each kind now, in the background;
 * opening one, with all its prepared statements, takes some 30 ms of whoever needs it. */
int database_warm(struct database *database) MUST_CHECK;

/* Another one after each loss of the connection: what was read before may have come from a
 * server that had more than this one. */
uint64_t database_generation(const struct database *database);

/* Statements and round trips so far; tests pin them per command. */
struct database_counters {
    uint64_t statements;
    uint64_t round_trips;
};
void database_counters(const struct database *database, struct database_counters *out);

#endif
