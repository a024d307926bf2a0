#include "store/messages.h"

#include <stdlib.h>

#include "message_params.h"
#include "rows.h"

/* Little is quick; what may be megabytes takes a connection of its own. */
static int get(struct database *database, size_t count, uint64_t octets, enum statement statement,
               struct params *params, struct result **out)
{
    enum { FEW = 32, MANY = 500, LITTLE = 64 * 1024, MUCH = 256 * 1024 };
    if (count <= FEW && octets <= LITTLE)
        return lane_ask(database, LANE_FAST, statement, params, out);
    if (count <= MANY && octets < MUCH)
        return lane_ask(database, LANE_SLOW, statement, params, out);
    return pool_ask(database, RELAXED, statement, params, out);
}

enum {
    PART_ID,
    PART_HEADER,
    PART_ENVELOPE,
    PART_BODYSTRUCTURE,
    PART_PARTS,
    PART_SENT_DAY,
    PART_OCTETS,
    PART_SORT_RECORD,
    PART_PREVIEW
};

struct message_rows {
    struct result *result;
    struct message_part_row rows[];
};

static struct slice text_of(const struct result *result, size_t row, int column)
{
    struct slice text = result_slice(result, row, column);
    return text.data ? text : SLICE_EMPTY;
}

static struct message_part_row part_row(const struct result *result, size_t row)
{
    bool is_dated = !result_is_null(result, row, PART_SENT_DAY);
    return (struct message_part_row){
        .id = result_int8(result, row, PART_ID),
        .header = text_of(result, row, PART_HEADER),
        .envelope = text_of(result, row, PART_ENVELOPE),
        .bodystructure = text_of(result, row, PART_BODYSTRUCTURE),
        .parts = text_of(result, row, PART_PARTS),
        .sent_day = is_dated ? result_int8(result, row, PART_SENT_DAY) : INT64_MIN,
        .octets = result_slice(result, row, PART_OCTETS),
        .sort_record = text_of(result, row, PART_SORT_RECORD),
        .preview = result_slice(result, row, PART_PREVIEW),
    };
}

/* How many octets the stored columns usually have. */
static uint64_t usual_octets(unsigned want)
{
    enum { HEADER = 2048, RENDERED = 512 };
    return (want & MESSAGE_HEADER ? HEADER : 0) +
           (want & (MESSAGE_ENVELOPE | MESSAGE_STRUCTURE | MESSAGE_PARTS | MESSAGE_SORT_RECORD |
                    MESSAGE_PREVIEW)
                ? RENDERED
                : 0);
}

int message_rows_read(struct database *database, const int64_t *ids, size_t count, unsigned want,
                      uint64_t octets, struct message_rows **out)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, ids, count, sizeof *ids);
    params_int4(&params, (int32_t)want);
    struct result *result;
    int err = get(database, count, octets + count * usual_octets(want), STATEMENT_MESSAGES_GET,
                  &params, &result);
    if (err)
        return err;
    struct message_rows *rows = malloc(sizeof *rows + count * sizeof rows->rows[0]);
    if (!rows) {
        result_free(&result);
        return fail(ERR_NO_MEMORY, "no memory for %zu messages", count);
    }
    rows->result = result;
    for (size_t i = 0; i < count; i++)
        rows->rows[i] = part_row(result, i);
    *out = rows;
    return 0;
}

const struct message_part_row *message_rows_at(const struct message_rows *rows, size_t place)
{
    return &rows->rows[place];
}

void message_rows_free(struct message_rows **rows)
{
    if (!*rows)
        return;
    result_free(&(*rows)->result);
    free(*rows);
    *rows = NULL;
}

static int copy_slice(struct arena *arena, struct slice *slice)
{
    if (!slice->data)
        return 0;
    *slice = arena_copy(arena, *slice);
    return slice->data ? 0 : -ERR_NO_MEMORY;
}

