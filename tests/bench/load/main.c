/*
 * bench_load: runs one scenario once, prints one line of JSON. tests/bench/run
 * starts what it talks to and compares.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "bench.h"
#include "client.h"
#include "fixture.h"
#include "loop.h"
#include "scenario.h"

enum { MAIN_FILES = 60000 };

/* What of a scenario is to be run. */
enum stage { STAGE_RUN, STAGE_PREPARE, STAGE_BASELINE };

struct options {
    struct bench bench;
    const char *scenario;
    enum stage stage;
};

static const struct option long_options[] = {
    {"list", no_argument, NULL, 'l'},
    {"scenario", required_argument, NULL, 's'},
    {"prepare", no_argument, NULL, 'P'},
    {"baseline", no_argument, NULL, 'b'},
    {"host", required_argument, NULL, 'h'},
    {"port", required_argument, NULL, 'p'},
    {"password", required_argument, NULL, 'w'},
    {"conninfo", required_argument, NULL, 'c'},
    {"process", required_argument, NULL, 'i'},
    {"memory-process", required_argument, NULL, 'm'},
    {"seconds", required_argument, NULL, 't'},
    {"scale", required_argument, NULL, 'n'},
    {"members", required_argument, NULL, 'k'},
    {"lmtp-port", required_argument, NULL, 'L'},
    {"shared-address", required_argument, NULL, 'S'},
    {0},
};

static const char *json_bool(bool value)
{
    return value ? "true" : "false";
}

/* For tests/bench/run: a line of JSON for each scenario. */
static void print_list(void)
{
    for (const struct scenario *row = scenarios; row->name; row++)
        printf("{\"name\": \"%s\", \"help\": \"%s\", \"prepare\": %s, \"baseline\": %s, "
               "\"workers\": %u, \"full\": %s, \"needs\": \"%s\"}\n",
               row->name, row->help, json_bool(row->prepare), json_bool(row->baseline),
               row->workers, json_bool(row->full), row->needs ? row->needs : "");
}

static void add_process(struct bench *bench, const char *pid)
{
    if (bench->process_count == BENCH_PROCESSES)
        bench_die("too many processes");
    bench->processes[bench->process_count++] = (pid_t)atoi(pid);
}

static void read_option(struct options *options, int option)
{
    struct bench *bench = &options->bench;
    switch (option) {
    case 'l':
        print_list();
        exit(0);
    case 's':
        options->scenario = optarg;
        break;
    case 'P':
        options->stage = STAGE_PREPARE;
        break;
    case 'b':
        options->stage = STAGE_BASELINE;
        break;
    case 'h':
        bench->host = optarg;
        break;
    case 'p':
        bench->port = optarg;
        break;
    case 'w':
        bench->password = optarg;
        break;
    case 'c':
        bench->conninfo = optarg;
        break;
    case 'i':
        add_process(bench, optarg);
        break;
    case 'm':
        bench->memory_process = (pid_t)atoi(optarg);
        break;
    case 't':
        bench->seconds = atof(optarg);
        break;
    case 'n':
        bench->scale = (unsigned)atoi(optarg);
        break;
    case 'k':
        bench->members = (unsigned)atoi(optarg);
        break;
    case 'L':
        bench->lmtp_port = optarg;
        break;
    case 'S':
        bench->shared_address = optarg;
        break;
    default:
        exit(2);
    }
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        bench_die_errno("getrlimit");
    if (limit.rlim_max < MAIN_FILES)
        limit.rlim_max = MAIN_FILES;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return;
    getrlimit(RLIMIT_NOFILE, &limit); /* not allowed to raise the maximum */
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static bool pass_over(const struct scenario *scenario, const char *missing)
{
    printf("{\"scenario\": \"%s\", \"skipped\": \"the server has no %s\"}\n", scenario->name,
           missing);
    return false;
}

/* A server that can't do it is passed over, and says so in place of figures.
 * STARTTLS is named before the login only, most else behind it. */
static bool is_served(const struct scenario *scenario, const struct bench *bench)
{
    if (scenario->lmtp && !bench->lmtp_port)
        return pass_over(scenario, "LMTP");
    if (!scenario->needs)
        return true;
    struct client client = {0};
    client_connect(&client, bench, fixture_users[0]);
    client_await(&client);
    bool is_there = client_has(&client, scenario->needs);
    client_run(&client, "LOGIN %s %s", client.user, bench->password);
    is_there |= client_has(&client, scenario->needs);
    client_close(&client);
    return is_there || pass_over(scenario, scenario->needs);
}

int main(int argc, char **argv)
{
    struct options options = {
        .bench = {.host = "127.0.0.1",
                  .port = "143",
                  .password = "secret",
                  .seconds = 5,
                  .scale = 10000,
                  .members = 500,
                  .serial = (uint64_t)clock_realtime_us()},
    };
    for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
        read_option(&options, option);
    if (!options.scenario)
        bench_die("--scenario is missing; --list lists them");
    const struct scenario *scenario = scenario_find(options.scenario);
    scenario_fn *const stages[] = {
        [STAGE_RUN] = scenario->run,
        [STAGE_PREPARE] = scenario->prepare,
        [STAGE_BASELINE] = scenario->baseline,
    };
    if (!stages[options.stage])
        bench_die("%s has no such stage", scenario->name);
    raise_file_limit();
    loop_open();
    if (options.stage != STAGE_BASELINE && !is_served(scenario, &options.bench))
        return 0;
    options.bench.tls = scenario->tls;
    struct result result = {0};
    stages[options.stage](scenario, &options.bench, &result);
    if (options.stage != STAGE_PREPARE)
        result_print(&result, scenario->name, stdout);
    result_clear(&result);
    return 0;
}
