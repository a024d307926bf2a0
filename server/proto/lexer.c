#include "proto/lexer.h"

#include "lexer_take.h"
#include "octets.h"

void lexer_init(struct lexer *lexer, struct slice text, struct arena *arena)
{
    *lexer = (struct lexer){.text = text, .arena = arena, .items_max = LEXER_ITEMS_MAX_DEFAULT};
}

bool lexer_at_end(const struct lexer *lexer)
{
    return lexer->at >= lexer->text.len;
}

char lexer_peek(const struct lexer *lexer)
{
    return lexer_at_end(lexer) ? '\0' : lexer->text.data[lexer->at];
}

bool lexer_accept(struct lexer *lexer, char c)
{
    if (lexer_at_end(lexer) || lexer->text.data[lexer->at] != c)
        return false;
    lexer->at++;
    return true;
}

int lexer_expect(struct lexer *lexer, char c)
{
    return lexer_accept(lexer, c) ? 0 : fail(ERR_SYNTAX, "expected '%c'", c);
}

void lexer_skip_spaces(struct lexer *lexer)
{
    while (lexer_accept(lexer, ' '))
        ;
}

int lexer_space(struct lexer *lexer)
{
    if (lexer_peek(lexer) != ' ')
        return fail(ERR_SYNTAX, lexer_at_end(lexer) ? "missing arguments" : "expected a space");
    lexer_skip_spaces(lexer);
    return 0;
}

int lexer_end(struct lexer *lexer)
{
    lexer_skip_spaces(lexer);
    return lexer_at_end(lexer) ? 0 : fail(ERR_SYNTAX, "unexpected text after the arguments");
}

bool lexer_accept_word(struct lexer *lexer, const char *word)
{
    struct slice expected = slice_cstr(word);
    struct slice rest = slice_sub(lexer->text, lexer->at, lexer->text.len);
    if (!slice_starts_with_nocase(rest, expected))
        return false;
    /* "BODY[" ends by itself, "BODY" does not where "BODY[" comes. */
    char last = word[expected.len - 1];
    bool ends_itself = last == '[' || !octet_is_atom(last);
    if (!ends_itself && rest.len > expected.len && octet_is_atom(rest.data[expected.len]))
        return false;
    lexer->at += expected.len;
    return true;
}

struct slice lexer_take(struct lexer *lexer, bool (*is_member)(char))
{
    size_t start = lexer->at;
    while (lexer->at < lexer->text.len && is_member(lexer->text.data[lexer->at]))
        lexer->at++;
    return slice_sub(lexer->text, start, lexer->at - start);
}

struct slice lexer_take_digits(struct lexer *lexer)
{
    size_t start = lexer->at;
    while (lexer->at < lexer->text.len && ascii_is_digit(lexer->text.data[lexer->at]))
        lexer->at++;
    return slice_sub(lexer->text, start, lexer->at - start);
}

static int take_named(struct lexer *lexer, bool (*is_member)(char), const char *name,
                      struct slice *out)
{
    struct slice taken = lexer_take(lexer, is_member);
    if (taken.len == 0)
        return fail(ERR_SYNTAX, "expected %s", name);
    *out = taken;
    return 0;
}

int lexer_tag(struct lexer *lexer, struct slice *out)
{
    return take_named(lexer, octet_is_tag, "a tag", out);
}

int lexer_atom(struct lexer *lexer, struct slice *out)
{
    return take_named(lexer, octet_is_atom, "an atom", out);
}

static int number_up_to(struct lexer *lexer, uint64_t maximum, uint64_t *out)
{
    struct slice digits = lexer_take_digits(lexer);
    uint64_t value = 0;
    if (digits.len == 0)
        return fail(ERR_SYNTAX, "expected a number");
    if (!slice_to_u64(digits, &value) || value > maximum)
        return fail(ERR_SYNTAX, "number is too large");
    *out = value;
    return 0;
}

int lexer_number(struct lexer *lexer, uint32_t *out)
{
    uint64_t value = 0;
    int result = number_up_to(lexer, UINT32_MAX, &value);
    if (result == 0)
        *out = (uint32_t)value;
    return result;
}

int lexer_number64(struct lexer *lexer, uint64_t *out)
{
    return number_up_to(lexer, INT64_MAX, out);
}

int lexer_nz_number(struct lexer *lexer, uint32_t *out)
{
    uint32_t value = 0;
    int result = lexer_number(lexer, &value);
    if (result < 0)
        return result;
    if (value == 0)
        return fail(ERR_SYNTAX, "number must not be 0");
    *out = value;
    return 0;
}
