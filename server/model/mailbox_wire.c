/*
 * Mailbox names on the wire: modified UTF-7 (RFC 3501 section 5.1.3). What is
 * not printable ASCII is UTF-16 in base64, with "," for "/" and no padding,
 * between "&" and "-"; "&-" is "&".
 */
#include "base/text.h"
#include "mailbox_text.h"
#include "model/mailbox_name.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static bool is_direct(char c)
{
    return c >= ' ' && c < 0x7f;
}

static bool is_high_surrogate(uint32_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_surrogate(uint32_t unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* One UTF-16 unit of a shifted run; *high is a high surrogate that waits for
 * its other half, or 0. */
static int decode_unit(uint32_t unit, uint32_t *high, struct buffer *out)
{
    if ((*high != 0) != is_low_surrogate(unit))
        return fail(ERR_SYNTAX, "lone surrogate in modified UTF-7");
    if (unit == 0)
        return fail(ERR_SYNTAX, "NUL in a mailbox name");
    if (unit < 0x80 && is_direct((char)unit))
        return fail(ERR_SYNTAX, "\"%c\" needs no shift in modified UTF-7", (char)unit);
    if (is_high_surrogate(unit)) {
        *high = unit;
        return 0;
    }
    text_add_code_point(out, *high ? 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00) : unit);
    *high = 0;
    return 0;
}

/* The base64 between "&" and "-". */
static int decode_run(struct slice run, struct buffer *out)
{
    uint32_t bits = 0, high = 0;
    unsigned count = 0;
    for (size_t i = 0; i < run.len; i++) {
        const char *digit = run.data[i] ? strchr(digits, run.data[i]) : NULL;
        if (!digit)
            return fail(ERR_SYNTAX, "no base64 in modified UTF-7");
        bits = bits << 6 | (uint32_t)(digit - digits);
        count += 6;
        if (count < 16)
            continue;
        count -= 16;
        int result = decode_unit(bits >> count, &high, out);
        if (result < 0)
            return result;
        bits &= (UINT32_C(1) << count) - 1;
    }
    if (high || count >= 6 || bits)
        return fail(ERR_SYNTAX, "modified UTF-7 ends within a character");
    return 0;
}

static int decode_utf7(struct slice wire, struct buffer *out)
{
    bool after_run = false;
    for (size_t i = 0; i < wire.len; i++) {
        if (!is_direct(wire.data[i]))
            return fail(ERR_SYNTAX, "control character in a mailbox name");
        if (wire.data[i] != '&') {
            buffer_add_char(out, wire.data[i]);
            after_run = false;
            continue;
        }
        struct slice rest = slice_sub(wire, i + 1, wire.len);
        size_t length = slice_find(rest, '-');
        if (length == rest.len)
            return fail(ERR_SYNTAX, "\"&\" without \"-\" in a mailbox name");
        if (length > 0 && after_run)
            return fail(ERR_SYNTAX, "superfluous shift in modified UTF-7");
        int result = decode_run(slice_sub(rest, 0, length), out);
        if (result < 0)
            return result;
        if (length == 0)
            buffer_add_char(out, '&');
        after_run = length > 0;
        i += length + 1;
    }
    return buffer_check(out);
}

/* Who sends UTF-8 does not shift, so "&" is itself there. */
static int decode_raw(struct slice wire, struct buffer *out)
{
    if (!text_is_utf8(wire))
        return fail(ERR_SYNTAX, "8-bit octets in a mailbox name are not UTF-8");
    for (size_t i = 0; i < wire.len; i++) {
        if ((unsigned char)wire.data[i] < 0x80 && !is_direct(wire.data[i]))
            return fail(ERR_SYNTAX, "control character in a mailbox name");
    }
    buffer_add(out, wire);
    return buffer_check(out);
}

static int decode(struct arena *arena, struct slice wire,
                  int (*octets)(struct slice wire, struct buffer *out), struct slice *out)
{
    struct buffer name;
    buffer_init(&name, 0);
    int result = octets(wire, &name);
    if (result == 0)
        result = mailbox_text_normalise(arena, buffer_slice(&name), out);
    buffer_clear(&name);
    return result;
}

int mailbox_name_decode(struct arena *arena, struct slice wire, struct slice *out)
{
    return decode(arena, wire, text_is_ascii(wire) ? decode_utf7 : decode_raw, out);
}

int mailbox_name_decode_utf8(struct arena *arena, struct slice wire, struct slice *out)
{
    return decode(arena, wire, decode_raw, out);
}

/* The bits of a shifted run that do not make a digit yet. */
struct shift {
    bool open;
    uint32_t bits;
    unsigned count;
};

static void put_unit(struct shift *shift, uint32_t unit, struct buffer *out)
{
    if (!shift->open) {
        buffer_add_char(out, '&');
        *shift = (struct shift){.open = true};
    }
    shift->bits = shift->bits << 16 | unit;
    shift->count += 16;
    while (shift->count >= 6) {
        shift->count -= 6;
        buffer_add_char(out, digits[shift->bits >> shift->count & 63]);
        shift->bits &= (UINT32_C(1) << shift->count) - 1;
    }
}

static void close_shift(struct shift *shift, struct buffer *out)
{
    if (!shift->open)
        return;
    if (shift->count > 0)
        buffer_add_char(out, digits[shift->bits << (6 - shift->count) & 63]);
    buffer_add_char(out, '-');
    shift->open = false;
}

static void put_shifted(struct shift *shift, uint32_t c, struct buffer *out)
{
    if (c >= 0x10000) {
        put_unit(shift, 0xd800 + ((c - 0x10000) >> 10), out);
        put_unit(shift, 0xdc00 + ((c - 0x10000) & 0x3ff), out);
    } else {
        put_unit(shift, c, out);
    }
}

void mailbox_name_encode(struct slice name, struct buffer *out)
{
    struct shift shift = {.open = false};
    for (size_t i = 0; i < name.len;) {
        uint32_t c = text_next(name, &i);
        if (c >= 0x80 || !is_direct((char)c)) {
            put_shifted(&shift, c, out);
            continue;
        }
        close_shift(&shift, out);
        buffer_add_char(out, (char)c);
        if (c == '&')
            buffer_add_char(out, '-');
    }
    close_shift(&shift, out);
}
