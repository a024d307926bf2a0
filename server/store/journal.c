/* The journal, for views that catch up. */
#include <stdlib.h>

#include "entry_rows.h"
#include "rows.h"
#include "store/entries.h"
#include "store/recently_deleted.h"

void journal_row_clear(struct journal_row *row)
{
    uidset_clear(&row->uids);
}

void journal_batch_clear(struct journal_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        journal_row_clear(&batch->rows[i]);
    free(batch->rows);
    free(batch->entries);
    *batch = (struct journal_batch){0};
}

int uids_read(const struct result *result, size_t row, int column, struct uidset *out)
{
    struct slice text = result_slice(result, row, column);
    return text.data ? uidset_parse_multirange(text, out) : 0;
}

/* Columns: the last six are those of an entry; a journal row uses some of them. */
enum {
    JOURNAL_COLUMN_KIND,
    JOURNAL_COLUMN_UIDS,
    JOURNAL_COLUMN_CLEARED,
    JOURNAL_COLUMN_USER_ID,
    JOURNAL_COLUMN_ENTRY
};
enum {
    JOURNAL_COLUMN_SET = JOURNAL_COLUMN_ENTRY + ENTRY_FLAGS,
    JOURNAL_COLUMN_MODSEQ = JOURNAL_COLUMN_ENTRY + ENTRY_MODSEQ,
    JOURNAL_COLUMN_SPAN = JOURNAL_COLUMN_ENTRY + ENTRY_SIZE
};

static const char *const kind_names[] = {
    [JOURNAL_APPEND] = "append",     [JOURNAL_FLAGS] = "flags", [JOURNAL_SEEN] = "seen",
    [JOURNAL_EXPUNGE] = "expunge",   [JOURNAL_ACL] = "acl",     [JOURNAL_MAILBOX] = "mailbox",
    [JOURNAL_METADATA] = "metadata",
};

int journal_kind_read(const struct result *result, size_t row, int column, enum journal_kind *out)
{
    struct slice name = result_slice(result, row, column);
    for (size_t kind = 0; kind < sizeof kind_names / sizeof kind_names[0]; kind++) {
        if (slice_equal(name, slice_cstr(kind_names[kind]))) {
            *out = (enum journal_kind)kind;
            return 0;
        }
    }
    return fail(ERR_CORRUPT, "a journal row is of kind \"%.*s\"", SLICE_ARGS(name));
}

static int journal_row_read(const struct result *result, size_t row, struct journal_row *out)
{
    *out = (struct journal_row){
        .modseq = (uint64_t)result_int8(result, row, JOURNAL_COLUMN_MODSEQ),
        .flags_cleared = (flag_mask)result_int8(result, row, JOURNAL_COLUMN_CLEARED),
        .flags_set = (flag_mask)result_int8(result, row, JOURNAL_COLUMN_SET),
        .user_id = result_int8(result, row, JOURNAL_COLUMN_USER_ID),
    };
    uidset_init(&out->uids);
    int err = journal_kind_read(result, row, JOURNAL_COLUMN_KIND, &out->kind);
    return err ? err : uids_read(result, row, JOURNAL_COLUMN_UIDS, &out->uids);
}

/* The first row with an entry; they come last. */
static size_t find_entries(const struct result *result)
{
    size_t row = 1;
    while (row < result_rows(result) &&
           result_is_null(result, row, JOURNAL_COLUMN_ENTRY + ENTRY_UID))
        row++;
    return row;
}

static int read_journal_rows(const struct result *result, size_t end, struct journal_batch *batch)
{
    batch->rows = calloc(end, sizeof *batch->rows);
    if (!batch->rows)
        return fail(ERR_NO_MEMORY, "no memory for %zu journal rows", end);
    for (size_t row = 1; row < end; row++) {
        batch->count++;
        int err = journal_row_read(result, row, &batch->rows[batch->count - 1]);
        if (err)
            return err;
    }
    return 0;
}

static int read_entries(const struct result *result, size_t start, struct journal_batch *batch)
{
    size_t count = result_rows(result) - start;
    if (count == 0)
        return 0;
    batch->entries = calloc(count, sizeof *batch->entries);
    if (!batch->entries)
        return fail(ERR_NO_MEMORY, "no memory for %zu entries", count);
    for (size_t i = 0; i < count; i++)
        entry_row_read(result, start + i, JOURNAL_COLUMN_ENTRY, &batch->entries[i]);
    batch->entry_count = count;
    return 0;
}

/* Rows were swept, or (after the database was restored) never were. */
static bool has_gap(const struct journal_batch *batch, uint64_t since, uint64_t highest)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->rows[i].modseq != since + 1 + i)
            return true;
    return since > highest || (batch->count == 0 && highest > since);
}

static int read_batch(const struct result *result, uint64_t since, struct journal_batch *batch)
{
    uint64_t highest = (uint64_t)result_int8(result, 0, JOURNAL_COLUMN_MODSEQ);
    size_t entries = find_entries(result);
    int err = read_journal_rows(result, entries, batch);
    if (err)
        return err;
    if (has_gap(batch, since, highest)) {
        journal_batch_clear(batch);
        batch->gap = true;
        return 0;
    }
    batch->complete = since + batch->count == highest;
    return read_entries(result, entries, batch);
}

/* A first look on the fast lane that cannot hold its neighbours up for long;
 * only who is far behind asks again. */
struct bounds {
    enum lane lane;
    int64_t rows;
    int64_t entries;
};
static const struct bounds first_look = {LANE_FAST, 100, 250};
static const struct bounds long_look = {LANE_SLOW, JOURNAL_BATCH_MAX, INT64_MAX};

static int look(struct database *database, const struct bounds *bounds, int64_t mailbox_id,
                uint64_t since, uint32_t from_uid, struct result **out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_behind(mailbox_id));
    params_int8(&params, (int64_t)since);
    params_int8(&params, from_uid);
    params_int8(&params, bounds->rows);
    params_int8(&params, bounds->entries);
    struct result *result;
    enum statement statement =
        is_recently_deleted(mailbox_id) ? STATEMENT_DELETED_JOURNAL_READ : STATEMENT_JOURNAL_READ;
    int err = lane_ask(database, bounds->lane, statement, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0) {
        result_free(&result);
        return fail(ERR_NOT_FOUND, "there is no such mailbox");
    }
    *out = result;
    return 0;
}

static bool saw_all(const struct result *result, const struct bounds *bounds)
{
    return result_int8(result, 0, JOURNAL_COLUMN_SPAN) <= bounds->entries &&
           find_entries(result) <= (size_t)bounds->rows;
}

int journal_read(struct database *database, int64_t mailbox_id, uint64_t since, uint32_t from_uid,
                 struct journal_batch *out)
{
    struct result *result;
    int err = look(database, &first_look, mailbox_id, since, from_uid, &result);
    if (err)
        return err;
    if (!saw_all(result, &first_look)) {
        result_free(&result);
        err = look(database, &long_look, mailbox_id, since, from_uid, &result);
        if (err)
            return err;
    }
    struct journal_batch batch = {0};
    err = read_batch(result, since, &batch);
    result_free(&result);
    if (err) {
        journal_batch_clear(&batch);
        return err;
    }
    *out = batch;
    return 0;
}
