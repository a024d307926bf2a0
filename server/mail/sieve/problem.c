#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "sieve/syntax.h"

/* Cut text ends with a whole character. */
static void cut_whole(char *text, size_t length)
{
    while (length > 0 && !text_is_utf8(slice_of(text, length)))
        length--;
    text[length] = '\0';
}

int sieve_problem_set_list(struct sieve_problem *problem, enum err code, struct sieve_place place,
                           const char *format, va_list args)
{
    problem->line = place.line;
    problem->column = place.column;
    int length = vsnprintf(problem->text, sizeof problem->text, format, args);
    if (length >= (int)sizeof problem->text)
        cut_whole(problem->text, sizeof problem->text - 1);
    return fail(code, "line %u, column %u: %s", place.line, place.column, problem->text);
}

int sieve_problem_set(struct sieve_problem *problem, enum err code, struct sieve_place place,
                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int result = sieve_problem_set_list(problem, code, place, format, args);
    va_end(args);
    return result;
}
