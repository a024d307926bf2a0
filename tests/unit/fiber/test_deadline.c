#include "deadline.h"

#include "base/clock.h"
#include "base/list.h"
#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "support/check.h"

enum { COUNT = 600, SPAN_MS = 40 };

static struct deadline deadlines[COUNT];
static int64_t last_ms;
static int fired;
static bool in_order, in_time;

static void passed(struct deadline *deadline)
{
    fired++;
    in_order &= deadline->at_ms >= last_ms;
    in_time &= deadline->at_ms <= clock_monotonic_ms();
    last_ms = deadline->at_ms;
}

static unsigned pseudo_random(void)
{
    static unsigned state = 1;
    state = state * 1103515245 + 12345;
    return state >> 16;
}

static int64_t some_time(int64_t from)
{
    return from + pseudo_random() % SPAN_MS;
}

/* Set all, stop some, move some: what is left must come in order. */
static void set_stop_and_move(void *arg)
{
    (void)arg;
    int stopped = 0;
    for (int i = 0; i < COUNT; i++)
        CHECK_OK(deadline_init(&deadlines[i], passed));
    int64_t now = clock_monotonic_ms();
    for (int i = 0; i < COUNT; i++)
        deadline_set(&deadlines[i], some_time(now));
    for (int i = 0; i < COUNT; i++) {
        unsigned choice = pseudo_random() % 3;
        if (choice == 0)
            deadline_set(&deadlines[i], some_time(now));
        if (choice != 1)
            continue;
        deadline_stop(&deadlines[i]);
        deadline_stop(&deadlines[i]); /* already stopped: nothing */
        stopped++;
    }
    fiber_sleep(SPAN_MS + 5);
    CHECK(stopped > COUNT / 5);
    CHECK_INT(fired, COUNT - stopped);
    for (int i = 0; i < COUNT; i++)
        deadline_clear(&deadlines[i]);
}

void test_deadline_heap_keeps_the_order(void)
{
    for (int round = 0; round < 4; round++) {
        fired = 0;
        last_ms = 0;
        in_order = in_time = true;
        CHECK_OK(loop_run_main(set_stop_and_move, NULL));
        CHECK(in_order);
        CHECK(in_time);
    }
}
