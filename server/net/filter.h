/*
 * Filters: what octets pass between a stream's buffers and its socket. They
 * form a chain, each owns the one below it; the lowest is the socket
 * (plain_filter.c), TLS goes on top (tls_filter.c), deflate on either (deflate_filter.c). Filters
 * never wait: they do what is possible now and say what to wait for.
 */
#ifndef POSTROOM_NET_FILTER_H
#define POSTROOM_NET_FILTER_H

#include <stddef.h>

#include "base/error.h"
#include "base/slice.h"

struct filter;

struct filter_io {
    size_t done; /* octets read or written */
    int wants;   /* the WATCH_ bit without which there is no more to do now; 0: try again */
};

struct filter_operations {
    /* -ERR_CLOSED at end of file, -ERR_TLS, -ERR_DEFLATE, -ERR_IO. */
    int (*read)(struct filter *filter, char *into, size_t size, struct filter_io *io_out);
    /* The parts go out in order as if they were one. What was not done must
     * come again, at the same place in the data, in the next call. */
    int (*write)(struct filter *filter, const struct slice *parts, size_t count,
                 struct filter_io *io_out);
    void (*free)(struct filter *filter);
};

struct filter {
    const struct filter_operations *operations;
    struct filter *below;
};

/* Frees the whole chain; does not close the socket. */
static inline void filter_free(struct filter **top)
{
    while (*top) {
        struct filter *filter = *top;
        *top = filter->below;
        filter->operations->free(filter);
    }
}

int plain_filter_new(int fd, struct filter **out) MUST_CHECK;

#endif
