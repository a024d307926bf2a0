/*
 * Options of a verb: "--until TIME", "--until=TIME", "--recursive", anywhere behind the
 * verb; "--" ends them. "-w" is no option but a change of rights.
 */
#ifndef POSTROOM_ADMIN_OPTIONS_H
#define POSTROOM_ADMIN_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

struct admin_option {
    const char *name;  /* without "--" */
    const char *value; /* what the usage calls its value; NULL: it has none */
};

/* The options given to a verb; the words belong to main's argv. */
enum { OPTIONS_MAX = 16 };
struct options {
    struct given_option {
        const char *name;
        const char *value; /* "" when it has none */
    } given[OPTIONS_MAX];
    int count;
};

/* Takes the options out of the words and leaves the arguments in order: how many there
 * are, or -1 after a line on standard error about what is wrong. `known` ends with a row
 * without a name; NULL: none. */
int options_take(const struct admin_option *known, int argc, char **argv, struct options *out);

/* Its value, NULL when it was not given; of one given twice the last. */
const char *options_find(const struct options *options, const char *name);

/* " [--until TIME] [--recursive]" */
void options_print_usage(const struct admin_option *known, FILE *out);

#endif
