#include "mime/token.h"

/* Longer than RFC 2047's 75: mailers exceed it. Bounds the look ahead. */
enum { ENCODED_WORD_MAX = 250 };

bool token_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

static bool is_special(char c)
{
    return c == '<' || c == '>' || c == '@' || c == ',' || c == ';' || c == ':';
}

size_t token_comment_end(struct slice text, size_t at)
{
    size_t depth = 0;
    for (; at < text.len; at++) {
        char c = text.data[at];
        if (c == '\\')
            at++;
        else if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            return at;
    }
    return text.len;
}

size_t token_quoted_end(struct slice text, size_t at)
{
    for (at++; at < text.len; at++) {
        if (text.data[at] == '\\')
            at++;
        else if (text.data[at] == '"')
            return at;
    }
    return text.len;
}

size_t token_skip_comments(struct slice text, size_t at)
{
    while (at < text.len) {
        if (text.data[at] == '(')
            at = token_comment_end(text, at) + 1;
        else if (token_is_space(text.data[at]))
            at++;
        else
            break;
    }
    return at < text.len ? at : text.len;
}

/* The index behind "]", or `at` when the bracket is just a character. */
static size_t literal_end(struct slice text, size_t at)
{
    for (size_t i = at + 1; i < text.len; i++) {
        char c = text.data[i];
        if (c == ']')
            return i + 1;
        if (c == '[' || c == '<' || c == '>' || c == ',' || token_is_space(c))
            break;
    }
    return at;
}

/* The index behind "?=" of an encoded word (RFC 2047), or `at` when none
 * starts here. Mailers leave commas and quotes unencoded inside. */
static size_t encoded_word_end(struct slice text, size_t at)
{
    struct slice rest = slice_sub(text, at, ENCODED_WORD_MAX);
    if (!slice_starts_with(rest, SLICE("=?")))
        return at;
    int marks = 0;
    for (size_t i = 1; i < rest.len && !token_is_space(rest.data[i]); i++) {
        marks += rest.data[i] == '?';
        if (marks == 4)
            return i + 1 < rest.len && rest.data[i + 1] == '=' ? at + i + 2 : at;
    }
    return at;
}

static size_t word_end(struct slice text, size_t at)
{
    size_t end = encoded_word_end(text, at);
    if (end > at)
        return end;
    for (at++; at < text.len; at++) {
        char c = text.data[at];
        if (token_is_space(c) || is_special(c) || c == '"' || c == '(' || c == '[')
            break;
    }
    return at;
}

/* The token from `start` on whose text runs up to `end`; reading goes on at `next`. */
static struct token take(struct token_reader *reader, enum token_kind kind, size_t start,
                         size_t end, size_t next)
{
    reader->at = next < reader->text.len ? next : reader->text.len;
    return (struct token){kind, slice_sub(reader->text, start, end - start), false};
}

static struct token read_token(struct token_reader *reader)
{
    struct slice text = reader->text;
    size_t at = reader->at;
    if (at >= text.len)
        return (struct token){TOKEN_END, SLICE_EMPTY, false};
    char c = text.data[at];
    if (c == '"') {
        size_t end = token_quoted_end(text, at);
        return take(reader, TOKEN_QUOTED, at + 1, end, end + 1);
    }
    if (c == '(') {
        size_t end = token_comment_end(text, at);
        return take(reader, TOKEN_COMMENT, at + 1, end, end + 1);
    }
    if (c == '[') {
        size_t end = literal_end(text, at);
        if (end > at)
            return take(reader, TOKEN_LITERAL, at, end, end);
    }
    if (is_special(c))
        return take(reader, TOKEN_SPECIAL, at, at + 1, at + 1);
    size_t end = word_end(text, at);
    return take(reader, TOKEN_WORD, at, end, end);
}

struct token token_next(struct token_reader *reader)
{
    size_t start = reader->at;
    while (reader->at < reader->text.len && token_is_space(reader->text.data[reader->at]))
        reader->at++;
    bool spaced = reader->at > start;
    struct token token = read_token(reader);
    token.spaced = spaced;
    return token;
}

void token_add_unquoted(struct buffer *out, struct slice inside)
{
    size_t plain = 0; /* start of the run that can be copied as it is */
    for (size_t i = 0; i < inside.len; i++) {
        char c = inside.data[i];
        if (c != '\\' && c != '\r' && c != '\n' && c != '\0')
            continue;
        buffer_add(out, slice_sub(inside, plain, i - plain));
        plain = i + 1;
        if (c == '\\')
            i++; /* the escaped octet starts the next run, whatever it is */
    }
    buffer_add(out, slice_sub(inside, plain, inside.len));
}