static int copy_part_row(struct arena *arena, const struct message_part_row *row,
                         struct message_part_row *out)
{
    *out = *row;
    int err = copy_slice(arena, &out->header);
    if (!err)
        err = copy_slice(arena, &out->envelope);
    if (!err)
        err = copy_slice(arena, &out->bodystructure);
    if (!err)
        err = copy_slice(arena, &out->parts);
    if (!err)
        err = copy_slice(arena, &out->octets);
    if (!err)
        err = copy_slice(arena, &out->sort_record);
    return err ? err : copy_slice(arena, &out->preview);
}

int messages_get(struct database *database, struct arena *arena, const int64_t *ids, size_t count,
                 unsigned want, struct message_part_row **rows_out)
{
    struct message_rows *read;
    int err = message_rows_read(database, ids, count, want, 0, &read);
    if (err)
        return err;
    struct message_part_row *rows = ARENA_ARRAY(arena, count, struct message_part_row);
    err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = copy_part_row(arena, message_rows_at(read, i), &rows[i]);
    message_rows_free(&read);
    if (!err)
        *rows_out = rows;
    return err;
}

static int keep(struct database *database, enum statement statement, const int64_t *ids,
                const struct slice *values, size_t count)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, ids, count, sizeof *ids);
    params_bytes_array(&params, values, count);
    struct result *result;
    int err = pool_ask(database, RELAXED, statement, &params, &result);
    if (!err)
        result_free(&result);
    return err;
}

int messages_keep_sort_records(struct database *database, const int64_t *ids,
                               const struct slice *records, size_t count)
{
    return keep(database, STATEMENT_MESSAGES_KEEP_SORT_RECORDS, ids, records, count);
}

int messages_keep_previews(struct database *database, const int64_t *ids,
                           const struct slice *previews, size_t count)
{
    return keep(database, STATEMENT_MESSAGES_KEEP_PREVIEWS, ids, previews, count);
}

static int join_chunks(const struct result *result, struct arena *arena, struct slice *out)
{
    size_t rows = result_rows(result);
    size_t len = 0;
    for (size_t i = 0; i < rows; i++)
        len += result_slice(result, i, 0).len;
    char *octets = arena_alloc(arena, len);
    if (!octets)
        return -ERR_NO_MEMORY;
    size_t end = 0;
    for (size_t i = 0; i < rows; i++) {
        struct slice chunk = result_slice(result, i, 0);
        memcpy(octets + end, chunk.data, chunk.len);
        end += chunk.len;
    }
    *out = slice_of(octets, len);
    return 0;
}

int messages_chunks(struct database *database, struct arena *arena, int64_t id, uint32_t first,
                    uint32_t last, struct slice *octets_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, id);
    params_int4(&params, (int32_t)first);
    params_int4(&params, (int32_t)last);
    struct result *result;
    uint64_t most = (uint64_t)(last - first + 1) * MESSAGE_CHUNK_SIZE;
    int err = get(database, 1, most, STATEMENT_MESSAGE_CHUNKS, &params, &result);
    if (err)
        return err;
    err = result_rows(result) ? join_chunks(result, arena, octets_out)
                              : fail(ERR_NOT_FOUND, "the message's content is gone");
    result_free(&result);
    return err;
}

int messages_first_chunks(struct database *database, struct arena *arena, const int64_t *ids,
                          size_t count, struct slice **octets_out)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, ids, count, sizeof *ids);
    struct result *result;
    int err = get(database, count, UINT64_MAX, STATEMENT_MESSAGES_FIRST_CHUNKS, &params, &result);
    if (err)
        return err;
    struct slice *octets = ARENA_ARRAY(arena, count, struct slice);
    err = octets ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        if (!result_is_null(result, i, 0))
            err = row_text(result, arena, i, 0, &octets[i]);
    result_free(&result);
    if (!err)
        *octets_out = octets;
    return err;
}
