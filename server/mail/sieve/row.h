/*
 * Inside Sieve: how the language is built, and the rows it is made of.
 *
 *   text ─ lexer ─ parser ─► syntax tree ─ compiler ─► program ─ machine ─► outcome
 *                (syntax.h)       ▲                   (program.h)   ▲
 *                                 │ check, compile                  │ run, test
 *                                 └────────── rows (row.h) ─────────┘
 *
 * The grammar of Sieve is generic (RFC 5228 section 8.2), so lexer and parser know no command.
 * Everything a script can name is a row in a table:
 *   - extensions (extension.c): the name for require and what it brings with it;
 *   - commands and tests (row_table.c is only the list; each family is a file with its rows);
 *   - tagged arguments: tables of sieve_tag, which several rows share (tags.c).
 * A row says what it needs (extensions), what it takes (tags, parameters) and what it does.
 *
 * Compiling (compiler.h): the compiler looks a name up, refuses it when its extension was not
 * required, binds the arguments to the row's tags and parameters (one place for all error
 * texts), asks row->check for whatever else must hold, and emits one instruction that points at
 * the bound call. Only control commands and the logic of tests have a compile of their own: they
 * emit jumps. So a program is a flat array without recursion when it runs, and immutable.
 *
 * Running (machine.h): the machine calls row->run or row->test with the bound call; strings are
 * expanded (RFC 5229) when the row asks for their values. Actions do nothing but add to the
 * outcome. Every instruction and every octet compared is charged against a budget.
 *
 * To add a command: its row in a file of the family, the name in rows.h, one line in
 * row_table.c, and the extension's line in extension.c if it is new.
 */
#ifndef POSTROOM_MAIL_SIEVE_ROW_H
#define POSTROOM_MAIL_SIEVE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "sieve/extension.h"

struct sieve_call;
struct sieve_compiler;
struct sieve_match;
struct sieve_node;
struct sieve_row;
struct sieve_run;

/* Where something is in its script; both from 1. */
struct sieve_place {
    uint32_t line;
    uint32_t column;
};

/* Values ----------------------------------------------------------------------- */

enum sieve_type {
    SIEVE_NOTHING, /* an optional argument that was not given; a tag without value */
    SIEVE_NUMBER,
    SIEVE_STRING,
    SIEVE_STRINGS /* a list, or one string in its place */
};

/* A string of the script, taken apart where it names variables (RFC 5229 section 3). */
enum sieve_piece_kind { SIEVE_PIECE_LITERAL, SIEVE_PIECE_VARIABLE, SIEVE_PIECE_MATCH };
/* A variable: of the running script, or shared by all scripts (RFC 6609 section 3.4). */
struct sieve_variable {
    bool global;
    uint32_t index;
};
struct sieve_piece {
    enum sieve_piece_kind kind;
    struct slice literal;
    struct sieve_variable variable;
    uint32_t match; /* ${1}: the number */
};
struct sieve_text {
    struct slice constant; /* the string as it is in the script, escapes undone */
    const struct sieve_piece *pieces;
    size_t piece_count; /* 0: nothing to expand, it is constant */
};

struct sieve_value {
    enum sieve_type type;
    struct sieve_place place;
    uint64_t number;
    const struct sieve_text *texts;
    size_t count;
};

/* Arguments -------------------------------------------------------------------- */

/* Tags of one group exclude each other; a row finds what was given by the group. */
enum sieve_group {
    SIEVE_GROUP_MATCH = 1,    /* :is :contains :matches :regex :value :count */
    SIEVE_GROUP_COMPARATOR,   /* :comparator */
    SIEVE_GROUP_ADDRESS_PART, /* :all :localpart :domain :user :detail */
    SIEVE_GROUP_SIZE,         /* :over :under */
    SIEVE_GROUP_COPY,         /* RFC 3894 */
    SIEVE_GROUP_CREATE,       /* RFC 5490 */
    SIEVE_GROUP_FLAGS,        /* RFC 5232 */
    SIEVE_GROUP_SPECIAL_USE,  /* RFC 8579 */
    SIEVE_GROUP_MAILBOX_ID,   /* RFC 9042 */
    SIEVE_GROUP_LOCATION,     /* include :personal :global */
    SIEVE_GROUP_ONCE,
    SIEVE_GROUP_OPTIONAL,
    SIEVE_GROUP_IDENTIFIER,    /* duplicate :uniqueid :header */
    SIEVE_GROUP_HANDLE,        /* duplicate, vacation */
    SIEVE_GROUP_SECONDS,       /* duplicate, vacation :seconds :days */
    SIEVE_GROUP_LAST,          /* duplicate :last; index :last */
    SIEVE_GROUP_INDEX,         /* RFC 5260 section 6 */
    SIEVE_GROUP_MODIFIER_CASE, /* set: by their precedence (RFC 5229 section 4.1) */
    SIEVE_GROUP_MODIFIER_FIRST,
    SIEVE_GROUP_MODIFIER_QUOTE,
    SIEVE_GROUP_MODIFIER_ENCODE,
    SIEVE_GROUP_MODIFIER_LENGTH,
    SIEVE_GROUP_LAST_OF_CORE = 99 /* others have their own numbers from 100 on */
};

