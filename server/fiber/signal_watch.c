#include <stdlib.h>

#include "base/list.h"
#include "fiber/loop.h"
#include "loop_handle.h"

struct signal_watch {
    uv_signal_t signal;
    void (*fire)(void *arg, int signum);
    void *arg;
};

static void free_closed(uv_handle_t *handle)
{
    free(CONTAINER_OF(handle, struct signal_watch, signal));
}

static void signal_came(uv_signal_t *signal, int signum)
{
    struct signal_watch *watch = CONTAINER_OF(signal, struct signal_watch, signal);
    watch->fire(watch->arg, signum);
}

int signal_watch_new(int signum, void (*fire)(void *arg, int signum), void *arg,
                     struct signal_watch **out)
{
    struct signal_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return fail(ERR_NO_MEMORY, "no memory to watch a signal");
    int rc = uv_signal_init(loop_handle(), &watch->signal);
    if (rc != 0) {
        free(watch);
        return fail(ERR_IO, "cannot watch signal %d: %s", signum, uv_strerror(rc));
    }
    rc = uv_signal_start(&watch->signal, signal_came, signum);
    if (rc != 0) {
        uv_close((uv_handle_t *)&watch->signal, free_closed);
        return fail(ERR_IO, "cannot watch signal %d: %s", signum, uv_strerror(rc));
    }
    watch->fire = fire;
    watch->arg = arg;
    *out = watch;
    return 0;
}

void signal_watch_free(struct signal_watch **watch)
{
    if (!*watch)
        return;
    uv_close((uv_handle_t *)&(*watch)->signal, free_closed);
    *watch = NULL;
}
