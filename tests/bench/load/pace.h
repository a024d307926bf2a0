/*
 * The measured part of a scenario: several connections, each doing one
 * operation after the other until the time is up.
 *
 *   pace_start(&pace, bench, connections, result);
 *   … each connection starts its first operation …
 *   pace_finish(&pace);
 *
 * and when an operation has ended and was checked:
 *
 *   if (pace_goes_on(&pace, when_it_began)) … the next one …
 */
#ifndef POSTROOM_BENCH_PACE_H
#define POSTROOM_BENCH_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench.h"
#include "result.h"

struct pace {
    const struct bench *bench;
    struct result *result;
    int64_t begun_at; /* microseconds */
    int64_t end_at;
    double processor_ms;
    uint64_t traffic;
    unsigned active; /* connections inside an operation */
};

void pace_start(struct pace *pace, const struct bench *bench, unsigned connections,
                struct result *result);
bool pace_goes_on(struct pace *pace, int64_t operation_begun_at);
/* Runs the loop until every connection has ended its last operation. */
void pace_finish(struct pace *pace);

/* Processor time of all processes under test so far. */
double pace_processor_ms(const struct bench *bench);
/* Waits, but not for ever, until they have done what they do in the background:
 * caches, indexes, checkpoints. */
void pace_settle(const struct bench *bench);

#endif
