/*
 * What one run of a scenario has measured, and how it is printed.
 */
#ifndef POSTROOM_BENCH_RESULT_H
#define POSTROOM_BENCH_RESULT_H

#include <stdint.h>
#include <stdio.h>

#include "samples.h"

enum { RESULT_FIGURES = 48 };

/* Something that only this scenario has. */
struct figure {
    char name[48];
    double value;
};

struct result {
    uint64_t operations;
    double seconds;
    double processor_ms; /* of the processes that were named */
    uint64_t memory;     /* of them, when it ended: proportional set size in octets */
    uint64_t traffic;    /* octets of IMAP, both ways */
    struct samples latencies;
    struct figure figures[RESULT_FIGURES];
    unsigned figure_count;
};

void result_figure(struct result *result, const char *name, double value);
/* One JSON object on one line. */
void result_print(struct result *result, const char *scenario, FILE *out);
void result_clear(struct result *result);

#endif
