#include "store_fixture.h"

#include <stdio.h>

#include "base/clock.h"
#include "support/check.h"

/* Asks PostgreSQL `sql` with these parameters; the parameters are cleared. */
static struct result *ask(const char *sql, struct params *params)
{
    struct script *script;
    struct result *result = NULL;
    if (CHECK_OK(script_open(store_conninfo(), clock_monotonic_ms() + 10000, &script))) {
        CHECK_OK(script_query(script, sql, params, &result));
        script_close(&script);
    }
    params_clear(params);
    return result;
}

static void numbers_body(struct database *database)
{
    (void)database;
    static const int64_t values[] = {0, 1, -1, 127, 128, -129, 2147483647, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct params params;
        params_init(&params);
        params_int8(&params, values[i]);
        params_int4(&params, (int32_t)values[i]);
        params_bool(&params, values[i] & 1);
        params_null(&params);
        struct result *result =
            ask("SELECT $1::int8, $2::int4, $3::bool, $4::int8, ($1 & 127)::int2, "
                "-(($1 & 127)::int2), $1::text",
                &params);
        if (!result)
            return;
        CHECK_INT(result_int8(result, 0, 0), values[i]);
        CHECK_INT(result_int8(result, 0, 1), (int32_t)values[i]);
        CHECK(result_bool(result, 0, 2) == (values[i] & 1));
        CHECK(result_is_null(result, 0, 3));
        CHECK_INT(result_int8(result, 0, 4), values[i] & 127);
        CHECK_INT(result_int8(result, 0, 5), -(values[i] & 127));
        char text[32];
        snprintf(text, sizeof text, "%lld", (long long)values[i]);
        struct slice printed = result_slice(result, 0, 6);
        check_slice(printed, slice_cstr(text), "as PostgreSQL prints it", __FILE__, __LINE__);
        result_free(&result);
    }
}

void test_params_round_trip_numbers(void)
{
    store_run(numbers_body);
}

static void octets_body(struct database *database)
{
    (void)database;
    struct params params;
    params_init(&params);
    params_text(&params, SLICE("d\xc3\xa9j\xc3\xa0 vu"));
    params_text(&params, slice_of(NULL, 0));
    params_text_or_null(&params, SLICE(""));
    params_text_or_null(&params, SLICE("x"));
    params_bytes(&params, SLICE("a\0b\xff'\\"));
    struct result *result = ask("SELECT $1::text, $2::text, $3::text, $4::text, $5::bytea, "
                                "length($5), B'101000000000000'::varbit",
                                &params);
    if (!result)
        return;
    CHECK_SLICE(result_slice(result, 0, 0), "d\xc3\xa9j\xc3\xa0 vu");
    CHECK(!result_is_null(result, 0, 1));
    CHECK_INT(result_slice(result, 0, 1).len, 0);
    CHECK(result_slice(result, 0, 2).data == NULL);
    CHECK_SLICE(result_slice(result, 0, 3), "x");
    CHECK_SLICE(result_slice(result, 0, 4), "a\0b\xff'\\");
    CHECK_INT(result_int8(result, 0, 5), 6);
    CHECK_SLICE(result_slice(result, 0, 6), "\xa0\0");
    struct arena arena;
    arena_init(&arena, 0);
    struct slice copy = result_copy(result, &arena, 0, 4);
    struct slice null = result_copy(result, &arena, 0, 2);
    result_free(&result);
    CHECK_SLICE(copy, "a\0b\xff'\\");
    CHECK(null.data != NULL);
    CHECK_INT(null.len, 0);
    arena_clear(&arena);
}

void test_params_round_trip_texts_and_octets(void)
{
    store_run(octets_body);
}

static void timestamps_body(struct database *database)
{
    (void)database;
    const int64_t moment = INT64_C(1794873600123456);
    struct params params;
    params_init(&params);
    params_timestamp(&params, moment);
    params_timestamp(&params, 0);
    params_timestamp(&params, -1);
    params_timestamp(&params, INT64_MAX);
    struct result *result = ask("SELECT $1::timestamptz, $2::timestamptz, $3::timestamptz, "
                                "$4::timestamptz, (extract(epoch FROM $1) * 1000000)::int8, "
                                "'infinity'::timestamptz",
                                &params);
    if (!result)
        return;
    CHECK_INT(result_timestamp(result, 0, 0), moment);
    CHECK_INT(result_timestamp(result, 0, 1), 0);
    CHECK_INT(result_timestamp(result, 0, 2), -1);
    CHECK(result_is_null(result, 0, 3));
    CHECK_INT(result_timestamp(result, 0, 3), INT64_MAX);
    CHECK_INT(result_int8(result, 0, 4), moment);
    CHECK_INT(result_timestamp(result, 0, 5), INT64_MAX);
    result_free(&result);
}

