#include "store/history.h"

#include <stdlib.h>

#include "entry_rows.h"
#include "rows.h"

static void add_span(struct params *params, const struct history_span *span)
{
    params_init(params);
    params_int8(params, span->mailbox_id);
    params_int8(params, (int64_t)span->since);
    params_int8(params, (int64_t)span->until);
}

/* One row of (complete, uids), unless the span alone says it all. */
static int ask(struct database *database, const struct history_span *span, enum statement statement,
               struct params *params, bool *complete_out, struct uidset *uids_out)
{
    uidset_init(uids_out);
    *complete_out = span->since >= span->until;
    if (*complete_out || span->until - span->since > HISTORY_SPAN_MAX) {
        params_clear(params);
        return 0;
    }
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, statement, params, &result);
    if (err)
        return err;
    bool complete = result_bool(result, 0, 0);
    if (complete)
        err = uids_read(result, 0, 1, uids_out);
    result_free(&result);
    *complete_out = complete;
    return err;
}

int history_expunged(struct database *database, const struct history_span *span, bool *complete_out,
                     struct uidset *uids_out)
{
    struct params params;
    add_span(&params, span);
    return ask(database, span, STATEMENT_HISTORY_EXPUNGED, &params, complete_out, uids_out);
}

int history_flags(struct database *database, const struct history_span *span, flag_mask flags,
                  int64_t user_id, bool *complete_out, struct uidset *uids_out)
{
    struct params params;
    add_span(&params, span);
    params_int8(&params, (int64_t)flags);
    params_int8(&params, user_id);
    return ask(database, span, STATEMENT_HISTORY_FLAGS, &params, complete_out, uids_out);
}

enum { SEEN_PAGE, SEEN_MODSEQ, SEEN_UIDS };

static int read_seen_pages(const struct result *result, struct arena *arena,
                           struct seen_history *history)
{
    size_t count = 0;
    while (count < result_rows(result) && !result_is_null(result, count, SEEN_PAGE))
        count++;
    history->pages = ARENA_ARRAY(arena, count, struct seen_history_page);
    if (!history->pages)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        history->pages[i] = (struct seen_history_page){
            .page = (uint32_t)result_int8(result, i, SEEN_PAGE),
            .modseq = (uint64_t)result_int8(result, i, SEEN_MODSEQ),
        };
    history->page_count = count;
    return 0;
}

static int read_seen_rows(const struct result *result, struct seen_history *history)
{
    size_t first = history->page_count, count = result_rows(result) - first;
    history->rows = calloc(count + 1, sizeof *history->rows);
    if (!history->rows)
        return fail(ERR_NO_MEMORY, "no memory for %zu changes of \\Seen", count);
    int err = 0;
    for (size_t i = 0; i < count && !err; i++) {
        struct seen_history_row *row = &history->rows[history->row_count++];
        row->modseq = (uint64_t)result_int8(result, first + i, SEEN_MODSEQ);
        uidset_init(&row->uids);
        err = uids_read(result, first + i, SEEN_UIDS, &row->uids);
    }
    return err;
}

int history_seen(struct database *database, struct arena *arena, int64_t mailbox_id,
                 int64_t user_id, uint64_t until, struct seen_history *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_int8(&params, user_id);
    params_int8(&params, (int64_t)until);
    params_int8(&params, HISTORY_SEEN_MAX);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_HISTORY_SEEN, &params, &result);
    if (err)
        return err;
    struct seen_history history = {0};
    err = read_seen_pages(result, arena, &history);
    if (!err)
        err = read_seen_rows(result, &history);
    result_free(&result);
    if (err)
        seen_history_clear(&history);
    else
        *out = history;
    return err;
}

void seen_history_clear(struct seen_history *history)
{
    for (size_t i = 0; i < history->row_count; i++)
        uidset_clear(&history->rows[i].uids);
    free(history->rows);
    *history = (struct seen_history){0};
}
