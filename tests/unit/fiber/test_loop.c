#include "fiber/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "support/check.h"

static int calls;
static int last_events;
static struct watch *watch;

static void on_ready(void *arg, int events)
{
    calls++;
    last_events = events;
    if (arg)
        fiber_wake(arg);
}

static void let_the_loop_turn(int turns)
{
    while (turns-- > 0)
        fiber_yield();
}

static struct turn_end turn_end;

static void count_turn_end(void *arg)
{
    calls++;
    fiber_wake(arg);
}

static void request_turn_ends(void *arg)
{
    (void)arg;
    turn_end_init(&turn_end, count_turn_end, fiber_current());
    calls = 0;
    uint64_t turn = loop_turn();
    turn_end_request(&turn_end);
    turn_end_request(&turn_end);
    CHECK_INT(calls, 0);
    fiber_park();
    CHECK_INT(calls, 1);
    CHECK(loop_turn() > turn);
    turn_end_request(&turn_end);
    turn_end_cancel(&turn_end);
    let_the_loop_turn(3);
    CHECK_INT(calls, 1);
}

void test_loop_turn_ends_come_once_when_requested(void)
{
    CHECK_OK(loop_run_main(request_turn_ends, NULL));
}

static void watch_a_pair(void *arg)
{
    (void)arg;
    int ends[2];
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    calls = 0;
    CHECK_OK(watch_new(ends[0], on_ready, fiber_current(), &watch));
    let_the_loop_turn(3);
    CHECK_INT(calls, 0);

    watch_set(watch, WATCH_READ | WATCH_WRITE);
    fiber_park();
    CHECK_INT(last_events, WATCH_WRITE);

    CHECK_INT(write(ends[1], "x", 1), 1);
    watch_set(watch, WATCH_READ);
    fiber_park();
    CHECK_INT(last_events, WATCH_READ);

    watch_set(watch, 0);
    calls = 0;
    let_the_loop_turn(5);
    CHECK_INT(calls, 0);

    watch_set(watch, WATCH_READ);
    fiber_park();
    CHECK_INT(calls, 1);
    watch_free(&watch);
    CHECK(watch == NULL);
    let_the_loop_turn(3);
    CHECK_INT(calls, 1);
    close(ends[0]);
    close(ends[1]);
}

void test_loop_watch_reports_what_it_was_set_to(void)
{
    CHECK_OK(loop_run_main(watch_a_pair, NULL));
}

static void watch_a_closed_peer(void *arg)
{
    (void)arg;
    int ends[2];
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    CHECK_OK(watch_new(ends[0], on_ready, fiber_current(), &watch));
    watch_set(watch, WATCH_READ);
    CHECK_INT(write(ends[0], "never read", 10), 10);
    close(ends[1]); /* with unread octets: a reset */
    fiber_park();
    CHECK(last_events & WATCH_READ);
    watch_free(&watch);
    close(ends[0]);
}

void test_loop_watch_reports_a_closed_peer(void)
{
    CHECK_OK(loop_run_main(watch_a_closed_peer, NULL));
}

static void free_in_callback(void *arg, int events)
{
    (void)events;
    calls++;
    watch_free(&watch);
    fiber_wake(arg);
}

static void free_a_watch_in_its_callback(void *arg)
{
    (void)arg;
    int ends[2];
    CHECK_INT(pipe(ends), 0);
    calls = 0;
    for (int i = 0; i < 3; i++) { /* the same descriptor can be watched again at once */
        CHECK_OK(watch_new(ends[1], free_in_callback, fiber_current(), &watch));
        watch_set(watch, WATCH_WRITE);
        fiber_park();
    }
    let_the_loop_turn(3);
    CHECK_INT(calls, 3);
    close(ends[0]);
    close(ends[1]);
}

void test_loop_watch_freed_in_its_own_callback(void)
{
    CHECK_OK(loop_run_main(free_a_watch_in_its_callback, NULL));
}

