#include "model/notation.h"

/* octets_end: the octets from here on can't be in a quoted string. */
static bool is_quotable(struct slice s, unsigned octets_end)
{
    if (s.len > NOTATION_QUOTED_MAX)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (c >= octets_end || c == '\r' || c == '\n' || c == '\0')
            return false;
    }
    return true;
}

bool notation_is_quotable(struct slice s)
{
    return is_quotable(s, 0x80);
}

static void add_quoted(struct buffer *out, struct slice s)
{
    size_t start = 0;
    buffer_add_char(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] != '"' && s.data[i] != '\\')
            continue;
        buffer_add(out, slice_sub(s, start, i - start));
        buffer_add_char(out, '\\');
        start = i;
    }
    buffer_add(out, slice_sub(s, start, s.len));
    buffer_add_char(out, '"');
}

static size_t count_nul(struct slice s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += s.data[i] == '\0';
    return count;
}

void notation_literal(struct buffer *out, struct slice s)
{
    buffer_add_char(out, '{');
    buffer_add_u64(out, s.len - count_nul(s));
    buffer_add(out, SLICE("}\r\n"));
    while (s.len > 0) {
        size_t nul = slice_find(s, '\0');
        buffer_add(out, slice_sub(s, 0, nul));
        s = slice_sub(s, nul + 1, s.len);
    }
}

void notation_string(struct buffer *out, struct slice s)
{
    if (notation_is_quotable(s))
        add_quoted(out, s);
    else
        notation_literal(out, s);
}

void notation_nstring(struct buffer *out, struct slice s)
{
    if (!s.data)
        buffer_add(out, SLICE("NIL"));
    else
        notation_string(out, s);
}

/* ASTRING-CHAR (RFC 3501 section 9): printable, no atom-specials but "]". */
static bool is_astring_char(char c)
{
    return c > ' ' && c < 0x7f && !strchr("(){%*\"\\", c);
}

static bool is_atom(struct slice s)
{
    if (s.len == 0 || s.len > NOTATION_QUOTED_MAX || slice_equal_nocase(s, SLICE("NIL")))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_astring_char(s.data[i]))
            return false;
    }
    return true;
}

void notation_utf8_astring(struct buffer *out, struct slice s)
{
    if (is_atom(s))
        buffer_add(out, s);
    else if (is_quotable(s, 0x100))
        add_quoted(out, s);
    else
        notation_literal(out, s);
}

void notation_astring(struct buffer *out, struct slice s)
{
    if (is_atom(s))
        buffer_add(out, s);
    else
        notation_string(out, s);
}
