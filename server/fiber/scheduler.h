/*
 * What a fiber is inside, and who runs next. The loop runs the ready queue
 * before and after it polls (loop.c); a fiber always parks into the loop.
 */
#ifndef POSTROOM_FIBER_SCHEDULER_H
#define POSTROOM_FIBER_SCHEDULER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/list.h"
#include "context.h"
#include "deadline.h"
#include "fiber/fiber.h"
#include "stack.h"

enum fiber_state {
    FIBER_READY,   /* in one of the two queues, or about to be run from it */
    FIBER_RUNNING, /* scheduler_current() */
    FIBER_PARKED,  /* waits for fiber_wake() */
    FIBER_ENDED    /* its main has returned; the loop frees it */
};

struct fiber {
    struct link queue;
    struct link existing;
    enum fiber_state state;
    bool timed_out; /* why fiber_park_until() was woken */
    const char *name;
    void (*main)(void *arg);
    void *arg;
    struct stack *stack;
    struct context context;
    struct deadline deadline; /* of the one wait it can be in */
    int64_t slice_started_us; /* 0: has not breathed since it was resumed */
    struct error error;
};

/* For the loop. Runs what is ready and what that makes ready, for a bounded
 * number of rounds. */
void scheduler_run(void);
/* After a poll: fibers that had yielded may run. */
void scheduler_admit_yielded(void);
/* Whether the next poll must not wait. */
bool scheduler_is_busy(void);
/* Frees fibers that never ended (they are not unwound) and all stacks. */
void scheduler_close(void);

/* Parks until woken, or until the clock reaches deadline_ms: false then. */
bool fiber_park_until(int64_t deadline_ms);

/* The running fiber; outside of one it is a bug in the caller: aborts. */
struct fiber *fiber_require(void);

#endif
