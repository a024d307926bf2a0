/*
 * Sieve (RFC 5228): a script compiled to a small program. Pure: no I/O, no database. What a
 * program asks of the world while it runs goes through a struct sieve_host (mail/sieve_run.h).
 *
 * A program is bounded: in nesting and size by the compiler, in steps and octets when it
 * runs. Whatever a script says, a worker goes on serving others.
 */
#ifndef POSTROOM_MAIL_SIEVE_H
#define POSTROOM_MAIL_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

/* Where a script is wrong, for whoever wrote it. */
struct sieve_problem {
    uint32_t line; /* from 1 */
    uint32_t column;
    struct slice script; /* the included script that failed (RFC 6609), the program's; empty: the
                            main one, or when compiling: the text says it */
    char text[256];      /* a sentence without its full stop, UTF-8 */
};

/* Where `include` finds scripts (RFC 6609). The text lives in the arena. -ERR_NOT_FOUND.
 * May park. NULL load: there are none. */
struct sieve_library {
    void *arg;
    int (*load)(void *arg, bool global, struct slice name, struct arena *arena,
                struct slice *text_out);
    /* Whether scripts may require that extension; NULL: all that there are. */
    bool (*offers)(void *arg, struct slice extension);
};

/* Immutable once compiled; may be run by several fibers at once. */
struct sieve_program;
/* -ERR_SYNTAX with *problem_out filled in (also for what is not valid UTF-8, an unknown
 * extension, a wrong argument), -ERR_LIMIT (nesting, size of the program), -ERR_NO_MEMORY,
 * what load() returns. library may be NULL. */
int sieve_compile(struct slice text, const struct sieve_library *library,
                  struct sieve_program **out, struct sieve_problem *problem_out) MUST_CHECK;
void sieve_program_free(struct sieve_program **program);

/* The names for require, sorted, separated by spaces: ManageSieve's SIEVE capability. */
struct slice sieve_extensions(void);
/* ManageSieve's NOTIFY capability (RFC 5435): "mailto". */
struct slice sieve_notify_methods(void);
/* MAXREDIRECTS of ManageSieve: what a script may redirect to in one run. */
enum { SIEVE_REDIRECTS_MAX = 5 };

#endif