struct sieve_tag {
    const char *name;               /* without the colon; NULL ends a table */
    unsigned group;                 /* enum sieve_group, or from 100 on */
    enum sieve_type type;           /* of the value behind it; SIEVE_NOTHING: none */
    enum sieve_extension extension; /* that must be required, 0: none */
    int choice;                     /* which of its group it is, for the row */
    bool constant;                  /* its value must not name variables */
};

struct sieve_parameter {
    const char *name; /* for people: "the name of the mailbox" */
    enum sieve_type type;
    bool optional;
    bool constant; /* must not name variables */
};
enum { SIEVE_PARAMETERS_MAX = 4 };

/* Rows ------------------------------------------------------------------------- */

enum sieve_kind { SIEVE_COMMAND, SIEVE_TEST };
enum sieve_tests { SIEVE_TESTS_NONE, SIEVE_TESTS_ONE, SIEVE_TESTS_SOME };

/* What the compiler knows of a test's result: ihave is settled there (RFC 5463), and what
 * follows from it is not compiled at all. */
enum sieve_truth { SIEVE_OPEN, SIEVE_ALWAYS, SIEVE_NEVER };

/* 0 or a negative err; a mistake in the script goes through sieve_compile_fail(). */
typedef int sieve_check_function(struct sieve_compiler *compiler, struct sieve_call *call);
typedef int sieve_compile_function(struct sieve_compiler *compiler, struct sieve_node *node,
                                   const struct sieve_call *call);
typedef int sieve_compile_test_function(struct sieve_compiler *compiler, struct sieve_node *node,
                                        const struct sieve_call *call, enum sieve_truth *truth_out);
/* 0 or a negative err, which ends the run: through sieve_run_fail(). */
typedef int sieve_run_function(struct sieve_run *run, const struct sieve_call *call);
typedef int sieve_test_function(struct sieve_run *run, const struct sieve_call *call, bool *out);

struct sieve_row {
    const char *name;
    enum sieve_kind kind;
    enum sieve_extension extension;      /* that must be required, 0: none */
    const struct sieve_tag *const *tags; /* tables, NULL-terminated; NULL: no tags */
    struct sieve_parameter parameters[SIEVE_PARAMETERS_MAX];
    enum sieve_tests tests; /* behind the arguments */
    bool block;
    sieve_check_function *check;               /* NULL: nothing more to check */
    sieve_compile_function *compile;           /* commands; NULL: one instruction that calls run */
    sieve_compile_test_function *compile_test; /* tests; NULL: one that calls test */
    sieve_run_function *run;
    sieve_test_function *test;
};

/* NULL when there is none of that name (ASCII case ignored). */
const struct sieve_row *sieve_row_find(enum sieve_kind kind, struct slice name);

/* Calls ------------------------------------------------------------------------ */

struct sieve_tag_value {
    const struct sieve_tag *tag;
    struct sieve_value value;
};

/* A row with its arguments bound, in the program: immutable when it runs. */
struct sieve_call {
    const struct sieve_row *row;
    struct sieve_place place;
    const struct sieve_tag_value *tags;
    size_t tag_count;
    const struct sieve_value *arguments; /* one for each of row->parameters */
    const struct sieve_match *match;     /* of rows with the match tags, else NULL */
    void *prepared;                      /* what row->check made of it, in the program's arena */
};

/* The tag of that group that was given, or NULL. */
const struct sieve_tag_value *sieve_call_tag(const struct sieve_call *call, unsigned group);

/* Tables of tags that several rows share (tags.c). */
extern const struct sieve_tag sieve_tags_match[];        /* match type and comparator */
extern const struct sieve_tag sieve_tags_modifier[];     /* RFC 5229 section 4.1 */
extern const struct sieve_tag sieve_tags_address_part[]; /* RFC 5228 section 2.7.4, RFC 5233 */

#endif
