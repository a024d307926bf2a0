/* big-mailbox: ten times the library in one mailbox on one worker. Each large
 * command is timed once, while a second session of the same worker works in a
 * small mailbox and notes how long it is kept waiting. */
#include <stdio.h>
#include <string.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../usage.h"
#include "base/clock.h"

#define BIG_MAILBOX   "Big"
#define SEED_MAILBOX  "Seed"
#define PROBE_MAILBOX "Probe"
enum { BIG_FACTOR = 10, SEED_SHARE = 100, PROBE_PAUSE_US = 2000 };

static uint32_t big_count(const struct bench *bench)
{
    return bench->scale * BIG_FACTOR;
}

/* Filling: a hundredth by APPEND to a seed, the rest by COPY of the seed and
 * then of the large mailbox onto itself, again and again. A tenth has \Flagged.
 * Message n is the same letter as message n modulo the seed's size. */
void prepare_big_mailbox(const struct scenario *scenario, struct bench *bench,
                         struct result *result)
{
    (void)scenario;
    (void)result;
    uint32_t count = big_count(bench), seed = count / SEED_SHARE;
    struct client *client = clients_open(bench, 1, fixture_users, 1);
    fixture_fill(bench, fixture_users[0], PROBE_MAILBOX, 20, FIXTURE_LETTER_SIZE);
    fixture_fill(bench, fixture_users[0], SEED_MAILBOX, seed, FIXTURE_LETTER_SIZE);
    fixture_fill(bench, fixture_users[0], BIG_MAILBOX, 0, FIXTURE_LETTER_SIZE);
    client_run(client, "SELECT %s", SEED_MAILBOX);
    client_run(client, "STORE 1:%u +FLAGS.SILENT (\\Flagged)", seed / 10);
    client_run(client, "COPY 1:* %s", BIG_MAILBOX);
    client_run(client, "SELECT %s", BIG_MAILBOX);
    for (uint32_t there = seed; there < count;) {
        uint32_t copied = there < count - there ? there : count - there;
        client_run(client, "COPY 1:%u %s", copied, BIG_MAILBOX);
        client_run(client, "NOOP");
        there += copied;
    }
    if (fixture_count(client, BIG_MAILBOX) != count)
        bench_die("%s was not filled", BIG_MAILBOX);
    clients_close(&client, 1);
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

static uint32_t expected_count(const struct bench *bench, const struct large_command *command,
                               const struct shelf *seed)
{
    uint32_t expected = 0;
    for (uint32_t i = 0; command->response && i < big_count(bench); i++)
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

static void run_large(const struct large_command *command, struct client *client,
                      struct client *prober, const struct shelf *seed, struct result *result)
{
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
    if (count.found != expected_count(client->bench, command, seed))
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
    client_run(client, "SELECT " SEED_MAILBOX);
    fixture_read_shelf(client, out);
    clients_close(&client, 1);
}

void run_big_mailbox(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    (void)scenario;
    struct probe probe = {0};
    struct client *prober = open_probe(bench, &probe);
    struct client *client = clients_open(bench, 1, fixture_users, 1);
    struct shelf seed;
    read_seed(bench, &seed);
    double before = (double)usage_memory(bench->memory_process);
    double resident = (double)usage_resident_restart(bench->memory_process);
    struct pace pace;
    pace_start(&pace, bench, 0, result);
    for (size_t i = 0; i < sizeof large_commands / sizeof *large_commands; i++)
        run_large(&large_commands[i], client, prober, &seed, result);
    pace_finish(&pace);
    double after = (double)usage_memory(bench->memory_process);
    double peak = (double)usage_resident_peak(bench->memory_process);
    result_figure(result, "messages", big_count(bench));
    result_figure(result, "octets_per_message", (after - before) / big_count(bench));
    result_figure(result, "octets_per_message_peak", (peak - resident) / big_count(bench));
    result_figure(result, "other_p50_ms", samples_percentile(&probe.all, 0.5));
    result_figure(result, "other_p99_ms", samples_percentile(&probe.all, 0.99));
    result_figure(result, "other_max_ms", samples_percentile(&probe.all, 1));
    samples_clear(&probe.all);
    samples_clear(&probe.during);
    shelf_clear(&seed);
    clients_close(&client, 1);
    clients_close(&prober, 1);
}
