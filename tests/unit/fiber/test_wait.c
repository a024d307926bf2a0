#include "fiber/wait.h"

#include "base/clock.h"
#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "support/check.h"

enum { WAITERS = 5 };

static struct wait_queue queue;
static int order[WAITERS];
static int woken;

static void wait_in_line(void *arg)
{
    CHECK_OK(wait_for(&queue, WAIT_FOREVER));
    order[woken++] = (int)(size_t)arg;
}

static void start_waiters(void)
{
    wait_queue_init(&queue);
    woken = 0;
    for (size_t i = 0; i < WAITERS; i++)
        CHECK_OK(fiber_spawn("waiter", wait_in_line, (void *)i, NULL));
    fiber_yield();
    CHECK_INT(woken, 0);
}

static void wake_one_by_one(void *arg)
{
    (void)arg;
    start_waiters();
    wait_wake_one(&queue);
    fiber_yield();
    CHECK_INT(woken, 1);
    wait_wake_one(&queue);
    wait_wake_one(&queue); /* in one turn: two different fibers */
    fiber_yield();
    CHECK_INT(woken, 3);
    wait_wake_all(&queue);
    fiber_yield();
    CHECK_INT(woken, WAITERS);
    for (int i = 0; i < WAITERS; i++)
        CHECK_INT(order[i], i);
    wait_wake_one(&queue);
    wait_wake_all(&queue);
}

void test_wait_wakes_the_longest_waiting_first(void)
{
    CHECK_OK(loop_run_main(wake_one_by_one, NULL));
}

static void wait_20_ms(void *arg)
{
    (void)arg;
    wait_queue_init(&queue);
    int64_t before = clock_monotonic_ms();
    CHECK_ERR(wait_for(&queue, before + 20), ERR_TIMEOUT);
    CHECK(clock_monotonic_ms() >= before + 20);
    CHECK(list_empty(&queue.waiters));
    CHECK_ERR(wait_for(&queue, before), ERR_TIMEOUT);
    CHECK(list_empty(&queue.waiters));
}

void test_wait_times_out_and_leaves_the_queue(void)
{
    CHECK_OK(loop_run_main(wait_20_ms, NULL));
}

static void wake_after_5_ms(void *arg)
{
    (void)arg;
    fiber_sleep(5);
    wait_wake_one(&queue);
}

static void wait_at_most_5_s(void *arg)
{
    (void)arg;
    wait_queue_init(&queue);
    int64_t before = clock_monotonic_ms();
    CHECK_OK(fiber_spawn("waker", wake_after_5_ms, NULL, NULL));
    CHECK_OK(wait_for(&queue, before + 5000));
    CHECK(clock_monotonic_ms() < before + 2000);
}

void test_wait_woken_before_the_deadline(void)
{
    CHECK_OK(loop_run_main(wait_at_most_5_s, NULL));
}

static struct fiber *sleeper;

static void wait_for_anything(void *arg)
{
    int *result = arg;
    *result = wait_for(&queue, WAIT_FOREVER);
}

static void wake_the_fiber_itself(void *arg)
{
    (void)arg;
    int result = 1;
    wait_queue_init(&queue);
    CHECK_OK(fiber_spawn("sleeper", wait_for_anything, &result, &sleeper));
    fiber_yield();
    fiber_wake(sleeper);
    fiber_yield();
    CHECK_INT(result, 0);
    CHECK(list_empty(&queue.waiters));
}

void test_wait_may_end_early(void)
{
    CHECK_OK(loop_run_main(wake_the_fiber_itself, NULL));
}

static int results[2];

static void wait_10_ms(void *arg)
{
    *(int *)arg = wait_for(&queue, clock_monotonic_ms() + 10);
}

static void wake_one(void *arg)
{
    (void)arg;
    wait_wake_one(&queue);
}

/* While the loop is kept busy both deadlines pass, and then a timer that
 * wakes: all three happen before a waiting fiber can run. */
static void wake_too_late(void *arg)
{
    (void)arg;
    struct timer *waker;
    wait_queue_init(&queue);
    CHECK_OK(fiber_spawn("late", wait_10_ms, &results[0], NULL));
    CHECK_OK(fiber_spawn("later", wait_10_ms, &results[1], NULL));
    CHECK_OK(timer_new(wake_one, NULL, &waker));
    fiber_yield();
    timer_set(waker, 15);
    int64_t until = clock_monotonic_ms() + 20;
    while (clock_monotonic_ms() < until)
        ;
    fiber_sleep(5);
    CHECK_OK(results[0]);
    CHECK_INT(results[1], -ERR_TIMEOUT);
    timer_free(&waker);
}

void test_wait_never_loses_a_wake_to_a_timeout(void)
{
    CHECK_OK(loop_run_main(wake_too_late, NULL));
}

enum { CROWD = 2000 };
static int timed_out;

static void wait_some_ms(void *arg)
{
    int64_t deadline = clock_monotonic_ms() + (int64_t)((size_t)arg * 7919 % 50);
    while (wait_for(&queue, deadline) == 0)
        ;
    CHECK(clock_monotonic_ms() >= deadline);
    timed_out++;
}

static void wait_in_a_crowd(void *arg)
{
    (void)arg;
    wait_queue_init(&queue);
    timed_out = 0;
    for (size_t i = 0; i < CROWD; i++)
        CHECK_OK(fiber_spawn("crowd", wait_some_ms, (void *)i, NULL));
    while (fiber_count() > 1) {
        fiber_sleep(3);
        wait_wake_one(&queue);
    }
    CHECK_INT(timed_out, CROWD);
    CHECK(list_empty(&queue.waiters));
}

void test_wait_keeps_thousands_of_deadlines(void)
{
    CHECK_OK(loop_run_main(wait_in_a_crowd, NULL));
}
