#include "fiber/fiber.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "fiber/loop.h"
#include "sanitizer.h"
#include "scheduler.h"
#include "support/check.h"

/* What the fibers of a test wrote down, in order. */
static char trace[200];
static size_t trace_len;

static void note(char c)
{
    if (trace_len < sizeof trace - 1)
        trace[trace_len++] = c;
    trace[trace_len] = '\0';
}

static void trace_reset(void)
{
    trace_len = 0;
    trace[0] = '\0';
}

static void run(void (*main)(void *))
{
    trace_reset();
    CHECK_OK(loop_run_main(main, NULL));
    CHECK_U64(fiber_count(), 0);
}

static char letters[] = "abc";

static void note_arg(void *arg)
{
    note(*(const char *)arg);
}

static void spawn_three(void *arg)
{
    (void)arg;
    note('<');
    CHECK_OK(fiber_spawn("a", note_arg, &letters[0], NULL));
    CHECK_OK(fiber_spawn("b", note_arg, &letters[1], NULL));
    CHECK_OK(fiber_spawn("c", note_arg, &letters[2], NULL));
    CHECK_U64(fiber_count(), 4);
    note('>');
    fiber_yield();
    CHECK_U64(fiber_count(), 1);
    note('.');
}

void test_fiber_starts_at_the_next_turn_in_order(void)
{
    run(spawn_three);
    CHECK_STR(trace, "<>abc.");
}

static void park_and_note(void *arg)
{
    fiber_park();
    note(*(const char *)arg);
}

static void wake_backwards(void *arg)
{
    (void)arg;
    struct fiber *a, *b, *c;
    CHECK_OK(fiber_spawn("a", park_and_note, &letters[0], &a));
    CHECK_OK(fiber_spawn("b", park_and_note, &letters[1], &b));
    CHECK_OK(fiber_spawn("c", park_and_note, &letters[2], &c));
    fiber_yield();
    fiber_wake(c);
    fiber_wake(a);
    fiber_wake(c); /* runnable already: nothing */
    fiber_wake(b);
    note('|');
    fiber_yield();
}

void test_fiber_wakes_run_in_the_order_of_waking(void)
{
    run(wake_backwards);
    CHECK_STR(trace, "|cab");
}

static void is_current(void *arg)
{
    struct fiber **self = arg;
    CHECK(fiber_current() == *self);
}

static void spawn_is_current(void *arg)
{
    (void)arg;
    static struct fiber *self;
    CHECK_OK(fiber_spawn("self", is_current, &self, &self));
    CHECK(fiber_current() != NULL);
    CHECK(fiber_current() != self);
    fiber_yield();
}

void test_fiber_knows_the_current_one(void)
{
    CHECK(fiber_current() == NULL);
    run(spawn_is_current);
    CHECK(fiber_current() == NULL);
}

enum { MANY = 3000, SWITCHES = 20 };
static unsigned long many_sum;

static void count_up(void *arg)
{
    /* On the stack across switches, so that a mixed-up stack shows. */
    unsigned long mine = (unsigned long)(size_t)arg;
    volatile unsigned long seen = mine;
    for (int i = 0; i < SWITCHES; i++) {
        fiber_yield();
        seen += 1;
    }
    many_sum += seen - mine;
}

static void spawn_many(void *arg)
{
    (void)arg;
    many_sum = 0;
    for (size_t i = 0; i < MANY; i++)
        CHECK_OK(fiber_spawn("many", count_up, (void *)i, NULL));
    CHECK_U64(fiber_count(), MANY + 1);
    while (fiber_count() > 1)
        fiber_yield();
}

void test_fiber_runs_thousands(void)
{
    run(spawn_many);
    CHECK_U64(many_sum, (unsigned long)MANY * SWITCHES);
}

void test_fiber_stacks_are_used_again(void)
{
    run(spawn_many);
    run(spawn_many);
    CHECK_U64(many_sum, (unsigned long)MANY * SWITCHES);
}

static char one[] = "one";
static char two[] = "two";

static void fail_by_name(void *arg)
{
    const char *name = arg;
    CHECK_ERR(fail(ERR_LIMIT, "failure of %s", name), ERR_LIMIT);
    fiber_yield();
    char expected[40];
    snprintf(expected, sizeof expected, "failure of %s", name);
    CHECK_STR(last_error()->text, expected);
    CHECK_INT(last_error()->code, ERR_LIMIT);
}

