#include "base/clock.h"
#include "fiber/fiber.h"
#include "stream_state.h"

enum {
    OUTPUT_FIRST = 1024,      /* room to begin with: most replies fit */
    DIRECT_LEAST = 16 * 1024, /* from here on sent from where it is, not copied */
    PARTS_MOST = 2
};

/* Takes what was sent off the front of the parts. */
static size_t advance(struct slice *parts, size_t count, size_t done)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        size_t here = done < parts[i].len ? done : parts[i].len;
        parts[i] = slice_sub(parts[i], here, SIZE_MAX);
        done -= here;
        left += parts[i].len;
    }
    return left;
}

static int64_t next_deadline(const struct stream *stream)
{
    return stream->limits.output_timeout_ms == 0
               ? WAIT_FOREVER
               : clock_monotonic_ms() + stream->limits.output_timeout_ms;
}

static int fail_again(const struct stream *stream)
{
    return fail((enum err) - stream->output_error, "output failed before");
}

/* Sends all the parts, waiting while the peer is slow. Progress of any size
 * gives it the whole time again. */
static int send_parts(struct stream *stream, struct slice *parts, size_t count)
{
    int64_t deadline_ms = 0;
    for (size_t left = advance(parts, count, 0); left > 0;) {
        struct filter_io io = {0, 0};
        int rc = stream->top->operations->write(stream->top, parts, count, &io);
        if (rc < 0)
            return rc;
        left = advance(parts, count, io.done);
        if (left == 0 || io.wants == 0)
            continue;
        if (stream->cancelled)
            return fail(ERR_CANCELLED, "the connection is being ended");
        if (io.done > 0 || deadline_ms == 0)
            deadline_ms = next_deadline(stream);
        if (stream_await(stream, io.wants, deadline_ms) < 0)
            return fail(ERR_TIMEOUT, "the peer took no output for %u ms",
                        stream->limits.output_timeout_ms);
    }
    return 0;
}

/* What was gathered and then, from where it is, `direct`. */
static int send_all(struct stream *stream, struct slice direct)
{
    struct slice parts[PARTS_MOST] = {buffer_slice(&stream->output), direct};
    int rc = send_parts(stream, parts, PARTS_MOST);
    buffer_drop_front(&stream->output, stream->output.len - parts[0].len);
    if (stream->output.len == 0 && stream->output.size > DIRECT_LEAST)
        buffer_clear(&stream->output);
    /* Cancelled between two gathered octets, the rest may follow (and a last
     * BYE); in the midst of direct output there is nothing to go on with. */
    if (rc < 0 && (rc != -ERR_CANCELLED || parts[1].len > 0))
        stream->output_error = rc;
    return rc;
}

static int gather(struct stream *stream, struct slice octets)
{
    if (!stream->output.data)
        (void)buffer_reserve(&stream->output, OUTPUT_FIRST);
    buffer_add(&stream->output, octets);
    int rc = buffer_check(&stream->output);
    if (rc < 0)
        stream->output_error = rc;
    return rc;
}

int stream_write(struct stream *stream, struct slice octets)
{
    if (stream->output_error < 0)
        return fail_again(stream);
    bool fits = stream->output.len + octets.len <= STREAM_OUTPUT_HIGH;
    if (fits)
        return gather(stream, octets);
    if (stream->cancelled) { /* also when the peer would take it: no more replies */
        stream->output_error = -ERR_CANCELLED;
        return fail(ERR_CANCELLED, "the connection is being ended");
    }
    if (octets.len >= DIRECT_LEAST) {
        fiber_breathe();
        return send_all(stream, octets);
    }
    int rc = stream_flush(stream);
    return rc < 0 ? rc : gather(stream, octets);
}

int stream_flush(struct stream *stream)
{
    if (stream->output_error < 0)
        return fail_again(stream);
    if (stream->output.len == 0)
        return 0;
    fiber_breathe();
    return send_all(stream, SLICE_EMPTY);
}

bool stream_is_quiet(const struct stream *stream)
{
    return stream->filling && !stream->interrupted && !stream->cancelled &&
           stream->output.len == 0 && stream->output_error == 0;
}

static int send_some(struct stream *stream, struct slice *octets)
{
    struct filter_io io = {0, 0};
    while (octets->len > 0 && io.wants == 0) {
        int rc = stream->top->operations->write(stream->top, octets, 1, &io);
        if (rc < 0)
            return rc;
        *octets = slice_sub(*octets, io.done, SIZE_MAX);
    }
    return 0;
}

void stream_send_now(struct stream *stream, struct slice octets)
{
    if (stream->output_error < 0)
        return;
    /* Behind what is waiting already nothing may be sent. */
    int rc = stream->output.len == 0 ? send_some(stream, &octets) : 0;
    if (rc < 0)
        stream->output_error = rc;
    else if (octets.len > 0)
        rc = gather(stream, octets);
    else
        return;
    stream_interrupt(stream);
}

void stream_send_between(struct stream *stream, struct slice octets)
{
    if (stream->output_error < 0 || stream->cancelled || gather(stream, octets) < 0)
        return;
    struct slice left = buffer_slice(&stream->output);
    int rc = send_some(stream, &left);
    buffer_drop_front(&stream->output, stream->output.len - left.len);
    if (rc < 0)
        stream->output_error = rc;
}

size_t stream_pending(const struct stream *stream)
{
    return stream->output.len;
}
