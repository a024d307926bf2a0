#include "sql.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "statement.h"

enum { BINARY_RESULTS = 1 };

/* Parameters ------------------------------------------------------------------------------ */

static int next_param(struct sql_params *params)
{
    if (params->count == SQL_PARAMS)
        bench_die("too many parameters");
    return params->count++;
}

void sql_text(struct sql_params *params, const char *format, ...)
{
    int i = next_param(params);
    va_list args;
    va_start(args, format);
    int length = vsnprintf(params->texts[i], SQL_TEXT, format, args);
    va_end(args);
    if (length < 0 || length >= SQL_TEXT)
        bench_die("a parameter is too long");
    params->values[i] = params->texts[i];
}

void sql_number(struct sql_params *params, int64_t value)
{
    sql_text(params, "%" PRId64, value);
}

void sql_long_text(struct sql_params *params, const char *text)
{
    params->values[next_param(params)] = text;
}

void sql_octets(struct sql_params *params, struct slice octets)
{
    int i = next_param(params);
    params->values[i] = octets.data;
    params->lengths[i] = (int)octets.len;
    params->formats[i] = 1;
}

/* Connections ------------------------------------------------------------------------------ */

static void check_command(PGconn *connection, PGresult *result, const char *what)
{
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        bench_die("%s: %s", what, PQerrorMessage(connection));
}

static const char *statement_text(const char *name)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        if (strcmp(statement_table[i].name, name) == 0)
            return statement_table[i].sql;
    bench_die("sql/queries has no statement %s", name);
}

static void prepare(PGconn *connection, const char *statement)
{
    char name[64];
    const char *own = strchr(statement, '=');
    size_t length = own ? (size_t)(own - statement) : strlen(statement);
    snprintf(name, sizeof name, "%.*s", (int)length, statement);
    PGresult *result = PQprepare(connection, name, own ? own + 1 : statement_text(name), 0, NULL);
    check_command(connection, result, name);
    PQclear(result);
}

/* Compiling (jit) costs more than any of these statements. */
static const char *const plan_options[] = {
    [SQL_PLANS_OF_SERVER] =
        "-c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off "
        "-c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off "
        "-c enable_material=off",
    [SQL_PLANS_FREE] = "-c jit=off",
};

static PGconn *dial(const struct bench *bench, enum sql_plans plans)
{
    static const char *const keywords[] = {"options", "dbname", NULL};
    const char *const values[] = {plan_options[plans], bench->conninfo, NULL};
    PGconn *connection = PQconnectdbParams(keywords, values, 1);
    if (PQstatus(connection) != CONNECTION_OK)
        bench_die("PostgreSQL: %s", PQerrorMessage(connection));
    return connection;
}

static void take_result(struct sql_client *client, PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        client->rows += (uint64_t)PQntuples(result);
        if (client->on_result && PQntuples(result))
            client->on_result(client, result);
        break;
    case PGRES_PIPELINE_SYNC:
        client->on_done(client);
        break;
    default:
        bench_die("PostgreSQL: %s", PQresultErrorMessage(result));
    }
}

