/* Date: values (RFC 5322 sections 3.3 and 4.3). The pieces are told apart by
 * how they look, not by where they stand, which also reads asctime's form and
 * what mailers make up. */
#include "mime/date.h"

#include "base/clock.h"
#include "mail/mime.h"
#include "mime/token.h"

enum { UNSEEN = -1, YEAR_MAX = 9999, SECONDS_A_DAY = 24 * 60 * 60 };

struct date {
    int year, month, day;
    int second_of_day;
    bool has_zone;
    int zone_minutes; /* east of UTC */
};

static const char months[][4] = {"jan", "feb", "mar", "apr", "may", "jun",
                                 "jul", "aug", "sep", "oct", "nov", "dec"};

/* RFC 5322 section 4.3; other letters mean nothing and count as UTC. */
static const struct {
    const char *name;
    int minutes;
} zones[] = {
    {"ut", 0},        {"gmt", 0},       {"utc", 0},       {"z", 0},
    {"est", -5 * 60}, {"edt", -4 * 60}, {"cst", -6 * 60}, {"cdt", -5 * 60},
    {"mst", -7 * 60}, {"mdt", -6 * 60}, {"pst", -8 * 60}, {"pdt", -7 * 60},
};

static bool is_letter(char c)
{
    c = ascii_lower(c);
    return c >= 'a' && c <= 'z';
}

static bool read_number(struct slice digits, int *out)
{
    uint32_t value;
    if (!slice_to_u32(digits, &value) || value > YEAR_MAX)
        return false;
    *out = (int)value;
    return true;
}

static void read_word(struct date *date, struct slice word)
{
    for (size_t i = 0; i < sizeof months / sizeof months[0]; i++) {
        if (date->month == UNSEEN && slice_starts_with_nocase(word, slice_cstr(months[i])))
            date->month = (int)i + 1;
    }
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        if (!date->has_zone && slice_equal_nocase(word, slice_cstr(zones[i].name))) {
            date->has_zone = true;
            date->zone_minutes = zones[i].minutes;
        }
    }
}

static bool read_day_or_year(struct date *date, struct slice digits)
{
    int number;
    if (!read_number(digits, &number))
        return false;
    if (date->day == UNSEEN && digits.len <= 2) {
        date->day = number;
    } else if (date->year == UNSEEN && digits.len >= 2) {
        if (digits.len == 2) /* RFC 5322 section 4.3 */
            number += number < 50 ? 2000 : 1900;
        else if (digits.len == 3)
            number += 1900;
        date->year = number;
    }
    return true;
}

static struct slice take_digits(struct slice text, size_t at)
{
    size_t end = at;
    while (end < text.len && ascii_is_digit(text.data[end]))
        end++;
    return slice_sub(text, at, end - at);
}

static bool colon_follows(struct slice text, size_t at)
{
    at = token_skip_comments(text, at);
    return at < text.len && text.data[at] == ':';
}

/* "hh:mm" or "hh:mm:ss"; comments may stand around the colons (RFC 5322
 * section 4.3). */
static bool read_time(struct date *date, struct slice text, size_t *at)
{
    int fields[3] = {0};
    static const int largest[3] = {23, 59, 60};
    for (int i = 0; i < 3; i++) {
        *at = token_skip_comments(text, *at);
        struct slice digits = take_digits(text, *at);
        if (digits.len > 2 || !read_number(digits, &fields[i]) || fields[i] > largest[i])
            return false;
        *at += digits.len;
        if (i == 2 || !colon_follows(text, *at))
            break;
        *at = token_skip_comments(text, *at) + 1;
    }
    date->second_of_day = (fields[0] * 60 + fields[1]) * 60 + fields[2];
    return true;
}

static bool read_zone(struct date *date, char sign, struct slice digits)
{
    int number;
    if (!read_number(digits, &number) || number % 100 > 59)
        return false;
    int minutes = number / 100 * 60 + number % 100;
    date->has_zone = true;
    date->zone_minutes = sign == '-' ? -minutes : minutes;
    return true;
}

static struct slice take_letters(struct slice text, size_t at)
{
    size_t end = at;
    while (end < text.len && is_letter(text.data[end]))
        end++;
    return slice_sub(text, at, end - at);
}

/* One piece at `*at`, which moves behind it. */
static bool read_piece(struct date *date, struct slice text, size_t *at)
{
    char c = text.data[*at];
    if (is_letter(c)) {
        struct slice word = take_letters(text, *at);
        *at += word.len;
        read_word(date, word);
        return true;
    }
    if (ascii_is_digit(c)) {
        struct slice digits = take_digits(text, *at);
        if (colon_follows(text, *at + digits.len))
            return read_time(date, text, at);
        *at += digits.len;
        return read_day_or_year(date, digits);
    }
    (*at)++;
    struct slice digits = take_digits(text, *at);
    bool is_zone = (c == '+' || c == '-') && digits.len == 4 && !date->has_zone &&
                   (date->year != UNSEEN || date->second_of_day != UNSEEN);
    if (!is_zone)
        return true;
    *at += digits.len;
    return read_zone(date, c, digits);
}

static int days_in_month(int year, int month)
{
    int next_year = month == 12 ? year + 1 : year;
    int next_month = month == 12 ? 1 : month + 1;
    return (int)(clock_days_from_civil(next_year, next_month, 1) -
                 clock_days_from_civil(year, month, 1));
}

bool date_read(struct slice value, struct date_value *out)
{
    struct date date = {UNSEEN, UNSEEN, UNSEEN, UNSEEN, false, 0};
    size_t at = 0;
    while ((at = token_skip_comments(value, at)) < value.len) {
        if (!read_piece(&date, value, &at))
            return false;
    }
    if (date.year == UNSEEN || date.month == UNSEEN || date.day < 1 ||
        date.day > days_in_month(date.year, date.month))
        return false;
    *out = (struct date_value){
        .day = clock_days_from_civil(date.year, date.month, date.day),
        .second_of_day = date.second_of_day == UNSEEN ? 0 : date.second_of_day,
        .zone_minutes = date.zone_minutes,
    };
    return true;
}

bool mime_parse_date(struct slice value, int64_t *local_day_out, int64_t *instant_out)
{
    struct date_value date;
    if (!date_read(value, &date))
        return false;
    *local_day_out = date.day;
    *instant_out = date.day * SECONDS_A_DAY + date.second_of_day - (int64_t)date.zone_minutes * 60;
    return true;
}
