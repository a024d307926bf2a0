#include "deflate_filter.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/buffer.h"
#include "base/list.h"

enum {
    WINDOW_BITS_OUT = 12, /* with MEMORY_LEVEL 38 KB a connection; zlib's defaults take 262 KB */
    MEMORY_LEVEL = 5,
    WINDOW_BITS_IN = 15,       /* the peer chooses, without saying what: 39 KB */
    WRITE_AT_ONCE = 32 * 1024, /* octets deflated before the filter below has its turn */
    WRITE_STEP = 4 * 1024,
    READ_AT_ONCE = 16 * 1024
};

struct deflate_filter {
    struct filter filter;
    z_stream deflater;
    z_stream inflater;
    struct buffer unsent; /* deflated, not yet taken by the filter below */
    size_t taken;         /* octets at the front of the data to write that are deflated already */
    struct buffer held;   /* received, not yet inflated */
    bool has_more;        /* the inflater may give something without another octet */
    int end;              /* what all later reads fail with, negative */
};

static struct deflate_filter *deflate_of(struct filter *filter)
{
    return CONTAINER_OF(filter, struct deflate_filter, filter);
}

/* The next octets to write, of one part, and whether others follow. */
static struct slice next_octets(const struct slice *parts, size_t count, bool *last_out)
{
    struct slice next = SLICE_EMPTY;
    *last_out = true;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len == 0)
            continue;
        if (next.len > 0) {
            *last_out = false;
            return next;
        }
        next = slice_sub(parts[i], 0, WRITE_AT_ONCE);
        *last_out = next.len == parts[i].len;
        if (!*last_out)
            return next;
    }
    return next;
}

/* The peer gets all there is at the end of what is written: RFC 4978 section 4. */
static int deflate_octets(struct deflate_filter *deflate_filter, struct slice octets, bool last)
{
    z_stream *z = &deflate_filter->deflater;
    z->next_in = (Bytef *)(uintptr_t)octets.data;
    z->avail_in = (uInt)octets.len;
    do {
        char *into = buffer_reserve(&deflate_filter->unsent, WRITE_STEP);
        if (!into)
            return buffer_check(&deflate_filter->unsent);
        z->next_out = (Bytef *)into;
        z->avail_out = WRITE_STEP;
        if (deflate(z, last ? Z_SYNC_FLUSH : Z_NO_FLUSH) == Z_STREAM_ERROR)
            return fail(ERR_INTERNAL, "deflate: %s", z->msg ? z->msg : "wrong state");
        buffer_commit(&deflate_filter->unsent, WRITE_STEP - z->avail_out);
    } while (z->avail_out == 0);
    deflate_filter->taken = octets.len;
    return 0;
}

static int send_unsent(struct deflate_filter *deflate_filter, int *wants_out)
{
    struct filter *below = deflate_filter->filter.below;
    struct slice left = buffer_slice(&deflate_filter->unsent);
    struct filter_io io = {0, 0};
    int rc = 0;
    while (rc == 0 && left.len > 0 && io.wants == 0) {
        io.done = 0;
        rc = below->operations->write(below, &left, 1, &io);
        left = slice_sub(left, io.done, SIZE_MAX);
    }
    buffer_drop_front(&deflate_filter->unsent, deflate_filter->unsent.len - left.len);
    if (left.len == 0)
        buffer_clear(&deflate_filter->unsent);
    *wants_out = left.len > 0 ? io.wants : 0;
    return rc;
}

/* Octets are done when the filter below has taken all that came of them: until
 * then they come again, and are known by their number. */
static int deflate_write(struct filter *filter, const struct slice *parts, size_t count,
                         struct filter_io *io_out)
{
    struct deflate_filter *deflate_filter = deflate_of(filter);
    struct filter_io io = {0, 0};
    int rc = 0;
    if (deflate_filter->taken == 0) {
        bool last;
        struct slice octets = next_octets(parts, count, &last);
        rc = octets.len > 0 ? deflate_octets(deflate_filter, octets, last) : 0;
    }
    if (rc == 0)
        rc = send_unsent(deflate_filter, &io.wants);
    if (rc < 0)
        return rc;
    if (deflate_filter->unsent.len == 0) {
        io.done = deflate_filter->taken;
        deflate_filter->taken = 0;
    }
    *io_out = io;
    return 0;
}

static int end_for(int result, const char *reason)
{
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* needs more octets, or more room */
        return 0;
    case Z_STREAM_END:
        return -ERR_CLOSED;
    case Z_MEM_ERROR:
        return fail(ERR_NO_MEMORY, "no memory to inflate");
    default:
        return fail(ERR_DEFLATE, "what was received is not deflated: %s", reason);
    }
}

