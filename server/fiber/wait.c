#include "fiber/wait.h"

#include "base/clock.h"
#include "scheduler.h"

/* Lives on the stack of the waiting fiber; leaves the queue when it is woken
 * through it, so that two wakes reach two fibers. */
struct waiter {
    struct link link;
    struct fiber *fiber;
};

void wait_queue_init(struct wait_queue *queue)
{
    link_init(&queue->waiters);
}

int wait_for(struct wait_queue *queue, int64_t deadline_ms)
{
    struct waiter waiter = {.fiber = fiber_require()};
    bool in_time = true;
    list_add_tail(&queue->waiters, &waiter.link);
    if (deadline_ms == WAIT_FOREVER)
        fiber_park();
    else if (clock_monotonic_ms() >= deadline_ms)
        in_time = false;
    else
        in_time = fiber_park_until(deadline_ms);
    /* Woken and too late in the same turn counts as woken: the wake must not
     * get lost. */
    if (!link_in_list(&waiter.link))
        return 0;
    link_remove(&waiter.link);
    return in_time ? 0 : fail(ERR_TIMEOUT, "waited too long");
}

void wait_wake_one(struct wait_queue *queue)
{
    if (list_empty(&queue->waiters))
        return;
    struct waiter *first = CONTAINER_OF(queue->waiters.next, struct waiter, link);
    link_remove(&first->link);
    fiber_wake(first->fiber);
}

void wait_wake_all(struct wait_queue *queue)
{
    while (!list_empty(&queue->waiters))
        wait_wake_one(queue);
}
