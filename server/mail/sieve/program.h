/*
 * Inside Sieve: a compiled program, a flat array of instructions. The machine has one register,
 * the result of the last test.
 */
#ifndef POSTROOM_MAIL_SIEVE_PROGRAM_H
#define POSTROOM_MAIL_SIEVE_PROGRAM_H

#include "base/arena.h"
#include "sieve/row.h"

enum sieve_op_kind {
    SIEVE_OP_RUN,         /* call->row->run */
    SIEVE_OP_TEST,        /* result = call->row->test */
    SIEVE_OP_SET,         /* result = target != 0 */
    SIEVE_OP_NOT,         /* result = !result */
    SIEVE_OP_JUMP,        /* to target */
    SIEVE_OP_JUMP_IF,     /* to target when result */
    SIEVE_OP_JUMP_UNLESS, /* to target when not result */
    SIEVE_OP_INCLUDE,     /* runs scripts[target], then goes on here (RFC 6609) */
    SIEVE_OP_RETURN,      /* from an included script; of the main one: stop */
    SIEVE_OP_STOP,
    SIEVE_OP_COUNT
};

struct sieve_op {
    enum sieve_op_kind kind;
    uint32_t line;
    uint32_t target;
    const struct sieve_call *call; /* RUN, TEST, INCLUDE */
};

/* A script in the program: the main one is the first, the others are included. */
struct sieve_script {
    struct slice name;
    uint32_t start;            /* its first instruction */
    uint32_t end;              /* one past its last */
    uint32_t variable_count;   /* its own, not the global ones */
    const struct slice *names; /* of them, for the trace */
};

enum { SIEVE_PROGRAM_OPS_MAX = 100000, SIEVE_SCRIPTS_MAX = 32, SIEVE_INCLUDE_DEPTH_MAX = 10 };
/* RFC 5229 section 6 asks for 128 of 4,000 characters and ${1} to ${9}. */
enum { SIEVE_VARIABLES_MAX = 1000, SIEVE_VARIABLE_OCTETS_MAX = 64 << 10, SIEVE_MATCHES_MAX = 10 };

struct sieve_program {
    struct arena arena; /* everything below */
    struct sieve_op *ops;
    uint32_t op_count;
    struct sieve_script *scripts;
    uint32_t script_count;
    uint32_t global_count;
    const struct slice *global_names;
};

#endif
