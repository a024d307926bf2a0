#include "sieve_script.h"

#include <stdio.h>

#include "mime_fixture.h"
#include "support/check.h"

struct run {
    struct mime_fixture fixture;
    struct sieve_message message;
    struct sieve_host host;
    struct sieve_outcome outcome;
    struct sieve_problem problem;
};

static int read_message(void *arg, uint64_t start, uint64_t end, struct buffer *out)
{
    struct run *run = arg;
    buffer_add(out, slice_sub(run->fixture.message, start, end - start));
    return 0;
}

static void begin(struct run *run, const struct sieve_trial *trial, const char *message)
{
    *run = (struct run){.outcome = {NULL, 0}};
    mime_fixture_init(&run->fixture, slice_cstr(message), NULL);
    run->message = (struct sieve_message){
        .tree = run->fixture.tree,
        .size = strlen(message),
        .has_envelope = !trial->no_envelope,
        .envelope_from = slice_cstr(trial->sender ? trial->sender : "bob@example.com"),
        .envelope_to = slice_cstr(trial->recipient ? trial->recipient : "alice@example.org"),
        .is_event = trial->is_event,
        .mailbox = trial->mailbox ? slice_cstr(trial->mailbox) : SLICE_EMPTY,
        .flags = trial->flags ? slice_cstr(trial->flags) : (struct slice){NULL, 0},
    };
    run->host = (struct sieve_host){
        .arg = run,
        .read = trial->no_octets ? NULL : read_message,
        .now = trial->now ? trial->now : SIEVE_TRIAL_NOW,
        .zone_minutes = 120,
        .own_addresses = SLICE("alice@example.org al@example.org"),
    };
}

static int run_script(struct run *run, const struct sieve_trial *trial, const char *script)
{
    struct sieve_program *program = NULL;
    int result = sieve_compile(slice_cstr(script), trial->library, &program, &run->problem);
    if (result == 0)
        result = sieve_run(program, &run->message, &run->host, &run->fixture.arena, &run->outcome,
                           &run->problem);
    sieve_program_free(&program);
    return result;
}

static void add(struct buffer *out, const char *before, struct slice text)
{
    if (text.len == 0)
        return;
    buffer_add_cstr(out, before);
    buffer_add(out, text);
}

/* "deleted|work". */
static void add_flags(struct buffer *out, const struct flag_names *flags)
{
    size_t start = out->len;
    for (flag_mask bit = 1; bit & FLAGS_SYSTEM; bit <<= 1) {
        if (!(flags->system & bit))
            continue;
        buffer_add_cstr(out, out->len > start ? "|" : "");
        for (const char *c = flag_system_name(bit) + 1; *c; c++)
            buffer_add_char(out, ascii_lower(*c));
    }
    for (size_t i = 0; i < flags->keyword_count; i++)
        add(out, out->len > start ? "|" : "", flags->keywords[i]);
}

static void render_action(const struct sieve_action *action, struct buffer *out)
{
    static const char *const names[] = {
        [SIEVE_KEEP] = "keep",     [SIEVE_FILEINTO] = "fileinto",   [SIEVE_REDIRECT] = "redirect",
        [SIEVE_REJECT] = "reject", [SIEVE_EREJECT] = "ereject",     [SIEVE_VACATION] = "vacation",
        [SIEVE_NOTIFY] = "notify", [SIEVE_DUPLICATE] = "duplicate",
    };
    buffer_add_cstr(out, names[action->kind]);
    add(out, " ", action->mailbox);
    add(out, " ", action->address);
    if (action->has_flags) {
        buffer_add_cstr(out, " flags=");
        add_flags(out, &action->flags);
    }
    add(out, " from=", action->from);
    add(out, " importance=", action->importance);
    if (action->seconds)
        buffer_printf(out, " seconds=%u", action->seconds);
    add(out, " subject=", action->subject);
    for (size_t i = 0; i < action->option_count; i++)
        add(out, " option=", action->options[i]);
    if (action->text_is_mime)
        buffer_add_cstr(out, " mime");
    add(out, " text=", action->text);
    if (action->header.data && !action->content.data)
        add(out, " [", action->header);
    if (action->content.data)
        add(out, " [", action->content);
    buffer_add_cstr(out, action->header.data || action->content.data ? "]\n" : "\n");
}

void sieve_check_outcome(const struct sieve_trial *trial, const char *script, const char *message,
                         const char *expected, const char *file, int line)
{
    struct run run;
    struct buffer out;
    buffer_init(&out, 0);
    begin(&run, trial, message);
    int result = run_script(&run, trial, script);
    if (!check_int(result, 0, "the script's result", file, line))
        fprintf(stderr, "%u:%u: %s\n", run.problem.line, run.problem.column, run.problem.text);
    for (size_t i = 0; i < run.outcome.count; i++) {
        render_action(&run.outcome.actions[i], &out);
        if (trial->handle_out)
            buffer_add(trial->handle_out, run.outcome.actions[i].handle);
    }
    check_slice(buffer_slice(&out), slice_cstr(expected), "outcome", file, line);
    buffer_clear(&out);
    mime_fixture_clear(&run.fixture);
}

void sieve_check_refused(const char *script, uint32_t problem_line, const char *file, int line)
{
    struct sieve_program *program = NULL;
    struct sieve_problem problem = {.line = 0};
    int result = sieve_compile(slice_cstr(script), NULL, &program, &problem);
    check_int(result, -ERR_SYNTAX, "compiling", file, line);
    check_int(problem.line, problem_line, "line of the problem", file, line);
    check_true(problem.text[0] != '\0', "a problem is explained", file, line);
    sieve_program_free(&program);
}

void sieve_check_failed(const struct sieve_trial *trial, const char *script, const char *message,
                        enum err expected, const char *file, int line)
{
    struct run run;
    begin(&run, trial, message);
    int result = run_script(&run, trial, script);
    check_int(result, -(int)expected, "the script's result", file, line);
    check_true(run.problem.text[0] != '\0', "a problem is explained", file, line);
    mime_fixture_clear(&run.fixture);
}
