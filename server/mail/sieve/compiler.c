/* From syntax trees to a program: the scripts one after the other, each command by its row. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/text.h"
#include "fiber/fiber.h"
#include "model/mail_address.h"
#include "sieve/compiler_state.h"
#include "sieve/rows.h"

/* Errors ------------------------------------------------------------------------------- */

int sieve_compile_fail(struct sieve_compiler *compiler, struct sieve_place place,
                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int result = sieve_problem_set_list(compiler->problem, ERR_SYNTAX, place, format, args);
    va_end(args);
    return result;
}

/* What the modules below said, at that place. */
static int explain(struct sieve_compiler *compiler, struct sieve_place place, int result)
{
    return sieve_problem_set(compiler->problem, (enum err) - result, place, "%s",
                             last_error()->text);
}

struct arena *sieve_compile_arena(struct sieve_compiler *compiler)
{
    return &compiler->program->arena;
}

bool sieve_compile_has(const struct sieve_compiler *compiler, enum sieve_extension extension)
{
    return (compiler->unit->has & SIEVE_EXTENSION_BIT(extension)) != 0;
}

sieve_extension_set sieve_compile_extension(const struct sieve_compiler *compiler,
                                            struct slice name)
{
    const struct sieve_library *library = compiler->library;
    bool offered = !library || !library->offers || library->offers(library->arg, name);
    return offered ? sieve_extension_find(name) : 0;
}

void sieve_compile_require(struct sieve_compiler *compiler, sieve_extension_set extensions)
{
    compiler->unit->has |= extensions;
}

struct sieve_loop **sieve_compile_loops(struct sieve_compiler *compiler)
{
    return &compiler->unit->loops;
}

/* Instructions --------------------------------------------------------------------------- */

static int make_room(struct sieve_compiler *compiler)
{
    enum { ROOM_FIRST = 64 };
    if (compiler->op_count < compiler->op_room)
        return 0;
    if (compiler->op_count == SIEVE_PROGRAM_OPS_MAX)
        return sieve_problem_set(compiler->problem, ERR_LIMIT, (struct sieve_place){1, 1},
                                 "the script is longer than %d instructions",
                                 SIEVE_PROGRAM_OPS_MAX);
    uint32_t room = compiler->op_room ? compiler->op_room * 2 : ROOM_FIRST;
    if (room > SIEVE_PROGRAM_OPS_MAX)
        room = SIEVE_PROGRAM_OPS_MAX;
    struct sieve_op *larger = realloc(compiler->ops, room * sizeof *larger);
    if (!larger)
        return fail(ERR_NO_MEMORY, "no memory for a Sieve program");
    compiler->ops = larger;
    compiler->op_room = room;
    return 0;
}

int sieve_compile_emit(struct sieve_compiler *compiler, enum sieve_op_kind kind, uint32_t target,
                       const struct sieve_call *call, uint32_t *at_out)
{
    int result = make_room(compiler);
    if (result < 0)
        return result;
    if (at_out)
        *at_out = compiler->op_count;
    compiler->ops[compiler->op_count++] =
        (struct sieve_op){kind, call ? call->place.line : 0, target, call};
    return 0;
}

uint32_t sieve_compile_here(const struct sieve_compiler *compiler)
{
    return compiler->op_count;
}

void sieve_compile_patch(struct sieve_compiler *compiler, uint32_t at)
{
    compiler->ops[at].target = compiler->op_count;
}

int sieve_compile_emit_chained(struct sieve_compiler *compiler, enum sieve_op_kind kind,
                               uint32_t *chain)
{
    return sieve_compile_emit(compiler, kind, *chain, NULL, chain);
}

void sieve_compile_patch_chain(struct sieve_compiler *compiler, uint32_t chain)
{
    while (chain != UINT32_MAX) {
        uint32_t next = compiler->ops[chain].target;
        sieve_compile_patch(compiler, chain);
        chain = next;
    }
}

/* Commands and tests ------------------------------------------------------------------------ */

static int find_row(struct sieve_compiler *compiler, const struct sieve_node *node,
                    enum sieve_kind kind, const struct sieve_row **out)
{
    const struct sieve_row *row = sieve_row_find(kind, node->name);
    if (!row)
        return sieve_compile_fail(compiler, node->place, "there is no %s \"%.*s\"",
                                  kind == SIEVE_TEST ? "test" : "command", SLICE_ARGS(node->name));
    if (!sieve_compile_has(compiler, row->extension))
        return sieve_compile_fail(compiler, node->place, "%s needs require \"%s\"", row->name,
                                  sieve_extension_name(row->extension));
    *out = row;
    return 0;
}

int sieve_compile_test(struct sieve_compiler *compiler, struct sieve_node *test,
                       enum sieve_truth *truth_out)
{
    const struct sieve_row *row;
    struct sieve_call *call;
    uint32_t before = compiler->op_count;
    int result = find_row(compiler, test, SIEVE_TEST, &row);
    if (result == 0)
        result = sieve_bind(compiler, test, row, &call);
    if (result < 0)
        return result;
    *truth_out = SIEVE_OPEN;
    if (!row->compile_test)
        return sieve_compile_emit(compiler, SIEVE_OP_TEST, 0, call, NULL);
    result = row->compile_test(compiler, test, call, truth_out);
    if (*truth_out != SIEVE_OPEN) /* there is nothing to be found out when it runs */
        compiler->op_count = before;
    return result;
}

