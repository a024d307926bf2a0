/* idle-fanout: how soon every idling member of a shared mailbox hears of a new
 * message. idle-memory: what an idling session costs while nothing happens. */
#include <unistd.h>

#include "../fixture.h"
#include "../scenario.h"
#include "../usage.h"
#include "base/clock.h"
#include "crowd.h"

/* While lines come we look every GATHER_US: members have machines of their
 * own, and do not make the server pay for waking them one by one. */
enum { ROUND_MS = 10000, PAUSE_MS = 20, ROUNDS_MIN = 10, GATHER_US = 200 };

static void wait_ms(int64_t milliseconds)
{
    int64_t end = clock_monotonic_ms() + milliseconds;
    for (int64_t left; (left = end - clock_monotonic_ms()) > 0;)
        loop_turn((int)left);
}

static uint32_t crowd_size(const struct scenario *scenario, const struct bench *bench)
{
    return scenario->count ? scenario_count(scenario, bench) : bench->members;
}

/* One message to all; how many of them did not hear of it. */
static unsigned run_round(struct bench *bench, struct crowd *crowd, struct client *writer,
                          struct samples *appends)
{
    crowd->reached = 0;
    crowd->stored_at = 0;
    crowd->expected = fixture_count(writer, FIXTURE_SHARED) + 1;
    fixture_append(bench, writer, FIXTURE_SHARED, LETTER_SIZE_MIN, NULL);
    crowd->sent_at = writer->command_at;
    client_await(writer);
    crowd->stored_at = clock_monotonic_us();
    samples_add(appends, crowd->stored_at - writer->command_at);
    for (int64_t end = clock_monotonic_ms() + ROUND_MS;
         crowd->reached < crowd->count && clock_monotonic_ms() < end;) {
        loop_turn(100);
        (void)usleep(GATHER_US);
    }
    crowd->expected = 0;
    wait_ms(PAUSE_MS);
    return crowd->count - crowd->reached;
}

void run_idle_fanout(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct crowd crowd;
    crowd_gather(bench, crowd_size(scenario, bench), &crowd);
    crowd.latencies = &result->latencies;
    struct client *writer = clients_open(bench, 1, &fixture_members[1], 1);
    struct samples appends = {0}, spread = {0};
    crowd.spread = &spread;
    unsigned lost = 0;
    struct pace pace;
    pace_start(&pace, bench, 0, result);
    while ((result->operations < ROUNDS_MIN && lost < crowd.count) ||
           clock_monotonic_us() < pace.end_at) {
        lost += run_round(bench, &crowd, writer, &appends);
        result->operations++;
    }
    pace_finish(&pace);
    result_figure(result, "members", crowd.count);
    result_figure(result, "lost", lost);
    result_figure(result, "append_p50_ms", samples_percentile(&appends, 0.5));
    result_figure(result, "append_p99_ms", samples_percentile(&appends, 0.99));
    result_figure(result, "after_append_p99_ms", samples_percentile(&spread, 0.99));
    crowd_rouse(&crowd, NULL);
    samples_clear(&appends);
    samples_clear(&spread);
    clients_close(&writer, 1);
    crowd_dismiss(&crowd);
}

/* The first few warm the server up: the view, the login memory, the allocator. */
void run_idle_memory(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct crowd first, crowd;
    crowd_gather(bench, scenario->connections, &first);
    wait_ms(500);
    double before = (double)usage_memory(bench->memory_process);
    crowd_gather(bench, crowd_size(scenario, bench), &crowd);
    wait_ms(2000);
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
