#include "fiber/fiber.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "scheduler.h"

enum {
    ROUNDS_PER_TURN = 8, /* wakes among fibers, before I/O is looked at again */
    CALLS_PER_LOOK = 16, /* of fiber_breathe at the clock */
    TRIM_MARGIN = 1024   /* below our frame: what the call of madvise() itself uses */
};

static struct link ready = {&ready, &ready};
static struct link yielded = {&yielded, &yielded};
static struct link existing = {&existing, &existing};
static size_t count;
static struct fiber *current;
static struct context loop_context;

static void add_to_queue(struct link *queue, struct fiber *fiber)
{
    fiber->state = FIBER_READY;
    list_add_tail(queue, &fiber->queue);
}

/* Memory may be damaged: say which fiber, by the shortest way, and stop. */
_Noreturn static void die(const char *what, const char *name)
{
    char text[160];
    int len = snprintf(text, sizeof text, "fiber %.60s: %s\n", name, what);
    if (len > 0 && write(STDERR_FILENO, text, strlen(text)) < 0)
        abort();
    abort();
}

static void run_main(void)
{
    struct fiber *fiber = current;
    fiber->main(fiber->arg);
    fiber->state = FIBER_ENDED;
    context_leave(&fiber->context, &loop_context);
}

static void deadline_passed(struct deadline *deadline)
{
    struct fiber *fiber = CONTAINER_OF(deadline, struct fiber, deadline);
    fiber->timed_out = true;
    fiber_wake(fiber);
}

int fiber_spawn(const char *name, void (*main)(void *arg), void *arg, struct fiber **out)
{
    struct fiber *fiber = calloc(1, sizeof *fiber);
    if (!fiber)
        return fail(ERR_NO_MEMORY, "no memory for a fiber");
    int rc = deadline_init(&fiber->deadline, deadline_passed);
    if (rc < 0) {
        free(fiber);
        return rc;
    }
    rc = stack_acquire(&fiber->stack);
    if (rc < 0) {
        deadline_clear(&fiber->deadline);
        free(fiber);
        return rc;
    }
    fiber->name = name;
    fiber->main = main;
    fiber->arg = arg;
    context_init(&fiber->context, stack_low(fiber->stack), stack_size(fiber->stack), run_main);
    list_add_tail(&existing, &fiber->existing);
    count++;
    add_to_queue(&ready, fiber);
    if (out)
        *out = fiber;
    return 0;
}

static void release(struct fiber *fiber)
{
    link_remove(&fiber->existing);
    count--;
    deadline_clear(&fiber->deadline);
    stack_release(fiber->stack);
    free(fiber);
}

static void resume(struct fiber *fiber)
{
    current = fiber;
    fiber->state = FIBER_RUNNING;
    fiber->slice_started_us = 0;
    struct error *slot = error_slot_swap(&fiber->error);
    context_switch(&loop_context, &fiber->context);
    (void)error_slot_swap(slot);
    current = NULL;
    if (!stack_is_intact(fiber->stack))
        die("its stack is too small for what it did", fiber->name);
    if (fiber->state == FIBER_ENDED)
        release(fiber);
}

void scheduler_run(void)
{
    for (int round = 0; round < ROUNDS_PER_TURN && !list_empty(&ready); round++) {
        struct link batch;
        link_init(&batch);
        list_move_all(&batch, &ready);
        while (!list_empty(&batch)) {
            struct fiber *fiber = CONTAINER_OF(batch.next, struct fiber, queue);
            link_remove(&fiber->queue);
            resume(fiber);
        }
    }
}

void scheduler_admit_yielded(void)
{
    list_move_all(&ready, &yielded);
}

bool scheduler_is_busy(void)
{
    return !list_empty(&ready) || !list_empty(&yielded);
}

void scheduler_close(void)
{
    link_init(&ready);
    link_init(&yielded);
    while (!list_empty(&existing))
        release(CONTAINER_OF(existing.next, struct fiber, existing));
    stack_free_slabs();
}

struct fiber *fiber_current(void)
{
    return current;
}

struct fiber *fiber_require(void)
{
    if (!current)
        die("a wait outside of a fiber", "none");
    return current;
}

void fiber_park(void)
{
    struct fiber *fiber = fiber_require();
    fiber->state = FIBER_PARKED;
    context_switch(&fiber->context, &loop_context);
}

bool fiber_park_until(int64_t deadline_ms)
{
    struct fiber *fiber = fiber_require();
    fiber->timed_out = false;
    deadline_set(&fiber->deadline, deadline_ms);
    fiber_park();
    deadline_stop(&fiber->deadline);
    return !fiber->timed_out;
}

void fiber_wake(struct fiber *fiber)
{
    if (fiber->state == FIBER_PARKED)
        add_to_queue(&ready, fiber);
}

void fiber_yield(void)
{
    struct fiber *fiber = fiber_require();
    add_to_queue(&yielded, fiber); /* runs again after the next poll */
    context_switch(&fiber->context, &loop_context);
}

void fiber_let_others_ask(void)
{
    struct fiber *fiber = fiber_require();
    add_to_queue(&ready, fiber);
    context_switch(&fiber->context, &loop_context);
}

void fiber_breathe(void)
{
    static unsigned calls;
    struct fiber *fiber = current;
    if (!fiber)
        return;
    if (fiber->slice_started_us == 0) {
        fiber->slice_started_us = clock_monotonic_us();
        return;
    }
    if (++calls % CALLS_PER_LOOK != 0)
        return;
    if (clock_monotonic_us() - fiber->slice_started_us > FIBER_SLICE_MS * 1000)
        fiber_yield();
}

void fiber_sleep(uint32_t ms)
{
    /* The clock is cut to milliseconds, so one more makes "at least" true. */
    int64_t until = clock_monotonic_ms() + ms + 1;
    while (clock_monotonic_ms() < until)
        (void)fiber_park_until(until);
}

void fiber_trim(void)
{
    if (current)
        stack_trim(current->stack, (const char *)__builtin_frame_address(0) - TRIM_MARGIN);
}

size_t fiber_count(void)
{
    return count;
}

void fiber_set_guard(bool on)
{
    stack_set_guard(on);
}
