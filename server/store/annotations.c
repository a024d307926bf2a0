#include "store/annotations.h"

#include "rows.h"
#include "special_uses.h"

enum { ANNOTATION_ENTRY, ANNOTATION_VALUE, ANNOTATION_SIZE };

static int annotation_row_read(const struct result *result, struct arena *arena, size_t row,
                               struct annotation_row *out)
{
    struct annotation_row annotation = {
        .value = {NULL, 0}, .size = (uint64_t)result_int8(result, row, ANNOTATION_SIZE)};
    int err = row_text(result, arena, row, ANNOTATION_ENTRY, &annotation.entry);
    if (!err && !result_is_null(result, row, ANNOTATION_VALUE))
        err = row_text(result, arena, row, ANNOTATION_VALUE, &annotation.value);
    if (!err)
        *out = annotation;
    return err;
}

static int annotation_rows(const struct result *result, struct arena *arena,
                           struct annotation_row **rows_out, size_t *count_out)
{
    size_t count = result_rows(result);
    if (count == 0)
        return fail(ERR_STALE, "the mailbox is gone, or its rights have changed");
    if (result_is_null(result, 0, ANNOTATION_ENTRY))
        count = 0;
    struct annotation_row *rows = ARENA_ARRAY(arena, count, struct annotation_row);
    int err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = annotation_row_read(result, arena, i, &rows[i]);
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int annotations_read(struct database *database, struct arena *arena,
                     const struct annotation_question *question, struct annotation_row **rows_out,
                     size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, question->mailbox_id);
    params_int8(&params, question->user_id);
    params_text_array(&params, question->entries, question->count);
    params_int4(&params, question->levels);
    params_int8(&params,
                question->value_max > INT64_MAX ? INT64_MAX : (int64_t)question->value_max);
    params_int8(&params, (int64_t)question->rights_modseq);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_ANNOTATIONS_READ, &params, &result);
    if (err)
        return err;
    err = annotation_rows(result, arena, rows_out, count_out);
    result_free(&result);
    return err;
}

enum { LISTED_PLACE, LISTED_ENTRY, LISTED_VALUE };

/* The rows of one mailbox follow each other. */
static int read_listed(const struct result *result, size_t row, struct arena *arena,
                       struct annotation_row *annotation, struct annotations_asked *one)
{
    if (one->count == 0) {
        one->rows = annotation;
        one->found = true;
    }
    if (result_is_null(result, row, LISTED_ENTRY))
        return 0;
    if (result_is_null(result, row, LISTED_VALUE)) {
        one->found = false;
        one->count++;
        return 0;
    }
    int err = row_text(result, arena, row, LISTED_ENTRY, &annotation->entry);
    if (!err)
        err = row_text(result, arena, row, LISTED_VALUE, &annotation->value);
    annotation->size = annotation->value.len;
    one->count++;
    return err;
}

int annotations_listed(struct database *database, struct arena *arena, int64_t user_id,
                       const struct slice *entries, size_t entry_count, uint64_t octets_max,
                       struct annotations_asked *asked, size_t count)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, &asked->mailbox_id, count, sizeof *asked);
    params_int8_array(&params, &asked->rights_modseq, count, sizeof *asked);
    params_int8(&params, user_id);
    params_text_array(&params, entries, entry_count);
    params_int8(&params, (int64_t)octets_max);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_ANNOTATIONS_LISTED, &params, &result);
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        asked[i].count = asked[i].found = 0;
    size_t total = result_rows(result);
    struct annotation_row *rows = ARENA_ARRAY(arena, total, struct annotation_row);
    err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t row = 0; row < total && !err; row++)
        err = read_listed(result, row, arena, &rows[row],
                          &asked[result_int8(result, row, LISTED_PLACE) - 1]);
    result_free(&result);
    return err;
}

static int too_many(const struct annotation_change *change)
{
    return fail(ERR_LIMIT, "There can be %u annotations", change->annotations_max);
}

