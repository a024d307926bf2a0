#include "net/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "net/listener.h"
#include "stream_state.h"

enum {
    READ_FIRST = 16 * 1024, /* commands, a letter */
    READ_MOST = 64 * 1024   /* a literal that keeps coming */
};

/* Readiness nobody waits for is not polled any longer: it would be reported
 * over and over. It is asked for again when somebody waits. */
static void on_ready(void *arg, int events)
{
    struct stream *stream = arg;
    if (events & WATCH_READ || stream->filling)
        stream->readable = true;
    stream->polled &= ~(events & ~stream->awaited);
    watch_set(stream->watch, stream->polled);
    if (events & stream->awaited)
        wait_wake_all(&stream->waiter);
}

int stream_await(struct stream *stream, int events, int64_t deadline_ms)
{
    stream->awaited = events;
    stream->polled |= events;
    watch_set(stream->watch, stream->polled);
    int rc = wait_for(&stream->waiter, deadline_ms);
    stream->awaited = 0;
    return rc;
}

/* Not for Unix sockets, which refuse: they need neither. */
static void set_tcp_options(int fd)
{
    const int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

int stream_new(int fd, const struct stream_limits *limits, struct stream **out)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return fail(ERR_NO_MEMORY, "no memory for a connection");
    stream->fd = fd;
    stream->limits = *limits;
    stream->readable = true;
    stream->read_size = READ_FIRST;
    wait_queue_init(&stream->waiter);
    buffer_init(&stream->input, limits->input_max);
    buffer_init(&stream->output, 0);
    int rc = plain_filter_new(fd, &stream->top);
    if (rc == 0)
        rc = watch_new(fd, on_ready, stream, &stream->watch);
    if (rc < 0) {
        filter_free(&stream->top);
        free(stream);
        return rc;
    }
    set_tcp_options(fd);
    listener_peer_address(fd, stream->remote, sizeof stream->remote);
    *out = stream;
    return 0;
}

void stream_free(struct stream **stream)
{
    struct stream *old = *stream;
    *stream = NULL;
    if (!old)
        return;
    filter_free(&old->top);
    watch_free(&old->watch);
    (void)close(old->fd);
    buffer_clear(&old->input);
    buffer_clear(&old->output);
    free(old);
}

struct slice stream_input(const struct stream *stream)
{
    return slice_sub(buffer_slice(&stream->input), stream->consumed, SIZE_MAX);
}

void stream_consume(struct stream *stream, size_t len)
{
    stream->consumed += len;
    if (stream->consumed < stream->input.len)
        return;
    buffer_reset(&stream->input);
    stream->consumed = 0;
}

void stream_discard_input(struct stream *stream)
{
    buffer_clear(&stream->input);
    stream->consumed = 0;
}

/* By way of a buffer that all share, so that a connection holds no more than
 * what has come: of thousands that wait with a few octets each, most would
 * otherwise be room. */
static int read_little(struct stream *stream, size_t size, struct filter_io *io_out)
{
    static char octets[READ_FIRST];
    int rc = stream->top->operations->read(stream->top, octets, size, io_out);
    if (rc < 0)
        return rc;
    buffer_add(&stream->input, slice_of(octets, io_out->done));
    return buffer_check(&stream->input);
}

static int read_much(struct stream *stream, size_t size, struct filter_io *io_out)
{
    char *into = buffer_reserve(&stream->input, size);
    if (!into)
        return buffer_check(&stream->input);
    int rc = stream->top->operations->read(stream->top, into, size, io_out);
    if (rc == 0)
        buffer_commit(&stream->input, io_out->done);
    return rc;
}

/* One read into the input buffer. More at a time while the peer keeps coming
 * with more than we took. */
static int read_more(struct stream *stream, struct filter_io *io_out)
{
    size_t size = stream->read_size;
    size_t room = stream->limits.input_max - stream->input.len;
    if (size > room)
        size = room;
    int rc =
        size > READ_FIRST ? read_much(stream, size, io_out) : read_little(stream, size, io_out);
    if (rc < 0)
        return rc;
    stream->readable = io_out->wants == 0;
    if (io_out->done == size && stream->read_size < READ_MOST)
        stream->read_size *= 2;
    return 0;
}

/* What must be reported instead of waiting for input. */
static int check_events(struct stream *stream)
{
    if (stream->cancelled)
        return fail(ERR_CANCELLED, "the connection is being ended");
    if (!stream->interrupted)
        return 0;
    stream->interrupted = false;
    return fail(ERR_INTERRUPTED, "there is news");
}

static int await_input(struct stream *stream, int wants, int64_t deadline_ms)
{
    /* A connection that is waited for holds no buffers. */
    stream_trim(stream);
    stream->filling = true;
    int rc = stream_await(stream, wants, deadline_ms);
    stream->filling = false;
    return rc;
}

void stream_acknowledge(struct stream *stream)
{
    const int on = 1;
    /* On a Unix socket it fails, and nothing is delayed. */
    (void)setsockopt(stream->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

int stream_fill(struct stream *stream, int timeout_ms)
{
    int64_t deadline_ms = timeout_ms < 0 ? WAIT_FOREVER : clock_monotonic_ms() + timeout_ms;
    if (timeout_ms == 0)
        stream->readable = true;
    fiber_breathe();
    buffer_drop_front(&stream->input, stream->consumed);
    stream->consumed = 0;
    if (stream->input.len >= stream->limits.input_max)
        return fail(ERR_LIMIT, "more than %zu octets of input", stream->limits.input_max);
    for (;;) {
        int rc = check_events(stream);
        struct filter_io io = {0, WATCH_READ};
        if (rc == 0 && stream->readable)
            rc = read_more(stream, &io);
        if (rc < 0 || io.done > 0)
            return rc;
        if (io.wants == 0) { /* octets may be received and none of them be input */
            fiber_breathe();
            continue;
        }
        rc = await_input(stream, io.wants, deadline_ms);
        if (rc < 0)
            return rc;
    }
}

void stream_interrupt(struct stream *stream)
{
    stream->interrupted = true;
    if (stream->filling)
        wait_wake_all(&stream->waiter);
}

void stream_cancel(struct stream *stream)
{
    stream->cancelled = true;
    wait_wake_all(&stream->waiter);
}

bool stream_is_cancelled(const struct stream *stream)
{
    return stream->cancelled;
}

bool stream_is_abandoned(const struct stream *stream)
{
    struct pollfd socket = {.fd = stream->fd};
    return stream->cancelled || stream->output_error ||
           (poll(&socket, 1, 0) == 1 && (socket.revents & (POLLERR | POLLHUP)));
}

const char *stream_remote(const struct stream *stream)
{
    return stream->remote;
}

void stream_trim(struct stream *stream)
{
    if (stream->input.len == 0) {
        buffer_clear(&stream->input);
        stream->read_size = READ_FIRST;
    }
    if (stream->output.len == 0)
        buffer_clear(&stream->output);
}
