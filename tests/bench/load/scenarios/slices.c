/* slices: a large message piece by piece, as phones and careful mail programs
 * fetch it; every piece compared, all of them at least once. */
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

#define LARGE_MAILBOX "Large"
enum { SLICE_SIZE = 64 * 1024, CHUNK_SIZE = 256 * 1024 /* as the server stores it */ };

struct slicing {
    struct buffer text;
    size_t at;
    bool come;
    unsigned rounds;    /* how often the end was reached */
    int64_t message_id; /* baseline */
};

static struct slice slice_here(const struct slicing *slicing)
{
    return slice_sub(buffer_slice(&slicing->text), slicing->at, SLICE_SIZE);
}

static void step(struct slicing *slicing)
{
    slicing->at += SLICE_SIZE;
    if (slicing->at < slicing->text.len)
        return;
    slicing->at = 0;
    slicing->rounds++;
}

/* Over IMAP ------------------------------------------------------------------------------- */

static void compare(struct client *client, struct slice response)
{
    struct slicing *slicing = client->state;
    uint32_t number;
    if (!response_number(response, "FETCH", &number))
        return;
    struct slice expected = slice_here(slicing);
    char origin[40];
    snprintf(origin, sizeof origin, "BODY[]<%zu> {%zu}", slicing->at, expected.len);
    size_t line = slice_find(response, '\n');
    if (slice_search(slice_sub(response, 0, line), slice_cstr(origin)) == SIZE_MAX ||
        !slice_equal(slice_sub(response, line + 1, expected.len), expected))
        bench_die("the slice at %zu differs", slicing->at);
    slicing->come = true;
}

static void fetch_slice(struct client *client, client_done_fn *on_done)
{
    struct slicing *slicing = client->state;
    slicing->come = false;
    client_send(client, on_done, "FETCH 1 (BODY.PEEK[]<%zu.%u>)", slicing->at, SLICE_SIZE);
}

static void check_slice(struct client *client)
{
    struct slicing *slicing = client->state;
    if (!slicing->come)
        bench_die("FETCH brought no slice");
    step(slicing);
}

static void fetch_next(struct client *client);

static void fetched(struct client *client)
{
    check_slice(client);
    if (client_goes_on(client))
        fetch_next(client);
}

static void fetch_next(struct client *client)
{
    fetch_slice(client, fetched);
}

void run_slices(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    fixture_fill(bench, fixture_users[0], LARGE_MAILBOX, 1, scenario->size);
    struct slicing slicing = {0};
    struct shelf shelf;
    struct client *clients = clients_open(bench, 1, fixture_users, 1);
    client_run(clients, "SELECT " LARGE_MAILBOX);
    fixture_read_shelf(clients, &shelf);
    buffer_init(&slicing.text, 0);
    letter_render(shelf.letters[0], &slicing.text);
    clients->state = &slicing;
    clients->on_response = compare;
    clients_drive(clients, 1, fetch_next, result);
    while (slicing.rounds == 0) { /* too slow for the whole in this time */
        fetch_slice(clients, check_slice);
        client_await(clients);
    }
    result_figure(result, "mb_per_second",
                  (double)result->operations * SLICE_SIZE / 1e6 / result->seconds);
    clients_close(&clients, 1);
    shelf_clear(&shelf);
    buffer_clear(&slicing.text);
}

/* As SQL ------------------------------------------------------------------------------------ */

static void read_next(struct sql_client *client)
{
    const struct slicing *slicing = client->state;
    struct sql_params params = {0};
    sql_number(&params, slicing->message_id);
    sql_number(&params, (int64_t)(slicing->at / CHUNK_SIZE));
    sql_number(&params, (int64_t)(slicing->at / CHUNK_SIZE));
    sql_queue(client, "message_chunks", &params);
    sql_go(client);
}

static void compare_chunk(struct sql_client *client, const PGresult *result)
{
    const struct slicing *slicing = client->state;
    struct slice octets = slice_of(PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0));
    if (!slice_equal(slice_sub(octets, slicing->at % CHUNK_SIZE, SLICE_SIZE), slice_here(slicing)))
        bench_die("the chunk at %zu differs", slicing->at);
}

static void chunk_read(struct sql_client *client)
{
    if (client->rows != 1)
        bench_die("a message has no chunk");
    step(client->state);
    if (sql_goes_on(client))
        read_next(client);
}

static void load_letter(const struct bench *bench, const struct scenario *scenario,
                        struct slicing *slicing)
{
    char query[256];
    snprintf(query, sizeof query, "SELECT message_id FROM entries WHERE mailbox_id = %lld",
             (long long)sql_mailbox(bench, fixture_users[0], LARGE_MAILBOX));
    slicing->message_id = sql_value(bench, query);
    snprintf(query, sizeof query,
             "SELECT split_part(substr(convert_from(message_id, 'UTF8'), 2), '.', 1)"
             " FROM messages WHERE id = %lld",
             (long long)slicing->message_id);
    buffer_init(&slicing->text, 0);
    letter_render(
        (struct letter){.number = (uint64_t)sql_value(bench, query), .size = scenario->size},
        &slicing->text);
}

void baseline_slices(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {"message_chunks", NULL};
    struct slicing slicing = {0};
    load_letter(bench, scenario, &slicing);
    struct sql_client *clients = sql_open(bench, 1, SQL_PLANS_OF_SERVER, statements);
    clients->state = &slicing;
    clients->on_result = compare_chunk;
    clients->on_done = chunk_read;
    sql_drive(bench, clients, 1, read_next, result);
    sql_close(&clients, 1);
    buffer_clear(&slicing.text);
}
