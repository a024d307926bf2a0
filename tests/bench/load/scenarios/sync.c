/* sync: what a mail program asks for when it sees a mailbox for the first time:
 * when the server has never been asked before, and when it has. */
#include <stdio.h>
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"
#include "base/clock.h"
#include "batches.h"

/* Over IMAP ------------------------------------------------------------------------------- */

struct sync {
    const char *mailbox;
    uint32_t expected;
    uint32_t come;
    uint32_t uid;      /* of the last one */
    uint64_t *numbers; /* of the letters, in the order they came */
};

static void check_item(struct slice response, const char *item, const char *value)
{
    char text[160];
    int length = snprintf(text, sizeof text, "%s %s", item, value);
    size_t at = slice_search(response, slice_of(text, strlen(item) + 1));
    struct slice found = slice_sub(response, at == SIZE_MAX ? response.len : at, (size_t)length);
    if (!slice_equal_nocase(found, slice_cstr(text)))
        bench_die("%s is not in %.*s", text, SLICE_ARGS(response));
}

/* Size, subject and structure follow from the Message-ID; UIDs ascend. */
static void check_message(struct client *client, struct slice response)
{
    struct sync *sync = client->state;
    uint32_t number;
    struct letter letter;
    if (!response_number(response, "FETCH", &number))
        return;
    uint32_t uid = fixture_uid(response);
    if (number != sync->come + 1 || number > sync->expected || uid <= sync->uid ||
        !letter_recognise_envelope(response, &letter))
        bench_die("not the message expected: %.*s", SLICE_ARGS(response));
    char text[160];
    snprintf(text, sizeof text, "%u", letter.size);
    check_item(response, "RFC822.SIZE", text);
    snprintf(text, sizeof text, "(%s", letter_structure(letter));
    check_item(response, "BODYSTRUCTURE", text);
    check_item(response, "ENVELOPE", "(\"");
    check_item(response, "INTERNALDATE", "\"");
    check_item(response, "FLAGS", "(");
    snprintf(text, sizeof text, " %llu", (unsigned long long)letter.number);
    if (slice_search(response, slice_cstr(text)) == SIZE_MAX)
        bench_die("no subject of letter%s: %.*s", text, SLICE_ARGS(response));
    sync->numbers[sync->come++] = letter.number;
    sync->uid = uid;
}

static void select_next(struct client *client);

static void check_complete(const struct sync *sync)
{
    if (sync->come != sync->expected)
        bench_die("%u messages were synced, not %u", sync->come, sync->expected);
}

static void synced(struct client *client)
{
    check_complete(client->state);
    if (client_goes_on(client))
        select_next(client);
}

static void fetch_all(struct client *client, client_done_fn *on_done)
{
    int64_t begun_at = client->command_at;
    client_send(client, on_done,
                "UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)");
    client->command_at = begun_at; /* the operation is both commands */
}

static void selected(struct client *client)
{
    fetch_all(client, synced);
}

static void select_next(struct client *client)
{
    struct sync *sync = client->state;
    sync->come = sync->uid = 0;
    client_send(client, selected, "SELECT %s", sync->mailbox);
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* No letter came twice in the last round. */
static void check_distinct(struct sync *sync)
{
    qsort(sync->numbers, sync->come, sizeof *sync->numbers, compare_numbers);
    for (uint32_t i = 1; i < sync->come; i++)
        if (sync->numbers[i] == sync->numbers[i - 1])
            bench_die("letter %llu came twice", (unsigned long long)sync->numbers[i]);
}

void prepare_sync(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    (void)result;
    fixture_fill(bench, fixture_users[0], scenario->mailbox, scenario_count(scenario, bench),
                 FIXTURE_RICH);
}

static struct client *open_client(const struct scenario *scenario, const struct bench *bench,
                                  struct sync *sync)
{
    *sync =
        (struct sync){.mailbox = scenario->mailbox, .expected = scenario_count(scenario, bench)};
    sync->numbers = bench_allocate(sync->expected, sizeof *sync->numbers);
    struct client *client = clients_open(bench, 1, fixture_users, 1);
    client->state = sync;
    client->on_response = check_message;
    return client;
}

static void close_client(struct client **client, struct sync *sync)
{
    check_distinct(sync);
    clients_close(client, 1);
    free(sync->numbers);
}

void run_sync(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct sync sync;
    prepare_sync(scenario, bench, result);
    struct client *client = open_client(scenario, bench, &sync);
    clients_drive(client, 1, select_next, result);
    close_client(&client, &sync);
}

void run_sync_first(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct sync sync;
    pace_settle(bench);
    struct client *client = open_client(scenario, bench, &sync);
    struct pace pace;
    pace_start(&pace, bench, 0, result);
    client_run(client, "SELECT %s", scenario->mailbox);
    result_figure(result, "select_ms",
                  (double)(clock_monotonic_us() - client->command_at) / 1000.0);
    fetch_all(client, NULL);
    client_await(client);
    samples_add(&result->latencies, clock_monotonic_us() - client->command_at);
    result->operations = 1;
    pace_finish(&pace);
    check_complete(&sync);
    result_figure(result, "messages", sync.come);
    close_client(&client, &sync);
}

/* As SQL ------------------------------------------------------------------------------------ */

enum { WANT_ENVELOPE_AND_STRUCTURE = 2 | 4 };

static void read_next(struct sql_client *client)
{
    const struct batches *batches = client->state;
    struct sql_params state = {0};
    sql_number(&state, batches->mailbox_id);
    sql_queue(client, "mailbox_state", &state);
    batches_queue(batches, client, WANT_ENVELOPE_AND_STRUCTURE);
    sql_go(client);
}

static void all_read(struct sql_client *client)
{
    const struct batches *batches = client->state;
    if (client->rows != batches->messages + 1)
        bench_die("%llu rows were read", (unsigned long long)client->rows);
    if (sql_goes_on(client))
        read_next(client);
}

void baseline_sync(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {"mailbox_state", "messages_get", NULL};
    struct batches batches;
    batches_load(bench, fixture_users[0], scenario->mailbox, &batches);
    struct sql_client *clients = sql_open(bench, 1, SQL_PLANS_OF_SERVER, statements);
    clients->state = &batches;
    clients->on_done = all_read;
    sql_drive(bench, clients, 1, read_next, result);
    sql_close(&clients, 1);
    batches_clear(&batches);
}
