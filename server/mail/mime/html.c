#include "mime/html.h"

#include "base/text.h"
#include "mime/token.h"

struct html_reader {
    struct slice html;
    size_t at;
    struct buffer *out;
    size_t start;    /* of what is written, in out */
    bool space_due;  /* white space was read, and is written before the next character */
    bool line_ended; /* the last thing that was written */
};

/* Writing -------------------------------------------------------------------------- */

static void put_octets(struct html_reader *reader, struct slice octets)
{
    if (reader->space_due && !reader->line_ended && reader->out->len > reader->start)
        buffer_add_char(reader->out, ' ');
    reader->space_due = false;
    reader->line_ended = false;
    buffer_add(reader->out, octets);
}

static void end_line(struct html_reader *reader)
{
    if (!reader->line_ended && reader->out->len > reader->start)
        buffer_add_char(reader->out, '\n');
    reader->space_due = false;
    reader->line_ended = true;
}

/* Character references -------------------------------------------------------------- */

/* HTML 4's names of U+00A0 to U+00FF, in that order. */
static const char *const latin1_names[] = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",
    "copy",   "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn",
    "sup2",   "sup3",   "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",
    "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde",
    "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave",
    "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde",
    "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",
    "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil",
    "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",   "eth",
    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

static const struct {
    const char *name;
    uint32_t code_point;
} other_names[] = {
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},        {"quot", '"'},
    {"apos", '\''},     {"euro", 0x20ac},   {"ndash", 0x2013},  {"mdash", 0x2014},
    {"lsquo", 0x2018},  {"rsquo", 0x2019},  {"sbquo", 0x201a},  {"ldquo", 0x201c},
    {"rdquo", 0x201d},  {"bdquo", 0x201e},  {"bull", 0x2022},   {"hellip", 0x2026},
    {"trade", 0x2122},  {"zwnj", 0x200c},   {"zwj", 0x200d},    {"ensp", 0x2002},
    {"emsp", 0x2003},   {"thinsp", 0x2009}, {"lsaquo", 0x2039}, {"rsaquo", 0x203a},
    {"dagger", 0x2020}, {"permil", 0x2030}, {"OElig", 0x152},   {"oelig", 0x153},
    {"Scaron", 0x160},  {"scaron", 0x161},  {"Yuml", 0x178},
};

static bool find_name(struct slice name, uint32_t *out)
{
    for (size_t i = 0; i < sizeof latin1_names / sizeof latin1_names[0]; i++) {
        if (slice_equal(name, slice_cstr(latin1_names[i]))) {
            *out = 0xa0 + (uint32_t)i;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof other_names / sizeof other_names[0]; i++) {
        if (slice_equal(name, slice_cstr(other_names[i].name))) {
            *out = other_names[i].code_point;
            return true;
        }
    }
    return false;
}

static int digit_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* "#228" or "#xe4". */
static bool read_number(struct slice reference, uint32_t *out)
{
    bool hexadecimal = reference.len > 1 && ascii_lower(reference.data[1]) == 'x';
    struct slice digits = slice_sub(reference, hexadecimal ? 2 : 1, reference.len);
    int base = hexadecimal ? 16 : 10;
    uint64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        int digit = digit_value(digits.data[i]);
        if (digit >= base)
            return false;
        value = value * (uint64_t)base + (uint64_t)digit;
    }
    *out = value > 0 && value <= 0x10ffff ? (uint32_t)value : 0xfffd;
    return digits.len > 0;
}

/* "&auml;" at the cursor, which moves behind it; an ampersand that begins none is itself. */
static void read_reference(struct html_reader *reader)
{
    enum { REFERENCE_MAX = 12 };
    struct slice rest = slice_sub(reader->html, reader->at + 1, REFERENCE_MAX);
    struct slice reference = slice_sub(rest, 0, slice_find(rest, ';'));
    uint32_t c = 0;
    bool found = reference.len < rest.len &&
                 (slice_starts_with(reference, SLICE("#")) ? read_number(reference, &c)
                                                           : find_name(reference, &c));
    if (!found) {
        put_octets(reader, SLICE("&"));
        reader->at++;
        return;
    }
    reader->at += reference.len + 2;
    if (c == 0xa0) {
        reader->space_due = true;
        return;
    }
    put_octets(reader, SLICE_EMPTY);
    text_add_code_point(reader->out, c);
}

