#include "base/clock.h"
#include "lexer_take.h"
#include "proto/lexer.h"

struct civil_date {
    int year, month, day;
};

static const char month_names[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* Between `least` and `most` digits. */
static int digits(struct lexer *lexer, size_t least, size_t most, int *out)
{
    struct slice taken = lexer_take_digits(lexer);
    uint32_t value = 0;
    if (taken.len < least || taken.len > most || !slice_to_u32(taken, &value))
        return fail(ERR_SYNTAX, "malformed date");
    *out = (int)value;
    return 0;
}

static int month(struct lexer *lexer, int *out)
{
    for (int i = 0; i < 12; i++) {
        struct slice rest = slice_sub(lexer->text, lexer->at, lexer->text.len);
        if (slice_starts_with_nocase(rest, slice_cstr(month_names[i]))) {
            lexer->at += 3;
            *out = i + 1;
            return 0;
        }
    }
    return fail(ERR_SYNTAX, "no such month");
}

static int days_in_month(int year, int month_number)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month_number - 1] + (month_number == 2 && leap);
}

/* date-text: day "-" month "-" year */
static int date_text(struct lexer *lexer, int64_t *day_out)
{
    struct civil_date date = {0};
    int result = digits(lexer, 1, 2, &date.day);
    if (result == 0)
        result = lexer_expect(lexer, '-');
    if (result == 0)
        result = month(lexer, &date.month);
    if (result == 0)
        result = lexer_expect(lexer, '-');
    if (result == 0)
        result = digits(lexer, 4, 4, &date.year);
    if (result < 0)
        return result;
    if (date.day < 1 || date.day > days_in_month(date.year, date.month))
        return fail(ERR_SYNTAX, "no such day");
    *day_out = clock_days_from_civil(date.year, date.month, date.day);
    return 0;
}

int lexer_date(struct lexer *lexer, int64_t *day_out)
{
    bool quoted = lexer_accept(lexer, '"');
    int64_t day = 0;
    int result = date_text(lexer, &day);
    if (result == 0 && quoted)
        result = lexer_expect(lexer, '"');
    if (result == 0)
        *day_out = day;
    return result;
}

/* time: seconds since midnight. 60 is a leap second. */
static int time_of_day(struct lexer *lexer, int *out)
{
    int hour = 0, minute = 0, second = 0;
    int result = digits(lexer, 2, 2, &hour);
    if (result == 0)
        result = lexer_expect(lexer, ':');
    if (result == 0)
        result = digits(lexer, 2, 2, &minute);
    if (result == 0)
        result = lexer_expect(lexer, ':');
    if (result == 0)
        result = digits(lexer, 2, 2, &second);
    if (result < 0)
        return result;
    if (hour > 23 || minute > 59 || second > 60)
        return fail(ERR_SYNTAX, "no such time of day");
    *out = hour * 3600 + minute * 60 + second;
    return 0;
}

/* zone: seconds east of Greenwich. */
static int zone(struct lexer *lexer, int *out)
{
    bool west = lexer_accept(lexer, '-');
    int value = 0;
    int result = west ? 0 : lexer_expect(lexer, '+');
    if (result == 0)
        result = digits(lexer, 4, 4, &value);
    if (result < 0)
        return result;
    if (value / 100 > 23 || value % 100 > 59)
        return fail(ERR_SYNTAX, "no such time zone");
    int seconds = value / 100 * 3600 + value % 100 * 60;
    *out = west ? -seconds : seconds;
    return 0;
}

int lexer_date_time(struct lexer *lexer, int64_t *micros_out)
{
    int64_t day = 0;
    int second = 0, offset = 0;
    int result = lexer_expect(lexer, '"');
    lexer_skip_spaces(lexer); /* date-day-fixed: " 7-Feb-1994" */
    if (result == 0)
        result = date_text(lexer, &day);
    if (result == 0)
        result = lexer_space(lexer);
    if (result == 0)
        result = time_of_day(lexer, &second);
    if (result == 0)
        result = lexer_space(lexer);
    if (result == 0)
        result = zone(lexer, &offset);
    if (result == 0)
        result = lexer_expect(lexer, '"');
    if (result < 0)
        return result;
    int64_t seconds = day * 86400 + second - offset;
    if (seconds < clock_days_from_civil(0, 1, 1) * 86400 ||
        seconds >= clock_days_from_civil(10000, 1, 1) * 86400)
        return fail(ERR_SYNTAX, "date has no year of four digits in UTC");
    *micros_out = seconds * 1000000;
    return 0;
}