static int queue_change(struct transaction *tx, const struct annotation_change *change,
                        size_t *index_out)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, &change->mailbox_id, 1, sizeof change->mailbox_id);
    int err = transaction_ask(tx, STATEMENT_LOCK_MAILBOXES, &params, NULL);
    if (err)
        return err;
    params_init(&params);
    params_int8(&params, change->mailbox_id);
    params_text(&params, change->actor);
    params_text(&params, change->client);
    params_int8(&params, change->user_id);
    params_text_array(&params, change->entries, change->count);
    params_bytes_array(&params, change->values, change->count);
    params_int8(&params, (int64_t)change->rights_modseq);
    params_int8(&params, change->annotations_max);
    return transaction_ask(tx, STATEMENT_ANNOTATIONS_SET, &params, index_out);
}

enum { SET_STALE, SET_TOO_MANY, SET_MODSEQ };

static int read_verdict(const struct result *result, const struct annotation_change *change,
                        uint64_t *modseq_out)
{
    if (result_rows(result) == 0)
        return fail(ERR_NOT_FOUND, "there is no such mailbox");
    if (result_bool(result, 0, SET_STALE))
        return fail(ERR_STALE, "the rights have changed");
    if (result_bool(result, 0, SET_TOO_MANY))
        return too_many(change);
    *modseq_out = (uint64_t)result_int8(result, 0, SET_MODSEQ);
    return 0;
}

/* The uses follow the verdict, which knows whether the user still may. */
static int run_change(struct transaction *tx, const struct annotation_change *change,
                      uint64_t *modseq_out)
{
    size_t index;
    int err = queue_change(tx, change, &index);
    if (!err)
        err = change->uses ? transaction_run(tx) : transaction_commit(tx);
    if (!err)
        err = read_verdict(transaction_result(tx, index), change, modseq_out);
    if (!err && change->uses)
        err = special_uses_queue(tx, change->user_id, change->mailbox_id, change->uses,
                                 change->use_count);
    return err || !change->uses ? err : transaction_commit(tx);
}

int annotations_set(struct database *database, const struct annotation_change *change,
                    uint64_t *modseq_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    err = run_change(tx, change, modseq_out);
    transaction_end(&tx);
    return err;
}

static void server_params(struct params *params, const struct annotation_change *change)
{
    params_init(params);
    params_int8(params, change->user_id);
    params_text_array(params, change->entries, change->count);
    params_bytes_array(params, change->values, change->count);
    params_int8(params, change->annotations_max);
}

int server_annotations_set(struct database *database, const struct annotation_change *change)
{
    struct params params;
    server_params(&params, change);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_SERVER_ANNOTATIONS_SET, &params, &result);
    if (err)
        return err;
    bool refused = result_bool(result, 0, 0);
    result_free(&result);
    return refused ? too_many(change) : 0;
}

static int run_server_change(struct transaction *tx, const struct annotation_change *change,
                             size_t *touched_out)
{
    struct params params;
    size_t verdict;
    params_init(&params);
    int err = transaction_ask(tx, STATEMENT_EVENT_SCRIPTS_LOCK_MAILBOXES, &params, NULL);
    if (err)
        return err;
    server_params(&params, change);
    err = transaction_ask(tx, STATEMENT_SERVER_ANNOTATIONS_SET, &params, &verdict);
    if (!err)
        err = transaction_run(tx);
    if (!err && result_bool(transaction_result(tx, verdict), 0, 0))
        err = too_many(change);
    if (err)
        return err;
    params_init(&params);
    params_text(&params, change->actor);
    params_text(&params, change->client);
    err = transaction_ask(tx, STATEMENT_EVENT_SCRIPTS_TOUCH, &params, touched_out);
    return err ? err : transaction_commit(tx);
}

int server_annotations_set_events(struct database *database, struct arena *arena,
                                  const struct annotation_change *change,
                                  struct mailbox_modseq **touched_out, size_t *count_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    size_t touched;
    err = run_server_change(tx, change, &touched);
    if (!err)
        err = touched_rows(transaction_result(tx, touched), arena, touched_out, count_out);
    transaction_end(&tx);
    return err;
}

int annotations_copy(struct database *database, int64_t from_id, int64_t to_id)
{
    struct params params;
    params_init(&params);
    params_int8(&params, from_id);
    params_int8(&params, to_id);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_ANNOTATIONS_COPY, &params, &result);
    if (!err)
        result_free(&result);
    return err;
}
