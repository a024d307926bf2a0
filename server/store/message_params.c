#include "message_params.h"

#include "base/clock.h"

/* A Date: field may say any year, PostgreSQL's timestamps don't. */
static bool is_storable_day(int64_t day)
{
    return day >= clock_days_from_civil(1, 1, 1) && day <= clock_days_from_civil(9999, 12, 31);
}

static int64_t sent_day(const struct message_row *row)
{
    return is_storable_day(row->sent_day) ? row->sent_day : PARAMS_ABSENT;
}

/* Microseconds since 1970. */
static int64_t sent_instant(const struct message_row *row)
{
    enum { SECONDS_A_DAY = 86400 };
    bool storable = is_storable_day(row->sent_at / SECONDS_A_DAY);
    return storable ? row->sent_at * 1000000 : PARAMS_ABSENT;
}

static struct slice sha256(const struct message_row *row)
{
    return slice_of((const char *)row->sha256, sizeof row->sha256);
}

void message_params(struct params *params, const struct message_row *row)
{
    params_bytes(params, sha256(row));
    params_int8(params, (int64_t)row->size);
    params_bytes(params, row->header);
    params_bytes(params, row->envelope);
    params_bytes(params, row->bodystructure);
    params_bytes(params, row->parts);
    params_text_or_null(params, row->message_id);
    int64_t day = sent_day(row), instant = sent_instant(row);
    if (day != PARAMS_ABSENT)
        params_int4(params, (int32_t)day);
    else
        params_null(params);
    params_timestamp(params, instant != PARAMS_ABSENT ? instant : INT64_MAX);
    params_text_or_null(params, row->sort_record);
}

enum nulls { NULLS_NONE, NULLS_WHERE_EMPTY, NULLS_WHERE_ABSENT };

/* A column of octets; `field` is where it is in a message_row. */
static void add_column(struct params *params, const struct message_content *const *contents,
                       size_t count, size_t field, enum nulls nulls)
{
    struct slice *column = ARENA_ARRAY(&params->arena, count, struct slice);
    if (!column) {
        params->failed = -ERR_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const void *place = (const char *)&contents[i]->row + field;
        struct slice value = *(const struct slice *)place;
        column[i] = value.len || nulls != NULLS_WHERE_EMPTY ? value : (struct slice){0};
        if (nulls == NULLS_NONE && !value.data)
            column[i] = SLICE_EMPTY;
    }
    params_bytes_array(params, column, count);
}

void message_params_arrays(struct params *params, const struct message_content *const *contents,
                           size_t count)
{
    struct slice *digests = ARENA_ARRAY(&params->arena, count, struct slice);
    int64_t *numbers = ARENA_ARRAY(&params->arena, 3 * count, int64_t);
    if (!digests || !numbers) {
        params->failed = -ERR_NO_MEMORY;
        return;
    }
    int64_t *days = numbers + count, *instants = days + count;
    for (size_t i = 0; i < count; i++) {
        const struct message_row *row = &contents[i]->row;
        digests[i] = sha256(row);
        numbers[i] = (int64_t)row->size;
        days[i] = sent_day(row);
        instants[i] = sent_instant(row);
    }
    params_bytes_array(params, digests, count);
    params_int8_array(params, numbers, count, sizeof numbers[0]);
    add_column(params, contents, count, offsetof(struct message_row, header), NULLS_NONE);
    add_column(params, contents, count, offsetof(struct message_row, envelope), NULLS_NONE);
    add_column(params, contents, count, offsetof(struct message_row, bodystructure), NULLS_NONE);
    add_column(params, contents, count, offsetof(struct message_row, parts), NULLS_NONE);
    add_column(params, contents, count, offsetof(struct message_row, message_id),
               NULLS_WHERE_EMPTY);
    params_int8_or_null_array(params, days, count);
    params_timestamp_or_null_array(params, instants, count);
    add_column(params, contents, count, offsetof(struct message_row, sort_record),
               NULLS_WHERE_EMPTY);
    add_column(params, contents, count, offsetof(struct message_row, preview), NULLS_WHERE_ABSENT);
}
