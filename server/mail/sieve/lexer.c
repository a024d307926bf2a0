#include "base/text.h"
#include "sieve/syntax.h"

static int problem_here(struct sieve_lexer *lexer, const char *text)
{
    return sieve_problem_set(lexer->problem, ERR_SYNTAX, lexer->place, "%s", text);
}

static bool at_end(const struct sieve_lexer *lexer)
{
    return lexer->at == lexer->text.len;
}

static char peek(const struct sieve_lexer *lexer, size_t ahead)
{
    size_t at = lexer->at + ahead;
    return at < lexer->text.len ? lexer->text.data[at] : '\0';
}

/* Columns count characters, not octets. */
static void step(struct sieve_lexer *lexer)
{
    char c = lexer->text.data[lexer->at++];
    if (c == '\n') {
        lexer->place.line++;
        lexer->place.column = 1;
    } else if (((unsigned char)c & 0xC0) != 0x80) {
        lexer->place.column++;
    }
}

static void step_over(struct sieve_lexer *lexer, size_t count)
{
    while (count-- > 0)
        step(lexer);
}

static bool is_identifier_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_identifier(char c)
{
    return is_identifier_start(c) || ascii_is_digit(c);
}

/* White space and comments ------------------------------------------------------- */

static void skip_line(struct sieve_lexer *lexer)
{
    while (!at_end(lexer) && peek(lexer, 0) != '\n')
        step(lexer);
}

static int skip_bracket_comment(struct sieve_lexer *lexer)
{
    struct sieve_place start = lexer->place;
    step_over(lexer, 2);
    while (!(peek(lexer, 0) == '*' && peek(lexer, 1) == '/')) {
        if (at_end(lexer))
            return sieve_problem_set(lexer->problem, ERR_SYNTAX, start,
                                     "the comment that begins here is never closed by */");
        step(lexer);
    }
    step_over(lexer, 2);
    return 0;
}

static int skip_white_space(struct sieve_lexer *lexer)
{
    while (!at_end(lexer)) {
        char c = peek(lexer, 0);
        int result = 0;
        if (c == '#')
            skip_line(lexer);
        else if (c == '/' && peek(lexer, 1) == '*')
            result = skip_bracket_comment(lexer);
        else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            step(lexer);
        else
            break;
        if (result < 0)
            return result;
    }
    return 0;
}

/* Tokens -------------------------------------------------------------------------- */

static struct slice take_identifier(struct sieve_lexer *lexer)
{
    size_t start = lexer->at;
    while (!at_end(lexer) && is_identifier(peek(lexer, 0)))
        step(lexer);
    return slice_sub(lexer->text, start, lexer->at - start);
}

static int take_tag(struct sieve_lexer *lexer, struct sieve_token *token)
{
    step(lexer);
    if (at_end(lexer) || !is_identifier_start(peek(lexer, 0)))
        return problem_here(lexer, "a name is expected behind the colon");
    token->kind = SIEVE_TOKEN_TAG;
    token->text = take_identifier(lexer);
    return 0;
}

/* K, M and G are powers of 1024 (RFC 5228 section 2.4.1). */
static uint64_t quantifier(char c)
{
    switch (ascii_lower(c)) {
    case 'k':
        return 1 << 10;
    case 'm':
        return 1 << 20;
    case 'g':
        return 1 << 30;
    default:
        return 1;
    }
}

static int take_number(struct sieve_lexer *lexer, struct sieve_token *token)
{
    struct sieve_place start = lexer->place;
    uint64_t number = 0;
    bool too_large = false;
    while (!at_end(lexer) && ascii_is_digit(peek(lexer, 0))) {
        too_large |= __builtin_mul_overflow(number, 10, &number);
        too_large |= __builtin_add_overflow(number, (uint64_t)(peek(lexer, 0) - '0'), &number);
        step(lexer);
    }
    uint64_t factor = quantifier(peek(lexer, 0));
    if (factor > 1)
        step(lexer);
    too_large |= __builtin_mul_overflow(number, factor, &number);
    if (too_large || number > SIEVE_NUMBER_MAX)
        return sieve_problem_set(lexer->problem, ERR_SYNTAX, start, "the number is too large");
    if (!at_end(lexer) && is_identifier(peek(lexer, 0)))
        return problem_here(lexer, "a number ends with a digit, or with one of K, M and G");
    token->kind = SIEVE_TOKEN_NUMBER;
    token->number = number;
    return 0;
}

static bool is_bare_string(struct slice raw)
{
    return slice_find(raw, '\\') == raw.len && slice_find(raw, '\n') == raw.len;
}

/* A backslash stands for the character behind it (RFC 5228 section 2.4.2). Lines end with CRLF,
 * whatever they end with in the script: as in multi-line strings. */
static int unescape(struct sieve_lexer *lexer, struct slice raw, struct slice *out)
{
    if (is_bare_string(raw)) {
        *out = raw;
        return 0;
    }
    char *text = arena_alloc(lexer->arena, 2 * raw.len);
    if (!text)
        return -ERR_NO_MEMORY;
    size_t length = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.data[i] == '\\')
            i++;
        if (raw.data[i] == '\n' && (i == 0 || raw.data[i - 1] != '\r'))
            text[length++] = '\r';
        text[length++] = raw.data[i];
    }
    *out = slice_of(text, length);
    return 0;
}

