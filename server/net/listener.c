#include "net/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "fiber/loop.h"

enum {
    ACCEPTS_PER_EVENT = 64, /* then everybody else has a turn */
    PAUSE_MS = 100
};

struct listener {
    int fd;
    void (*accepted)(void *arg, int fd);
    void *arg;
    struct watch *watch;
    struct timer *pause;
    bool *freed; /* tells the accept loop that its callback freed us */
};

static void resume(void *arg)
{
    struct listener *listener = arg;
    watch_set(listener->watch, WATCH_READ);
}

/* The connection stays in the kernel's queue, so the socket stays readable:
 * without a pause the loop would spin. */
static void pause_accepting(struct listener *listener)
{
    watch_set(listener->watch, 0);
    timer_set(listener->pause, PAUSE_MS);
}

static bool means_out_of_resources(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void accept_some(void *arg, int events)
{
    (void)events;
    struct listener *listener = arg;
    bool freed = false;
    listener->freed = &freed;
    for (int i = 0; i < ACCEPTS_PER_EVENT; i++) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            listener->accepted(listener->arg, fd);
            if (freed)
                return;
        } else if (means_out_of_resources(errno)) {
            pause_accepting(listener);
            break;
        } else if (errno == EAGAIN) {
            break;
        }
        /* Anything else is the fate of that one connection (accept(2)). */
    }
    listener->freed = NULL;
}

int listener_start(int listen_fd, void (*accepted)(void *arg, int fd), void *arg,
                   struct listener **out)
{
    struct listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return fail(ERR_NO_MEMORY, "no memory for a listener");
    listener->fd = listen_fd;
    listener->accepted = accepted;
    listener->arg = arg;
    int rc = timer_new(resume, listener, &listener->pause);
    if (rc == 0)
        rc = watch_new(listen_fd, accept_some, listener, &listener->watch);
    if (rc < 0) {
        listener_free(&listener);
        return rc;
    }
    watch_set(listener->watch, WATCH_READ);
    *out = listener;
    return 0;
}

void listener_free(struct listener **listener)
{
    struct listener *old = *listener;
    *listener = NULL;
    if (!old)
        return;
    if (old->freed)
        *old->freed = true;
    watch_free(&old->watch);
    timer_free(&old->pause);
    free(old);
}
