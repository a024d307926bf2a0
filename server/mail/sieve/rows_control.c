/* Control commands: RFC 5228 section 3, include (RFC 6609), error (RFC 5463). */
#include "base/text.h"
#include "sieve/compiler_state.h"
#include "sieve/machine.h"
#include "sieve/rows.h"

/* require (RFC 5228 section 3.2) ------------------------------------------------------------ */

static int compile_require(struct sieve_compiler *compiler, struct sieve_node *node,
                           const struct sieve_call *call)
{
    const struct sieve_value *names = &call->arguments[0];
    if (compiler->unit->begun)
        return sieve_compile_fail(compiler, node->place,
                                  "require stands before all other commands");
    for (size_t i = 0; i < names->count; i++) {
        struct slice name = names->texts[i].constant;
        sieve_extension_set brought = sieve_compile_extension(compiler, name);
        if (brought == 0)
            return sieve_compile_fail(compiler, names->place, "there is no extension \"%.*s\"",
                                      SLICE_ARGS(name));
        sieve_compile_require(compiler, brought);
    }
    return 0;
}

const struct sieve_row sieve_row_require = {
    .name = "require",
    .kind = SIEVE_COMMAND,
    .parameters = {{"what is required", SIEVE_STRINGS, false, false}},
    .compile = compile_require,
};

/* if, elsif, else (RFC 5228 section 3.1) ------------------------------------------------------ */

/* The branches that begin with an if. */
struct branches {
    struct sieve_compiler *compiler;
    uint32_t ends; /* the jumps behind the last branch */
    bool settled;  /* a branch is always taken: those that follow are not compiled */
};

/* With a test, or without one for else. */
static int compile_branch(struct branches *branches, struct sieve_node *node)
{
    struct sieve_compiler *compiler = branches->compiler;
    enum sieve_truth truth = SIEVE_ALWAYS;
    uint32_t skip = UINT32_MAX;
    int result = node->tests ? sieve_compile_test(compiler, node->tests, &truth) : 0;
    if (result < 0 || truth == SIEVE_NEVER)
        return result;
    if (truth == SIEVE_OPEN)
        result = sieve_compile_emit_chained(compiler, SIEVE_OP_JUMP_UNLESS, &skip);
    if (result == 0)
        result = sieve_compile_block(compiler, node->block);
    if (result == 0 && truth == SIEVE_OPEN && node->next)
        result = sieve_compile_emit_chained(compiler, SIEVE_OP_JUMP, &branches->ends);
    if (result < 0)
        return result;
    sieve_compile_patch_chain(compiler, skip);
    branches->settled = truth == SIEVE_ALWAYS;
    return 0;
}

static bool is_named(const struct sieve_node *node, const char *name)
{
    return node && slice_equal_nocase(node->name, slice_cstr(name));
}

/* The arguments and the shape of a branch; its row has nothing else to say. */
static int check_branch(struct sieve_compiler *compiler, const struct sieve_node *node,
                        const struct sieve_row *row)
{
    struct sieve_call *call;
    return sieve_bind(compiler, node, row, &call);
}

static int compile_if(struct sieve_compiler *compiler, struct sieve_node *node,
                      const struct sieve_call *call)
{
    (void)call;
    struct branches branches = {compiler, UINT32_MAX, false};
    int result = compile_branch(&branches, node);
    bool more = true;
    for (node = node->next; result == 0 && more && node; node = node->next) {
        bool is_else = is_named(node, "else");
        if (!is_else && !is_named(node, "elsif"))
            break;
        result = check_branch(compiler, node, is_else ? &sieve_row_else : &sieve_row_elsif);
        if (result == 0 && !branches.settled)
            result = compile_branch(&branches, node);
        node->compiled = true;
        more = !is_else;
    }
    sieve_compile_patch_chain(compiler, branches.ends);
    return result;
}

static int compile_stray(struct sieve_compiler *compiler, struct sieve_node *node,
                         const struct sieve_call *call)
{
    return sieve_compile_fail(compiler, node->place, "%s follows no if", call->row->name);
}

