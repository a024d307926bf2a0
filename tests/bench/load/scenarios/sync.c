/* sync: what a mail program asks for when it sees a mailbox for the first time. */
#include <stdio.h>
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

/* Over IMAP ------------------------------------------------------------------------------- */

struct sync {
    uint32_t expected;
    uint32_t come;
};

static void count_message(struct client *client, struct slice response)
{
    struct sync *sync = client->state;
    uint32_t number;
    if (!response_number(response, "FETCH", &number))
        return;
    if (number != sync->come + 1 || slice_search(response, SLICE("ENVELOPE (\"")) == SIZE_MAX ||
        slice_search(response, SLICE("BODYSTRUCTURE (\"")) == SIZE_MAX)
        bench_die("not the message expected: %.*s", SLICE_ARGS(response));
    sync->come++;
}

static void select_next(struct client *client);

static void synced(struct client *client)
{
    struct sync *sync = client->state;
    if (sync->come != sync->expected)
        bench_die("%u messages were synced, not %u", sync->come, sync->expected);
    if (client_goes_on(client))
        select_next(client);
}

static void selected(struct client *client)
{
    int64_t begun_at = client->command_at;
    client_send(client, synced,
                "UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)");
    client->command_at = begun_at; /* the operation is both commands */
}

static void select_next(struct client *client)
{
    struct sync *sync = client->state;
    sync->come = 0;
    client_send(client, selected, "SELECT %s", FIXTURE_LIBRARY);
}

void run_sync(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    fixture_library(bench);
    struct client *clients = clients_open(bench, scenario->connections, fixture_users, 1);
    struct sync *syncs = bench_allocate(scenario->connections, sizeof *syncs);
    for (unsigned i = 0; i < scenario->connections; i++) {
        syncs[i].expected = bench->scale;
        clients[i].state = &syncs[i];
        clients[i].on_response = count_message;
    }
    clients_drive(clients, scenario->connections, select_next, result);
    clients_close(&clients, scenario->connections);
    free(syncs);
}

/* As SQL ------------------------------------------------------------------------------------ */

enum { BATCH = 128, WANT_ENVELOPE_AND_STRUCTURE = 2 | 4 };

struct reading {
    int64_t mailbox_id;
    char **batches; /* arrays of message ids */
    unsigned batch_count;
    uint32_t expected;
};

static void load_batches(const struct bench *bench, struct reading *reading)
{
    char query[256];
    reading->mailbox_id = sql_mailbox(bench, fixture_users[0], FIXTURE_LIBRARY);
    snprintf(query, sizeof query,
             "SELECT message_id FROM entries WHERE mailbox_id = %lld ORDER BY uid",
             (long long)reading->mailbox_id);
    PGconn *connection = PQconnectdb(bench->conninfo);
    PGresult *result = PQexec(connection, query);
    int count = PQntuples(result);
    reading->expected = (uint32_t)count;
    reading->batch_count = (unsigned)(count + BATCH - 1) / BATCH;
    reading->batches = bench_allocate(reading->batch_count, sizeof *reading->batches);
    for (int i = 0; i < count; i += BATCH) {
        struct buffer text;
        buffer_init(&text, 0);
        for (int k = i; k < count && k < i + BATCH; k++)
            buffer_printf(&text, "%c%s", k == i ? '{' : ',', PQgetvalue(result, k, 0));
        buffer_add(&text, slice_of("}", 2)); /* with its NUL */
        reading->batches[i / BATCH] = text.data;
    }
    PQclear(result);
    PQfinish(connection);
}

static void read_next(struct sql_client *client)
{
    const struct reading *reading = client->state;
    struct sql_params state = {0};
    sql_number(&state, reading->mailbox_id);
    sql_queue(client, "mailbox_state", &state);
    for (unsigned i = 0; i < reading->batch_count; i++) {
        struct sql_params params = {0};
        sql_long_text(&params, reading->batches[i]);
        sql_number(&params, WANT_ENVELOPE_AND_STRUCTURE);
        sql_queue(client, "messages_get", &params);
    }
    sql_go(client);
}

static void all_read(struct sql_client *client)
{
    const struct reading *reading = client->state;
    if (client->rows != reading->expected + 1)
        bench_die("%llu rows were read", (unsigned long long)client->rows);
    if (sql_goes_on(client))
        read_next(client);
}

void baseline_sync(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {"mailbox_state", "messages_get", NULL};
    struct reading reading;
    load_batches(bench, &reading);
    struct sql_client *clients =
        sql_open(bench, scenario->connections, SQL_PLANS_OF_SERVER, statements);
    for (unsigned i = 0; i < scenario->connections; i++) {
        clients[i].state = &reading;
        clients[i].on_done = all_read;
    }
    sql_drive(bench, clients, scenario->connections, read_next, result);
    sql_close(&clients, scenario->connections);
    for (unsigned i = 0; i < reading.batch_count; i++)
        free(reading.batches[i]);
    free(reading.batches);
}
