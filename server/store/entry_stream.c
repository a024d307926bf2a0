#include "store/entry_stream.h"

#include <stdlib.h>

#include "entry_rows.h"
#include "fiber/fiber.h"
#include "fiber/wait.h"

/* What fits the socket's buffer: PostgreSQL must not wait for us to take it. */
enum { STREAM_BATCH = 2048 };

struct entry_stream {
    struct database *database;
    int64_t mailbox_id;
    uint32_t next_uid;
    bool at_end;
    /* The batch that is asked for. */
    bool under_way;
    struct wait_queue arrived;
    struct result *result; /* NULL: none, or it failed: */
    int err;
    struct error reason;
};

int entry_stream_open(struct database *database, int64_t mailbox_id, struct entry_stream **out)
{
    struct entry_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return fail(ERR_NO_MEMORY, "no memory to read a mailbox");
    stream->database = database;
    stream->mailbox_id = mailbox_id;
    stream->next_uid = 1;
    wait_queue_init(&stream->arrived);
    *out = stream;
    return 0;
}

static void fetch(struct entry_stream *stream)
{
    stream->err = entries_fetch(stream->database, stream->mailbox_id, stream->next_uid,
                                STREAM_BATCH, &stream->result);
    if (stream->err)
        stream->reason = *last_error();
}

static void fetch_ahead(void *arg)
{
    struct entry_stream *stream = arg;
    fetch(stream);
    stream->under_way = false;
    wait_wake_all(&stream->arrived);
}

static void await_arrival(struct entry_stream *stream)
{
    while (stream->under_way)
        if (wait_for(&stream->arrived, WAIT_FOREVER))
            continue;
}

/* Without memory for a fiber the batch is fetched when it is wanted. */
static void ask_ahead(struct entry_stream *stream)
{
    stream->under_way = !fiber_spawn("entries", fetch_ahead, stream, NULL);
}

static int take_result(struct entry_stream *stream, struct result **out)
{
    await_arrival(stream);
    if (!stream->result && !stream->err)
        fetch(stream);
    if (stream->err)
        return fail_sql(stream->reason.code, stream->reason.sqlstate, "%s", stream->reason.text);
    *out = stream->result;
    stream->result = NULL;
    return 0;
}

static uint32_t uid_at(const struct result *result, size_t row)
{
    return (uint32_t)result_int8(result, row, ENTRY_UID);
}

int entry_stream_next(struct entry_stream *stream,
                      void (*row)(void *arg, const struct entry_row *entry), void *arg,
                      uint32_t *count_out)
{
    *count_out = 0;
    if (stream->at_end)
        return 0;
    struct result *result;
    int err = take_result(stream, &result);
    if (err)
        return err;
    size_t count = result_rows(result);
    uint32_t last = count ? uid_at(result, count - 1) : UINT32_MAX;
    stream->at_end = count < STREAM_BATCH || last == UINT32_MAX;
    if (!stream->at_end) {
        stream->next_uid = last + 1;
        ask_ahead(stream);
        fiber_yield(); /* it is sent before we are busy */
    }
    entries_give(result, row, arg);
    result_free(&result);
    *count_out = (uint32_t)count;
    return 0;
}

void entry_stream_close(struct entry_stream **stream)
{
    if (!*stream)
        return;
    await_arrival(*stream);
    result_free(&(*stream)->result);
    free(*stream);
    *stream = NULL;
}
