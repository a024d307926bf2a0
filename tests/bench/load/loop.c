#include "loop.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench.h"

enum { LOOP_EVENTS = 256 };

static int epoll_fd = -1;

void loop_open(void)
{
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        bench_die_errno("epoll_create1");
}

static void loop_control(int operation, struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(epoll_fd, operation, watch->fd, &event) != 0)
        bench_die_errno("epoll_ctl");
}

void loop_add(struct watch *watch, uint32_t events)
{
    loop_control(EPOLL_CTL_ADD, watch, events);
}

void loop_change(struct watch *watch, uint32_t events)
{
    loop_control(EPOLL_CTL_MOD, watch, events);
}

void loop_remove(struct watch *watch)
{
    loop_control(EPOLL_CTL_DEL, watch, 0);
}

void loop_turn(int timeout_ms)
{
    struct epoll_event events[LOOP_EVENTS];
    int count = epoll_wait(epoll_fd, events, LOOP_EVENTS, timeout_ms);
    if (count < 0 && errno != EINTR)
        bench_die_errno("epoll_wait");
    for (int i = 0; i < count; i++) {
        struct watch *watch = events[i].data.ptr;
        watch->ready(watch, events[i].events);
    }
}

void loop_wait(int64_t milliseconds)
{
    int64_t end = clock_monotonic_ms() + milliseconds;
    for (int64_t left; (left = end - clock_monotonic_ms()) > 0;)
        loop_turn((int)left);
}
