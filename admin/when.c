#include "when.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

struct slice when_text(struct arena *arena, int64_t micros)
{
    if (micros == INT64_MAX)
        return SLICE("never");
    time_t seconds = (time_t)(micros / 1000000);
    struct tm parts;
    char text[40];
    gmtime_r(&seconds, &parts);
    size_t len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    struct slice copy = arena_copy(arena, slice_of(text, len));
    return copy.data ? copy : SLICE_EMPTY;
}

/* Reads from a text that ends with NUL; each step moves the place on. */
static bool take_number(const char **at, size_t digits, int least, int most, int *out)
{
    int number = 0;
    for (size_t i = 0; i < digits; i++) {
        if ((*at)[i] < '0' || (*at)[i] > '9')
            return false;
        number = number * 10 + (*at)[i] - '0';
    }
    *at += digits;
    *out = number;
    return number >= least && number <= most;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static int days_of_month(int year, int month)
{
    int next_year = month == 12 ? year + 1 : year, next_month = month == 12 ? 1 : month + 1;
    return (int)(clock_days_from_civil(next_year, next_month, 1) -
                 clock_days_from_civil(year, month, 1));
}

static bool take_day(const char **at, int64_t *seconds)
{
    int year, month, day;
    if (!take_number(at, 4, 1970, 9999, &year) || !take_char(at, '-') ||
        !take_number(at, 2, 1, 12, &month) || !take_char(at, '-') ||
        !take_number(at, 2, 1, days_of_month(year, month), &day))
        return false;
    *seconds = clock_days_from_civil(year, month, day) * 86400;
    return true;
}

static bool take_time(const char **at, int64_t *seconds)
{
    int hour, minute, second = 0;
    if (!take_number(at, 2, 0, 23, &hour) || !take_char(at, ':') ||
        !take_number(at, 2, 0, 59, &minute))
        return false;
    if (take_char(at, ':') && !take_number(at, 2, 0, 59, &second))
        return false;
    *seconds += hour * 3600 + minute * 60 + second;
    return true;
}

static bool take_zone(const char **at, int64_t *seconds)
{
    if (!**at)
        return true;
    if (take_char(at, 'Z'))
        return !**at;
    int sign = **at == '-' ? -1 : 1;
    int hours, minutes;
    if (!take_char(at, '+') && !take_char(at, '-'))
        return false;
    if (!take_number(at, 2, 0, 14, &hours) || !take_char(at, ':') ||
        !take_number(at, 2, 0, 59, &minutes))
        return false;
    *seconds -= sign * (hours * 3600 + minutes * 60);
    return !**at;
}

int when_parse(struct slice text, int64_t *micros_out)
{
    char copy[40] = "";
    if (text.len < sizeof copy)
        memcpy(copy, text.data, text.len);
    const char *at = copy;
    int64_t seconds;
    bool is_one = take_day(&at, &seconds) && (!take_char(&at, 'T') || take_time(&at, &seconds)) &&
                  take_zone(&at, &seconds);
    if (!is_one)
        return fail(ERR_INVALID,
                    "\"%.*s\" is no time: write 2027-01-31, 2027-01-31T10:00 (UTC) "
                    "or 2027-01-31T10:00+01:00",
                    SLICE_ARGS(text));
    *micros_out = seconds * 1000000;
    return 0;
}

static int64_t unit_seconds(char unit)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 7 * 86400}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].unit == unit)
            return units[i].seconds;
    return 0;
}

int when_parse_past(struct slice text, int64_t *micros_out)
{
    enum { NUMBER_MAX = 100 * 1000 * 1000 }; /* of weeks: no overflow */
    int64_t seconds = text.len ? unit_seconds(text.data[text.len - 1]) : 0;
    uint64_t number;
    if (seconds && slice_to_u64(slice_sub(text, 0, text.len - 1), &number) &&
        number <= NUMBER_MAX) {
        *micros_out = clock_realtime_us() - (int64_t)number * seconds * 1000000;
        return 0;
    }
    int err = when_parse(text, micros_out);
    if (err)
        return fail(ERR_INVALID,
                    "\"%.*s\" is no time: write 2h or 3d for so long ago, 2027-01-31, "
                    "2027-01-31T10:00 (UTC) or 2027-01-31T10:00+01:00",
                    SLICE_ARGS(text));
    return 0;
}
