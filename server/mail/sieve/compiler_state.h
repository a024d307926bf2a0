/*
 * Inside Sieve: the compiler's own state, for the files it consists of and for the control
 * commands that change it (require, include, global). Rows of actions and tests need compiler.h
 * only.
 */
#ifndef POSTROOM_MAIL_SIEVE_COMPILER_STATE_H
#define POSTROOM_MAIL_SIEVE_COMPILER_STATE_H

#include "base/map.h"
#include "sieve/compiler.h"

/* The variables that are known by name: of a script, or the global ones. */
struct sieve_scope {
    struct map names;   /* from the hash of the name in small letters */
    struct slice *list; /* by index, grows; malloc */
    uint32_t count;
    uint32_t room;
};

/* A script of the program, from when it is first named to when it is compiled. */
struct sieve_unit {
    struct slice name;
    bool from_global;  /* include :global */
    struct slice text; /* in the trees' arena */
    sieve_extension_set has;
    bool begun; /* something but require has been seen */
    struct sieve_scope variables;
    struct sieve_scope imported; /* names that `global` made global in this script */
    struct sieve_loop *loops;
    uint32_t start;
    uint32_t end;
};

struct sieve_compiler {
    struct sieve_program *program;
    const struct sieve_library *library; /* NULL: none */
    struct sieve_problem *problem;
    struct arena trees; /* until the end of the compilation */
    struct sieve_op *ops;
    uint32_t op_count;
    uint32_t op_room;
    struct sieve_unit units[SIEVE_SCRIPTS_MAX]; /* [0] is the main script */
    uint32_t unit_count;
    struct sieve_unit *unit; /* that is being compiled */
    struct sieve_scope globals;
};

/* Binds a node's arguments to the row (binder.c). */
int sieve_bind(struct sieve_compiler *compiler, const struct sieve_node *node,
               const struct sieve_row *row, struct sieve_call **out) MUST_CHECK;
/* Takes a string apart (interpolation.c). */
int sieve_interpolate(struct sieve_compiler *compiler, struct slice string,
                      struct sieve_place place, struct sieve_text *out) MUST_CHECK;

/* Scopes (scope.c). Names are kept in the program's arena. -ERR_LIMIT without a problem. */
int sieve_scope_index(struct sieve_scope *scope, struct arena *arena, struct slice name,
                      uint32_t *index_out) MUST_CHECK;
bool sieve_scope_has(const struct sieve_scope *scope, struct slice name);
void sieve_scope_clear(struct sieve_scope *scope);

#endif
