/*
 * What postroomctl prints: a table for people, or JSON (--json) for programs.
 * One call describes the columns, one adds each row.
 */
#ifndef POSTROOM_ADMIN_OUTPUT_H
#define POSTROOM_ADMIN_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

enum cell_kind { CELL_TEXT, CELL_NUMBER, CELL_BOOL };

struct cell {
    enum cell_kind kind;
    struct slice text; /* copied */
    int64_t number;
};

static inline struct cell cell_text(struct slice text)
{
    return (struct cell){CELL_TEXT, text, 0};
}

static inline struct cell cell_number(int64_t number)
{
    return (struct cell){CELL_NUMBER, {0, 0}, number};
}

static inline struct cell cell_bool(bool value)
{
    return (struct cell){CELL_BOOL, {0, 0}, value};
}

enum { OUTPUT_COLUMNS_MAX = 20, OUTPUT_TABLES_MAX = 4 };
struct output;

int output_new(bool json, struct output **out) MUST_CHECK;
void output_free(struct output **output);
bool output_is_json(const struct output *output);
/* Several tables in one answer: what follows is in the table of this name (a key of the
 * one object that JSON prints). Without a call there is one table, without a name. */
void output_table(struct output *output, const char *name);
/* NULL-terminated column names; JSON uses them as keys. */
void output_columns(struct output *output, const char *const *names);
int output_row(struct output *output, const struct cell *cells) MUST_CHECK;
/* One object instead of a list (show): JSON prints the first row alone, a
 * table prints "name: value" lines. */
void output_single(struct output *output);
/* A sentence for people; with --json the "text" of the one object printed. */
void output_say(struct output *output, const char *format, ...) PRINTF_LIKE(2, 3);
/* Prints the rows that were gathered so far, and forgets them: for an answer that goes
 * on and on. JSON then is one object a line. False: nobody reads it. */
bool output_flush(struct output *output);
/* Prints what was gathered. */
void output_print(struct output *output);
/* Failure, on standard error. */
void output_failure(const struct output *output, int err);

#endif
