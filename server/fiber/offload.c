#include <stdbool.h>

#include "base/list.h"
#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "loop_handle.h"

/* On the stack of the fiber that waits for it. */
struct offloaded {
    uv_work_t request;
    void (*work)(void *arg);
    void *arg;
    struct fiber *fiber;
    bool done;
};

static void on_thread(uv_work_t *request)
{
    const struct offloaded *offloaded = CONTAINER_OF(request, struct offloaded, request);
    offloaded->work(offloaded->arg);
}

static void back_in_loop(uv_work_t *request, int status)
{
    (void)status;
    struct offloaded *offloaded = CONTAINER_OF(request, struct offloaded, request);
    offloaded->done = true;
    fiber_wake(offloaded->fiber);
}

void offload(void (*work)(void *arg), void *arg)
{
    struct offloaded offloaded = {.work = work, .arg = arg, .fiber = fiber_current()};
    /* Outside of a fiber nobody else is waiting. */
    if (!offloaded.fiber ||
        uv_queue_work(loop_handle(), &offloaded.request, on_thread, back_in_loop) != 0) {
        work(arg);
        return;
    }
    while (!offloaded.done)
        fiber_park();
}
