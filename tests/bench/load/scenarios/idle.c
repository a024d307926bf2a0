/* idle-fanout, lmtp-to-exists: how soon every idling member of a shared mailbox hears of
 * a new message. idle-memory: what an idling session costs while nothing happens. */
#include "../fixture.h"
#include "../lmtp.h"
#include "../scenario.h"
#include "../sql.h"
#include "../usage.h"
#include "base/clock.h"
#include "crowd.h"
#include "inserts.h"
#include "postman.h"

enum { ROUNDS_MIN = 10 };

/* By APPEND, or from outside when there is an LMTP client. */
struct fanout {
    struct bench *bench;
    struct crowd crowd;
    struct client *writer;
    struct lmtp *lmtp;
    struct samples stored; /* how long it took until there was an OK */
    struct samples spread;
};

static uint32_t crowd_size(const struct scenario *scenario, const struct bench *bench)
{
    return scenario->count ? scenario_count(scenario, bench) : bench->members;
}

static void append(struct fanout *fanout)
{
    fixture_append(fanout->bench, fanout->writer, FIXTURE_SHARED, LETTER_SIZE_MIN, NULL);
    fanout->crowd.sent_at = fanout->writer->command_at;
    client_await(fanout->writer);
}

/* From the dot on, which is sent at once with the message. */
static void deliver(struct fanout *fanout)
{
    lmtp_announce(fanout->lmtp, fanout->bench->shared_address, NULL);
    lmtp_await(fanout->lmtp);
    fanout->crowd.sent_at = clock_monotonic_us();
    lmtp_send(fanout->lmtp, fixture_letter(fanout->bench, LETTER_SIZE_MIN), NULL);
    lmtp_await(fanout->lmtp);
}

/* One message to all; how many of them did not hear of it. */
static unsigned run_round(struct fanout *fanout)
{
    struct crowd *crowd = &fanout->crowd;
    crowd->reached = 0;
    crowd->stored_at = 0;
    crowd->expected = fixture_count(fanout->writer, FIXTURE_SHARED) + 1;
    if (fanout->lmtp)
        deliver(fanout);
    else
        append(fanout);
    crowd->stored_at = clock_monotonic_us();
    samples_add(&fanout->stored, crowd->stored_at - crowd->sent_at);
    return crowd_listen(crowd);
}

static void run_fanout(const struct scenario *scenario, struct fanout *fanout,
                       struct result *result)
{
    struct bench *bench = fanout->bench;
    struct crowd *crowd = &fanout->crowd;
    crowd_gather(bench, crowd_size(scenario, bench), crowd);
    crowd->latencies = &result->latencies;
    crowd->spread = &fanout->spread;
    fanout->writer = clients_open(bench, 1, &fixture_members[1], 1);
    unsigned lost = 0;
    struct pace pace;
    pace_start(&pace, bench, 0, result);
    while ((result->operations < ROUNDS_MIN && lost < crowd->count) ||
           clock_monotonic_us() < pace.end_at) {
        lost += run_round(fanout);
        result->operations++;
    }
    pace_finish(&pace);
    result_figure(result, "members", crowd->count);
    result_figure(result, "lost", lost);
    result_figure(result, "stored_p50_ms", samples_percentile(&fanout->stored, 0.5));
    result_figure(result, "stored_p99_ms", samples_percentile(&fanout->stored, 0.99));
    result_figure(result, "after_stored_p99_ms", samples_percentile(&fanout->spread, 0.99));
    crowd_rouse(crowd, NULL);
    samples_clear(&fanout->stored);
    samples_clear(&fanout->spread);
    clients_close(&fanout->writer, 1);
    crowd_dismiss(crowd);
}

void run_idle_fanout(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct fanout fanout = {.bench = bench};
    run_fanout(scenario, &fanout, result);
}

void run_lmtp_to_exists(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct fanout fanout = {.bench = bench, .lmtp = lmtp_open(bench, 1)};
    run_fanout(scenario, &fanout, result);
    lmtp_close(&fanout.lmtp, 1);
}

/* The first few warm the server up: the view, the login memory, the allocator. */
void run_idle_memory(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct crowd first, crowd;
    crowd_gather(bench, scenario->connections, &first);
    loop_wait(500);
    double before = (double)usage_memory(bench->memory_process);
    crowd_gather(bench, crowd_size(scenario, bench), &crowd);
    loop_wait(2000);
    double after = (double)usage_memory(bench->memory_process);
    struct pace pace;
    pace_start(&pace, bench, 0, result);
    crowd_rouse(&crowd, &result->latencies);
    int64_t answered_at = clock_monotonic_us();
    pace_finish(&pace);
    result->operations = crowd.count;
    result_figure(result, "sessions", crowd.count);
    result_figure(result, "all_done_ms", (double)(answered_at - pace.begun_at) / 1000.0);
    result_figure(result, "octets_per_session", (after - before) / crowd.count);
    crowd_rouse(&first, NULL);
    crowd_dismiss(&crowd);
    crowd_dismiss(&first);
}

/* As SQL and nothing but send() ---------------------------------------------------------- */

struct errand {
    struct postman postman;
    struct crowd crowd;
    unsigned lost;
};

static void tell_all(void *arg, int64_t stored_since)
{
    struct errand *errand = arg;
    errand->crowd.sent_at = stored_since;
    errand->crowd.reached = 0;
    postman_send(&errand->postman);
    errand->lost += crowd_listen(&errand->crowd);
}

void baseline_idle_fanout(const struct scenario *scenario, struct bench *bench,
                          struct result *result)
{
    int64_t mailbox_id = sql_mailbox(bench, NULL, "Sales");
    struct errand errand = {
        .crowd = {.count = crowd_size(scenario, bench), .latencies = &result->latencies}};
    postman_hire(&errand.postman, &errand.crowd);
    if (bench->process_count < BENCH_PROCESSES)
        bench->processes[bench->process_count++] = errand.postman.process;
    struct inserts inserts = {.bench = bench,
                              .connections = 1,
                              .mailboxes = &mailbox_id,
                              .mailbox_count = 1,
                              .size = LETTER_SIZE_MIN,
                              .batch = 1,
                              .stored = tell_all,
                              .stored_arg = &errand};
    inserts_run(&inserts, result);
    result_figure(result, "members", errand.crowd.count);
    result_figure(result, "lost", errand.lost);
    postman_dismiss(&errand.postman);
}
