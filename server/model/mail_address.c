#include "model/mail_address.h"

#include "base/text.h"

/* RFC 5322 section 3.2.3 without what nobody misreads: commas, brackets and the like in a
 * local part are accepted between "<" and ">". */
static bool needs_quoting(char c)
{
    return (unsigned char)c <= ' ' || c == 127 || strchr("\"@\\<>", c);
}

/* RFC 5321 section 4.1.2, Quoted-string; *at is behind its opening quotation mark. */
static int parse_quoted(struct slice text, size_t *at, struct arena *arena, struct slice *out)
{
    char *local = arena_alloc(arena, text.len);
    if (!local)
        return -ERR_NO_MEMORY;
    size_t len = 0;
    for (; *at < text.len && text.data[*at] != '"'; (*at)++) {
        if (text.data[*at] == '\\' && ++*at == text.len)
            break;
        char c = text.data[*at];
        if ((unsigned char)c < ' ' || c == 127)
            return fail(ERR_SYNTAX, "A control character in an address");
        local[len++] = c;
    }
    if (*at >= text.len)
        return fail(ERR_SYNTAX, "An address ends inside quotation marks");
    ++*at;
    *out = slice_of(local, len);
    return 0;
}

static int parse_local(struct slice text, size_t *at, struct arena *arena, struct slice *out)
{
    if (text.len && text.data[0] == '"') {
        *at = 1;
        return parse_quoted(text, at, arena, out);
    }
    while (*at < text.len && !needs_quoting(text.data[*at]))
        ++*at;
    *out = slice_sub(text, 0, *at);
    return 0;
}

/* [192.0.2.1], [IPv6:2001:db8::1] (RFC 5321 section 4.1.3). */
static bool is_literal(struct slice domain)
{
    if (domain.len < 3 || domain.data[0] != '[' || domain.data[domain.len - 1] != ']')
        return false;
    for (size_t i = 1; i < domain.len - 1; i++)
        if ((unsigned char)domain.data[i] <= ' ' || strchr("[]\\\x7f", domain.data[i]))
            return false;
    return true;
}

static bool is_label_octet(char c)
{
    return (unsigned char)c >= 128 || ascii_is_digit(c) || c == '-' || c == '_' ||
           (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/* Labels between single dots; UTF-8 ones by RFC 6531. */
static bool is_name(struct slice domain)
{
    bool in_label = false;
    for (size_t i = 0; i < domain.len; i++) {
        bool is_dot = domain.data[i] == '.';
        if (is_dot ? !in_label : !is_label_octet(domain.data[i]))
            return false;
        in_label = !is_dot;
    }
    return in_label;
}

int mail_address_parse(struct slice text, struct arena *arena, struct mail_address *out)
{
    struct mail_address address = {SLICE_EMPTY, SLICE_EMPTY};
    size_t at = 0;
    if (!text_is_utf8(text))
        return fail(ERR_CHARSET, "An address is not in UTF-8");
    int err = parse_local(text, &at, arena, &address.local);
    if (err)
        return err;
    if (address.local.len == 0)
        return fail(ERR_SYNTAX, "An address without a local part");
    if (at < text.len) {
        address.domain = slice_sub(text, at + 1, text.len);
        if (text.data[at] != '@' || !(is_name(address.domain) || is_literal(address.domain)))
            return fail(ERR_SYNTAX, "That is no mail address");
    }
    if (address.local.len > MAIL_ADDRESS_LOCAL_MAX || address.domain.len > MAIL_ADDRESS_DOMAIN_MAX)
        return fail(ERR_LIMIT, "The address is too long");
    *out = address;
    return 0;
}

void mail_address_render(const struct mail_address *address, struct buffer *out)
{
    bool quoted = false;
    for (size_t i = 0; i < address->local.len; i++)
        quoted |= needs_quoting(address->local.data[i]);
    if (quoted)
        buffer_add_char(out, '"');
    for (size_t i = 0; i < address->local.len; i++) {
        char c = address->local.data[i];
        if (quoted && (c == '"' || c == '\\'))
            buffer_add_char(out, '\\');
        buffer_add_char(out, c);
    }
    if (quoted)
        buffer_add_char(out, '"');
    if (address->domain.len) {
        buffer_add_char(out, '@');
        buffer_add(out, address->domain);
    }
}
