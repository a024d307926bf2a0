#include "fiber/loop.h"

#include <uv.h>

#include "deadline.h"
#include "fiber/fiber.h"
#include "loop_handle.h"
#include "scheduler.h"

enum { CLOSE_TURNS = 16 };

/* Fibers run at two points of a turn: before the poll for wakes by timers and
 * by closed handles, after it for wakes by descriptors. While some are ready
 * the idle handle is on, which makes the poll not wait. */
static struct {
    uv_loop_t uv;
    uv_prepare_t before_poll;
    uv_check_t after_poll;
    uv_idle_t no_wait;
    uint64_t turn;
} loop;

static struct link turn_ends = {&turn_ends, &turn_ends};

uv_loop_t *loop_handle(void)
{
    return &loop.uv;
}

static void do_nothing(uv_idle_t *idle)
{
    (void)idle;
}

void turn_end_init(struct turn_end *end, void (*run)(void *arg), void *arg)
{
    *end = (struct turn_end){.run = run, .arg = arg};
    link_init(&end->link);
}

void turn_end_request(struct turn_end *end)
{
    if (!link_in_list(&end->link))
        list_add_tail(&turn_ends, &end->link);
}

void turn_end_cancel(struct turn_end *end)
{
    link_remove(&end->link);
}

uint64_t loop_turn(void)
{
    return loop.turn;
}

static void run_turn_ends(void)
{
    loop.turn++;
    while (!list_empty(&turn_ends)) {
        struct turn_end *end = CONTAINER_OF(turn_ends.next, struct turn_end, link);
        link_remove(&end->link);
        end->run(end->arg);
    }
}

static void run_fibers(void)
{
    scheduler_run();
    run_turn_ends();
    if (scheduler_is_busy())
        (void)uv_idle_start(&loop.no_wait, do_nothing);
    else
        (void)uv_idle_stop(&loop.no_wait);
}

static void before_poll(uv_prepare_t *prepare)
{
    (void)prepare;
    run_fibers();
}

static void after_poll(uv_check_t *check)
{
    (void)check;
    scheduler_admit_yielded();
    run_fibers();
}

int loop_init(void)
{
    int rc = uv_loop_init(&loop.uv);
    if (rc != 0)
        return fail(ERR_IO, "cannot make an event loop: %s", uv_strerror(rc));
    /* These four cannot fail: they only link structs. */
    (void)uv_prepare_init(&loop.uv, &loop.before_poll);
    (void)uv_prepare_start(&loop.before_poll, before_poll);
    (void)uv_check_init(&loop.uv, &loop.after_poll);
    (void)uv_check_start(&loop.after_poll, after_poll);
    (void)uv_idle_init(&loop.uv, &loop.no_wait);
    return deadlines_init(&loop.uv);
}

void loop_run(void)
{
    (void)uv_run(&loop.uv, UV_RUN_DEFAULT);
}

void loop_stop(void)
{
    uv_stop(&loop.uv);
}

void loop_close(void)
{
    uv_close((uv_handle_t *)&loop.before_poll, NULL);
    uv_close((uv_handle_t *)&loop.after_poll, NULL);
    uv_close((uv_handle_t *)&loop.no_wait, NULL);
    deadlines_close();
    bool closed = false;
    for (int turn = 0; turn < CLOSE_TURNS && !closed; turn++) {
        (void)uv_run(&loop.uv, UV_RUN_NOWAIT);
        closed = uv_loop_close(&loop.uv) == 0;
    }
    /* Work still on the thread pool refers to the stack of its fiber. */
    if (closed)
        scheduler_close();
}

int loop_after_fork(void)
{
    int rc = uv_loop_fork(&loop.uv);
    return rc == 0 ? 0 : fail(ERR_IO, "cannot make a loop of one's own: %s", uv_strerror(rc));
}

struct first_fiber {
    void (*main)(void *arg);
    void *arg;
};

static void run_first(void *arg)
{
    const struct first_fiber *first = arg;
    first->main(first->arg);
    loop_stop();
}

/* What the first fiber has ended still holds what it must give back, and may
 * have been woken too late for the last turn. */
static void let_woken_fibers_end(void)
{
    for (int turn = 0; turn < CLOSE_TURNS && scheduler_is_busy(); turn++) {
        scheduler_admit_yielded();
        scheduler_run();
        run_turn_ends();
    }
}

int loop_run_main(void (*main)(void *arg), void *arg)
{
    int rc = loop_init();
    if (rc < 0)
        return rc;
    struct first_fiber first = {main, arg};
    rc = fiber_spawn("main", run_first, &first, NULL);
    if (rc == 0)
        loop_run();
    let_woken_fibers_end();
    loop_close();
    return rc;
}
