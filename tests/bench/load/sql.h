/*
 * The baseline's connections: libpq in pipeline mode with the statements of
 * sql/queries, prepared. One operation is some statements and one sync, so one
 * round trip; the scenario is called back for each result and at the end. An
 * error ends the program.
 */
#ifndef POSTROOM_BENCH_SQL_H
#define POSTROOM_BENCH_SQL_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "bench.h"
#include "loop.h"
#include "pace.h"

struct sql_client;
typedef void sql_result_fn(struct sql_client *client, const PGresult *result);
typedef void sql_done_fn(struct sql_client *client);

struct sql_client {
    struct watch watch;
    PGconn *connection;
    unsigned number;
    int64_t operation_at; /* microseconds: when it was sent */
    uint64_t rows;        /* of the operation so far */
    sql_result_fn *on_result;
    sql_done_fn *on_done;
    void *state;
    struct pace *pace;
};

enum { SQL_PARAMS = 16, SQL_TEXT = 128 };
struct sql_params {
    int count;
    char texts[SQL_PARAMS][SQL_TEXT];
    const char *values[SQL_PARAMS];
    int lengths[SQL_PARAMS];
    int formats[SQL_PARAMS];
};
void sql_number(struct sql_params *params, int64_t value);
void sql_text(struct sql_params *params, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* These point to the caller's memory. */
void sql_long_text(struct sql_params *params, const char *text);
void sql_octets(struct sql_params *params, struct slice octets);

/* Whose plans: the server's connections leave the planner no choice, as their
 * queries are written for one plan; other queries are better off with a choice. */
enum sql_plans { SQL_PLANS_OF_SERVER, SQL_PLANS_FREE };

/* Connects and prepares `count` connections. The statements' names are those
 * of sql/queries, or "name=SQL" for one that only the baseline has. */
struct sql_client *sql_open(const struct bench *bench, unsigned count, enum sql_plans plans,
                            const char *const *statements);
void sql_close(struct sql_client **clients, unsigned count);

/* Queues a statement of the next operation. */
void sql_queue(struct sql_client *client, const char *statement, const struct sql_params *params);
/* Sends the operation. */
void sql_go(struct sql_client *client);

/* As clients_drive and client_goes_on. */
void sql_drive(const struct bench *bench, struct sql_client *clients, unsigned count,
               sql_done_fn *first, struct result *result);
bool sql_goes_on(struct sql_client *client);

/* Outside any measurement: the single number that a query gives. */
int64_t sql_value(const struct bench *bench, const char *query);
/* The same as text, the caller's to free. */
char *sql_string(const struct bench *bench, const char *query);
int64_t sql_user(const struct bench *bench, const char *login);
/* The id of a user's mailbox (its name without quotes; user NULL: a shared one). */
int64_t sql_mailbox(const struct bench *bench, const char *user, const char *name);
/* Postroom indexes mail in the background, others when it is searched: after a first
 * search, waits for Postroom, two minutes at most. */
void sql_await_index(const struct bench *bench, const char *user, const char *name);

#endif