static void fail_in_several(void *arg)
{
    (void)arg;
    CHECK_ERR(fail(ERR_SYNTAX, "mine"), ERR_SYNTAX);
    CHECK_OK(fiber_spawn("one", fail_by_name, one, NULL));
    CHECK_OK(fiber_spawn("two", fail_by_name, two, NULL));
    fiber_yield();
    fiber_yield();
    fiber_yield();
    CHECK_STR(last_error()->text, "mine");
}

void test_fiber_each_has_its_own_error(void)
{
    CHECK_ERR(fail(ERR_IO, "of the process"), ERR_IO);
    run(fail_in_several);
    CHECK_STR(last_error()->text, "of the process");
}

static bool one_ended;

static void ping(void *arg)
{
    struct fiber **other = arg;
    for (int i = 0; i < 1000; i++) {
        fiber_wake(*other);
        fiber_park();
    }
    if (!one_ended)
        fiber_wake(*other);
    one_ended = true;
}

static int io_events;

static void on_readable(void *arg, int events)
{
    (void)arg;
    (void)events;
    io_events++;
}

/* Two fibers that keep each other awake, beside a descriptor that is ready. */
static void play_ping_pong(void *arg)
{
    (void)arg;
    int ends[2];
    struct watch *watch;
    static struct fiber *players[2];
    one_ended = false;
    CHECK_INT(pipe(ends), 0);
    CHECK_INT(write(ends[1], "x", 1), 1);
    CHECK_OK(watch_new(ends[0], on_readable, NULL, &watch));
    watch_set(watch, WATCH_READ);
    CHECK_OK(fiber_spawn("ping", ping, &players[1], &players[0]));
    CHECK_OK(fiber_spawn("pong", ping, &players[0], &players[1]));
    while (fiber_count() > 1)
        fiber_yield();
    watch_free(&watch);
    close(ends[0]);
    close(ends[1]);
}

void test_fiber_wakes_do_not_starve_io(void)
{
    io_events = 0;
    run(play_ping_pong);
    CHECK(io_events > 20);
}

static bool worker_ended;

static void work_and_breathe(void *arg)
{
    (void)arg;
    int64_t end = clock_monotonic_ms() + 60;
    while (clock_monotonic_ms() < end)
        fiber_breathe();
    worker_ended = true;
}

static void count_turns_beside_work(void *arg)
{
    int *turns = arg;
    CHECK_OK(fiber_spawn("work", work_and_breathe, NULL, NULL));
    worker_ended = false;
    while (!worker_ended) {
        (*turns)++;
        fiber_yield();
    }
}

void test_fiber_breathe_lets_others_run(void)
{
    int turns = 0;
    CHECK_OK(loop_run_main(count_turns_beside_work, &turns));
    CHECK(turns > 5);
    CHECK(turns <= 60 / FIBER_SLICE_MS + 5);
}

void test_fiber_breathe_outside_does_nothing(void)
{
    for (int i = 0; i < 1000; i++)
        fiber_breathe();
    CHECK(fiber_current() == NULL);
}

enum { CHAIN = 40 }; /* more wakes than a turn of the loop has rounds */

static void spawn_next(void *arg)
{
    int *ended = arg;
    if (++*ended < CHAIN)
        CHECK_OK(fiber_spawn("next", spawn_next, ended, NULL));
}

void test_fiber_woken_last_has_its_turn(void)
{
    int ended = 0;
    CHECK_OK(loop_run_main(spawn_next, &ended));
    CHECK_INT(ended, CHAIN);
}

static void sleep_25(void *arg)
{
    int64_t *slept_us = arg;
    int64_t before = clock_monotonic_us();
    fiber_sleep(25);
    *slept_us = clock_monotonic_us() - before;
}

void test_fiber_sleeps_at_least_that_long(void)
{
    int64_t slept_us = 0;
    CHECK_OK(loop_run_main(sleep_25, &slept_us));
    CHECK(slept_us >= 25000);
    CHECK(slept_us < 1000000);
}

/* Each level needs the frame above it, so that no compiler makes a loop of it. */
__attribute__((noinline)) static unsigned deep(unsigned levels, const volatile char *above)
{
    volatile char frame[1000];
    memset((char *)frame, (int)levels, sizeof frame);
    unsigned below = levels > 1 ? deep(levels - 1, frame) : 0;
    return below + (unsigned char)frame[999] + (unsigned)(above ? above[0] - above[1] : 0);
}

