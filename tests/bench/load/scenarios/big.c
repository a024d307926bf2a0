/* big-mailbox: ten times the library in one mailbox on one worker. Each large
 * command is timed once, while a second session of the same worker works in a
 * small mailbox and notes how long it is kept waiting. */
#include <stdio.h>
#include <string.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"
#include "../usage.h"
#include "base/clock.h"
#include "pile.h"

#define BIG_MAILBOX   "Big"
#define PROBE_MAILBOX "Probe"
enum { PROBE_PAUSE_US = 2000 };

static void index_mailbox(struct bench *bench)
{
    struct client *client = clients_open(bench, 1, fixture_users, 1);
    client_run(client, "SELECT " BIG_MAILBOX);
    client_run(client, "SEARCH SUBJECT " LETTER_RARE_WORD);
    sql_await_index(bench, fixture_users[0], BIG_MAILBOX);
    clients_close(&client, 1);
}

void prepare_big_mailbox(const struct scenario *scenario, struct bench *bench,
                         struct result *result)
{
    (void)result;
    fixture_fill(bench, fixture_users[0], PROBE_MAILBOX, 20, FIXTURE_LETTER_SIZE);
    pile_make(bench, BIG_MAILBOX, scenario_count(scenario, bench));
    index_mailbox(bench);
}

/* Large commands --------------------------------------------------------------------------- */

static bool hits_flagged(const struct shelf *seed, uint32_t i)
{
    return i % seed->count < seed->count / 10;
}

static bool hits_december(const struct shelf *seed, uint32_t i)
{
    return seed->letters[i % seed->count].number % 365 >= 335;
}

static bool hits_rare(const struct shelf *seed, uint32_t i)
{
    return letter_is_rare(seed->letters[i % seed->count]);
}

static const struct large_command {
    const char *name;
    const char *command;
    const char *response; /* counted: the keyword, or SEARCH for what was found */
    bool (*hits)(const struct shelf *seed, uint32_t i); /* NULL: every message */
} large_commands[] = {
    {"select_cold", "SELECT " BIG_MAILBOX, NULL, NULL},
    {"fetch_flags", "FETCH 1:* (UID FLAGS)", "FETCH", NULL},
    {"fetch_sizes", "FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)", "FETCH", NULL},
    {"fetch_envelopes", "FETCH 1:* (UID ENVELOPE BODYSTRUCTURE)", "FETCH", NULL},
    {"search_flag", "SEARCH FLAGGED", "SEARCH", hits_flagged},
    {"search_date", "SEARCH SINCE 1-Dec-2024", "SEARCH", hits_december},
    {"search_subject", "SEARCH SUBJECT " LETTER_RARE_WORD, "SEARCH", hits_rare},
    {"store_silent", "STORE 1:* +FLAGS.SILENT (\\Answered)", NULL, NULL},
    {"store_shown", "STORE 1:* -FLAGS (\\Answered)", "FETCH", NULL},
    {"store_seen", "STORE 1:* +FLAGS.SILENT (\\Seen)", NULL, NULL},
    {"select_warm", "SELECT " BIG_MAILBOX, NULL, NULL},
};

struct count {
    const struct large_command *command;
    uint32_t found;
};

/* What all large commands are about. */
struct big {
    uint32_t messages;
    struct shelf seed;
    struct client *client;
    struct client *prober;
};

static void count_found(struct client *client, struct slice response)
{
    struct count *count = client->state;
    const char *expected = count->command->response;
    uint32_t number;
    if (!expected)
        return;
    if (response_number(response, expected, &number))
        count->found++;
    else if (strcmp(expected, "SEARCH") == 0 && slice_starts_with(response, SLICE("* SEARCH")))
        for (size_t i = strlen("* SEARCH"); i < response.len; i++)
            count->found += response.data[i] == ' ';
}

static uint32_t expected_count(const struct large_command *command, const struct shelf *seed,
                               uint32_t messages)
{
    uint32_t expected = 0;
    for (uint32_t i = 0; command->response && i < messages; i++)
        expected += !command->hits || command->hits(seed, i);
    return expected;
}

