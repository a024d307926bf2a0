#include <stdlib.h>

#include "base/list.h"
#include "fiber/loop.h"
#include "loop_handle.h"

struct watch {
    uv_poll_t poll;
    int events; /* what is polled now */
    void (*ready)(void *arg, int events);
    void *arg;
};

int watch_new(int fd, void (*ready)(void *arg, int events), void *arg, struct watch **out)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return fail(ERR_NO_MEMORY, "no memory to watch a descriptor");
    int rc = uv_poll_init(loop_handle(), &watch->poll, fd);
    if (rc != 0) {
        free(watch);
        return fail(ERR_IO, "cannot watch a descriptor: %s", uv_strerror(rc));
    }
    watch->ready = ready;
    watch->arg = arg;
    *out = watch;
    return 0;
}

static void poll_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = CONTAINER_OF(poll, struct watch, poll);
    int ready = (events & UV_READABLE ? WATCH_READ : 0) | (events & UV_WRITABLE ? WATCH_WRITE : 0);
    if (status < 0) {
        /* The descriptor is in error and libuv has stopped polling. Whoever
         * waits finds out by reading or writing. */
        ready = watch->events;
        watch->events = 0;
    }
    watch->ready(watch->arg, ready);
}

void watch_set(struct watch *watch, int events)
{
    if (watch->events == events)
        return;
    watch->events = events;
    if (events == 0)
        (void)uv_poll_stop(&watch->poll);
    else
        (void)uv_poll_start(&watch->poll,
                            (events & WATCH_READ ? UV_READABLE : 0) |
                                (events & WATCH_WRITE ? UV_WRITABLE : 0),
                            poll_ready);
}

static void free_closed(uv_handle_t *handle)
{
    free(CONTAINER_OF(handle, struct watch, poll));
}

void watch_free(struct watch **watch)
{
    if (!*watch)
        return;
    uv_close((uv_handle_t *)&(*watch)->poll, free_closed);
    *watch = NULL;
}