const struct sieve_row sieve_row_if = {.name = "if",
                                       .kind = SIEVE_COMMAND,
                                       .tests = SIEVE_TESTS_ONE,
                                       .block = true,
                                       .compile = compile_if};
const struct sieve_row sieve_row_elsif = {.name = "elsif",
                                          .kind = SIEVE_COMMAND,
                                          .tests = SIEVE_TESTS_ONE,
                                          .block = true,
                                          .compile = compile_stray};
const struct sieve_row sieve_row_else = {
    .name = "else", .kind = SIEVE_COMMAND, .block = true, .compile = compile_stray};

/* stop (RFC 5228 section 3.3), return (RFC 6609 section 3.3) -------------------------------------
 */

static int compile_stop(struct sieve_compiler *compiler, struct sieve_node *node,
                        const struct sieve_call *call)
{
    (void)node;
    return sieve_compile_emit(compiler, SIEVE_OP_STOP, 0, call, NULL);
}

static int compile_return(struct sieve_compiler *compiler, struct sieve_node *node,
                          const struct sieve_call *call)
{
    (void)node;
    return sieve_compile_emit(compiler, SIEVE_OP_RETURN, 0, call, NULL);
}

const struct sieve_row sieve_row_stop = {
    .name = "stop", .kind = SIEVE_COMMAND, .compile = compile_stop};
const struct sieve_row sieve_row_return = {.name = "return",
                                           .kind = SIEVE_COMMAND,
                                           .extension = SIEVE_EXT_INCLUDE,
                                           .compile = compile_return};

/* include (RFC 6609 section 3.2)
 * ------------------------------------------------------------------- */

enum { LOCATION_PERSONAL, LOCATION_GLOBAL };

