/* fetch: random bodies, compared octet by octet. */
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

/* The letters, rendered once; the same random order for everybody. */
struct fetch {
    struct shelf shelf;
    struct buffer text;   /* of all letters */
    size_t *starts;       /* of each in text, and the end of the last */
    int64_t *message_ids; /* baseline */
    uint64_t random;
};

/* What one connection waits for. */
struct wish {
    struct fetch *fetch;
    uint32_t place; /* on the shelf */
    bool come;
};

static struct slice letter_text(const struct fetch *fetch, uint32_t place)
{
    return slice_of(fetch->text.data + fetch->starts[place],
                    fetch->starts[place + 1] - fetch->starts[place]);
}

static void render_shelf(struct fetch *fetch)
{
    fetch->random = 88172645463325252u;
    fetch->starts = bench_allocate(fetch->shelf.count + 1, sizeof *fetch->starts);
    buffer_init(&fetch->text, 0);
    for (uint32_t i = 0; i < fetch->shelf.count; i++) {
        letter_render(fetch->shelf.letters[i], &fetch->text);
        fetch->starts[i + 1] = fetch->text.len;
    }
}

static uint32_t choose(struct fetch *fetch)
{
    fetch->random ^= fetch->random << 13;
    fetch->random ^= fetch->random >> 7;
    fetch->random ^= fetch->random << 17;
    return (uint32_t)(fetch->random % fetch->shelf.count);
}

static void fetch_clear(struct fetch *fetch)
{
    shelf_clear(&fetch->shelf);
    buffer_clear(&fetch->text);
    free(fetch->starts);
    free(fetch->message_ids);
}

/* Over IMAP ------------------------------------------------------------------------------- */

static void fetch_next(struct client *client);

static void compare(struct client *client, struct slice response)
{
    struct wish *wish = client->state;
    if (slice_search(slice_sub(response, 0, 64), SLICE(" FETCH (")) == SIZE_MAX)
        return;
    struct slice expected = letter_text(wish->fetch, wish->place);
    size_t line = slice_find(response, '\n');
    struct slice body = slice_sub(response, line + 1, expected.len);
    if (!slice_equal(body, expected))
        bench_die("the body of UID %u differs", wish->fetch->shelf.uids[wish->place]);
    wish->come = true;
}

static void fetched(struct client *client)
{
    struct wish *wish = client->state;
    if (!wish->come)
        bench_die("FETCH brought no body");
    if (client_goes_on(client))
        fetch_next(client);
}

static void fetch_next(struct client *client)
{
    struct wish *wish = client->state;
    wish->come = false;
    wish->place = choose(wish->fetch);
    client_send(client, fetched, "UID FETCH %u (BODY.PEEK[])",
                wish->fetch->shelf.uids[wish->place]);
}

void run_fetch(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    fixture_library(bench);
    struct fetch fetch = {0};
    struct client *clients = clients_open(bench, scenario->connections, fixture_users, 1);
    clients_run(clients, scenario->connections, "SELECT " FIXTURE_LIBRARY);
    fixture_read_shelf(&clients[0], &fetch.shelf);
    render_shelf(&fetch);
    struct wish *wishes = bench_allocate(scenario->connections, sizeof *wishes);
    for (unsigned i = 0; i < scenario->connections; i++) {
        wishes[i].fetch = &fetch;
        clients[i].state = &wishes[i];
        clients[i].on_response = compare;
    }
    clients_drive(clients, scenario->connections, fetch_next, result);
    clients_close(&clients, scenario->connections);
    fetch_clear(&fetch);
    free(wishes);
}

/* As SQL ------------------------------------------------------------------------------------ */

static void read_next(struct sql_client *client)
{
    struct wish *wish = client->state;
    wish->place = choose(wish->fetch);
    struct sql_params params = {0};
    sql_number(&params, wish->fetch->message_ids[wish->place]);
    sql_number(&params, 0);
    sql_number(&params, 0);
    sql_queue(client, "message_chunks", &params);
    sql_go(client);
}

static void compare_chunk(struct sql_client *client, const PGresult *result)
{
    const struct wish *wish = client->state;
    struct slice octets = slice_of(PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0));
    if (!slice_equal(octets, letter_text(wish->fetch, wish->place)))
        bench_die("the chunk of a message differs");
}

static void chunk_read(struct sql_client *client)
{
    if (client->rows != 1)
        bench_die("a message has no chunk");
    if (sql_goes_on(client))
        read_next(client);
}

/* The library's shelf, from the database. */
static void load_shelf(const struct bench *bench, struct fetch *fetch)
{
    PGconn *connection = PQconnectdb(bench->conninfo);
    PGresult *result =
        PQexec(connection, "SELECT e.uid, e.message_id, convert_from(m.message_id, 'UTF8'), m.size"
                           " FROM entries e JOIN messages m ON m.id = e.message_id"
                           " JOIN mailboxes b ON b.id = e.mailbox_id"
                           " WHERE b.name = '" FIXTURE_LIBRARY "' ORDER BY uid");
    uint32_t count = (uint32_t)PQntuples(result);
    if (count == 0)
        bench_die("the library is empty: %s", PQerrorMessage(connection));
    fetch->shelf.count = count;
    fetch->shelf.uids = bench_allocate(count, sizeof *fetch->shelf.uids);
    fetch->shelf.letters = bench_allocate(count, sizeof *fetch->shelf.letters);
    fetch->message_ids = bench_allocate(count, sizeof *fetch->message_ids);
    for (uint32_t i = 0; i < count; i++) {
        const char *id = PQgetvalue(result, (int)i, 2);
        fetch->shelf.uids[i] = (uint32_t)strtoul(PQgetvalue(result, (int)i, 0), NULL, 10);
        fetch->message_ids[i] = strtoll(PQgetvalue(result, (int)i, 1), NULL, 10);
        fetch->shelf.letters[i].number = strtoull(id + (*id == '<'), NULL, 10);
        fetch->shelf.letters[i].size = (uint32_t)strtoul(PQgetvalue(result, (int)i, 3), NULL, 10);
    }
    PQclear(result);
    PQfinish(connection);
}

void baseline_fetch(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {"message_chunks", NULL};
    struct fetch fetch = {0};
    load_shelf(bench, &fetch);
    render_shelf(&fetch);
    struct wish *wishes = bench_allocate(scenario->connections, sizeof *wishes);
    struct sql_client *clients =
        sql_open(bench, scenario->connections, SQL_PLANS_OF_SERVER, statements);
    for (unsigned i = 0; i < scenario->connections; i++) {
        wishes[i].fetch = &fetch;
        clients[i].state = &wishes[i];
        clients[i].on_result = compare_chunk;
        clients[i].on_done = chunk_read;
    }
    sql_drive(bench, clients, scenario->connections, read_next, result);
    sql_close(&clients, scenario->connections);
    fetch_clear(&fetch);
    free(wishes);
}