static void flush(struct sql_client *client)
{
    int left = PQflush(client->connection);
    if (left < 0)
        bench_die("PostgreSQL: %s", PQerrorMessage(client->connection));
    loop_change(&client->watch, left ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void sql_ready(struct watch *watch, uint32_t events)
{
    struct sql_client *client = (struct sql_client *)watch; /* its first member */
    if (events & EPOLLOUT)
        flush(client);
    if (!PQconsumeInput(client->connection))
        bench_die("PostgreSQL: %s", PQerrorMessage(client->connection));
    /* NULL stands between the results of two statements. */
    for (bool was_null = false; !PQisBusy(client->connection);) {
        PGresult *result = PQgetResult(client->connection);
        if (!result && was_null)
            break;
        was_null = !result;
        if (result)
            take_result(client, result);
        PQclear(result);
    }
}

struct sql_client *sql_open(const struct bench *bench, unsigned count, enum sql_plans plans,
                            const char *const *statements)
{
    struct sql_client *clients = bench_allocate(count, sizeof *clients);
    for (unsigned i = 0; i < count; i++) {
        struct sql_client *client = &clients[i];
        client->number = i;
        client->connection = dial(bench, plans);
        for (const char *const *statement = statements; *statement; statement++)
            prepare(client->connection, *statement);
        if (PQsetnonblocking(client->connection, 1) != 0 ||
            PQenterPipelineMode(client->connection) != 1)
            bench_die("PostgreSQL: %s", PQerrorMessage(client->connection));
        client->watch = (struct watch){PQsocket(client->connection), sql_ready};
        loop_add(&client->watch, EPOLLIN);
    }
    return clients;
}

void sql_close(struct sql_client **clients, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        PQfinish((*clients)[i].connection);
    free(*clients);
    *clients = NULL;
}

void sql_queue(struct sql_client *client, const char *statement, const struct sql_params *params)
{
    static const struct sql_params none;
    const struct sql_params *p = params ? params : &none;
    if (!PQsendQueryPrepared(client->connection, statement, p->count, p->values, p->lengths,
                             p->formats, BINARY_RESULTS))
        bench_die("PostgreSQL: %s", PQerrorMessage(client->connection));
}

void sql_go(struct sql_client *client)
{
    client->operation_at = clock_monotonic_us();
    client->rows = 0;
    if (!PQpipelineSync(client->connection))
        bench_die("PostgreSQL: %s", PQerrorMessage(client->connection));
    flush(client);
}

void sql_drive(const struct bench *bench, struct sql_client *clients, unsigned count,
               sql_done_fn *first, struct result *result)
{
    struct pace pace;
    pace_start(&pace, bench, count, result);
    for (unsigned i = 0; i < count; i++) {
        clients[i].pace = &pace;
        first(&clients[i]);
    }
    pace_finish(&pace);
}

bool sql_goes_on(struct sql_client *client)
{
    return pace_goes_on(client->pace, client->operation_at);
}

/* Looking things up ---------------------------------------------------------------------------- */

char *sql_string(const struct bench *bench, const char *query)
{
    PGconn *connection = dial(bench, SQL_PLANS_FREE);
    PGresult *result = PQexec(connection, query);
    check_command(connection, result, query);
    if (PQntuples(result) != 1)
        bench_die("no value: %s", query);
    char *value = strdup(PQgetvalue(result, 0, 0));
    if (!value)
        bench_die("out of memory");
    PQclear(result);
    PQfinish(connection);
    return value;
}

int64_t sql_value(const struct bench *bench, const char *query)
{
    char *text = sql_string(bench, query);
    int64_t value = strtoll(text, NULL, 10);
    free(text);
    return value;
}

int64_t sql_user(const struct bench *bench, const char *login)
{
    char query[128];
    snprintf(query, sizeof query, "SELECT id FROM users WHERE login = '%s'", login);
    return sql_value(bench, query);
}

int64_t sql_mailbox(const struct bench *bench, const char *user, const char *name)
{
    char query[512];
    if (user)
        snprintf(query, sizeof query,
                 "SELECT m.id FROM mailboxes m JOIN users u ON u.id = m.owner_id "
                 "WHERE u.login = '%s' AND m.name = '%s' AND m.deleted_at IS NULL",
                 user, name);
    else
        snprintf(query, sizeof query,
                 "SELECT id FROM mailboxes WHERE owner_id IS NULL AND name = '%s' "
                 "AND deleted_at IS NULL",
                 name);
    return sql_value(bench, query);
}

void sql_await_index(const struct bench *bench, const char *user, const char *name)
{
    enum { TURNS = 1200, PAUSE_MS = 100, WORTH_IT = 32 };
    char query[600];
    snprintf(query, sizeof query,
             "SELECT count(*) FROM users u JOIN mailboxes m ON m.owner_id = u.id "
             "JOIN mailbox_state s ON s.mailbox_id = m.id "
             "LEFT JOIN search_state x ON x.mailbox_id = m.id "
             "WHERE u.login = '%s' AND m.name = '%s' AND m.deleted_at IS NULL "
             "AND s.messages >= %d AND s.uidnext - 1 - coalesce(x.indexed_uid, 0) >= %d",
             user, name, WORTH_IT, WORTH_IT);
    for (int turn = 0; turn < TURNS && sql_value(bench, query) > 0; turn++)
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
}
