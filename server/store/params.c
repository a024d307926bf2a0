/*
 * Parameters in PostgreSQL's binary format (the send and receive functions of
 * its types; src/backend/utils/adt).
 */
#include <limits.h>

#include "query.h"
#include "wire.h"

void params_init(struct params *params)
{
    params->count = 0;
    params->failed = 0;
    arena_init(&params->arena, 0);
}

void params_clear(struct params *params)
{
    arena_clear(&params->arena);
    params->count = 0;
    params->failed = 0;
}

enum { FORMAT_TEXT = 0, FORMAT_BINARY = 1 };

static void params_add(struct params *params, const char *value, size_t len, int format)
{
    if (params->failed)
        return;
    if (params->count == PARAMS_MAX)
        params->failed = fail(ERR_INTERNAL, "a statement has more than %d parameters", PARAMS_MAX);
    else if (len > INT_MAX / 2) /* PostgreSQL's limit for a value is 1 GB */
        params->failed = fail(ERR_TOO_BIG, "a value of %zu octets is too big to be stored", len);
    if (params->failed)
        return;
    params->values[params->count] = value;
    params->lengths[params->count] = (int)len;
    params->formats[params->count] = format;
    params->count++;
}

/* Room for a number that lives in `params` itself; NULL when it is full. */
static char *params_number(struct params *params, size_t len)
{
    char *room = params->count < PARAMS_MAX ? params->numbers[params->count] : NULL;
    params_add(params, room, len, FORMAT_BINARY);
    return params->failed ? NULL : room;
}

void params_null(struct params *params)
{
    params_add(params, NULL, 0, FORMAT_BINARY);
}

void params_int8(struct params *params, int64_t value)
{
    char *room = params_number(params, 8);
    if (room)
        wire_put_int8(room, value);
}

void params_int4(struct params *params, int32_t value)
{
    char *room = params_number(params, 4);
    if (room)
        wire_put_int4(room, value);
}

void params_bool(struct params *params, bool value)
{
    char *room = params_number(params, 1);
    if (room)
        *room = value ? 1 : 0;
}

void params_bytes(struct params *params, struct slice value)
{
    params_add(params, value.data ? value.data : "", value.len, FORMAT_BINARY);
}

void params_text(struct params *params, struct slice value)
{
    params_bytes(params, value); /* in binary format a text is its octets */
}

void params_text_or_null(struct params *params, struct slice value)
{
    if (value.len)
        params_text(params, value);
    else
        params_null(params);
}

void params_timestamp(struct params *params, int64_t micros)
{
    if (micros == INT64_MAX)
        params_null(params);
    else
        params_int8(params, wire_timestamp_from_unix(micros));
}

/* Arrays (array_recv): dimensions, "has nulls", element type, then for each
 * dimension its size and lower bound, then each element with its length. An
 * empty array has no dimension. */
static const size_t array_header = 20;

/* An array parameter with `octets` for its elements; returns where they go. */
static char *params_array(struct params *params, uint32_t element_type, size_t count, size_t octets)
{
    if (params->failed)
        return NULL;
    if (count > INT_MAX / 16) {
        params->failed = fail(ERR_LIMIT, "an array of %zu elements is too long", count);
        return NULL;
    }
    size_t len = count ? array_header + octets : 12;
    char *array = arena_alloc(&params->arena, len);
    if (!array) {
        params->failed = -ERR_NO_MEMORY;
        return NULL;
    }
    wire_put_int4(array, count ? 1 : 0);
    wire_put_int4(array + 4, 0);
    wire_put_int4(array + 8, (int32_t)element_type);
    if (count) {
        wire_put_int4(array + 12, (int32_t)count);
        wire_put_int4(array + 16, 1);
    }
    params_add(params, array, len, FORMAT_BINARY);
    return params->failed ? NULL : array + array_header;
}

static void params_numbers(struct params *params, uint32_t element_type, const void *first,
                           size_t count, size_t stride, int64_t (*convert)(int64_t))
{
    char *element = params_array(params, element_type, count, count * 12);
    if (!element)
        return;
    const char *value = first;
    for (size_t i = 0; i < count; i++, value += stride, element += 12) {
        int64_t number;
        memcpy(&number, value, sizeof number);
        wire_put_int4(element, 8);
        wire_put_int8(element + 4, convert ? convert(number) : number);
    }
}

void params_int8_array(struct params *params, const void *first, size_t count, size_t stride)
{
    params_numbers(params, WIRE_INT8, first, count, stride, NULL);
}

void params_timestamp_array(struct params *params, const void *first, size_t count, size_t stride)
{
    params_numbers(params, WIRE_TIMESTAMPTZ, first, count, stride, wire_timestamp_from_unix);
}

/* Elements of which some may be NULL: these have the length -1 and nothing else. */
static void params_numbers_or_null(struct params *params, uint32_t element_type,
                                   const int64_t *values, size_t count, int64_t (*convert)(int64_t))
{
    size_t octets = 0;
    for (size_t i = 0; i < count; i++)
        octets += values[i] == PARAMS_ABSENT ? 4 : 12;
    char *element = params_array(params, element_type, count, octets);
    if (!element)
        return;
    for (size_t i = 0; i < count; i++) {
        bool absent = values[i] == PARAMS_ABSENT;
        wire_put_int4(element, absent ? -1 : 8);
        if (!absent)
            wire_put_int8(element + 4, convert ? convert(values[i]) : values[i]);
        element += absent ? 4 : 12;
    }
}

void params_int8_or_null_array(struct params *params, const int64_t *values, size_t count)
{
    params_numbers_or_null(params, WIRE_INT8, values, count, NULL);
}

void params_timestamp_or_null_array(struct params *params, const int64_t *values, size_t count)
{
    params_numbers_or_null(params, WIRE_TIMESTAMPTZ, values, count, wire_timestamp_from_unix);
}

static void params_slices(struct params *params, uint32_t element_type, const struct slice *values,
                          size_t count, bool nullable)
{
    size_t octets = 0;
    for (size_t i = 0; i < count; i++)
        octets += 4 + values[i].len;
    char *element = params_array(params, element_type, count, octets);
    if (!element)
        return;
    for (size_t i = 0; i < count; i++) {
        bool absent = nullable && !values[i].data;
        wire_put_int4(element, absent ? -1 : (int32_t)values[i].len);
        if (values[i].len)
            memcpy(element + 4, values[i].data, values[i].len);
        element += 4 + values[i].len;
    }
}

void params_text_array(struct params *params, const struct slice *values, size_t count)
{
    params_slices(params, WIRE_TEXT, values, count, false);
}

void params_bytes_array(struct params *params, const struct slice *values, size_t count)
{
    params_slices(params, WIRE_BYTEA, values, count, true);
}

void params_bool_array(struct params *params, const bool *values, size_t count)
{
    char *element = params_array(params, WIRE_BOOL, count, count * 5);
    if (!element)
        return;
    for (size_t i = 0; i < count; i++, element += 5) {
        wire_put_int4(element, 1);
        element[4] = values[i] ? 1 : 0;
    }
}

void params_multirange(struct params *params, const struct uidset *set)
{
    if (params->failed)
        return;
    struct buffer text;
    buffer_init(&text, 0);
    uidset_render_multirange(set, &text);
    params->failed = buffer_check(&text);
    if (!params->failed) {
        /* libpq takes text up to its NUL */
        const char *copy = arena_cstr(&params->arena, buffer_slice(&text));
        if (copy)
            params_add(params, copy, text.len, FORMAT_TEXT);
        else
            params->failed = -ERR_NO_MEMORY;
    }
    buffer_clear(&text);
}
