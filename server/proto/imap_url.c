#include "proto/imap_url.h"

#include <string.h>

#include "fetch_section.h"
#include "model/mailbox_name.h"
#include "proto/lexer.h"

static bool is_alphanumeric(char c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/* RFC 5092 section 11, bchar without what is percent-encoded. */
static bool is_plain(char c)
{
    return c && (is_alphanumeric(c) || strchr("-._~!$'()*+,&=:@/", c));
}

static int hex_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static int decode_octet(struct slice two, char *out)
{
    int high = two.len == 2 ? hex_value(two.data[0]) : -1;
    int low = two.len == 2 ? hex_value(two.data[1]) : -1;
    if (high < 0 || low < 0 || high + low == 0)
        return fail(ERR_SYNTAX, "an octet is encoded wrongly");
    *out = (char)(high << 4 | low);
    return 0;
}

static int decode(struct arena *arena, struct slice encoded, struct slice *out)
{
    char *decoded = arena_alloc(arena, encoded.len);
    if (!decoded)
        return -ERR_NO_MEMORY;
    size_t len = 0;
    for (size_t i = 0; i < encoded.len; i++) {
        int err = 0;
        decoded[len] = encoded.data[i];
        if (encoded.data[i] == '%') {
            err = decode_octet(slice_sub(encoded, i + 1, 2), &decoded[len]);
            i += 2;
        } else if (!is_plain(encoded.data[i])) {
            err = fail(ERR_SYNTAX, "an octet is not encoded");
        }
        if (err)
            return err;
        len++;
    }
    if (len == 0)
        return fail(ERR_SYNTAX, "a name is empty");
    *out = slice_of(decoded, len);
    return 0;
}

/* The text up to the next parameter, without the "/" that begins it. */
static struct slice take_encoded(struct lexer *lexer)
{
    struct slice rest = slice_sub(lexer->text, lexer->at, SIZE_MAX);
    struct slice taken = slice_sub(rest, 0, slice_find(rest, ';'));
    if (taken.len < rest.len && slice_ends_with(taken, SLICE("/")))
        taken.len--;
    lexer->at += taken.len;
    return taken;
}

/* ";UID=" and such, their case ignored. */
static bool accept_parameter(struct lexer *lexer, struct slice name)
{
    struct slice rest = slice_sub(lexer->text, lexer->at, SIZE_MAX);
    if (!slice_starts_with_nocase(rest, name))
        return false;
    lexer->at += name.len;
    return true;
}

static int parse_mailbox(struct lexer *lexer, struct imap_url *url)
{
    struct slice name;
    int err = lexer_expect(lexer, '/');
    if (!err && lexer_peek(lexer) == '/')
        err = fail(ERR_SYNTAX, "the URL is of another server");
    if (!err)
        err = decode(lexer->arena, take_encoded(lexer), &name);
    if (!err)
        err = mailbox_name_decode_utf8(lexer->arena, name, &url->mailbox);
    if (!err && accept_parameter(lexer, SLICE(";UIDVALIDITY=")))
        err = lexer_nz_number(lexer, &url->uidvalidity);
    return err;
}

static int parse_uid(struct lexer *lexer, struct imap_url *url)
{
    if (!accept_parameter(lexer, SLICE("/;UID=")))
        return fail(ERR_SYNTAX, "the URL is not of a message");
    return lexer_nz_number(lexer, &url->uid);
}

static int parse_section(struct lexer *lexer, struct fetch_item *item)
{
    if (!accept_parameter(lexer, SLICE("/;SECTION=")))
        return 0;
    struct slice section;
    int err = decode(lexer->arena, take_encoded(lexer), &section);
    if (err)
        return err;
    const char *bracketed = arena_printf(lexer->arena, "%.*s]", SLICE_ARGS(section));
    if (!bracketed)
        return -ERR_NO_MEMORY;
    struct lexer inner;
    lexer_init(&inner, slice_cstr(bracketed), lexer->arena);
    err = fetch_section_parse(&inner, item);
    if (!err && (item->partial || !lexer_at_end(&inner)))
        err = fail(ERR_SYNTAX, "there is more than a section");
    return err;
}

static int parse_partial(struct lexer *lexer, struct fetch_item *item)
{
    if (!accept_parameter(lexer, SLICE("/;PARTIAL=")))
        return 0;
    item->partial = true;
    item->length = UINT64_MAX;
    int err = lexer_number64(lexer, &item->offset);
    if (err || !lexer_accept(lexer, '.'))
        return err;
    err = lexer_number64(lexer, &item->length);
    return !err && item->length == 0 ? fail(ERR_SYNTAX, "a partial's length is 0") : err;
}

int imap_url_parse(struct slice text, struct arena *arena, struct imap_url *out)
{
    struct lexer lexer;
    lexer_init(&lexer, text, arena);
    struct imap_url url = {.section = {.kind = FETCH_SECTION, .peek = true}};
    int err = parse_mailbox(&lexer, &url);
    if (!err)
        err = parse_uid(&lexer, &url);
    if (!err)
        err = parse_section(&lexer, &url.section);
    if (!err)
        err = parse_partial(&lexer, &url.section);
    if (!err && !lexer_at_end(&lexer))
        err = fail(ERR_SYNTAX, "there is more than the URL of a message");
    if (!err)
        *out = url;
    return err;
}

void imap_url_render_refused(struct slice text, struct buffer *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c > ' ' && c < 0x7f && c != ']' && c != '\\')
            buffer_add_char(out, c);
        else
            buffer_printf(out, "%%%02X", (unsigned)(uint8_t)c);
    }
}
