/*
 * Latencies of single operations, in microseconds, all kept: percentiles are
 * exact.
 */
#ifndef POSTROOM_BENCH_SAMPLES_H
#define POSTROOM_BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

struct samples {
    uint32_t *values;
    size_t count;
    size_t size;
};

void samples_add(struct samples *samples, int64_t microseconds);
/* Milliseconds that `share` (0 to 1) of the operations did not exceed; 1 is
 * the maximum. 0 when there are none. Sorts. */
double samples_percentile(struct samples *samples, double share);
void samples_clear(struct samples *samples);

#endif