/* Resident octets of this process. */
static size_t resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long total = 0, pages = 0;
    if (!file || fscanf(file, "%lu %lu", &total, &pages) != 2)
        pages = 0;
    if (file)
        fclose(file);
    return pages * 4096;
}

enum { DEEP_FIBERS = 200, DEEP_LEVELS = 60 };

static void dive_and_park(void *arg)
{
    const bool *trim = arg;
    char kept[64];
    memset(kept, 'k', sizeof kept);
    (void)deep(DEEP_LEVELS, NULL);
    if (*trim)
        fiber_trim();
    fiber_park();
    for (size_t i = 0; i < sizeof kept; i++)
        CHECK_INT(kept[i], 'k');
    (void)deep(DEEP_LEVELS, NULL);
}

static size_t memory_of_parked(bool trim)
{
    struct fiber *fibers[DEEP_FIBERS];
    size_t before = resident();
    for (int i = 0; i < DEEP_FIBERS; i++)
        CHECK_OK(fiber_spawn("deep", dive_and_park, &trim, &fibers[i]));
    fiber_yield();
    size_t parked = resident() - before;
    for (int i = 0; i < DEEP_FIBERS; i++)
        fiber_wake(fibers[i]);
    while (fiber_count() > 1)
        fiber_yield();
    return parked / DEEP_FIBERS;
}

static void compare_memory(void *arg)
{
    size_t *octets = arg;
    octets[0] = memory_of_parked(true);
    octets[1] = memory_of_parked(false);
}

void test_fiber_trim_gives_the_stack_back(void)
{
    size_t octets[2] = {0, 0};
    CHECK_OK(loop_run_main(compare_memory, octets));
#ifndef POSTROOM_ADDRESS_SANITIZER /* which has stack frames of its own elsewhere */
    CHECK(octets[0] < 16 * 1024);
    CHECK(octets[1] > 50 * 1024);
#endif
}

static void use_most_of_the_stack(void *arg)
{
    *(unsigned *)arg = deep(80, NULL);
    fiber_yield();
}

void test_fiber_stack_is_deep_enough(void)
{
    unsigned sum = 0;
    CHECK_OK(loop_run_main(use_most_of_the_stack, &sum));
    CHECK_INT(sum, 80 * 81 / 2);
}

/* Runs main as a fiber in a child process and returns how that died. */
static int signal_of_child(void (*main)(void *), bool guard)
{
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(SIGSEGV, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        fiber_set_guard(guard);
        _exit(loop_run_main(main, NULL) == 0 ? 0 : 1);
    }
    int status = 0;
    CHECK_INT(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void touch_the_guard(void *arg)
{
    (void)arg;
    const struct stack *stack = fiber_current()->stack;
    *(volatile char *)stack->memory = 1;
}

void test_fiber_guard_page_stops_an_overflow(void)
{
    CHECK_INT(signal_of_child(touch_the_guard, true), SIGSEGV);
    CHECK_INT(signal_of_child(touch_the_guard, false), SIGABRT);
}

static void touch_the_canary(void *arg)
{
    (void)arg;
    ((volatile char *)stack_low(fiber_current()->stack))[-1] = 1;
    fiber_yield();
    _exit(0);
}

void test_fiber_canary_finds_an_overflow(void)
{
    CHECK_INT(signal_of_child(touch_the_canary, true), SIGABRT);
    CHECK_INT(signal_of_child(touch_the_canary, false), SIGABRT);
}

static void touch_the_lowest(void *arg)
{
    (void)arg;
    ((volatile char *)stack_low(fiber_current()->stack))[0] = 1;
    fiber_yield();
}

void test_fiber_may_use_its_whole_stack(void)
{
    CHECK_INT(signal_of_child(touch_the_lowest, true), 0);
}

static void park_forever(void *arg)
{
    (void)arg;
    fiber_park();
    CHECK(false);
}

static void leave_some_behind(void *arg)
{
    (void)arg;
    for (int i = 0; i < 100; i++)
        CHECK_OK(fiber_spawn("left", park_forever, NULL, NULL));
    fiber_yield();
}

void test_fiber_left_behind_are_freed_with_the_loop(void)
{
    run(leave_some_behind);
}
