#include "deadline.h"

#include <stdlib.h>

#include "base/clock.h"

static struct {
    uv_timer_t timer;
    int64_t armed_ms; /* when the timer fires; INT64_MAX: it is not armed */
    struct deadline **heap;
    size_t count;    /* of deadlines set */
    size_t reserved; /* of deadlines that exist */
    size_t size;     /* of the heap */
} deadlines;

/* The heap counts from 1, which makes the parent of n simply n / 2. */
static void place(struct deadline *deadline, size_t position)
{
    deadlines.heap[position - 1] = deadline;
    deadline->position = position;
}

static struct deadline *at(size_t position)
{
    return deadlines.heap[position - 1];
}

static void sift_up(struct deadline *deadline, size_t position)
{
    while (position > 1 && at(position / 2)->at_ms > deadline->at_ms) {
        place(at(position / 2), position);
        position /= 2;
    }
    place(deadline, position);
}

static void sift_down(struct deadline *deadline, size_t position)
{
    for (;;) {
        size_t child = position * 2;
        if (child < deadlines.count && at(child + 1)->at_ms < at(child)->at_ms)
            child++;
        if (child > deadlines.count || at(child)->at_ms >= deadline->at_ms)
            break;
        place(at(child), position);
        position = child;
    }
    place(deadline, position);
}

static void sift(struct deadline *deadline, size_t position)
{
    if (position > 1 && at(position / 2)->at_ms > deadline->at_ms)
        sift_up(deadline, position);
    else
        sift_down(deadline, position);
}

static void timer_fired(uv_timer_t *timer);

/* Only ever moves the timer forward: one that fires for a deadline that was
 * stopped meanwhile is cheaper than one moved at every stop. */
static void arm(void)
{
    if (deadlines.count == 0 || at(1)->at_ms >= deadlines.armed_ms)
        return;
    deadlines.armed_ms = at(1)->at_ms;
    int64_t remaining = deadlines.armed_ms - clock_monotonic_ms();
    uv_update_time(deadlines.timer.loop);
    (void)uv_timer_start(&deadlines.timer, timer_fired, remaining > 0 ? (uint64_t)remaining : 0, 0);
}

static void timer_fired(uv_timer_t *timer)
{
    (void)timer;
    deadlines.armed_ms = INT64_MAX;
    int64_t now = clock_monotonic_ms();
    /* One that sets itself again for now gets its turn next time. */
    size_t most = deadlines.count;
    while (most-- > 0 && deadlines.count > 0 && at(1)->at_ms <= now) {
        struct deadline *first = at(1);
        deadline_stop(first);
        first->passed(first);
    }
    arm();
}

int deadlines_init(uv_loop_t *loop)
{
    deadlines.armed_ms = INT64_MAX;
    if (uv_timer_init(loop, &deadlines.timer) != 0)
        return fail(ERR_INTERNAL, "cannot make the deadline timer");
    return 0;
}

void deadlines_close(void)
{
    uv_close((uv_handle_t *)&deadlines.timer, NULL);
}

int deadline_init(struct deadline *deadline, void (*passed)(struct deadline *))
{
    if (deadlines.reserved == deadlines.size) {
        size_t size = deadlines.size ? deadlines.size * 2 : 64;
        struct deadline **heap = realloc(deadlines.heap, size * sizeof *heap);
        if (!heap)
            return fail(ERR_NO_MEMORY, "no memory for timers");
        deadlines.heap = heap;
        deadlines.size = size;
    }
    deadlines.reserved++;
    *deadline = (struct deadline){.passed = passed};
    return 0;
}

void deadline_clear(struct deadline *deadline)
{
    deadline_stop(deadline);
    if (--deadlines.reserved > 0)
        return;
    free(deadlines.heap);
    deadlines.heap = NULL;
    deadlines.size = 0;
}

void deadline_set(struct deadline *deadline, int64_t at_ms)
{
    deadline->at_ms = at_ms;
    sift(deadline, deadline->position ? deadline->position : ++deadlines.count);
    arm();
}

void deadline_stop(struct deadline *deadline)
{
    size_t position = deadline->position;
    if (position == 0)
        return;
    deadline->position = 0;
    struct deadline *last = at(deadlines.count--);
    if (last != deadline)
        sift(last, position);
}
