#include "base/text.h"
#include "lexer_take.h"
#include "octets.h"
#include "proto/lexer.h"

/* "{n}" or "{n+}"; a number beyond 64 bits counts as UINT64_MAX. */
static int literal_header(struct lexer *lexer, uint64_t *out)
{
    int result = lexer_expect(lexer, '{');
    if (result < 0)
        return result;
    struct slice digits = lexer_take_digits(lexer);
    if (digits.len == 0)
        return fail(ERR_SYNTAX, "expected the length of a literal");
    (void)lexer_accept(lexer, '+');
    result = lexer_expect(lexer, '}');
    if (result < 0)
        return result;
    if (!slice_to_u64(digits, out))
        *out = UINT64_MAX;
    return 0;
}

int lexer_literal_header(struct lexer *lexer, uint64_t *size_out)
{
    uint64_t size = 0;
    (void)lexer_accept(lexer, '~');
    int result = literal_header(lexer, &size);
    if (result < 0)
        return result;
    if (!lexer_at_end(lexer))
        return fail(ERR_SYNTAX, "a literal's length must end the line");
    *size_out = size;
    return 0;
}

static int literal_of_octets(struct lexer *lexer, struct slice *out)
{
    uint64_t size = 0;
    int result = literal_header(lexer, &size);
    if (result < 0)
        return result;
    struct slice rest = slice_sub(lexer->text, lexer->at, lexer->text.len);
    if (!slice_starts_with(rest, SLICE("\r\n")) || rest.len - 2 < size)
        return fail(ERR_SYNTAX, "literal is incomplete");
    *out = slice_sub(rest, 2, (size_t)size);
    lexer->at += 2 + out->len;
    return 0;
}

static int literal(struct lexer *lexer, struct slice *out)
{
    struct slice octets;
    int result = literal_of_octets(lexer, &octets);
    if (result < 0)
        return result;
    if (octets.len > 0 && memchr(octets.data, '\0', octets.len))
        return fail(ERR_SYNTAX, "literal has a NUL octet"); /* CHAR8 is %x01-ff */
    *out = octets;
    return 0;
}

int lexer_literal8(struct lexer *lexer, struct slice *out)
{
    int result = lexer_expect(lexer, '~');
    return result < 0 ? result : literal_of_octets(lexer, out);
}

/* Copies without the backslashes; `raw` is known to be well-formed. */
static int unescape(struct arena *arena, struct slice raw, struct slice *out)
{
    char *copy = arena_alloc(arena, raw.len);
    if (!copy)
        return -ERR_NO_MEMORY;
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.data[i] == '\\')
            i++;
        copy[len++] = raw.data[i];
    }
    *out = slice_of(copy, len);
    return 0;
}

/* Moves behind the closing quote; the cursor is behind the opening one. */
static int skip_quoted(struct lexer *lexer, bool *escaped_out)
{
    bool escaped = false;
    for (;;) {
        (void)lexer_take(lexer, octet_is_quoted);
        if (lexer_accept(lexer, '"'))
            break;
        if (!lexer_accept(lexer, '\\'))
            return fail(ERR_SYNTAX, "quoted string does not end");
        if (!lexer_accept(lexer, '"') && !lexer_accept(lexer, '\\'))
            return fail(ERR_SYNTAX, "only quote and backslash may follow a backslash");
        escaped = true;
    }
    *escaped_out = escaped;
    return 0;
}

static int quoted(struct lexer *lexer, struct slice *out)
{
    size_t start = ++lexer->at;
    bool escaped = false;
    int result = skip_quoted(lexer, &escaped);
    if (result < 0)
        return result;
    struct slice raw = slice_sub(lexer->text, start, lexer->at - 1 - start);
    if (lexer->utf8 && !text_is_utf8(raw))
        return fail(ERR_SYNTAX, "quoted string is not UTF-8");
    if (escaped)
        return unescape(lexer->arena, raw, out);
    *out = raw;
    return 0;
}

int lexer_string(struct lexer *lexer, struct slice *out)
{
    if (lexer_peek(lexer) == '"')
        return quoted(lexer, out);
    if (lexer_peek(lexer) == '{')
        return literal(lexer, out);
    return fail(ERR_SYNTAX, "expected a string");
}

int lexer_nstring(struct lexer *lexer, struct slice *out)
{
    if (!lexer_accept_word(lexer, "NIL"))
        return lexer_string(lexer, out);
    *out = (struct slice){NULL, 0};
    return 0;
}

int lexer_astring(struct lexer *lexer, struct slice *out)
{
    struct slice atom = lexer_take(lexer, octet_is_astring);
    if (atom.len == 0)
        return lexer_string(lexer, out);
    *out = atom;
    return 0;
}
