/*
 * Waiting for a condition: a queue of parked fibers.
 *
 *   while (!ready)
 *       wait_for(&queue, deadline);
 */
#ifndef POSTROOM_FIBER_WAIT_H
#define POSTROOM_FIBER_WAIT_H

#include <stdint.h>

#include "base/error.h"
#include "base/list.h"

struct wait_queue {
    struct link waiters;
};

void wait_queue_init(struct wait_queue *queue);

enum { WAIT_FOREVER = -1 };

/* Parks the running fiber until woken through the queue or until
 * clock_monotonic_ms() reaches deadline_ms (WAIT_FOREVER: never). 0, or
 * -ERR_TIMEOUT. May return 0 early: check the condition again. */
int wait_for(struct wait_queue *queue, int64_t deadline_ms) MUST_CHECK;

/* Wakes the longest waiting fiber / all of them. From fibers or callbacks. */
void wait_wake_one(struct wait_queue *queue);
void wait_wake_all(struct wait_queue *queue);

#endif