static int take_quoted(struct sieve_lexer *lexer, struct sieve_token *token)
{
    struct sieve_place start = lexer->place;
    step(lexer);
    size_t from = lexer->at;
    while (!at_end(lexer) && peek(lexer, 0) != '"')
        step_over(lexer, peek(lexer, 0) == '\\' && lexer->at + 1 < lexer->text.len ? 2 : 1);
    if (at_end(lexer))
        return sieve_problem_set(lexer->problem, ERR_SYNTAX, start,
                                 "the string that begins here is never closed by a quotation mark");
    struct slice raw = slice_sub(lexer->text, from, lexer->at - from);
    step(lexer);
    token->kind = SIEVE_TOKEN_STRING;
    return unescape(lexer, raw, &token->text);
}

/* Behind "text:" there may be white space and a hash comment, then the line ends. */
static int skip_to_multi_line(struct sieve_lexer *lexer)
{
    while (peek(lexer, 0) == ' ' || peek(lexer, 0) == '\t')
        step(lexer);
    if (peek(lexer, 0) == '#')
        skip_line(lexer);
    else if (peek(lexer, 0) == '\r')
        step(lexer);
    if (peek(lexer, 0) != '\n')
        return problem_here(lexer, "the text behind \"text:\" begins on a line of its own");
    step(lexer);
    return 0;
}

static struct slice take_line(struct sieve_lexer *lexer)
{
    size_t start = lexer->at;
    skip_line(lexer);
    if (!at_end(lexer))
        step(lexer);
    return slice_sub(lexer->text, start, lexer->at - start);
}

/* Dots at the start of a line are doubled, or alone in the last line. */
static int take_multi_line(struct sieve_lexer *lexer, struct sieve_token *token)
{
    struct sieve_place start = lexer->place;
    struct buffer text;
    buffer_init(&text, SIEVE_TEXT_MAX * 2);
    for (;;) {
        struct slice line = take_line(lexer);
        bool closes = line.len > 0 && line.data[0] == '.' && slice_trim(line).len == 1 &&
                      slice_find(line, ' ') == line.len;
        if (closes)
            break;
        if (line.len == 0) {
            buffer_clear(&text);
            return sieve_problem_set(lexer->problem, ERR_SYNTAX, start,
                                     "the text that begins here is never closed by a line with "
                                     "nothing but a dot");
        }
        struct slice content =
            line.data[line.len - 1] == '\n' ? slice_sub(line, 0, line.len - 1) : line;
        if (slice_ends_with(content, SLICE("\r")))
            content.len--;
        if (slice_starts_with(content, SLICE("..")))
            content = slice_sub(content, 1, SIZE_MAX);
        buffer_add(&text, content);
        buffer_add_cstr(&text, "\r\n");
    }
    token->kind = SIEVE_TOKEN_STRING;
    token->text = arena_copy(lexer->arena, buffer_slice(&text));
    buffer_clear(&text);
    return token->text.data ? 0 : -ERR_NO_MEMORY;
}

static int take_word(struct sieve_lexer *lexer, struct sieve_token *token)
{
    token->kind = SIEVE_TOKEN_IDENTIFIER;
    token->text = take_identifier(lexer);
    if (peek(lexer, 0) != ':' || !slice_equal_nocase(token->text, SLICE("text")))
        return 0;
    step(lexer);
    int result = skip_to_multi_line(lexer);
    return result < 0 ? result : take_multi_line(lexer, token);
}

static int take_punctuation(struct sieve_lexer *lexer, struct sieve_token *token)
{
    char c = peek(lexer, 0);
    if (!c || !strchr("[](){},;", c))
        return sieve_problem_set(lexer->problem, ERR_SYNTAX, lexer->place,
                                 c > ' ' && c < 127
                                     ? "\"%c\" has no meaning here"
                                     : "there is a character that has no meaning here",
                                 c);
    step(lexer);
    token->kind = SIEVE_TOKEN_PUNCTUATION;
    token->punctuation = c;
    return 0;
}

void sieve_lexer_init(struct sieve_lexer *lexer, struct slice text, struct arena *arena,
                      struct sieve_problem *problem)
{
    if (slice_starts_with(text, SLICE("\xEF\xBB\xBF")))
        text = slice_sub(text, 3, SIZE_MAX);
    *lexer =
        (struct sieve_lexer){.text = text, .place = {1, 1}, .arena = arena, .problem = problem};
}

int sieve_lexer_next(struct sieve_lexer *lexer, struct sieve_token *out)
{
    int result = skip_white_space(lexer);
    if (result < 0)
        return result;
    struct sieve_token token = {
        .kind = SIEVE_TOKEN_END, .place = lexer->place, .text = SLICE_EMPTY};
    char c = peek(lexer, 0);
    if (at_end(lexer))
        result = 0;
    else if (is_identifier_start(c))
        result = take_word(lexer, &token);
    else if (ascii_is_digit(c))
        result = take_number(lexer, &token);
    else if (c == '"')
        result = take_quoted(lexer, &token);
    else if (c == ':')
        result = take_tag(lexer, &token);
    else
        result = take_punctuation(lexer, &token);
    if (result == 0)
        *out = token;
    return result;
}
