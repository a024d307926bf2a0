#include "sieve/mailto.h"

#include "base/buffer.h"
#include "base/text.h"
#include "model/mail_address.h"
#include "sieve/address_part.h"

/* Percent encoding (RFC 3986 section 2.1) --------------------------------------------- */

static int hex_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_uri_octet(char c)
{
    return c > ' ' && c < 0x7f && !strchr("\"<>\\^`{|}", c);
}

/* The text in the arena; it must be UTF-8 (RFC 6068 section 2). */
static int decode(struct slice encoded, struct arena *arena, struct slice *out)
{
    struct buffer text;
    buffer_init(&text, 0);
    bool valid = true;
    for (size_t i = 0; valid && i < encoded.len; i++) {
        char c = encoded.data[i];
        if (c == '%') {
            int high = i + 2 < encoded.len ? hex_value(encoded.data[i + 1]) : -1;
            int low = high >= 0 ? hex_value(encoded.data[i + 2]) : -1;
            valid = low >= 0 && (high > 0 || low > 0);
            c = (char)((high & 15) << 4 | (low & 15));
            i += 2;
        } else {
            valid = is_uri_octet(c);
        }
        buffer_add_char(&text, c);
    }
    valid &= text_is_utf8(buffer_slice(&text));
    int kept = buffer_keep(&text, arena, out);
    return valid ? kept : fail(ERR_SYNTAX, "a mailto URI has octets that must be encoded");
}

/* Fields (RFC 6068 section 2) --------------------------------------------------------- */

static int add_recipient(struct sieve_mailto *mailto, enum sieve_mailto_kind kind,
                         struct slice address)
{
    if (mailto->recipient_count == SIEVE_MAILTO_RECIPIENTS_MAX)
        return fail(ERR_LIMIT, "a mailto URI may name %d recipients at most",
                    SIEVE_MAILTO_RECIPIENTS_MAX);
    mailto->recipients[mailto->recipient_count++] = (struct sieve_mailto_recipient){kind, address};
    return 0;
}

/* Addresses between commas; each must be one that mail can be sent to. */
static int add_recipients(struct sieve_mailto *mailto, enum sieve_mailto_kind kind,
                          struct slice text, struct arena *arena)
{
    struct mail_address *addresses = NULL;
    size_t count = 0;
    int result = sieve_addresses_read(text, arena, &addresses, &count);
    if (result == 0 && count == 0 && slice_trim(text).len > 0)
        return fail(ERR_SYNTAX, "a mailto URI names no address");
    for (size_t i = 0; result == 0 && i < count; i++) {
        struct slice address = SLICE_EMPTY;
        bool exists = false;
        struct mail_address parsed;
        result = sieve_address_part(&addresses[i], SIEVE_PART_ALL, arena, &address, &exists);
        if (result == 0)
            result = mail_address_parse(address, arena, &parsed);
        if (result == 0 && parsed.domain.len == 0)
            result = fail(ERR_SYNTAX, "a mailto URI names an address without a domain");
        if (result == 0)
            result = add_recipient(mailto, kind, address);
    }
    return result;
}

static int add_to(struct sieve_mailto *mailto, struct slice text, struct arena *arena)
{
    return add_recipients(mailto, SIEVE_MAILTO_TO, text, arena);
}

static int add_cc(struct sieve_mailto *mailto, struct slice text, struct arena *arena)
{
    return add_recipients(mailto, SIEVE_MAILTO_CC, text, arena);
}

static int add_bcc(struct sieve_mailto *mailto, struct slice text, struct arena *arena)
{
    return add_recipients(mailto, SIEVE_MAILTO_BCC, text, arena);
}

static int set_subject(struct sieve_mailto *mailto, struct slice text, struct arena *arena)
{
    (void)arena;
    mailto->subject = text;
    return 0;
}

static int set_body(struct sieve_mailto *mailto, struct slice text, struct arena *arena)
{
    (void)arena;
    mailto->body = text;
    return 0;
}

static const struct {
    const char *name;
    int (*take)(struct sieve_mailto *mailto, struct slice text, struct arena *arena);
} known_fields[] = {
    {"to", add_to}, {"cc", add_cc}, {"bcc", add_bcc}, {"subject", set_subject}, {"body", set_body},
};

/* RFC 5436 section 2.7 and RFC 6068 section 4: no URI says who sends a mail, or when. */
static bool is_harmless(struct slice name)
{
    return slice_equal_nocase(name, SLICE("Keywords")) ||
           slice_equal_nocase(name, SLICE("Comments")) ||
           slice_starts_with_nocase(name, SLICE("X-"));
}

static bool is_field_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] <= ' ' || name.data[i] >= 0x7f || name.data[i] == ':')
            return false;
    }
    return name.len > 0;
}

static int take_field(struct sieve_mailto *mailto, struct slice name, struct slice text,
                      struct arena *arena)
{
    if (!is_field_name(name))
        return fail(ERR_SYNTAX, "a mailto URI has a field without a valid name");
    for (size_t i = 0; i < sizeof known_fields / sizeof known_fields[0]; i++) {
        if (slice_equal_nocase(name, slice_cstr(known_fields[i].name)))
            return known_fields[i].take(mailto, text, arena);
    }
    if (!is_harmless(name))
        return 0;
    if (mailto->field_count == SIEVE_MAILTO_FIELDS_MAX)
        return fail(ERR_LIMIT, "a mailto URI may have %d fields at most", SIEVE_MAILTO_FIELDS_MAX);
    mailto->fields[mailto->field_count++] = (struct sieve_mailto_field){name, text};
    return 0;
}

/* "name=value". */
static int parse_field(struct sieve_mailto *mailto, struct slice field, struct arena *arena)
{
    size_t equals = slice_find(field, '=');
    if (equals == field.len)
        return fail(ERR_SYNTAX, "a mailto URI has a field without a value");
    struct slice name = SLICE_EMPTY, text = SLICE_EMPTY;
    int result = decode(slice_sub(field, 0, equals), arena, &name);
    if (result == 0)
        result = decode(slice_sub(field, equals + 1, field.len), arena, &text);
    return result < 0 ? result : take_field(mailto, name, text, arena);
}

int sieve_mailto_parse(struct slice uri, struct arena *arena, struct sieve_mailto *out)
{
    static const struct slice scheme = {"mailto:", 7};
    if (!slice_starts_with_nocase(uri, scheme))
        return fail(ERR_SYNTAX, "notifications go by mailto only");
    struct slice rest = slice_sub(uri, scheme.len, uri.len);
    rest.len = slice_find(rest, '#'); /* a fragment means nothing (RFC 6068 section 2) */
    size_t question = slice_find(rest, '?');
    struct sieve_mailto mailto = {.subject = {NULL, 0}, .body = {NULL, 0}};
    struct slice to = SLICE_EMPTY;
    int result = decode(slice_sub(rest, 0, question), arena, &to);
    if (result == 0)
        result = add_to(&mailto, to, arena);
    rest = slice_sub(rest, question + 1, rest.len);
    while (result == 0 && rest.len > 0) {
        size_t end = slice_find(rest, '&');
        result = parse_field(&mailto, slice_sub(rest, 0, end), arena);
        rest = slice_sub(rest, end + 1, rest.len);
    }
    if (result == 0 && mailto.recipient_count == 0)
        result = fail(ERR_SYNTAX, "a mailto URI names nobody");
    if (result == 0)
        *out = mailto;
    return result;
}
