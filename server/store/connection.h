/*
 * One connection to PostgreSQL in pipeline mode, which keeps itself alive: a
 * lost one fails everything under way on it, then dials again after a pause
 * that grows from 0.1 s to 2 s.
 *
 * Exchanges of any number of fibers may be under way at once; each ends in
 * its own sync, so that what fails in one does nothing to its neighbours. On a
 * connection that gathers, those of one turn of the loop share one sync and
 * one write; what fails in one makes those behind it `skipped`, to be sent
 * again.
 */
#ifndef POSTROOM_STORE_CONNECTION_H
#define POSTROOM_STORE_CONNECTION_H

#include "exchange.h"

/* A setting of the PostgreSQL session, made before anything else runs. */
struct connection_setting {
    const char *name; /* NULL ends the list */
    char value[24];
};
enum { CONNECTION_SETTINGS_MAX = 3 };

struct connection_options {
    const char *conninfo;    /* copied */
    const char *application; /* application_name; a literal */
    struct connection_setting settings[CONNECTION_SETTINGS_MAX + 1];
    bool prepares;       /* all statements, when it opens */
    bool listens;        /* LISTENs to the feed's channel */
    bool gathers;        /* single reads only: what is skipped is asked again */
    uint32_t silence_ms; /* no octet for so long while an answer is due: lost; 0: never */
    struct database_counters *counters; /* NULL: not counted */
    /* Both in the loop or in a fiber that was sending; must not send. */
    void (*changed)(void *arg);                       /* is ready now, or is not any more */
    void (*notified)(void *arg, const char *payload); /* NULL unless it listens */
    void *arg;
};

struct connection;

/* Starts dialling. */
int connection_open(const struct connection_options *options, struct connection **out) MUST_CHECK;
/* For ever: whatever is under way ends with -ERR_CANCELLED. */
void connection_end(struct connection *connection);
/* Ends and frees it. */
void connection_free(struct connection **connection);

bool connection_is_ready(const struct connection *connection);
/* Grows with every new session of PostgreSQL behind it. */
uint64_t connection_generation(const struct connection *connection);
/* PostgreSQL's process behind the session there is, or was last. */
int connection_process(const struct connection *connection);
/* Why it is not ready, in words. */
const char *connection_problem(const struct connection *connection);
/* Gives the session up and dials for a new one; what is under way is lost. */
void connection_drop(struct connection *connection);
/* Ends a pause. */
void connection_hurry(struct connection *connection);

/* How much is under way, for those who bound it. */
size_t connection_exchanges(const struct connection *connection);
size_t connection_octets(const struct connection *connection);

/* Adds a statement to `exchange`; nothing need leave before connection_sync.
 * The parameters are copied. -ERR_UNAVAILABLE when the connection is not
 * ready or is lost by this; the exchange has ended then. Between the first
 * statement of an exchange and its sync nobody else may send. */
int connection_send(struct connection *connection, struct exchange *exchange,
                    enum statement statement, const struct params *params) MUST_CHECK;
/* Closes the exchange and sends it, at once or with the others of this turn;
 * exchange_wait tells what came of it. */
int connection_sync(struct connection *connection, struct exchange *exchange) MUST_CHECK;

#endif
