/* Tests made of tests (RFC 5228 section 5), and ihave (RFC 5463). They are jumps. */
#include "sieve/compiler.h"
#include "sieve/rows.h"

/* allof, anyof: what the compiler knows of one test may settle all. `decisive`: the result that
 * ends it, for allof false. */
static int compile_list(struct sieve_compiler *compiler, struct sieve_node *node, bool decisive,
                        enum sieve_truth *truth_out)
{
    enum sieve_op_kind jump = decisive ? SIEVE_OP_JUMP_IF : SIEVE_OP_JUMP_UNLESS;
    enum sieve_truth settles = decisive ? SIEVE_ALWAYS : SIEVE_NEVER;
    uint32_t ends = UINT32_MAX, open = 0;
    for (struct sieve_node *test = node->tests; test; test = test->next) {
        enum sieve_truth truth;
        int result = sieve_compile_test(compiler, test, &truth);
        if (result == 0 && truth == SIEVE_OPEN)
            result = sieve_compile_emit_chained(compiler, jump, &ends);
        if (result < 0)
            return result;
        open += truth == SIEVE_OPEN;
        if (truth == settles) {
            *truth_out = settles;
            return 0; /* the compiler takes back what was emitted */
        }
    }
    sieve_compile_patch_chain(compiler, ends);
    if (open == 0)
        *truth_out = decisive ? SIEVE_NEVER : SIEVE_ALWAYS;
    return 0;
}

static int compile_allof(struct sieve_compiler *compiler, struct sieve_node *node,
                         const struct sieve_call *call, enum sieve_truth *truth_out)
{
    (void)call;
    return compile_list(compiler, node, false, truth_out);
}

static int compile_anyof(struct sieve_compiler *compiler, struct sieve_node *node,
                         const struct sieve_call *call, enum sieve_truth *truth_out)
{
    (void)call;
    return compile_list(compiler, node, true, truth_out);
}

static int compile_not(struct sieve_compiler *compiler, struct sieve_node *node,
                       const struct sieve_call *call, enum sieve_truth *truth_out)
{
    static const enum sieve_truth opposites[] = {
        [SIEVE_OPEN] = SIEVE_OPEN, [SIEVE_ALWAYS] = SIEVE_NEVER, [SIEVE_NEVER] = SIEVE_ALWAYS};
    (void)call;
    enum sieve_truth truth;
    int result = sieve_compile_test(compiler, node->tests, &truth);
    if (result < 0)
        return result;
    *truth_out = opposites[truth];
    return sieve_compile_emit(compiler, SIEVE_OP_NOT, 0, NULL, NULL);
}

/* true and false stay open, so that what follows from them is compiled and checked. */
static int compile_true(struct sieve_compiler *compiler, struct sieve_node *node,
                        const struct sieve_call *call, enum sieve_truth *truth_out)
{
    (void)node;
    (void)truth_out;
    return sieve_compile_emit(compiler, SIEVE_OP_SET, 1, call, NULL);
}

static int compile_false(struct sieve_compiler *compiler, struct sieve_node *node,
                         const struct sieve_call *call, enum sieve_truth *truth_out)
{
    (void)node;
    (void)truth_out;
    return sieve_compile_emit(compiler, SIEVE_OP_SET, 0, call, NULL);
}

/* RFC 5463 section 4: what changes how a script is read can't be asked for within it. */
static bool changes_reading(sieve_extension_set extensions)
{
    return (extensions & (SIEVE_EXTENSION_BIT(SIEVE_EXT_ENCODED_CHARACTER) |
                          SIEVE_EXTENSION_BIT(SIEVE_EXT_VARIABLES))) != 0;
}

/* Where all are there, they are required from here on. */
static int compile_ihave(struct sieve_compiler *compiler, struct sieve_node *node,
                         const struct sieve_call *call, enum sieve_truth *truth_out)
{
    (void)node;
    const struct sieve_value *names = &call->arguments[0];
    sieve_extension_set all = 0;
    *truth_out = SIEVE_ALWAYS;
    for (size_t i = 0; i < names->count; i++) {
        sieve_extension_set brought = sieve_compile_extension(compiler, names->texts[i].constant);
        if (brought == 0 || changes_reading(brought))
            *truth_out = SIEVE_NEVER;
        all |= brought;
    }
    if (*truth_out == SIEVE_ALWAYS)
        sieve_compile_require(compiler, all);
    return 0;
}

const struct sieve_row sieve_row_allof = {
    .name = "allof", .kind = SIEVE_TEST, .tests = SIEVE_TESTS_SOME, .compile_test = compile_allof};
const struct sieve_row sieve_row_anyof = {
    .name = "anyof", .kind = SIEVE_TEST, .tests = SIEVE_TESTS_SOME, .compile_test = compile_anyof};
const struct sieve_row sieve_row_not = {
    .name = "not", .kind = SIEVE_TEST, .tests = SIEVE_TESTS_ONE, .compile_test = compile_not};
const struct sieve_row sieve_row_true = {
    .name = "true", .kind = SIEVE_TEST, .compile_test = compile_true};
const struct sieve_row sieve_row_false = {
    .name = "false", .kind = SIEVE_TEST, .compile_test = compile_false};
const struct sieve_row sieve_row_ihave = {
    .name = "ihave",
    .kind = SIEVE_TEST,
    .extension = SIEVE_EXT_IHAVE,
    .parameters = {{"the extensions", SIEVE_STRINGS, false, true}},
    .compile_test = compile_ihave,
};
