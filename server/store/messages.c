#include "store/messages.h"

#include "base/clock.h"
#include "message_params.h"
#include "rows.h"

static bool is_storable_day(int64_t day)
{
    return day >= clock_days_from_civil(1, 1, 1) && day <= clock_days_from_civil(9999, 12, 31);
}

int64_t message_sent_day(const struct message_row *row)
{
    return is_storable_day(row->sent_day) ? row->sent_day : PARAMS_ABSENT;
}

int64_t message_sent_instant(const struct message_row *row)
{
    enum { SECONDS_A_DAY = 86400 };
    bool storable = is_storable_day(row->sent_at / SECONDS_A_DAY);
    return storable ? row->sent_at * 1000000 : PARAMS_ABSENT;
}

void message_params(struct params *params, const struct message_row *row)
{
    params_bytes(params, slice_of((const char *)row->sha256, sizeof row->sha256));
    params_int8(params, (int64_t)row->size);
    params_bytes(params, row->header);
    params_bytes(params, row->envelope);
    params_bytes(params, row->bodystructure);
    params_bytes(params, row->parts);
    params_text_or_null(params, row->message_id);
    int64_t day = message_sent_day(row), instant = message_sent_instant(row);
    if (day != PARAMS_ABSENT)
        params_int4(params, (int32_t)day);
    else
        params_null(params);
    params_timestamp(params, instant != PARAMS_ABSENT ? instant : INT64_MAX);
}

int messages_put_small(struct database *database, const struct message_row *row,
                       struct slice octets, int64_t *id_out)
{
    if (octets.len > MESSAGE_CHUNK_SIZE)
        return fail(ERR_INTERNAL, "a message of %zu octets does not fit one chunk", octets.len);
    /* No row: see message_put_small in sql/queries/messages.sql. The next
     * snapshot has what the first one was too old for, unless that was swept. */
    for (int tries = 0; tries < 3; tries++) {
        struct params params;
        params_init(&params);
        message_params(&params, row);
        params_bytes(&params, octets);
        struct result *result;
        int err = pool_ask(database, RELAXED, STATEMENT_MESSAGE_PUT_SMALL, &params, &result);
        if (err)
            return err;
        bool found = result_rows(result) > 0;
        if (found)
            *id_out = result_int8(result, 0, 0);
        result_free(&result);
        if (found)
            return 0;
    }
    return fail(ERR_UNAVAILABLE, "the same content comes and goes too quickly");
}

/* Few short columns are quick; what may be megabytes takes a connection of its own. */
static int get(struct database *database, size_t count, bool large, enum statement statement,
               struct params *params, struct result **out)
{
    enum { FEW = 32, MANY = 500 };
    if (!large && count <= FEW)
        return lane_ask(database, LANE_FAST, statement, params, out);
    if (!large && count <= MANY)
        return lane_ask(database, LANE_SLOW, statement, params, out);
    return pool_ask(database, RELAXED, statement, params, out);
}

enum { PART_ID, PART_HEADER, PART_ENVELOPE, PART_BODYSTRUCTURE, PART_PARTS, PART_SENT_DAY };

static int part_row_read(const struct result *result, struct arena *arena, size_t row,
                         struct message_part_row *out)
{
    out->id = result_int8(result, row, PART_ID);
    out->sent_day = result_is_null(result, row, PART_SENT_DAY)
                        ? INT64_MIN
                        : result_int8(result, row, PART_SENT_DAY);
    int err = row_text(result, arena, row, PART_HEADER, &out->header);
    if (!err)
        err = row_text(result, arena, row, PART_ENVELOPE, &out->envelope);
    if (!err)
        err = row_text(result, arena, row, PART_BODYSTRUCTURE, &out->bodystructure);
    if (!err)
        err = row_text(result, arena, row, PART_PARTS, &out->parts);
    return err;
}

int messages_get(struct database *database, struct arena *arena, const int64_t *ids, size_t count,
                 unsigned want, struct message_part_row **rows_out)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, ids, count, sizeof *ids);
    params_int4(&params, (int32_t)want);
    struct result *result;
    int err = get(database, count, count > 1 && (want & MESSAGE_HEADER), STATEMENT_MESSAGES_GET,
                  &params, &result);
    if (err)
        return err;
    struct message_part_row *rows = ARENA_ARRAY(arena, count, struct message_part_row);
    err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = part_row_read(result, arena, i, &rows[i]);
    result_free(&result);
    if (!err)
        *rows_out = rows;
    return err;
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
    int err = get(database, 1, true, STATEMENT_MESSAGE_CHUNKS, &params, &result);
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
    int err = get(database, count, true, STATEMENT_MESSAGES_FIRST_CHUNKS, &params, &result);
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