static int compile_command(struct sieve_compiler *compiler, struct sieve_node *node)
{
    const struct sieve_row *row;
    struct sieve_call *call;
    int result = find_row(compiler, node, SIEVE_COMMAND, &row);
    if (result == 0)
        result = sieve_bind(compiler, node, row, &call);
    if (result < 0)
        return result;
    if (row != &sieve_row_require)
        compiler->unit->begun = true;
    return row->compile ? row->compile(compiler, node, call)
                        : sieve_compile_emit(compiler, SIEVE_OP_RUN, 0, call, NULL);
}

int sieve_compile_block(struct sieve_compiler *compiler, struct sieve_node *first)
{
    for (struct sieve_node *node = first; node; node = node->next) {
        if (node->compiled)
            continue;
        fiber_breathe();
        int result = compile_command(compiler, node);
        if (result < 0)
            return result;
    }
    return 0;
}

/* Variables ------------------------------------------------------------------------------------ */

static const struct slice global_prefix = {"global.", 7};

/* The name in the scope of all scripts when it is one of these (RFC 6609 section 3.4). */
static bool is_global(const struct sieve_compiler *compiler, struct slice *name)
{
    if (slice_starts_with_nocase(*name, global_prefix)) {
        *name = slice_sub(*name, global_prefix.len, name->len);
        return true;
    }
    return sieve_scope_has(&compiler->unit->imported, *name);
}

int sieve_compile_variable(struct sieve_compiler *compiler, struct slice name,
                           struct sieve_place place, struct sieve_variable *out)
{
    if (!sieve_variable_name_is_valid(name))
        return sieve_compile_fail(compiler, place, "\"%.*s\" cannot be a variable",
                                  SLICE_ARGS(name));
    bool global = is_global(compiler, &name);
    if (slice_find(name, '.') < name.len ||
        (global && !sieve_compile_has(compiler, SIEVE_EXT_INCLUDE)))
        return sieve_compile_fail(compiler, place, "there is no name space of \"%.*s\"",
                                  SLICE_ARGS(name));
    struct sieve_scope *scope = global ? &compiler->globals : &compiler->unit->variables;
    uint32_t index;
    int result = sieve_scope_index(scope, sieve_compile_arena(compiler), name, &index);
    if (result < 0)
        return explain(compiler, place, result);
    *out = (struct sieve_variable){global, index};
    return 0;
}

/* Checks --------------------------------------------------------------------------------------- */

int sieve_check_strings(struct sieve_compiler *compiler, const struct sieve_value *value,
                        bool (*is_valid)(struct slice text), const char *what)
{
    for (size_t i = 0; i < value->count; i++) {
        struct slice text = value->texts[i].constant;
        if (value->texts[i].piece_count == 0 && !is_valid(text))
            return sieve_compile_fail(compiler, value->place, "%s is not valid: %.*s", what,
                                      SLICE_ARGS(text));
    }
    return 0;
}

bool sieve_is_header_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] <= ' ' || name.data[i] >= 0x7f || name.data[i] == ':')
            return false;
    }
    return name.len > 0;
}

/* What stands between angle brackets at the end, or all. */
static struct slice without_name(struct slice text)
{
    struct slice bare = slice_trim(text);
    if (bare.len == 0 || bare.data[bare.len - 1] != '>')
        return bare;
    size_t start = bare.len;
    while (start > 0 && bare.data[start - 1] != '<')
        start--;
    return start > 0 ? slice_sub(bare, start, bare.len - start - 1) : bare;
}

int sieve_address_read(struct slice text, struct arena *arena, struct slice *out)
{
    struct slice bare = without_name(text);
    size_t at = bare.len;
    while (at > 0 && bare.data[at - 1] != '@')
        at--;
    if (at == 0)
        return fail(ERR_SYNTAX, "an address has an \"@\"");
    /* RFC 5322 section 3.4.1 has white space around both parts. */
    struct slice local = slice_trim(slice_sub(bare, 0, at - 1));
    struct slice domain = slice_trim(slice_sub(bare, at, bare.len));
    char *address = arena_printf(arena, "%.*s@%.*s", SLICE_ARGS(local), SLICE_ARGS(domain));
    struct mail_address parsed;
    int result = address ? mail_address_parse(slice_cstr(address), arena, &parsed) : -ERR_NO_MEMORY;
    if (result == 0)
        *out = slice_cstr(address);
    return result;
}

bool sieve_is_address(struct slice text)
{
    struct arena arena;
    struct slice address;
    arena_init(&arena, 0);
    bool valid = sieve_address_read(text, &arena, &address) == 0;
    arena_clear(&arena);
    return valid;
}

/* Programs ---------------------------------------------------------------------------------------
 */