static const struct sieve_tag include_tag_table[] = {
    {"personal", SIEVE_GROUP_LOCATION, SIEVE_NOTHING, SIEVE_EXT_NONE, LOCATION_PERSONAL, false},
    {"global", SIEVE_GROUP_LOCATION, SIEVE_NOTHING, SIEVE_EXT_NONE, LOCATION_GLOBAL, false},
    {"once", SIEVE_GROUP_ONCE, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
    {"optional", SIEVE_GROUP_OPTIONAL, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};
static const struct sieve_tag *const include_tags[] = {include_tag_table, NULL};

static struct sieve_unit *find_unit(struct sieve_compiler *compiler, struct slice name, bool global)
{
    for (uint32_t i = 1; i < compiler->unit_count; i++) {
        if (compiler->units[i].from_global == global && slice_equal(compiler->units[i].name, name))
            return &compiler->units[i];
    }
    return NULL;
}

/* Loads it; one that is missing has a text of NULL. */
static int add_unit(struct sieve_compiler *compiler, const struct sieve_node *node,
                    struct slice name, bool global, struct sieve_unit **out)
{
    if (compiler->unit_count == SIEVE_SCRIPTS_MAX)
        return sieve_compile_fail(compiler, node->place, "more than %d scripts are included",
                                  SIEVE_SCRIPTS_MAX - 1);
    struct sieve_unit unit = {.name = name, .from_global = global, .text = {NULL, 0}};
    const struct sieve_library *library = compiler->library;
    int result = library && library->load
                     ? library->load(library->arg, global, name, &compiler->trees, &unit.text)
                     : -ERR_NOT_FOUND;
    if (result < 0 && result != -ERR_NOT_FOUND)
        return result;
    if (result == -ERR_NOT_FOUND)
        unit.text = (struct slice){NULL, 0};
    *out = &compiler->units[compiler->unit_count++];
    **out = unit;
    return 0;
}

static bool is_script_name(struct slice name)
{
    for (size_t at = 0; at < name.len;) {
        uint32_t c = text_next(name, &at);
        if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029)
            return false;
    }
    return name.len > 0;
}

/* RFC 6609 section 3.2: names are those of ManageSieve (RFC 5804 section 1.6). */
static int check_include(struct sieve_compiler *compiler, struct sieve_call *call)
{
    return sieve_check_strings(compiler, &call->arguments[0], is_script_name,
                               "the name of the script");
}

/* RFC 6609 section 3.1: a script may be uploaded before those it includes, so that one is missing
 * counts only when it runs. */
static int run_missing(struct sieve_run *run, const struct sieve_call *call)
{
    return sieve_run_fail(run, ERR_NOT_FOUND, "there is no script \"%.*s\" to include",
                          SLICE_ARGS(call->arguments[0].texts[0].constant));
}

static int compile_include(struct sieve_compiler *compiler, struct sieve_node *node,
                           const struct sieve_call *call)
{
    const struct sieve_tag_value *location = sieve_call_tag(call, SIEVE_GROUP_LOCATION);
    bool global = location && location->tag->choice == LOCATION_GLOBAL;
    struct slice name = call->arguments[0].texts[0].constant;
    struct sieve_unit *unit = find_unit(compiler, name, global);
    int result = unit ? 0 : add_unit(compiler, node, name, global, &unit);
    if (result < 0)
        return result;
    if (!unit->text.data)
        return sieve_call_tag(call, SIEVE_GROUP_OPTIONAL)
                   ? 0
                   : sieve_compile_emit(compiler, SIEVE_OP_RUN, 0, call, NULL);
    return sieve_compile_emit(compiler, SIEVE_OP_INCLUDE, (uint32_t)(unit - compiler->units), call,
                              NULL);
}

const struct sieve_row sieve_row_include = {
    .name = "include",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_INCLUDE,
    .tags = include_tags,
    .parameters = {{"the name of the script", SIEVE_STRING, false, true}},
    .check = check_include,
    .compile = compile_include,
    .run = run_missing,
};

/* global (RFC 6609 section 3.4.1)
 * --------------------------------------------------------------------- */

static int import(struct sieve_compiler *compiler, const struct sieve_value *names,
                  struct slice name)
{
    struct arena *arena = sieve_compile_arena(compiler);
    uint32_t index;
    if (!sieve_variable_name_is_valid(name) || slice_find(name, '.') < name.len)
        return sieve_compile_fail(compiler, names->place, "\"%.*s\" cannot be a variable",
                                  SLICE_ARGS(name));
    if (sieve_scope_has(&compiler->unit->variables, name))
        return sieve_compile_fail(compiler, names->place,
                                  "\"%.*s\" is a variable of this script already",
                                  SLICE_ARGS(name));
    int result = sieve_scope_index(&compiler->unit->imported, arena, name, &index);
    if (result == 0)
        result = sieve_scope_index(&compiler->globals, arena, name, &index);
    return result < 0 ? sieve_compile_fail(compiler, names->place, "%s", last_error()->text) : 0;
}

static int compile_global(struct sieve_compiler *compiler, struct sieve_node *node,
                          const struct sieve_call *call)
{
    const struct sieve_value *names = &call->arguments[0];
    if (!sieve_compile_has(compiler, SIEVE_EXT_VARIABLES))
        return sieve_compile_fail(compiler, node->place, "global needs require \"variables\"");
    int result = 0;
    for (size_t i = 0; result == 0 && i < names->count; i++)
        result = import(compiler, names, names->texts[i].constant);
    return result;
}

const struct sieve_row sieve_row_global = {
    .name = "global",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_INCLUDE,
    .parameters = {{"the names of the variables", SIEVE_STRINGS, false, true}},
    .compile = compile_global,
};

/* error (RFC 5463 section 5)
 * ---------------------------------------------------------------------------- */

static int run_error(struct sieve_run *run, const struct sieve_call *call)
{
    struct slice text;
    int result = sieve_run_string(run, &call->arguments[0], &text);
    return result < 0 ? result : sieve_run_fail(run, ERR_INVALID, "%.*s", SLICE_ARGS(text));
}

const struct sieve_row sieve_row_error = {
    .name = "error",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_IHAVE,
    .parameters = {{"the text of the error", SIEVE_STRING, false, false}},
    .run = run_error,
};
