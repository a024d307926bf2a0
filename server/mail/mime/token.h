/*
 * The tokens of structured header fields (RFC 5322 section 3.2): words,
 * quoted strings, comments, domain literals and single special characters.
 * Reads anything: what does not follow the grammar becomes words. Every octet
 * is looked at a bounded number of times.
 */
#ifndef POSTROOM_MAIL_MIME_TOKEN_H
#define POSTROOM_MAIL_MIME_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/slice.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,    /* atoms with their dots, encoded words */
    TOKEN_QUOTED,  /* text is what stands between the quotes */
    TOKEN_LITERAL, /* text includes the brackets */
    TOKEN_COMMENT, /* text is what stands between the outer parentheses */
    TOKEN_SPECIAL  /* one of < > @ , ; : */
};

struct token {
    enum token_kind kind;
    struct slice text;
    bool spaced; /* white space stood before it */
};

struct token_reader {
    struct slice text;
    size_t at;
};

struct token token_next(struct token_reader *reader);

/* White space as folding leaves it: space, tab, CR, LF; also NUL, which no string can hold. */
bool token_is_space(char c);
/* text.data[at] is the opening parenthesis or quote: the index of the closing
 * one, or text.len when there is none. */
size_t token_comment_end(struct slice text, size_t at);
size_t token_quoted_end(struct slice text, size_t at);
/* The index of the first octet that is neither white space nor in a comment. */
size_t token_skip_comments(struct slice text, size_t at);
/* Appends the inside of a quoted string or comment without its backslashes
 * and line ends. */
void token_add_unquoted(struct buffer *out, struct slice inside);

#endif
