/*
 * Inside Sieve: what a row's check and compile may ask of the compiler.
 */
#ifndef POSTROOM_MAIL_SIEVE_COMPILER_H
#define POSTROOM_MAIL_SIEVE_COMPILER_H

#include "base/arena.h"
#include "base/error.h"
#include "mail/sieve.h"
#include "sieve/program.h"
#include "sieve/row.h"
#include "sieve/syntax.h"

struct sieve_compiler;

/* Errors: the text is a sentence without its full stop, for whoever wrote the script. */
int sieve_compile_fail(struct sieve_compiler *compiler, struct sieve_place place,
                       const char *format, ...) PRINTF_LIKE(3, 4);

/* The program's arena: what a check prepares lives as long as the program. */
struct arena *sieve_compile_arena(struct sieve_compiler *compiler);
bool sieve_compile_has(const struct sieve_compiler *compiler, enum sieve_extension extension);
/* Adds to what the script has required, from here on. */
void sieve_compile_require(struct sieve_compiler *compiler, sieve_extension_set extensions);
/* What requiring that name brings; 0: it is not there, or not offered. */
sieve_extension_set sieve_compile_extension(const struct sieve_compiler *compiler,
                                            struct slice name);

/* Instructions. *at_out (may be NULL) is its index, for sieve_compile_patch(). -ERR_LIMIT. */
int sieve_compile_emit(struct sieve_compiler *compiler, enum sieve_op_kind kind, uint32_t target,
                       const struct sieve_call *call, uint32_t *at_out) MUST_CHECK;
/* The index of the next instruction. */
uint32_t sieve_compile_here(const struct sieve_compiler *compiler);
/* Makes the jump at `at` go to the next instruction. */
void sieve_compile_patch(struct sieve_compiler *compiler, uint32_t at);
/* The same for jumps that all go to one place, chained by their targets: `*chain` is the
 * newest, UINT32_MAX when none. For `break` and the end of an if. */
int sieve_compile_emit_chained(struct sieve_compiler *compiler, enum sieve_op_kind kind,
                               uint32_t *chain) MUST_CHECK;
void sieve_compile_patch_chain(struct sieve_compiler *compiler, uint32_t chain);

/* The commands of a block; a test, which leaves its result in the register. */
int sieve_compile_block(struct sieve_compiler *compiler, struct sieve_node *first) MUST_CHECK;
int sieve_compile_test(struct sieve_compiler *compiler, struct sieve_node *test,
                       enum sieve_truth *truth_out) MUST_CHECK;

/* Loops (foreverypart, RFC 5703 section 3): the innermost is the first. The compiler only keeps
 * the list; whoever opens one fills it in, and an included script begins without any. */
struct sieve_loop {
    struct sieve_loop *outer;
    struct slice name;    /* :name, for break; empty: none */
    uint32_t break_chain; /* for sieve_compile_emit_chained() */
};
struct sieve_loop **sieve_compile_loops(struct sieve_compiler *compiler);

/* The variable of that name in this script (RFC 5229 section 3), made when it is new; global ones
 * are those that `global` named. name must be an identifier or "global.name" (RFC 6609 section
 * 3.4.3); -ERR_SYNTAX with the problem at place. */
int sieve_compile_variable(struct sieve_compiler *compiler, struct slice name,
                           struct sieve_place place, struct sieve_variable *out) MUST_CHECK;
/* Whether a name can be a variable's. */
bool sieve_variable_name_is_valid(struct slice name);

/* Checks that rows share ------------------------------------------------------------ */

/* Every string of the value that is constant is what `is_valid` accepts, else the error
 * "<what> is not valid: ...". What names variables is checked when it runs. */
int sieve_check_strings(struct sieve_compiler *compiler, const struct sieve_value *value,
                        bool (*is_valid)(struct slice text), const char *what) MUST_CHECK;
/* RFC 5322 section 2.2: printable ASCII without the colon. */
bool sieve_is_header_name(struct slice name);
/* An address that mail can be sent to, alone or in angle brackets behind a display name (RFC 5228
 * section 2.4.2.3). */
bool sieve_is_address(struct slice text);
/* The address without the display name and white space, in the arena. -ERR_SYNTAX, -ERR_LIMIT,
 * -ERR_CHARSET for what is none. */
int sieve_address_read(struct slice text, struct arena *arena, struct slice *out) MUST_CHECK;
/* Fills in call->match; the binder has done so before row->check. */
int sieve_check_match(struct sieve_compiler *compiler, struct sieve_call *call) MUST_CHECK;

#endif
