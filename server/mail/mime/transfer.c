#include "mime/transfer.h"

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Padding starts afresh: some mailers join pieces that were encoded apart. */
void transfer_feed_base64(uint32_t *bits, int *bit_count, struct slice octets, struct buffer *out)
{
    char *decoded = buffer_reserve(out, octets.len / 4 * 3 + 3);
    if (!decoded)
        return;
    size_t len = 0;
    for (size_t i = 0; i < octets.len; i++) {
        int value = base64_value(octets.data[i]);
        if (octets.data[i] == '=')
            *bit_count = 0;
        if (value < 0)
            continue;
        *bits = *bits << 6 | (uint32_t)value;
        *bit_count += 6;
        if (*bit_count >= 8) {
            *bit_count -= 8;
            decoded[len++] = (char)(*bits >> *bit_count);
        }
    }
    buffer_commit(out, len);
}

void transfer_decode_base64(struct slice octets, struct buffer *out)
{
    uint32_t bits = 0;
    int bit_count = 0;
    transfer_feed_base64(&bits, &bit_count, octets, out);
}

static int hex_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool octet_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The index behind the line end that "=" at `at` hides, or `at` when it hides
 * none (RFC 2045 section 6.7 rule 5; white space before the line end is
 * transport padding, rule 3). */
static size_t soft_break_end(struct slice octets, size_t at)
{
    size_t i = at + 1;
    while (i < octets.len && octet_is_blank(octets.data[i]))
        i++;
    if (i < octets.len && octets.data[i] == '\r')
        i++;
    if (i == octets.len)
        return i;
    return octets.data[i] == '\n' ? i + 1 : at;
}

/* Decodes what starts with the "=" at `at`; the index behind it. */
static size_t decode_escape(struct slice octets, size_t at, struct buffer *out)
{
    int high = at + 2 < octets.len ? hex_value(octets.data[at + 1]) : -1;
    int low = high >= 0 ? hex_value(octets.data[at + 2]) : -1;
    if (low >= 0) {
        buffer_add_char(out, (char)(high << 4 | low));
        return at + 3;
    }
    size_t end = soft_break_end(octets, at);
    if (end > at)
        return end;
    buffer_add_char(out, '=');
    return at + 1;
}

/* RFC 2045 section 6.7 rule 3: white space at the end of a line was added on the way. */
static void add_without_padding(struct slice lines, struct buffer *out)
{
    while (lines.len > 0) {
        size_t newline = slice_find(lines, '\n');
        bool has_end = newline < lines.len;
        size_t end =
            has_end && newline > 0 && lines.data[newline - 1] == '\r' ? newline - 1 : newline;
        size_t text = end;
        while (has_end && text > 0 && octet_is_blank(lines.data[text - 1]))
            text--;
        size_t next = has_end ? newline + 1 : lines.len;
        buffer_add(out, slice_sub(lines, 0, text));
        buffer_add(out, slice_sub(lines, end, next - end));
        lines = slice_sub(lines, next, lines.len);
    }
}

void transfer_decode_quoted_printable(struct slice octets, bool underscore_is_space,
                                      struct buffer *out)
{
    size_t at = 0;
    while (at < octets.len) {
        size_t plain = at; /* start of the run that can be copied as it is */
        while (at < octets.len && octets.data[at] != '=' &&
               !(underscore_is_space && octets.data[at] == '_'))
            at++;
        add_without_padding(slice_sub(octets, plain, at - plain), out);
        if (at == octets.len)
            break;
        if (octets.data[at] == '=') {
            at = decode_escape(octets, at, out);
        } else {
            buffer_add_char(out, ' ');
            at++;
        }
    }
}

void transfer_end_quoted_printable(struct slice octets, struct buffer *out)
{
    while (octets.len > 0 && octet_is_blank(octets.data[octets.len - 1]))
        octets.len--;
    transfer_decode_quoted_printable(octets, false, out);
}

struct slice transfer_decode(struct slice encoding, struct slice octets, struct buffer *scratch)
{
    bool base64 = slice_equal_nocase(encoding, SLICE("base64"));
    if (!base64 && !slice_equal_nocase(encoding, SLICE("quoted-printable")))
        return octets;
    buffer_reset(scratch);
    if (base64)
        transfer_decode_base64(octets, scratch);
    else
        transfer_end_quoted_printable(octets, scratch);
    return buffer_slice(scratch);
}

enum {
    ENCODED_LINE_MAX = 76, /* RFC 2045 section 6.7 rule 5, with the "=" of a soft break */
    ENCODED_OCTET = 3      /* "=3D" */
};

/* White space may not end a line (RFC 2045 section 6.7 rule 3), and none may look like the
 * boundary of a multipart. */
static bool stands_for_itself(struct slice line, size_t at, size_t column)
{
    unsigned char c = (unsigned char)line.data[at];
    if (c == ' ' || c == '\t')
        return at + 1 < line.len;
    if (c == '-')
        return column > 0;
    return c > ' ' && c < 0x7f && c != '=';
}

static void encode_line(struct slice line, struct buffer *out)
{
    size_t column = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (column + ENCODED_OCTET > ENCODED_LINE_MAX - 1) {
            buffer_add_cstr(out, "=\r\n");
            column = 0;
        }
        bool plain = stands_for_itself(line, i, column);
        if (plain)
            buffer_add_char(out, line.data[i]);
        else
            buffer_printf(out, "=%02X", (unsigned char)line.data[i]);
        column += plain ? 1 : ENCODED_OCTET;
    }
}

void transfer_encode_quoted_printable(struct slice text, struct buffer *out)
{
    while (text.len > 0) {
        size_t end = slice_find(text, '\n');
        struct slice line = slice_sub(text, 0, end);
        if (end < text.len && slice_ends_with(line, SLICE("\r")))
            line.len--;
        encode_line(line, out);
        if (end < text.len)
            buffer_add_cstr(out, "\r\n");
        text = slice_sub(text, end + 1, text.len);
    }
}
