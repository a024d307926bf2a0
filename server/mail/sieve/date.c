#include "sieve/date.h"

#include <stdlib.h>

#include "base/clock.h"
#include "mime/date.h"

enum {
    SECONDS_A_DAY = 24 * 60 * 60,
    JULIAN_OF_1970 = 40587, /* the modified Julian day: since 1858-11-17 */
    WEEKDAY_OF_1970 = 4
};

/* A moment as calendar and clock of its zone show it. */
struct civil {
    int64_t days; /* since 1970-01-01 */
    int year, month, day;
    int hour, minute, second;
    int weekday; /* 0: Sunday */
    char zone_sign;
    int zone_hours, zone_minutes;
};

static void read_civil(const struct sieve_moment *moment, struct civil *out)
{
    int64_t local = moment->seconds + (int64_t)moment->zone_minutes * 60;
    int second_of_day = (int)(((local % SECONDS_A_DAY) + SECONDS_A_DAY) % SECONDS_A_DAY);
    out->days = (local - second_of_day) / SECONDS_A_DAY;
    clock_civil_from_days(out->days, &out->year, &out->month, &out->day);
    out->hour = second_of_day / 3600;
    out->minute = second_of_day / 60 % 60;
    out->second = second_of_day % 60;
    out->weekday = (int)(((out->days + WEEKDAY_OF_1970) % 7 + 7) % 7);
    int zone = abs(moment->zone_minutes);
    out->zone_sign = moment->zone_minutes < 0 ? '-' : '+';
    out->zone_hours = zone / 60;
    out->zone_minutes = zone % 60;
}

/* Parts (RFC 5260 section 4.2) --------------------------------------------------- */

static char *render_year(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%04d", civil->year);
}

static char *render_month(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%02d", civil->month);
}

static char *render_day(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%02d", civil->day);
}

static char *render_date(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%04d-%02d-%02d", civil->year, civil->month, civil->day);
}

static char *render_julian(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%lld", (long long)(civil->days + JULIAN_OF_1970));
}

static char *render_hour(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%02d", civil->hour);
}

static char *render_minute(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%02d", civil->minute);
}

static char *render_second(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%02d", civil->second);
}

static char *render_time(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%02d:%02d:%02d", civil->hour, civil->minute, civil->second);
}

static char *render_iso8601(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", civil->year,
                        civil->month, civil->day, civil->hour, civil->minute, civil->second,
                        civil->zone_sign, civil->zone_hours, civil->zone_minutes);
}

static char *render_std11(struct arena *arena, const struct civil *civil)
{
    static const char weekdays[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return arena_printf(arena, "%s, %02d %s %04d %02d:%02d:%02d %c%02d%02d",
                        weekdays[civil->weekday], civil->day, months[civil->month - 1], civil->year,
                        civil->hour, civil->minute, civil->second, civil->zone_sign,
                        civil->zone_hours, civil->zone_minutes);
}

static char *render_zone(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%c%02d%02d", civil->zone_sign, civil->zone_hours,
                        civil->zone_minutes);
}

static char *render_weekday(struct arena *arena, const struct civil *civil)
{
    return arena_printf(arena, "%d", civil->weekday);
}

static const struct part {
    const char *name;
    char *(*render)(struct arena *arena, const struct civil *civil);
} parts[] = {
    {"year", render_year},       {"month", render_month},   {"day", render_day},
    {"date", render_date},       {"julian", render_julian}, {"hour", render_hour},
    {"minute", render_minute},   {"second", render_second}, {"time", render_time},
    {"iso8601", render_iso8601}, {"std11", render_std11},   {"zone", render_zone},
    {"weekday", render_weekday},
};

static const struct part *find_part(struct slice name)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (slice_equal_nocase(name, slice_cstr(parts[i].name)))
            return &parts[i];
    }
    return NULL;
}

bool sieve_date_part_exists(struct slice part)
{
    return find_part(part) != NULL;
}

int sieve_date_render(struct slice part, const struct sieve_moment *moment, struct arena *arena,
                      struct slice *out)
{
    const struct part *found = find_part(part);
    if (!found)
        return fail(ERR_INVALID, "a date has no part \"%.*s\"", SLICE_ARGS(part));
    struct civil civil;
    read_civil(moment, &civil);
    char *text = found->render(arena, &civil);
    if (!text)
        return -ERR_NO_MEMORY;
    *out = slice_cstr(text);
    return 0;
}

/* Reading ------------------------------------------------------------------------ */

bool sieve_date_read(struct slice value, struct sieve_moment *out)
{
    struct slice rest = value;
    for (size_t semicolon; (semicolon = slice_find(rest, ';')) < rest.len;)
        rest = slice_sub(rest, semicolon + 1, rest.len);
    struct date_value date;
    if (!date_read(rest, &date))
        return false;
    out->zone_minutes = date.zone_minutes;
    out->seconds = date.day * SECONDS_A_DAY + date.second_of_day - (int64_t)date.zone_minutes * 60;
    return true;
}

bool sieve_zone_read(struct slice text, int32_t *minutes_out)
{
    uint32_t number;
    if (text.len != 5 || (text.data[0] != '+' && text.data[0] != '-') ||
        !slice_to_u32(slice_sub(text, 1, 4), &number) || number % 100 > 59)
        return false;
    int32_t minutes = (int32_t)(number / 100 * 60 + number % 100);
    *minutes_out = text.data[0] == '-' ? -minutes : minutes;
    return true;
}
