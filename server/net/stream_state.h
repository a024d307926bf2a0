/*
 * Inside a stream. stream.c has its life, its input and its events,
 * stream_output.c what it sends, stream_tls.c the TLS part, stream_deflate.c
 * the compression.
 */
#ifndef POSTROOM_NET_STREAM_STATE_H
#define POSTROOM_NET_STREAM_STATE_H

#include <netinet/in.h>

#include "base/buffer.h"
#include "fiber/loop.h"
#include "fiber/wait.h"
#include "filter.h"
#include "net/stream.h"

struct stream {
    int fd;
    struct watch *watch;
    struct filter *top;
    struct filter *tls; /* the TLS filter once its handshake is done */
    bool deflates;
    struct stream_limits limits;

    struct wait_queue waiter;
    int polled;       /* WATCH_ bits the watch is set to */
    int awaited;      /* WATCH_ bits the waiting fiber needs */
    bool filling;     /* it waits in stream_fill */
    bool readable;    /* a read may give something */
    bool interrupted; /* until stream_fill has reported it */
    bool cancelled;

    struct buffer input;
    size_t consumed;  /* octets at the front of input that are done with */
    size_t read_size; /* how much to read at once */

    struct buffer output;
    int output_error; /* the failure that all later output gets, negative */

    char remote[INET6_ADDRSTRLEN];
};

/* Parks until the socket is ready for `events` (or, to be looked at by the
 * caller, something else has happened). -ERR_TIMEOUT. */
int stream_await(struct stream *stream, int events, int64_t deadline_ms) MUST_CHECK;

/* Forgets what was received. */
void stream_discard_input(struct stream *stream);

#endif
