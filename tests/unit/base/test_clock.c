#include "base/clock.h"

#include <time.h>

#include "support/check.h"

void test_clock_goes_forward(void)
{
    int64_t before = clock_monotonic_us();
    int64_t before_ms = clock_monotonic_ms();
    CHECK(clock_monotonic_us() >= before);
    CHECK(before_ms >= before / 1000 && before_ms - before / 1000 < 10000);
    CHECK(clock_realtime_us() / 1000000 - (int64_t)time(NULL) <= 1);
    CHECK((int64_t)time(NULL) - clock_realtime_us() / 1000000 <= 1);
}

void test_clock_knows_days(void)
{
    CHECK_INT(clock_days_from_civil(1970, 1, 1), 0);
    CHECK_INT(clock_days_from_civil(1969, 12, 31), -1);
    CHECK_INT(clock_days_from_civil(2000, 2, 29), 11016);
    CHECK_INT(clock_days_from_civil(2000, 3, 1), 11017);
    CHECK_INT(clock_days_from_civil(1900, 3, 1) - clock_days_from_civil(1900, 2, 28), 1);
    CHECK_INT(clock_days_from_civil(2026, 11, 23), 20780);
    CHECK_INT(clock_days_from_civil(1, 1, 1), -719162);
}

void test_clock_days_go_both_ways(void)
{
    int64_t last = clock_days_from_civil(2500, 1, 1);
    int before_year = 0, before_month = 0, before_day = 0;
    for (int64_t days = clock_days_from_civil(-500, 1, 1); days < last; days += 1) {
        int year = 0, month = 0, day = 0;
        clock_civil_from_days(days, &year, &month, &day);
        bool next = (year == before_year && month == before_month && day == before_day + 1) ||
                    (day == 1 && month == before_month + 1 && year == before_year) ||
                    (day == 1 && month == 1 && year == before_year + 1) || before_month == 0;
        if (!next || clock_days_from_civil(year, month, day) != days) {
            CHECK_INT(clock_days_from_civil(year, month, day), days);
            CHECK(next);
            return;
        }
        before_year = year, before_month = month, before_day = day;
    }
}

void test_clock_days_agree_with_the_c_library(void)
{
    for (int64_t days = -30000; days < 60000; days += 13) {
        time_t seconds = (time_t)(days * 86400);
        struct tm utc;
        gmtime_r(&seconds, &utc);
        int year = 0, month = 0, day = 0;
        clock_civil_from_days(days, &year, &month, &day);
        if (year != utc.tm_year + 1900 || month != utc.tm_mon + 1 || day != utc.tm_mday)
            CHECK_INT(days, -1);
    }
}
