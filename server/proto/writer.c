#include "proto/writer.h"

#include "base/clock.h"
#include "model/mailbox_name.h"
#include "model/notation.h"

void write_mailbox(struct buffer *out, struct slice name, bool utf8)
{
    if (utf8) {
        notation_utf8_astring(out, name);
        return;
    }
    struct buffer wire;
    buffer_init(&wire, 0);
    mailbox_name_encode(name, &wire);
    if (wire.failed)
        out->failed = wire.failed;
    notation_astring(out, buffer_slice(&wire));
    buffer_clear(&wire);
}

static void write_word(struct buffer *out, struct slice word, const char **separator)
{
    buffer_add_cstr(out, *separator);
    buffer_add(out, word);
    *separator = " ";
}

void write_flags(struct buffer *out, flag_mask flags, const struct keyword_table *keywords,
                 bool recent)
{
    const char *separator = "";
    buffer_add_char(out, '(');
    for (flag_mask bit = 1; bit & FLAGS_SYSTEM; bit <<= 1) {
        if (flags & bit)
            write_word(out, slice_cstr(flag_system_name(bit)), &separator);
    }
    if (recent)
        write_word(out, SLICE("\\Recent"), &separator);
    for (int i = 0; i < FLAG_KEYWORD_COUNT; i++) {
        bool is_set = flags & ((flag_mask)1 << (FLAG_KEYWORD_FIRST + i));
        if (is_set && keywords->names[i].data)
            write_word(out, keywords->names[i], &separator);
    }
    buffer_add_char(out, ')');
}

void write_date_time(struct buffer *out, int64_t micros)
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const int64_t micros_per_day = INT64_C(86400000000);
    int64_t day = micros / micros_per_day - (micros % micros_per_day < 0);
    int second = (int)((micros - day * micros_per_day) / 1000000);
    int year, month, day_of_month;
    clock_civil_from_days(day, &year, &month, &day_of_month);
    buffer_printf(out, "\"%2d-%s-%04d %02d:%02d:%02d +0000\"", day_of_month, months[month - 1],
                  year, second / 3600, second / 60 % 60, second % 60);
}
