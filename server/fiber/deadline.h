/*
 * Deadlines: everything in the process that waits for a moment, in one heap
 * behind one libuv timer. The owner embeds a struct deadline; its place in
 * the heap is reserved when it is initialised, so that setting cannot fail.
 */
#ifndef POSTROOM_FIBER_DEADLINE_H
#define POSTROOM_FIBER_DEADLINE_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/error.h"

struct deadline {
    int64_t at_ms;   /* clock_monotonic_ms() */
    size_t position; /* in the heap, counted from 1; 0 when not set */
    void (*passed)(struct deadline *deadline);
};

/* For loop_init and loop_close. */
int deadlines_init(uv_loop_t *loop) MUST_CHECK;
void deadlines_close(void);

/* -ERR_NO_MEMORY. */
int deadline_init(struct deadline *deadline, void (*passed)(struct deadline *)) MUST_CHECK;
void deadline_clear(struct deadline *deadline);

/* Calls passed() once, in the loop, when the time has come. Set again, it
 * moves. passed() may set, stop and clear any deadline. */
void deadline_set(struct deadline *deadline, int64_t at_ms);
void deadline_stop(struct deadline *deadline);

#endif
