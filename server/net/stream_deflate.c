#include "deflate_filter.h"
#include "stream_state.h"

int stream_start_deflate(struct stream *stream, struct slice last_clear)
{
    struct filter *filter = NULL;
    int rc = deflate_filter_new(&filter);
    if (rc < 0)
        return rc;
    rc = deflate_filter_begin_with(filter, stream_input(stream));
    if (rc == 0)
        rc = stream_write(stream, last_clear);
    if (rc == 0)
        rc = stream_flush(stream);
    if (rc < 0) {
        filter_free(&filter);
        return rc;
    }
    stream_discard_input(stream);
    deflate_filter_put_on(filter, &stream->top);
    stream->deflates = true;
    stream->readable = true;
    return 0;
}

bool stream_is_deflated(const struct stream *stream)
{
    return stream->deflates;
}
