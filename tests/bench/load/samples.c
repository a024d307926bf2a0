#include "samples.h"

#include <math.h>
#include <stdlib.h>

#include "bench.h"

void samples_add(struct samples *samples, int64_t microseconds)
{
    if (samples->count == samples->size) {
        samples->size = samples->size ? samples->size * 2 : 1024;
        samples->values = realloc(samples->values, samples->size * sizeof *samples->values);
        if (!samples->values)
            bench_die("out of memory");
    }
    samples->values[samples->count++] = microseconds > 0 ? (uint32_t)microseconds : 0;
}

static int compare_values(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

double samples_percentile(struct samples *samples, double share)
{
    if (samples->count == 0)
        return 0;
    qsort(samples->values, samples->count, sizeof *samples->values, compare_values);
    double rank = ceil(share * (double)samples->count);
    size_t place = rank < 1 ? 0 : (size_t)rank - 1;
    return samples->values[place] / 1000.0;
}

void samples_clear(struct samples *samples)
{
    free(samples->values);
    *samples = (struct samples){0};
}
