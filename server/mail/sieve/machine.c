/* Running a program: instruction by instruction, each paid for. */
#include "sieve/machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "fiber/fiber.h"
#include "sieve/parts.h"
#include "sieve/syntax.h"

/* Scratch memory of more than this is given back after an instruction. */
enum { SCRATCH_KEPT = 64 << 10 };

/* Errors and the trace --------------------------------------------------------------------- */

int sieve_run_fail(struct sieve_run *run, enum err code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int result = sieve_problem_set_list(run->problem, code, run->place, format, args);
    va_end(args);
    return result;
}

int sieve_run_failed(struct sieve_run *run, int result)
{
    if (run->problem->text[0])
        return result; /* it is told already */
    return sieve_run_fail(run, (enum err) - result, "%s", last_error()->text);
}

int sieve_run_charge(struct sieve_run *run, uint64_t octets)
{
    int result = sieve_meter_charge_octets(&run->meter, octets);
    if (result < 0)
        return sieve_run_failed(run, result);
    fiber_breathe();
    return 0;
}

bool sieve_run_traces(const struct sieve_run *run)
{
    return run->host->trace != NULL;
}

void sieve_run_trace(struct sieve_run *run, const char *format, ...)
{
    if (!sieve_run_traces(run))
        return;
    char text[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t cut = length < (int)sizeof text ? (size_t)length : sizeof text - 1;
    run->host->trace(run->host->arg, run->place.line, slice_of(text, cut));
}

/* Frames -------------------------------------------------------------------------------------- */

static struct buffer *new_variables(uint32_t count)
{
    struct buffer *variables = calloc(count + 1, sizeof *variables);
    for (uint32_t i = 0; variables && i < count; i++)
        buffer_init(&variables[i], 0);
    return variables;
}

static void free_variables(struct buffer *variables, uint32_t count)
{
    for (uint32_t i = 0; variables && i < count; i++)
        buffer_clear(&variables[i]);
    free(variables);
}

static int push_frame(struct sieve_run *run, const struct sieve_script *script)
{
    struct sieve_frame *frame = calloc(1, sizeof *frame);
    struct buffer *variables = new_variables(script->variable_count);
    if (!frame || !variables) {
        free(frame);
        free_variables(variables, script->variable_count);
        return sieve_run_fail(run, ERR_NO_MEMORY, "no memory to run a Sieve program");
    }
    for (size_t i = 0; i < SIEVE_MATCHES_MAX; i++)
        buffer_init(&frame->matches[i], 0);
    frame->caller = run->frame;
    frame->script = script;
    frame->return_to = run->at;
    frame->variables = variables;
    run->frame = frame;
    run->depth++;
    run->at = script->start;
    return 0;
}

static void forget(struct sieve_run *run, const struct buffer *variables, size_t count)
{
    for (size_t i = 0; i < count; i++)
        run->variable_octets -= variables[i].len;
}

static void pop_frame(struct sieve_run *run)
{
    struct sieve_frame *frame = run->frame;
    forget(run, frame->variables, frame->script->variable_count);
    forget(run, frame->matches, SIEVE_MATCHES_MAX);
    free_variables(frame->variables, frame->script->variable_count);
    for (size_t i = 0; i < SIEVE_MATCHES_MAX; i++)
        buffer_clear(&frame->matches[i]);
    run->at = frame->return_to;
    run->frame = frame->caller;
    run->depth--;
    free(frame);
}

/* Instructions ----------------------------------------------------------------------------------
 */

static int do_run(struct sieve_run *run, const struct sieve_op *op)
{
    return op->call->row->run(run, op->call);
}

static int do_test(struct sieve_run *run, const struct sieve_op *op)
{
    int result = op->call->row->test(run, op->call, &run->result);
    if (result == 0)
        sieve_trace_test(run, op->call);
    return result;
}

static int do_set(struct sieve_run *run, const struct sieve_op *op)
{
    run->result = op->target != 0;
    return 0;
}

static int do_not(struct sieve_run *run, const struct sieve_op *op)
{
    (void)op;
    run->result = !run->result;
    return 0;
}

static int do_jump(struct sieve_run *run, const struct sieve_op *op)
{
    run->at = op->target;
    return 0;
}

static int do_jump_if(struct sieve_run *run, const struct sieve_op *op)
{
    if (run->result)
        run->at = op->target;
    return 0;
}

static int do_jump_unless(struct sieve_run *run, const struct sieve_op *op)
{
    if (!run->result)
        run->at = op->target;
    return 0;
}

static bool is_running(const struct sieve_run *run, const struct sieve_script *script)
{
    const struct sieve_frame *frame = run->frame;
    while (frame && frame->script != script)
        frame = frame->caller;
    return frame != NULL;
}

/* RFC 6609 section 3.1: one that is being run may not be included again. */
static int do_include(struct sieve_run *run, const struct sieve_op *op)
{
    const struct sieve_script *script = &run->program->scripts[op->target];
    if (run->included[op->target] && sieve_call_tag(op->call, SIEVE_GROUP_ONCE))
        return 0;
    if (is_running(run, script))
        return sieve_run_fail(run, ERR_LIMIT, "the script \"%.*s\" includes itself",
                              SLICE_ARGS(script->name));
    if (run->depth > SIEVE_INCLUDE_DEPTH_MAX)
        return sieve_run_fail(run, ERR_LIMIT, "scripts include each other deeper than %d",
                              SIEVE_INCLUDE_DEPTH_MAX);
    run->included[op->target] = true;
    sieve_run_trace(run, "includes %.*s", SLICE_ARGS(script->name));
    return push_frame(run, script);
}

static int do_return(struct sieve_run *run, const struct sieve_op *op)
{
    (void)op;
    if (run->frame->caller)
        pop_frame(run);
    else
        run->stopped = true;
    return 0;
}

static int do_stop(struct sieve_run *run, const struct sieve_op *op)
{
    (void)op;
    run->stopped = true;
    return 0;
}

static int step(struct sieve_run *run)
{
    static int (*const instructions[SIEVE_OP_COUNT])(struct sieve_run * run,
                                                     const struct sieve_op *op) = {
        [SIEVE_OP_RUN] = do_run,
        [SIEVE_OP_TEST] = do_test,
        [SIEVE_OP_SET] = do_set,
        [SIEVE_OP_NOT] = do_not,
        [SIEVE_OP_JUMP] = do_jump,
        [SIEVE_OP_JUMP_IF] = do_jump_if,
        [SIEVE_OP_JUMP_UNLESS] = do_jump_unless,
        [SIEVE_OP_INCLUDE] = do_include,
        [SIEVE_OP_RETURN] = do_return,
        [SIEVE_OP_STOP] = do_stop,
    };
    const struct sieve_op *op = &run->program->ops[run->at++];
    if (op->call)
        run->place = op->call->place;
    int result = sieve_run_charge(run, 0);
    if (result == 0)
        result = instructions[op->kind](run, op);
    sieve_matchers_clear(run);
    if (run->scratch.total > SCRATCH_KEPT)
        arena_clear(&run->scratch);
    return result < 0 ? sieve_run_failed(run, result) : 0;
}

/* Runs --------------------------------------------------------------------------------------------
 */

/* RFC 5228 section 2.10.2: what nothing else was done with is kept. */
static int keep_implicitly(struct sieve_run *run)
{
    if (!run->implicit_keep)
        return 0;
    sieve_run_trace(run, "implicit keep");
    struct sieve_action action = {.kind = SIEVE_KEEP, .line = run->place.line};
    int result = sieve_flags_apply(run, NULL, &action);
    return result < 0 ? result : sieve_outcome_add(run, &action);
}

static int begin(struct sieve_run *run)
{
    run->globals = new_variables(run->program->global_count);
    run->included = calloc(run->program->script_count, sizeof *run->included);
    if (!run->globals || !run->included)
        return sieve_run_fail(run, ERR_NO_MEMORY, "no memory to run a Sieve program");
    run->header = run->message->tree->headers[0];
    run->implicit_keep = true;
    int result =
        run->message->flags.data ? sieve_run_store(run, &run->flags, run->message->flags) : 0;
    return result < 0 ? result : push_frame(run, &run->program->scripts[0]);
}

static void end(struct sieve_run *run)
{
    while (run->frame)
        pop_frame(run);
    free_variables(run->globals, run->program->global_count);
    free(run->included);
    buffer_clear(&run->flags);
    arena_clear(&run->scratch);
}

int sieve_run(const struct sieve_program *program, const struct sieve_message *message,
              const struct sieve_host *host, struct arena *arena, struct sieve_outcome *out,
              struct sieve_problem *problem_out)
{
    struct sieve_run run = {.program = program,
                            .message = message,
                            .host = host,
                            .arena = arena,
                            .problem = problem_out,
                            .meter = {SIEVE_STEPS_MAX},
                            .place = {1, 1}};
    *problem_out = (struct sieve_problem){.line = 1, .column = 1, .script = SLICE_EMPTY};
    arena_init(&run.scratch, SIEVE_SCRATCH_MAX);
    buffer_init(&run.flags, SIEVE_VARIABLE_OCTETS_MAX);
    int result = begin(&run);
    while (result == 0 && !run.stopped)
        result = step(&run);
    if (result == 0)
        result = keep_implicitly(&run);
    if (result < 0 && run.frame && run.frame->caller)
        problem_out->script = run.frame->script->name;
    end(&run);
    if (result == 0)
        *out = run.outcome;
    return result;
}