void test_params_round_trip_timestamps(void)
{
    store_run(timestamps_body);
}

struct strided {
    int32_t other;
    int64_t id;
    int64_t at;
};

static void arrays_body(struct database *database)
{
    (void)database;
    const struct strided rows[] = {{1, -5, 0}, {2, INT64_MAX, 1000000}, {3, 0, -7}};
    const struct slice words[] = {SLICE("a"), SLICE(""), SLICE("NULL"), SLICE("x,\"y\"{}")};
    struct params params;
    params_init(&params);
    params_int8_array(&params, &rows[0].id, 3, sizeof rows[0]);
    params_int8_array(&params, NULL, 0, 8);
    params_timestamp_array(&params, &rows[0].at, 3, sizeof rows[0]);
    params_text_array(&params, words, 4);
    params_text_array(&params, NULL, 0);
    struct result *result = ask("SELECT $1::int8[] = '{-5,9223372036854775807,0}', "
                                "$2::int8[] = '{}', "
                                "$3::timestamptz[] = ARRAY[to_timestamp(0), to_timestamp(1), "
                                "to_timestamp(-0.000007)], "
                                "$4::text[] = ARRAY['a', '', 'NULL', 'x,\"y\"{}'], "
                                "$5::text[] = '{}', cardinality($1)::int4",
                                &params);
    if (!result)
        return;
    for (int column = 0; column < 5; column++)
        check_true(result_bool(result, 0, column), "array is equal", __FILE__, 200 + column);
    CHECK_INT(result_int8(result, 0, 5), 3);
    result_free(&result);
}

void test_params_round_trip_arrays(void)
{
    store_run(arrays_body);
}

static void multirange_body(struct database *database)
{
    (void)database;
    struct uidset set;
    struct uidset empty;
    uidset_init(&set);
    uidset_init(&empty);
    CHECK_OK(uidset_add_range(&set, 1, 3));
    CHECK_OK(uidset_add(&set, 7));
    CHECK_OK(uidset_add(&set, UINT32_MAX));
    struct params params;
    params_init(&params);
    params_multirange(&params, &set);
    params_multirange(&params, &empty);
    struct result *result =
        ask("SELECT $1::int8multirange = '{[1,4),[7,8),[4294967295,4294967296)}', "
            "isempty($2::int8multirange), $1::text",
            &params);
    if (result) {
        struct uidset back;
        uidset_init(&back);
        CHECK(result_bool(result, 0, 0));
        CHECK(result_bool(result, 0, 1));
        CHECK_OK(uidset_parse_multirange(result_slice(result, 0, 2), &back));
        CHECK_U64(uidset_size(&back), 5);
        CHECK(uidset_contains(&back, 3) && uidset_contains(&back, UINT32_MAX));
        uidset_clear(&back);
        result_free(&result);
    }
    uidset_clear(&set);
    uidset_clear(&empty);
}

void test_params_round_trip_multiranges(void)
{
    store_run(multirange_body);
}

static void too_many_body(struct database *database)
{
    struct params params;
    params_init(&params);
    for (int i = 0; i < PARAMS_MAX; i++)
        params_int8(&params, i);
    CHECK_INT(params.failed, 0);
    params_int8(&params, 1);
    struct result *result = NULL;
    CHECK_ERR(lane_query(database, LANE_FAST, STATEMENT_SESSION_SET, &params, &result),
              ERR_INTERNAL);
    CHECK(result == NULL);
    params_clear(&params);
}

void test_params_refuse_one_too_many(void)
{
    store_run(too_many_body);
}

static void refused_text_body(struct database *database)
{
    static const struct slice texts[] = {{"a\0b", 3}, {"\xff", 1}, {"\xed\xa0\x80", 3}};
    for (size_t i = 0; i < 3; i++) {
        struct params params;
        params_init(&params);
        params_text(&params, SLICE("postroom.test"));
        params_text(&params, texts[i]);
        struct result *result;
        CHECK_ERR(lane_query(database, LANE_FAST, STATEMENT_SESSION_SET, &params, &result),
                  ERR_CHARSET);
        CHECK_STR(last_error()->sqlstate, "22021");
    }
}

void test_params_text_that_is_not_utf8_is_refused(void)
{
    store_run(refused_text_body);
}
