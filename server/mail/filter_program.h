/*
 * Inside the mail layer: from an owner's scripts to a program. What was compiled is kept by
 * the worker, as long as the owner's version stays the same.
 */
#ifndef POSTROOM_MAIL_FILTER_PROGRAM_H
#define POSTROOM_MAIL_FILTER_PROGRAM_H

#include "mail/filter.h"

/* What a script is compiled for: not all may require the same. */
enum filter_use {
    FILTER_FOR_STORAGE, /* any of the others */
    FILTER_FOR_MAIL,    /* what is delivered, and what somebody runs it over */
    FILTER_FOR_EVENTS   /* RFC 6785 */
};

/* With the owner's other scripts for include; there are no global ones (RFC 6609). */
int filter_compile(struct mail *mail, const struct filter_owner *owner, enum filter_use use,
                   struct slice text, struct sieve_program **out,
                   struct sieve_problem *problem_out) MUST_CHECK;

/* Whose rights a script has: see mail/filter.h. The login is the row's. */
struct sieve_active_row;
struct actor filter_author(const struct sieve_active_row *row);

/* A program that is used by its memory and by those who run it. */
struct filter_program {
    struct filter_owner owner;
    int64_t version;
    struct sieve_program *program;
    struct actor author; /* whose rights it has: see mail/filter.h */
    struct arena arena;  /* of the author's name */
    size_t users;
    uint64_t used_at; /* the order of use */
};

/* The active script of that version, or a younger one. -ERR_NOT_FOUND: none is active by now;
 * else as sieve_compile(). filter_program_drop() it. */
int filter_program_get(struct mail *mail, const struct filter_owner *owner, int64_t version,
                       struct filter_program **out, struct sieve_problem *problem_out) MUST_CHECK;
void filter_program_drop(struct filter_program **program);

int filter_programs_open(struct mail *mail) MUST_CHECK;
void filter_programs_close(struct mail *mail);

#endif
