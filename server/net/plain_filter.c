#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/list.h"
#include "fiber/loop.h"
#include "filter.h"

enum { PARTS_MAX = 4 };

struct plain_filter {
    struct filter filter;
    int fd;
};

/* errno of a socket operation that failed: 0 when it may be tried again. */
static int failure(const char *what, int wants, struct filter_io *io_out)
{
    switch (errno) {
    case EINTR:
        *io_out = (struct filter_io){0, 0};
        return 0;
    case EAGAIN:
        *io_out = (struct filter_io){0, wants};
        return 0;
    default:
        /* Reset, host gone, keep-alive unanswered: all the same to a session. */
        return fail_errno(ERR_CLOSED, "%s", what);
    }
}

static int plain_read(struct filter *filter, char *into, size_t size, struct filter_io *io_out)
{
    struct plain_filter *plain = CONTAINER_OF(filter, struct plain_filter, filter);
    ssize_t got = recv(plain->fd, into, size, 0);
    if (got < 0)
        return failure("the connection was lost", WATCH_READ, io_out);
    if (got == 0)
        return fail(ERR_CLOSED, "the peer closed the connection");
    /* Less than there was room for: that was all, save the call that says so. */
    *io_out = (struct filter_io){(size_t)got, (size_t)got < size ? WATCH_READ : 0};
    return 0;
}

/* One part is the usual case, and cheaper without a header to be read by the kernel. */
static ssize_t send_vectors(int fd, struct iovec *vectors, size_t count)
{
    if (count == 1)
        return send(fd, vectors->iov_base, vectors->iov_len, MSG_NOSIGNAL);
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = count};
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static int plain_write(struct filter *filter, const struct slice *parts, size_t count,
                       struct filter_io *io_out)
{
    struct plain_filter *plain = CONTAINER_OF(filter, struct plain_filter, filter);
    struct iovec vectors[PARTS_MAX];
    size_t used = 0, total = 0;
    for (size_t i = 0; i < count && used < PARTS_MAX; i++) {
        if (parts[i].len == 0)
            continue;
        vectors[used++] = (struct iovec){(void *)(uintptr_t)parts[i].data, parts[i].len};
        total += parts[i].len;
    }
    ssize_t sent = send_vectors(plain->fd, vectors, used);
    if (sent < 0)
        return failure("the connection was lost", WATCH_WRITE, io_out);
    *io_out = (struct filter_io){(size_t)sent, (size_t)sent < total ? WATCH_WRITE : 0};
    return 0;
}

static void plain_free(struct filter *filter)
{
    free(CONTAINER_OF(filter, struct plain_filter, filter));
}

static const struct filter_operations plain_operations = {plain_read, plain_write, plain_free};

int plain_filter_new(int fd, struct filter **out)
{
    struct plain_filter *plain = calloc(1, sizeof *plain);
    if (!plain)
        return fail(ERR_NO_MEMORY, "no memory for a connection");
    plain->filter.operations = &plain_operations;
    plain->fd = fd;
    *out = &plain->filter;
    return 0;
}
