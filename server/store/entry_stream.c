#include "store/entry_stream.h"

#include <stdlib.h>

#include "entry_rows.h"
#include "fiber/fiber.h"
#include "fiber/wait.h"

enum {
    BATCH_ROWS = 2048,     /* what fits the socket's buffer: PostgreSQL must not wait for us */
    BATCH_ROWS_MAX = 4096, /* where UIDs are denser than elsewhere: the rest is asked for again */
    BATCHES_AHEAD = 2      /* sending rows takes PostgreSQL longer than us to look at them */
};

/* A stretch of UIDs. */
struct batch {
    struct entry_stream *stream;
    struct uid_range uids; /* that are still to be given; last UINT32_MAX: to the end */
    bool under_way;
    struct wait_queue arrived;
    struct result *result; /* NULL: not asked for yet, or it failed: */
    int err;
    struct error reason;
};

struct entry_stream {
    struct database *database;
    int64_t mailbox_id;
    uint32_t width;   /* UIDs of a batch */
    uint32_t uidnext; /* a batch that reaches it goes to the end */
    bool at_end;      /* nothing is left to be asked for */
    uint32_t next_uid;
    struct batch batches[BATCHES_AHEAD];
    size_t first; /* of those that were asked for */
    size_t count;
};

/* UIDs with about BATCH_ROWS messages among them. */
static uint32_t batch_width(const struct mailbox_state *state)
{
    if (state->messages <= BATCH_ROWS)
        return UINT32_MAX;
    uint64_t width = (uint64_t)state->uidnext * BATCH_ROWS / state->messages;
    return width < UINT32_MAX ? (uint32_t)width : UINT32_MAX;
}

int entry_stream_open(struct database *database, int64_t mailbox_id,
                      const struct mailbox_state *state, struct entry_stream **out)
{
    struct entry_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return fail(ERR_NO_MEMORY, "no memory to read a mailbox");
    stream->database = database;
    stream->mailbox_id = mailbox_id;
    stream->width = batch_width(state);
    stream->uidnext = state->uidnext;
    stream->next_uid = 1;
    for (size_t i = 0; i < BATCHES_AHEAD; i++) {
        stream->batches[i].stream = stream;
        wait_queue_init(&stream->batches[i].arrived);
    }
    *out = stream;
    return 0;
}

static void fetch(struct batch *batch)
{
    batch->err = entries_fetch(batch->stream->database, batch->stream->mailbox_id, batch->uids,
                               BATCH_ROWS_MAX, &batch->result);
    if (batch->err)
        batch->reason = *last_error();
}

static void fetch_ahead(void *arg)
{
    struct batch *batch = arg;
    fetch(batch);
    batch->under_way = false;
    wait_wake_all(&batch->arrived);
}

static void await_arrival(struct batch *batch)
{
    while (batch->under_way)
        if (wait_for(&batch->arrived, WAIT_FOREVER))
            continue;
}

/* Without memory for a fiber it is fetched when it is wanted. */
static void ask_ahead(struct batch *batch)
{
    batch->under_way = !fiber_spawn("entries", fetch_ahead, batch, NULL);
}

static struct uid_range next_uids(struct entry_stream *stream)
{
    uint32_t first = stream->next_uid;
    uint32_t last = UINT32_MAX - first < stream->width ? UINT32_MAX : first + stream->width - 1;
    if (last >= stream->uidnext)
        last = UINT32_MAX;
    stream->at_end = last == UINT32_MAX;
    stream->next_uid = last + 1;
    return (struct uid_range){first, last};
}

static void ask_for_more(struct entry_stream *stream)
{
    while (!stream->at_end && stream->count < BATCHES_AHEAD) {
        struct batch *batch = &stream->batches[(stream->first + stream->count) % BATCHES_AHEAD];
        batch->uids = next_uids(stream);
        stream->count++;
        ask_ahead(batch);
    }
}

static int take_result(struct batch *batch, struct result **out)
{
    await_arrival(batch);
    if (!batch->result && !batch->err)
        fetch(batch);
    if (batch->err)
        return fail_sql(batch->reason.code, batch->reason.sqlstate, "%s", batch->reason.text);
    *out = batch->result;
    batch->result = NULL;
    return 0;
}

/* What the limit has cut off is asked for at once, otherwise this batch makes room. */
static void go_on_after(struct entry_stream *stream, struct batch *batch,
                        const struct result *result)
{
    size_t count = result_rows(result);
    uint32_t last = count ? (uint32_t)result_int8(result, count - 1, ENTRY_UID) : 0;
    if (count == BATCH_ROWS_MAX && last < batch->uids.last) {
        batch->uids.first = last + 1;
        ask_ahead(batch);
        return;
    }
    stream->first = (stream->first + 1) % BATCHES_AHEAD;
    stream->count--;
    ask_for_more(stream);
}

int entry_stream_next(struct entry_stream *stream,
                      void (*row)(void *arg, const struct entry_row *entry), void *arg,
                      uint32_t *count_out, bool *more_out)
{
    ask_for_more(stream);
    *count_out = 0;
    *more_out = stream->count > 0;
    if (stream->count == 0)
        return 0;
    struct batch *batch = &stream->batches[stream->first];
    struct result *result;
    int err = take_result(batch, &result);
    if (err)
        return err;
    go_on_after(stream, batch, result);
    *more_out = stream->count > 0;
    if (*more_out)
        fiber_yield(); /* it is sent before we are busy */
    entries_give(result, row, arg);
    *count_out = (uint32_t)result_rows(result);
    result_free(&result);
    return 0;
}

void entry_stream_close(struct entry_stream **stream)
{
    if (!*stream)
        return;
    for (size_t i = 0; i < BATCHES_AHEAD; i++) {
        await_arrival(&(*stream)->batches[i]);
        result_free(&(*stream)->batches[i].result);
    }
    free(*stream);
    *stream = NULL;
}
