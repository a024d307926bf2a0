#include "sieve/date.h"
#include "support/check.h"

static struct arena arena = {.max = ARENA_MAX_DEFAULT};

static void check_part(const struct sieve_moment *moment, const char *part, const char *expected)
{
    struct slice text = SLICE_EMPTY;
    CHECK_OK(sieve_date_render(slice_cstr(part), moment, &arena, &text));
    check_slice(text, slice_cstr(expected), part, __FILE__, __LINE__);
    arena_clear(&arena);
}

/* 2007-08-04 23:05:09 in a zone five and a half hours west: in UTC it is the next day. */
static const struct sieve_moment moment = {1186288509, -330};

/* RFC 5260 section 4.2. */
void test_sieve_date_has_these_parts(void)
{
    check_part(&moment, "year", "2007");
    check_part(&moment, "month", "08");
    check_part(&moment, "day", "04");
    check_part(&moment, "date", "2007-08-04");
    check_part(&moment, "julian", "54316");
    check_part(&moment, "hour", "23");
    check_part(&moment, "minute", "05");
    check_part(&moment, "second", "09");
    check_part(&moment, "time", "23:05:09");
    check_part(&moment, "iso8601", "2007-08-04T23:05:09-05:30");
    check_part(&moment, "std11", "Sat, 04 Aug 2007 23:05:09 -0530");
    check_part(&moment, "zone", "-0530");
    check_part(&moment, "WeekDay", "6");
    CHECK(sieve_date_part_exists(SLICE("julian")));
    CHECK(!sieve_date_part_exists(SLICE("century")));
    struct slice text = SLICE("untouched");
    CHECK_ERR(sieve_date_render(SLICE("century"), &moment, &arena, &text), ERR_INVALID);
    CHECK_SLICE(text, "untouched");
}

void test_sieve_date_is_looked_at_in_a_zone(void)
{
    struct sieve_moment elsewhere = {moment.seconds, 0};
    check_part(&elsewhere, "iso8601", "2007-08-05T04:35:09+00:00");
    check_part(&elsewhere, "weekday", "0");
    elsewhere.zone_minutes = 14 * 60;
    check_part(&elsewhere, "std11", "Sun, 05 Aug 2007 18:35:09 +1400");
}

void test_sieve_date_before_1970(void)
{
    struct sieve_moment before = {-1, 0};
    check_part(&before, "iso8601", "1969-12-31T23:59:59+00:00");
    check_part(&before, "weekday", "3");
    check_part(&before, "julian", "40586");
}

void test_sieve_date_reads_fields(void)
{
    struct sieve_moment read = {0};
    CHECK(sieve_date_read(SLICE("Sat, 4 Aug 2007 23:05:09 -0530"), &read));
    CHECK_INT(read.seconds, moment.seconds);
    CHECK_INT(read.zone_minutes, -330);
    CHECK(sieve_date_read(SLICE("from a (b; c) by d with ESMTP; id 7;\r\n Thu, 01 Jan 1970"
                                " 01:00:00 +0100 (CET)"),
                          &read));
    CHECK_INT(read.seconds, 0);
    CHECK_INT(read.zone_minutes, 60);
    CHECK(!sieve_date_read(SLICE("soon"), &read));
    CHECK(!sieve_date_read(SLICE(""), &read));
    CHECK(!sieve_date_read(SLICE("Sat, 4 Aug 2007 23:05:09 -0530;"), &read));
}

void test_sieve_date_reads_zones(void)
{
    int32_t minutes = 7;
    CHECK(sieve_zone_read(SLICE("+0100"), &minutes));
    CHECK_INT(minutes, 60);
    CHECK(sieve_zone_read(SLICE("-0830"), &minutes));
    CHECK_INT(minutes, -510);
    CHECK(!sieve_zone_read(SLICE("0100"), &minutes));
    CHECK(!sieve_zone_read(SLICE("+01:00"), &minutes));
    CHECK(!sieve_zone_read(SLICE("+0160"), &minutes));
    CHECK(!sieve_zone_read(SLICE("UTC"), &minutes));
    CHECK_INT(minutes, -510);
}