/* Inflates what there is room for; returns how much of `octets` was used. */
static size_t inflate_octets(struct deflate_filter *deflate_filter, struct slice octets, char *into,
                             size_t size, size_t *done_out)
{
    z_stream *z = &deflate_filter->inflater;
    z->next_in = (Bytef *)(uintptr_t)octets.data;
    z->avail_in = (uInt)octets.len;
    z->next_out = (Bytef *)into;
    z->avail_out = (uInt)size;
    int result = inflate(z, Z_SYNC_FLUSH);
    deflate_filter->end = end_for(result, z->msg ? z->msg : "damaged");
    *done_out = size - z->avail_out;
    return octets.len - z->avail_in;
}

static int read_below(struct filter *below, struct slice *octets_out, int *wants_out)
{
    /* All share it: what is not inflated at once is copied. */
    static char octets[READ_AT_ONCE];
    struct filter_io io = {0, 0};
    int rc = below->operations->read(below, octets, sizeof octets, &io);
    if (rc < 0)
        return rc;
    *octets_out = slice_of(octets, io.done);
    *wants_out = io.wants;
    return 0;
}

static int refuse(const struct deflate_filter *deflate_filter)
{
    return deflate_filter->end == -ERR_CLOSED
               ? fail(ERR_CLOSED, "the peer ended what it compresses")
               : fail((enum err) - deflate_filter->end, "what was received cannot be inflated");
}

/* Not above `size` octets of what was inflated exist at any time. */
static int deflate_read(struct filter *filter, char *into, size_t size, struct filter_io *io_out)
{
    struct deflate_filter *deflate_filter = deflate_of(filter);
    struct buffer *held = &deflate_filter->held;
    struct filter_io io = {0, 0};
    struct slice octets = buffer_slice(held);
    if (deflate_filter->end < 0)
        return refuse(deflate_filter);
    bool fresh = !deflate_filter->has_more;
    int rc = fresh ? read_below(filter->below, &octets, &io.wants) : 0;
    if (rc < 0)
        return rc;
    size_t used = inflate_octets(deflate_filter, octets, into, size, &io.done);
    if (fresh)
        buffer_add(held, slice_sub(octets, used, SIZE_MAX));
    else
        buffer_drop_front(held, used);
    if (buffer_check(held) < 0)
        return buffer_check(held);
    if (held->len == 0)
        buffer_clear(held);
    deflate_filter->has_more = held->len > 0 || io.done == size;
    /* An end is told once what came before it was read. */
    if (deflate_filter->has_more || deflate_filter->end < 0)
        io.wants = 0;
    *io_out = io;
    return 0;
}

static void deflate_free(struct filter *filter)
{
    struct deflate_filter *deflate_filter = deflate_of(filter);
    (void)deflateEnd(&deflate_filter->deflater);
    (void)inflateEnd(&deflate_filter->inflater);
    buffer_clear(&deflate_filter->unsent);
    buffer_clear(&deflate_filter->held);
    free(deflate_filter);
}

static const struct filter_operations deflate_operations = {deflate_read, deflate_write,
                                                            deflate_free};

/* Negative window bits: no header, no checksum. */
int deflate_filter_new(struct filter **out)
{
    struct deflate_filter *deflate_filter = calloc(1, sizeof *deflate_filter);
    if (!deflate_filter)
        return fail(ERR_NO_MEMORY, "no memory to compress");
    deflate_filter->filter.operations = &deflate_operations;
    buffer_init(&deflate_filter->unsent, 0);
    buffer_init(&deflate_filter->held, 0);
    if (deflateInit2(&deflate_filter->deflater, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -WINDOW_BITS_OUT,
                     MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK ||
        inflateInit2(&deflate_filter->inflater, -WINDOW_BITS_IN) != Z_OK) {
        deflate_free(&deflate_filter->filter);
        return fail(ERR_NO_MEMORY, "no memory to compress");
    }
    *out = &deflate_filter->filter;
    return 0;
}

int deflate_filter_begin_with(struct filter *filter, struct slice deflated)
{
    struct deflate_filter *deflate_filter = deflate_of(filter);
    buffer_add(&deflate_filter->held, deflated);
    deflate_filter->has_more = deflated.len > 0;
    return buffer_check(&deflate_filter->held);
}

void deflate_filter_put_on(struct filter *filter, struct filter **top)
{
    filter->below = *top;
    *top = filter;
}
