/*
 * Inside Sieve: from text to a syntax tree. The tree knows the generic grammar only (RFC 5228
 * section 8.2); which command takes what is the compiler's.
 */
#ifndef POSTROOM_MAIL_SIEVE_SYNTAX_H
#define POSTROOM_MAIL_SIEVE_SYNTAX_H

#include <stdarg.h>

#include "base/arena.h"
#include "base/error.h"
#include "mail/sieve.h"
#include "sieve/row.h"

/* Tokens (RFC 5228 section 8.1) ------------------------------------------------- */

enum sieve_token_kind {
    SIEVE_TOKEN_END,
    SIEVE_TOKEN_IDENTIFIER,
    SIEVE_TOKEN_TAG, /* text without the colon */
    SIEVE_TOKEN_NUMBER,
    SIEVE_TOKEN_STRING, /* quoted or multi-line, escapes and dot-stuffing undone */
    SIEVE_TOKEN_PUNCTUATION
};
struct sieve_token {
    enum sieve_token_kind kind;
    struct sieve_place place;
    struct slice text;
    uint64_t number;
    char punctuation; /* one of [](){},; */
};
struct sieve_lexer {
    struct slice text;
    size_t at;
    struct sieve_place place;
    struct arena *arena;           /* for strings with escapes */
    struct sieve_problem *problem; /* filled in on failure */
};
/* Numbers stay below 2^63, as SQL and ManageSieve have them. */
#define SIEVE_NUMBER_MAX ((uint64_t)INT64_MAX)

/* A byte order mark at the start is skipped. */
void sieve_lexer_init(struct sieve_lexer *lexer, struct slice text, struct arena *arena,
                      struct sieve_problem *problem);
/* -ERR_SYNTAX, -ERR_NO_MEMORY; at the end SIEVE_TOKEN_END again and again. */
int sieve_lexer_next(struct sieve_lexer *lexer, struct sieve_token *out) MUST_CHECK;

/* Tree -------------------------------------------------------------------------- */

enum sieve_argument_kind { SIEVE_ARGUMENT_TAG, SIEVE_ARGUMENT_NUMBER, SIEVE_ARGUMENT_STRINGS };
struct sieve_argument {
    struct sieve_argument *next;
    enum sieve_argument_kind kind;
    struct sieve_place place;
    struct slice tag;
    uint64_t number;
    struct slice *strings;
    size_t count;
    bool is_list; /* written with brackets */
};

/* A command or a test. */
struct sieve_node {
    struct sieve_node *next;
    struct sieve_place place;
    struct slice name;
    struct sieve_argument *arguments;
    struct sieve_node *tests;
    bool test_list; /* the tests are in parentheses */
    bool has_block;
    struct sieve_place block_end; /* of its closing brace */
    struct sieve_node *block;
    bool compiled; /* an elsif or else that its if has taken in */
};

enum {
    SIEVE_TEXT_MAX = 1 << 20, /* octets of one script */
    SIEVE_NESTING_MAX = 32,   /* blocks in blocks, tests in tests */
    SIEVE_STRINGS_MAX = 10000 /* in one list */
};

/* The commands of a script. The tree is the arena's; strings may point into text. -ERR_SYNTAX
 * and -ERR_LIMIT with *problem filled in, -ERR_NO_MEMORY. */
int sieve_parse(struct slice text, struct arena *arena, struct sieve_node **out,
                struct sieve_problem *problem) MUST_CHECK;

/* Fills in *problem and returns -code. */
int sieve_problem_set(struct sieve_problem *problem, enum err code, struct sieve_place place,
                      const char *format, ...) PRINTF_LIKE(4, 5);
int sieve_problem_set_list(struct sieve_problem *problem, enum err code, struct sieve_place place,
                           const char *format, va_list args) PRINTF_LIKE(4, 0);

#endif