/* Tags ------------------------------------------------------------------------------ */

/* The index behind the next `end` from `at` on. */
static size_t skip_behind(struct slice html, size_t at, struct slice end)
{
    size_t found = slice_search(slice_sub(html, at, html.len), end);
    return found == SIZE_MAX ? html.len : at + found + end.len;
}

/* The index behind the ">" that ends the tag at `at`; one in quotes does not. */
static size_t tag_end(struct slice html, size_t at)
{
    char quote = '\0';
    for (; at < html.len; at++) {
        char c = html.data[at];
        if (quote != '\0')
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>')
            return at + 1;
    }
    return html.len;
}

static struct slice tag_name(struct slice html, size_t at)
{
    size_t end = at;
    while (end < html.len && !token_is_space(html.data[end]) && html.data[end] != '>' &&
           (html.data[end] != '/' || end == at))
        end++;
    return slice_sub(html, at, end - at);
}

static bool is_among(struct slice name, const char *const *names)
{
    for (; *names; names++) {
        if (slice_equal_nocase(name, slice_cstr(*names)))
            return true;
    }
    return false;
}

/* What stands between these tags is nothing to read. */
static const char *const hidden_tags[] = {"script", "style", NULL};
static const char *const line_tags[] = {
    "br",  "p",  "/p",     "div", "/div", "tr",         "/tr",         "li",  "/li",  "h1",
    "/h1", "h2", "/h2",    "h3",  "/h3",  "h4",         "/h4",         "h5",  "/h5",  "h6",
    "/h6", "ul", "/ul",    "ol",  "/ol",  "table",      "/table",      "pre", "/pre", "hr",
    "dt",  "dd", "/title", "/dl", "body", "blockquote", "/blockquote", NULL};
static const char *const cell_tags[] = {"td", "/td", "th", "/th", NULL};

/* Behind the end tag of that name, which began at the cursor. */
static void skip_hidden(struct html_reader *reader, struct slice name)
{
    struct slice html = reader->html;
    while (reader->at < html.len) {
        reader->at = skip_behind(html, reader->at, SLICE("</"));
        if (slice_starts_with_nocase(slice_sub(html, reader->at, html.len), name)) {
            reader->at = tag_end(html, reader->at);
            return;
        }
    }
}

static void read_tag(struct html_reader *reader)
{
    struct slice html = reader->html;
    struct slice rest = slice_sub(html, reader->at, html.len);
    if (slice_starts_with(rest, SLICE("<!--"))) {
        reader->at = skip_behind(html, reader->at + 4, SLICE("-->"));
        return;
    }
    struct slice name = tag_name(html, reader->at + 1);
    char first = name.len > 0 ? ascii_lower(name.data[0]) : '\0';
    if (!((first >= 'a' && first <= 'z') || first == '/' || first == '!' || first == '?')) {
        put_octets(reader, SLICE("<")); /* "a < b" */
        reader->at++;
        return;
    }
    reader->at = tag_end(html, reader->at + 1);
    if (is_among(name, hidden_tags))
        skip_hidden(reader, name);
    else if (is_among(name, line_tags))
        end_line(reader);
    else if (is_among(name, cell_tags))
        reader->space_due = true;
}

void html_to_text(struct slice html, struct buffer *out)
{
    struct html_reader reader = {.html = html, .out = out, .start = out->len};
    while (reader.at < html.len) {
        char c = html.data[reader.at];
        if (c == '<') {
            read_tag(&reader);
        } else if (c == '&') {
            read_reference(&reader);
        } else if (token_is_space(c)) {
            reader.space_due = true;
            reader.at++;
        } else {
            put_octets(&reader, slice_sub(html, reader.at++, 1));
        }
    }
}