static void watch_a_file(void *arg)
{
    (void)arg;
    CHECK_ERR(watch_new(-1, on_ready, NULL, &watch), ERR_IO);
}

void test_loop_watch_refuses_what_cannot_be_polled(void)
{
    CHECK_OK(loop_run_main(watch_a_file, NULL));
}

static int fired[3];
static int fired_count;
static struct timer *timers[3];

static void on_fire(void *arg)
{
    fired[fired_count++] = (int)(size_t)arg;
}

static void set_three_timers(void *arg)
{
    (void)arg;
    fired_count = 0;
    for (size_t i = 0; i < 3; i++)
        CHECK_OK(timer_new(on_fire, (void *)i, &timers[i]));
    int64_t before = clock_monotonic_ms();
    timer_set(timers[0], 30);
    timer_set(timers[1], 10);
    timer_set(timers[2], 20);
    while (fired_count < 3)
        fiber_sleep(1);
    CHECK(clock_monotonic_ms() - before >= 30);
    CHECK_INT(fired[0], 1);
    CHECK_INT(fired[1], 2);
    CHECK_INT(fired[2], 0);

    fired_count = 0;
    timer_set(timers[0], 5);
    timer_set(timers[1], 5);
    timer_stop(timers[1]);
    timer_set(timers[2], 5);
    timer_set(timers[2], 100000); /* moved */
    fiber_sleep(25);
    CHECK_INT(fired_count, 1);
    CHECK_INT(fired[0], 0);
    for (size_t i = 0; i < 3; i++)
        timer_free(&timers[i]);
    CHECK(timers[0] == NULL);
}

void test_loop_timers_fire_in_order_and_once(void)
{
    CHECK_OK(loop_run_main(set_three_timers, NULL));
}

static void repeat_five_times(void *arg)
{
    (void)arg;
    if (++fired_count < 5)
        timer_set(timers[0], 0);
    else
        timer_free(&timers[0]);
}

static void set_a_repeating_timer(void *arg)
{
    (void)arg;
    fired_count = 0;
    CHECK_OK(timer_new(repeat_five_times, NULL, &timers[0]));
    timer_set(timers[0], 0);
    while (timers[0])
        fiber_sleep(1);
    CHECK_INT(fired_count, 5);
}

void test_loop_timer_sets_and_frees_itself_when_it_fires(void)
{
    CHECK_OK(loop_run_main(set_a_repeating_timer, NULL));
}

static void on_signal(void *arg, int signum)
{
    last_events = signum;
    fiber_wake(arg);
}

static void catch_a_signal(void *arg)
{
    (void)arg;
    struct signal_watch *signal_watch;
    CHECK_OK(signal_watch_new(SIGUSR1, on_signal, fiber_current(), &signal_watch));
    CHECK_INT(kill(getpid(), SIGUSR1), 0);
    last_events = 0;
    while (last_events == 0)
        fiber_park();
    CHECK_INT(last_events, SIGUSR1);
    signal_watch_free(&signal_watch);
    CHECK(signal_watch == NULL);
    CHECK_ERR(signal_watch_new(SIGKILL, on_signal, NULL, &signal_watch), ERR_IO);
}

void test_loop_signal_becomes_an_event(void)
{
    CHECK_OK(loop_run_main(catch_a_signal, NULL));
}

struct job {
    pthread_t thread;
    int result;
};

static void compute(void *arg)
{
    struct job *job = arg;
    job->thread = pthread_self();
    usleep(30000);
    job->result = 42;
}

static bool computed;

static void offload_one(void *arg)
{
    struct job *job = arg;
    offload(compute, job);
    computed = true;
}

static void offload_and_go_on(void *arg)
{
    int *turns = arg;
    struct job job = {.thread = pthread_self()};
    computed = false;
    CHECK_OK(fiber_spawn("offload", offload_one, &job, NULL));
    while (!computed) {
        (*turns)++;
        fiber_sleep(1);
    }
    CHECK_INT(job.result, 42);
    CHECK(!pthread_equal(job.thread, pthread_self()));
}

