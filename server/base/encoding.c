/*
 * Octets as text: base64 (RFC 4648 sections 4 and 5) and hexadecimal.
 */
#include "base/digest.h"

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { BASE64_INVALID = 0xff };

/* One group of up to three octets as four characters, "=" where there is none. */
static void encode_group(const unsigned char *octets, size_t count, char *place)
{
    uint32_t bits = (uint32_t)octets[0] << 16;
    if (count > 1)
        bits |= (uint32_t)octets[1] << 8;
    if (count > 2)
        bits |= octets[2];
    for (size_t i = 0; i < 4; i++)
        place[i] = i <= count ? base64_digits[bits >> (18 - 6 * i) & 63] : '=';
}

void base64_encode(struct buffer *out, struct slice octets)
{
    if (octets.len > SIZE_MAX / 4 * 3 - 3) {
        out->failed = -ERR_LIMIT;
        return;
    }
    size_t length = (octets.len + 2) / 3 * 4;
    char *place = buffer_reserve(out, length);
    if (!place)
        return;
    for (size_t i = 0; i < octets.len; i += 3, place += 4) {
        size_t rest = octets.len - i;
        encode_group((const unsigned char *)octets.data + i, rest < 3 ? rest : 3, place);
    }
    buffer_commit(out, length);
}

static uint8_t base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (uint8_t)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (uint8_t)(c - 'a' + 26);
    if (ascii_is_digit(c))
        return (uint8_t)(c - '0' + 52);
    if (c == '+')
        return 62;
    return c == '/' ? 63 : BASE64_INVALID;
}

/* Four characters to `count` octets. False for what encode_group never makes,
 * bits set in the unused part included (RFC 4648 section 3.5). */
static bool decode_group(const char *text, size_t count, char *place)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        uint8_t value = i <= count ? base64_value(text[i]) : 0;
        if (value == BASE64_INVALID || (i > count && text[i] != '='))
            return false;
        bits = bits << 6 | value;
    }
    for (size_t i = 0; i < count; i++)
        place[i] = (char)(bits >> (16 - 8 * i) & 0xff);
    return (bits & ((UINT32_C(1) << (24 - 8 * count)) - 1)) == 0;
}

static size_t padding_of(struct slice text)
{
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.data[text.len - 1 - padding] == '=')
        padding++;
    return padding;
}

int base64_decode(struct arena *arena, struct slice text, struct slice *out)
{
    if (text.len % 4 != 0)
        return fail(ERR_SYNTAX, "base64 is not a multiple of four characters");
    size_t length = text.len / 4 * 3 - padding_of(text);
    char *octets = arena_alloc(arena, length);
    if (!octets)
        return -ERR_NO_MEMORY;
    for (size_t from = 0, to = 0; from < text.len; from += 4, to += 3) {
        size_t rest = length - to;
        if (!decode_group(text.data + from, rest < 3 ? rest : 3, octets + to))
            return fail(ERR_SYNTAX, "no base64 at character %zu", from);
    }
    *out = slice_of(octets, length);
    return 0;
}

int base64url_decode(struct arena *arena, struct slice text, struct slice *out)
{
    if (text.len % 4 == 1)
        return fail(ERR_SYNTAX, "no base64url has that length");
    size_t padded = (text.len + 3) / 4 * 4;
    char *copy = arena_alloc(arena, padded);
    if (!copy)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < padded; i++) {
        char c = i < text.len ? text.data[i] : '=';
        if (i < text.len && (c == '+' || c == '/' || c == '='))
            return fail(ERR_SYNTAX, "no base64url at character %zu", i);
        copy[i] = c;
        if (c == '-')
            copy[i] = '+';
        else if (c == '_')
            copy[i] = '/';
    }
    return base64_decode(arena, slice_of(copy, padded), out);
}

void hex_encode(struct buffer *out, struct slice octets)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < octets.len; i++) {
        unsigned char octet = (unsigned char)octets.data[i];
        buffer_add_char(out, digits[octet >> 4]);
        buffer_add_char(out, digits[octet & 15]);
    }
}
