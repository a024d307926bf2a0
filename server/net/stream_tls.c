#include <sys/socket.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "stream_state.h"
#include "tls_client.h"
#include "tls_filter.h"

static int handshake(struct stream *stream, int64_t deadline_ms)
{
    for (;;) {
        if (stream->cancelled)
            return fail(ERR_CANCELLED, "the connection is being ended");
        struct filter_io io = {0, 0};
        int rc = tls_filter_handshake(stream->top, &io);
        if (rc < 0 || io.wants == 0)
            return rc;
        if (stream_await(stream, io.wants, deadline_ms) < 0)
            return fail(ERR_TIMEOUT, "the TLS handshake took too long");
    }
}

int stream_start_tls(struct stream *stream, struct tls_context *context, int timeout_ms)
{
    int64_t deadline_ms = timeout_ms < 0 ? WAIT_FOREVER : clock_monotonic_ms() + timeout_ms;
    struct filter *tls = NULL;
    /* RFC 3501 section 6.2.1, RFC 7457 section 2.2: nothing said in clear may
     * be taken as said under TLS. */
    stream_discard_input(stream);
    int rc = tls_filter_new(context, stream->top, &tls);
    if (rc < 0)
        return rc;
    stream->top = tls;
    rc = handshake(stream, deadline_ms);
    /* A handshake goes deep; what follows does not. */
    fiber_trim();
    stream->readable = true;
    if (rc == 0) {
        stream->tls = tls;
        return 0;
    }
    /* Neither clear nor TLS: whatever the peer does now comes too late. */
    stream->output_error = rc;
    (void)shutdown(stream->fd, SHUT_RDWR);
    return rc;
}

bool stream_is_tls(const struct stream *stream)
{
    return stream->tls != NULL;
}

const char *stream_tls_description(const struct stream *stream)
{
    return stream->tls ? tls_filter_description(stream->tls) : "";
}

bool stream_tls_exporter(const struct stream *stream, uint8_t out[32])
{
    return stream->tls && tls_filter_exporter(stream->tls, out);
}

bool stream_tls_unique(const struct stream *stream, uint8_t *out, size_t *len_out)
{
    return stream->tls && tls_filter_unique(stream->tls, out, len_out);
}

bool stream_tls_client_is_verified(const struct stream *stream, struct tls_context *today)
{
    return stream->tls && tls_client_is_verified(stream->tls, today);
}

int stream_tls_client_name(const struct stream *stream, struct tls_context *today,
                           enum tls_client_name which, struct arena *arena, struct slice *out)
{
    if (!stream->tls)
        return fail(ERR_CREDENTIALS, "There is no TLS");
    return tls_client_name(stream->tls, today, which, arena, out);
}