/* The session that is kept waiting --------------------------------------------------------------
 */

struct probe {
    struct samples all;
    struct samples during; /* one large command */
    int64_t answered_at;
    unsigned turn;
};

static void probe_answered(struct client *client)
{
    struct probe *probe = client->state;
    probe->answered_at = clock_monotonic_us();
    samples_add(&probe->all, probe->answered_at - client->command_at);
    samples_add(&probe->during, probe->answered_at - client->command_at);
}

static void probe_go_on(struct client *client)
{
    static const char *const commands[] = {"NOOP", "FETCH 1 (FLAGS)", "NOOP",
                                           "FETCH 2 (BODY.PEEK[])"};
    struct probe *probe = client->state;
    if (client->busy || clock_monotonic_us() - probe->answered_at < PROBE_PAUSE_US)
        return;
    client_send(client, probe_answered, "%s", commands[probe->turn++ % 4]);
}

static struct client *open_probe(struct bench *bench, struct probe *probe)
{
    struct client *client = clients_open(bench, 1, fixture_users, 1);
    client_run(client, "SELECT " PROBE_MAILBOX);
    client->state = probe;
    return client;
}

/* Measuring -------------------------------------------------------------------------------------
 */

static void add_figure(struct result *result, const char *command, const char *what, double value)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%s", command, what);
    result_figure(result, name, value);
}

static void run_large(const struct large_command *command, const struct big *big,
                      struct result *result)
{
    struct client *client = big->client, *prober = big->prober;
    struct probe *probe = prober->state;
    struct count count = {command, 0};
    samples_clear(&probe->during);
    client->state = &count;
    client->on_response = count_found;
    client_send(client, NULL, "%s", command->command);
    while (client->busy) {
        loop_turn(1);
        probe_go_on(prober);
    }
    int64_t took = clock_monotonic_us() - client->command_at;
    client_await(prober);
    if (count.found != expected_count(command, &big->seed, big->messages))
        bench_die("%s: %u responses", command->command, count.found);
    samples_add(&result->latencies, took);
    result->operations++;
    add_figure(result, command->name, "ms", (double)took / 1000);
    add_figure(result, command->name, "other_p99_ms", samples_percentile(&probe->during, 0.99));
    add_figure(result, command->name, "other_max_ms", samples_percentile(&probe->during, 1));
}

static void read_seed(const struct bench *bench, struct shelf *out)
{
    struct client *client = clients_open(bench, 1, fixture_users, 1);
    client_run(client, "SELECT " PILE_SEED);
    fixture_read_shelf(client, out);
    clients_close(&client, 1);
}

static void add_memory(struct result *result, const char *name, double octets,
                       const struct big *big)
{
    result_figure(result, name, octets / big->messages);
}

void run_big_mailbox(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    pace_settle(bench);
    struct probe probe = {0};
    struct big big = {.messages = scenario_count(scenario, bench)};
    big.prober = open_probe(bench, &probe);
    big.client = clients_open(bench, 1, fixture_users, 1);
    read_seed(bench, &big.seed);
    double before = (double)usage_memory(bench->memory_process);
    double resident = (double)usage_resident_restart(bench->memory_process);
    struct pace pace;
    pace_start(&pace, bench, 0, result);
    for (size_t i = 0; i < sizeof large_commands / sizeof *large_commands; i++)
        run_large(&large_commands[i], &big, result);
    pace_finish(&pace);
    double after = (double)usage_memory(bench->memory_process);
    double peak = (double)usage_resident_peak(bench->memory_process);
    result_figure(result, "messages", big.messages);
    add_memory(result, "octets_per_message", after - before, &big);
    add_memory(result, "octets_per_message_peak", peak - resident, &big);
    result_figure(result, "other_p50_ms", samples_percentile(&probe.all, 0.5));
    result_figure(result, "other_p99_ms", samples_percentile(&probe.all, 0.99));
    result_figure(result, "other_max_ms", samples_percentile(&probe.all, 1));
    samples_clear(&probe.all);
    samples_clear(&probe.during);
    shelf_clear(&big.seed);
    clients_close(&big.client, 1);
    clients_close(&big.prober, 1);
}
