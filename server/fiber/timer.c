#include <stdlib.h>

#include "base/clock.h"
#include "base/list.h"
#include "deadline.h"
#include "fiber/loop.h"

struct timer {
    struct deadline deadline;
    void (*fire)(void *arg);
    void *arg;
};

static void deadline_passed(struct deadline *deadline)
{
    struct timer *timer = CONTAINER_OF(deadline, struct timer, deadline);
    timer->fire(timer->arg);
}

int timer_new(void (*fire)(void *arg), void *arg, struct timer **out)
{
    struct timer *timer = calloc(1, sizeof *timer);
    if (!timer)
        return fail(ERR_NO_MEMORY, "no memory for a timer");
    int rc = deadline_init(&timer->deadline, deadline_passed);
    if (rc < 0) {
        free(timer);
        return rc;
    }
    timer->fire = fire;
    timer->arg = arg;
    *out = timer;
    return 0;
}

void timer_set(struct timer *timer, uint64_t ms)
{
    deadline_set(&timer->deadline, clock_monotonic_ms() + (int64_t)ms);
}

void timer_stop(struct timer *timer)
{
    deadline_stop(&timer->deadline);
}

void timer_free(struct timer **timer)
{
    if (!*timer)
        return;
    deadline_clear(&(*timer)->deadline);
    free(*timer);
    *timer = NULL;
}