static int compile_unit(struct sieve_compiler *compiler, struct sieve_unit *unit)
{
    struct sieve_node *first = NULL;
    compiler->unit = unit;
    unit->has = sieve_extensions_built_in();
    unit->start = compiler->op_count;
    int result = sieve_parse(unit->text, &compiler->trees, &first, compiler->problem);
    if (result == 0)
        result = sieve_compile_block(compiler, first);
    if (result == 0)
        result = sieve_compile_emit(compiler, SIEVE_OP_RETURN, 0, NULL, NULL);
    unit->end = compiler->op_count;
    return result;
}

/* The names of a scope, copied to the program. */
static int keep_names(struct sieve_program *program, const struct sieve_scope *scope,
                      const struct slice **out)
{
    struct slice *names = ARENA_ARRAY(&program->arena, scope->count, struct slice);
    if (!names)
        return -ERR_NO_MEMORY;
    if (scope->count > 0)
        memcpy(names, scope->list, scope->count * sizeof *names);
    *out = names;
    return 0;
}

static int keep_scripts(struct sieve_compiler *compiler)
{
    struct sieve_program *program = compiler->program;
    program->scripts = ARENA_ARRAY(&program->arena, compiler->unit_count, struct sieve_script);
    if (!program->scripts)
        return -ERR_NO_MEMORY;
    program->script_count = compiler->unit_count;
    for (uint32_t i = 0; i < compiler->unit_count; i++) {
        const struct sieve_unit *unit = &compiler->units[i];
        struct sieve_script *script = &program->scripts[i];
        script->start = unit->start;
        script->end = unit->end;
        script->variable_count = unit->variables.count;
        script->name = arena_copy(&program->arena, unit->name);
        if (!script->name.data || keep_names(program, &unit->variables, &script->names) < 0)
            return -ERR_NO_MEMORY;
    }
    program->global_count = compiler->globals.count;
    return keep_names(program, &compiler->globals, &program->global_names);
}

static int keep(struct sieve_compiler *compiler)
{
    struct sieve_program *program = compiler->program;
    program->ops = ARENA_ARRAY(&program->arena, compiler->op_count, struct sieve_op);
    if (!program->ops)
        return -ERR_NO_MEMORY;
    memcpy(program->ops, compiler->ops, compiler->op_count * sizeof *program->ops);
    program->op_count = compiler->op_count;
    return keep_scripts(compiler);
}

static void clear(struct sieve_compiler *compiler)
{
    for (uint32_t i = 0; i < compiler->unit_count; i++) {
        sieve_scope_clear(&compiler->units[i].variables);
        sieve_scope_clear(&compiler->units[i].imported);
    }
    sieve_scope_clear(&compiler->globals);
    arena_clear(&compiler->trees);
    free(compiler->ops);
    free(compiler);
}

static int compile_all(struct sieve_compiler *compiler, struct slice text)
{
    int result = 0;
    compiler->unit_count = 1;
    compiler->units[0] = (struct sieve_unit){.name = SLICE_EMPTY, .text = text};
    /* What a script includes becomes a unit of its own, behind it. */
    for (uint32_t i = 0; result == 0 && i < compiler->unit_count; i++) {
        if (compiler->units[i].text.data)
            result = compile_unit(compiler, &compiler->units[i]);
    }
    return result < 0 ? result : keep(compiler);
}

/* The names of included scripts do not outlive the compiler: the text says which it is. */
static void tell_problem(const struct sieve_compiler *compiler, int result,
                         struct sieve_problem *problem)
{
    struct sieve_place place = {problem->line, problem->column};
    if (!problem->text[0])
        sieve_problem_set(problem, (enum err) - result, place, "%s", last_error()->text);
    problem->script = SLICE_EMPTY;
    if (compiler->unit == &compiler->units[0])
        return;
    char text[sizeof problem->text];
    memcpy(text, problem->text, sizeof text);
    sieve_problem_set(problem, (enum err) - result, place, "in the script \"%.*s\": %s",
                      SLICE_ARGS(compiler->unit->name), text);
}

int sieve_compile(struct slice text, const struct sieve_library *library,
                  struct sieve_program **out, struct sieve_problem *problem_out)
{
    struct sieve_program *program = calloc(1, sizeof *program);
    struct sieve_compiler *compiler = calloc(1, sizeof *compiler);
    *problem_out = (struct sieve_problem){.line = 1, .column = 1, .script = SLICE_EMPTY};
    if (!program || !compiler) {
        free(program);
        free(compiler);
        return fail(ERR_NO_MEMORY, "no memory for a Sieve program");
    }
    arena_init(&program->arena, 0);
    arena_init(&compiler->trees, 0);
    compiler->program = program;
    compiler->library = library;
    compiler->problem = problem_out;
    compiler->unit = &compiler->units[0];
    int result = compile_all(compiler, text);
    if (result < 0)
        tell_problem(compiler, result, problem_out);
    clear(compiler);
    if (result < 0)
        sieve_program_free(&program);
    else
        *out = program;
    return result;
}

void sieve_program_free(struct sieve_program **program)
{
    if (*program)
        arena_clear(&(*program)->arena);
    free(*program);
    *program = NULL;
}