void test_loop_offload_leaves_the_loop_free(void)
{
    int turns = 0;
    CHECK_OK(loop_run_main(offload_and_go_on, &turns));
    CHECK(turns > 3);
}

void test_loop_offload_outside_a_fiber_just_works(void)
{
    struct job job = {.result = 0};
    offload(compute, &job);
    CHECK_INT(job.result, 42);
}

static void stop_at_fire(void *arg)
{
    (void)arg;
    loop_stop();
}

void test_loop_runs_until_stopped(void)
{
    CHECK_OK(loop_init());
    CHECK_OK(timer_new(stop_at_fire, NULL, &timers[0]));
    int64_t before = clock_monotonic_ms();
    timer_set(timers[0], 20);
    loop_run();
    CHECK(clock_monotonic_ms() - before >= 20);
    timer_set(timers[0], 1); /* and can be run again */
    loop_run();
    timer_free(&timers[0]);
    loop_close();
}

static void stop_the_loop(void *arg)
{
    *(bool *)arg = true;
    loop_stop();
}

void test_loop_runs_fibers_spawned_before_it(void)
{
    bool ran = false;
    CHECK_OK(loop_init());
    CHECK_OK(fiber_spawn("early", stop_the_loop, &ran, NULL));
    loop_run();
    loop_close();
    CHECK(ran);
}

static struct signal_watch *user_signal;
static int ends[2];

static void note_signal(void *arg, int signum)
{
    (void)arg;
    (void)signum;
    calls++;
    loop_stop();
}

static void note_input(void *arg, int events)
{
    (void)arg;
    (void)events;
    char c;
    calls += 10 * (read(ends[0], &c, 1) == 1);
    loop_stop();
}

static void free_what_was_watched(void)
{
    signal_watch_free(&user_signal);
    watch_free(&watch);
    timer_free(&timers[0]);
    loop_close();
}

/* A child that has a loop of its own and catches the same signal with it. */
static void live_as_a_child(void)
{
    bool ran = false;
    if (loop_after_fork() != 0)
        _exit(1);
    free_what_was_watched();
    if (loop_init() != 0 || fiber_spawn("child", stop_the_loop, &ran, NULL) != 0)
        _exit(2);
    loop_run();
    if (signal_watch_new(SIGUSR1, note_signal, NULL, &user_signal) != 0)
        _exit(3);
    calls = 0;
    (void)raise(SIGUSR1);
    loop_run();
    signal_watch_free(&user_signal);
    loop_close();
    _exit(ran && calls == 1 ? 0 : 4);
}

void test_loop_is_the_parents_alone_after_a_fork(void)
{
    int status = -1;
    CHECK_INT(pipe(ends), 0);
    CHECK_OK(loop_init());
    CHECK_OK(watch_new(ends[0], note_input, NULL, &watch));
    watch_set(watch, WATCH_READ);
    CHECK_OK(signal_watch_new(SIGUSR1, note_signal, NULL, &user_signal));
    CHECK_OK(timer_new(stop_at_fire, NULL, &timers[0]));
    timer_set(timers[0], 1);
    loop_run(); /* so that all of it has reached the kernel */
    pid_t child = fork();
    if (child == 0)
        live_as_a_child();
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
    calls = 0;
    timer_set(timers[0], 20);
    loop_run();
    CHECK_INT(calls, 0); /* nothing of the child came here */
    CHECK_INT(write(ends[1], "x", 1), 1);
    loop_run();
    CHECK_INT(calls, 10);
    CHECK_INT(raise(SIGUSR1), 0);
    loop_run();
    CHECK_INT(calls, 11);
    free_what_was_watched();
    close(ends[0]);
    close(ends[1]);
}
