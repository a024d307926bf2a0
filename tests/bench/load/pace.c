#include "pace.h"

#include "base/clock.h"
#include "loop.h"
#include "traffic.h"
#include "usage.h"

enum { STALL_MS = 120 * 1000 };

double pace_processor_ms(const struct bench *bench)
{
    double total = 0;
    for (unsigned i = 0; i < bench->process_count; i++)
        total += usage_processor_ms(bench->processes[i]);
    return total;
}

static uint64_t memory_of(const struct bench *bench)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < bench->process_count; i++)
        total += usage_memory(bench->processes[i]);
    return total;
}

void pace_start(struct pace *pace, const struct bench *bench, unsigned connections,
                struct result *result)
{
    *pace = (struct pace){.bench = bench, .result = result, .active = connections};
    pace->processor_ms = pace_processor_ms(bench);
    pace->traffic = traffic_total();
    pace->begun_at = clock_monotonic_us();
    pace->end_at = pace->begun_at + (int64_t)(bench->seconds * 1e6);
}

bool pace_goes_on(struct pace *pace, int64_t operation_begun_at)
{
    int64_t now = clock_monotonic_us();
    samples_add(&pace->result->latencies, now - operation_begun_at);
    pace->result->operations++;
    if (now < pace->end_at)
        return true;
    pace->active--;
    return false;
}

void pace_finish(struct pace *pace)
{
    uint64_t seen = 0;
    int64_t alive_at = clock_monotonic_ms();
    while (pace->active) {
        loop_turn(1000);
        if (pace->result->operations != seen) {
            seen = pace->result->operations;
            alive_at = clock_monotonic_ms();
        }
        if (clock_monotonic_ms() - alive_at > STALL_MS)
            bench_die("%u connections have no answer", pace->active);
    }
    pace->result->seconds = (double)(clock_monotonic_us() - pace->begun_at) / 1e6;
    pace->result->processor_ms = pace_processor_ms(pace->bench) - pace->processor_ms;
    pace->result->traffic = traffic_total() - pace->traffic;
    pace->result->memory = memory_of(pace->bench);
}

void pace_settle(const struct bench *bench)
{
    enum { LOOK_MS = 300, BUSY_MS = 20, MOST_MS = 60 * 1000 };
    int64_t end = clock_monotonic_ms() + MOST_MS;
    double used = pace_processor_ms(bench), before;
    do {
        loop_wait(LOOK_MS);
        before = used;
        used = pace_processor_ms(bench);
    } while (used - before > BUSY_MS && clock_monotonic_ms() < end);
}
