#include "filter_existing.h"

#include "base/clock.h"
#include "engine.h"
#include "filter_work.h"
#include "mail/writer.h"

enum { ATTEMPTS = 4 };

/* What the program is told ------------------------------------------------------------------- */

static int read_message(void *arg, uint64_t start, uint64_t end, struct buffer *out)
{
    struct filter_work *work = arg;
    return filter_message_read(&work->message, start, end, out);
}

/* A keyword that came into use just now has no name here yet: it is left alone. */
static flag_mask flags_with_names(flag_mask flags, const struct keyword_table *keywords)
{
    for (size_t i = 0; i < FLAG_KEYWORD_COUNT; i++)
        if (!keywords->names[i].data)
            flags &= ~((flag_mask)1 << (FLAG_KEYWORD_FIRST + i));
    return flags & FLAGS_ALL;
}

int filter_flags_render(flag_mask flags, const struct keyword_table *keywords, struct arena *arena,
                        struct slice *out)
{
    struct buffer names;
    buffer_init(&names, 0);
    for (flag_mask left = flags_with_names(flags, keywords); left; left &= left - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(left);
        const char *system = flag_system_name((flag_mask)1 << bit);
        buffer_add_cstr(&names, names.len ? " " : "");
        buffer_add(&names, system ? slice_cstr(system) : keywords->names[bit - FLAG_KEYWORD_FIRST]);
    }
    return buffer_keep(&names, arena, out);
}

static struct slice without_brackets(struct slice path)
{
    path = slice_trim(path);
    bool has_both = slice_starts_with(path, SLICE("<")) && slice_ends_with(path, SLICE(">"));
    return has_both ? slice_sub(path, 1, path.len - 2) : path;
}

/* As delivery has noted it in the header. */
static void find_envelope(struct filter_work *work, struct sieve_message *message)
{
    struct slice header = message->tree->headers[0], from = SLICE_EMPTY, to = SLICE_EMPTY;
    bool has_from = mime_field_find(header, SLICE("Return-Path"), &from);
    bool has_to = mime_field_find(header, SLICE("Delivered-To"), &to);
    message->envelope_from = without_brackets(from);
    message->envelope_to = without_brackets(to);
    message->has_envelope = has_from || has_to;
    if (has_from)
        work->envelope_from = message->envelope_from;
}

static int run(struct filter_work *work, struct sieve_outcome *out,
               struct sieve_problem *problem_out)
{
    const struct filter_existing *filter = work->filter;
    struct sieve_message message = {.tree = work->message.tree,
                                    .size = work->stored.size,
                                    .is_event = filter->is_event,
                                    .mailbox = grant_name(work->grant)};
    int err = filter_flags_render(work->flags, filter->keywords, work->arena, &message.flags);
    if (err)
        return err;
    if (!filter->is_event)
        find_envelope(work, &message);
    struct sieve_host host = {.arg = work,
                              .read = read_message,
                              .environment = filter->environment,
                              .environment_count = filter->environment_count,
                              .now = clock_realtime_us() / 1000000,
                              .own_addresses = message.envelope_to};
    filter_reach_offer(&host);
    return sieve_run(filter->program, &message, &host, work->arena, out, problem_out);
}

/* Problems ------------------------------------------------------------------------------------- */

static bool is_of_the_server(int err)
{
    return err == -ERR_UNAVAILABLE || err == -ERR_IN_DOUBT || err == -ERR_NO_MEMORY ||
           err == -ERR_CANCELLED;
}

static int set_problem(struct filter_work *work, const char *text)
{
    if (!text)
        return -ERR_NO_MEMORY;
    work->problem = slice_cstr(text);
    return 0;
}

/* What last_error() says goes to the author, if it is for the author to mend. action NULL: it is
 * none's in particular. */
static int explain(struct filter_work *work, const struct sieve_action *action, int err)
{
    if (is_of_the_server(err))
        return err;
    struct arena *arena = work->arena;
    const char *reason = last_error()->text;
    if (!action)
        return set_problem(work, arena_printf(arena, "%s", reason));
    if (action->kind == SIEVE_REDIRECT)
        return set_problem(work, arena_printf(arena, "line %u: not redirected to %.*s: %s",
                                              action->line, SLICE_ARGS(action->address), reason));
    if (!action->mailbox.len)
        return set_problem(work, arena_printf(arena, "line %u: %s", action->line, reason));
    return set_problem(work, arena_printf(arena, "line %u: not filed into \"%.*s\": %s",
                                          action->line, SLICE_ARGS(action->mailbox), reason));
}

static int explain_run(struct filter_work *work, const struct sieve_problem *problem, int err)
{
    if (is_of_the_server(err))
        return err;
    struct arena *arena = work->arena;
    const char *reason = problem->text[0] ? problem->text : last_error()->text;
    if (!problem->script.len)
        return set_problem(work, arena_printf(arena, "line %u: %s", problem->line, reason));
    return set_problem(work, arena_printf(arena, "script \"%.*s\", line %u: %s",
                                          SLICE_ARGS(problem->script), problem->line, reason));
}

/* Deciding ------------------------------------------------------------------------------------- */

static int decide_keep(struct filter_work *work, const struct sieve_action *action)
{
    work->is_kept = true;
    work->kept_with = action;
    return 0;
}

/* Into the mailbox that it is in, it stays. */
static int decide_fileinto(struct filter_work *work, const struct sieve_action *action)
{
    const struct grant *target;
    int err = filter_reach_find(&work->reach, action, &target);
    if (!err && grant_mailbox_id(target) == grant_mailbox_id(work->grant))
        return decide_keep(work, action);
    if (!err)
        err = grant_require(target, RIGHT_INSERT);
    if (!err)
        work->filings[work->filing_count++] = (struct filter_filing){action, target};
    return err;
}

/* It goes out with all else that is done. */
static int decide_sending(struct filter_work *work, const struct sieve_action *action)
{
    if (!work->mail->settings.sends_mail)
        return fail(ERR_DENIED, "there is no submission.url");
    work->sendings[work->sending_count++] = action;
    return 0;
}

/* Not refused any more: it is there. */
static int decide_reject(struct filter_work *work, const struct sieve_action *action)
{
    (void)action;
    work->is_kept = true;
    return 0;
}

static int pass_over(struct filter_work *work, const struct sieve_action *action)
{
    (void)work;
    (void)action;
    return 0;
}

typedef int action_function(struct filter_work *work, const struct sieve_action *action);

static action_function *const decisions[] = {
    [SIEVE_KEEP] = decide_keep,        [SIEVE_FILEINTO] = decide_fileinto,
    [SIEVE_REDIRECT] = decide_sending, [SIEVE_REJECT] = decide_reject,
    [SIEVE_EREJECT] = decide_reject,   [SIEVE_VACATION] = pass_over,
    [SIEVE_NOTIFY] = decide_sending,   [SIEVE_DUPLICATE] = pass_over,
};

static int require_deletion(struct filter_work *work)
{
    int err = work->is_kept ? 0 : grant_require(work->grant, RIGHT_DELETE_MESSAGES);
    return err ? explain(work, NULL, err) : 0;
}

/* What is to be done, as far as all of it can be: else there is a problem. */
static int decide(struct filter_work *work, const struct sieve_outcome *outcome)
{
    work->filings = ARENA_ARRAY(work->arena, outcome->count, struct filter_filing);
    work->sendings = ARENA_ARRAY(work->arena, outcome->count, const struct sieve_action *);
    int err = work->filings && work->sendings ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < outcome->count && !err && !work->problem.len; i++) {
        const struct sieve_action *action = &outcome->actions[i];
        err = decisions[action->kind](work, action);
        if (err)
            err = explain(work, action, err);
    }
    return err || work->problem.len ? err : require_deletion(work);
}

/* Doing ---------------------------------------------------------------------------------------- */

static int refresh(struct filter_work *work)
{
    const struct actor *actor = grant_actor(work->grant);
    int err = acl_check_id(work->mail, actor, grant_mailbox_id(work->grant), RIGHT_READ,
                           work->arena, &work->grant);
    for (size_t i = 0; i < work->filing_count && !err; i++)
        err = acl_check_id(work->mail, actor, grant_mailbox_id(work->filings[i].target),
                           RIGHT_INSERT, work->arena, &work->filings[i].target);
    return err;
}

/* Nothing but flags can go with the changes of others. */
static int change_flags(struct filter_work *work)
{
    struct filter_flag_edit edit;
    work->at = work->is_kept ? work->kept_with : NULL;
    int err = filter_work_flags(work, &edit);
    if (!err && edit.added)
        err = writer_store(work->mail, work->grant, &work->uids, FLAG_CHANGE_ADD, edit.added, NULL);
    if (!err && edit.removed)
        err = writer_store(work->mail, work->grant, &work->uids, FLAG_CHANGE_REMOVE, edit.removed,
                           NULL);
    return err;
}

/* Tries again with what the actor may now, when that has changed. */
static int carry_out(struct filter_work *work)
{
    bool is_more = work->filing_count + work->sending_count;
    int err = -ERR_STALE;
    for (int i = 0; i < ATTEMPTS && err == -ERR_STALE; i++) {
        err = i ? refresh(work) : 0;
        if (!err)
            err = is_more ? filter_work_together(work) : change_flags(work);
    }
    return err ? explain(work, work->at, err) : 0;
}

static int work_on(struct filter_work *work)
{
    struct sieve_outcome outcome;
    struct sieve_problem problem = {.script = SLICE_EMPTY};
    int err = filter_message_scan(work->mail, &work->stored, work->arena, &work->message);
    if (err)
        return err;
    err = run(work, &outcome, &problem);
    if (err)
        return explain_run(work, &problem, err);
    err = decide(work, &outcome);
    return err || work->problem.len ? err : carry_out(work);
}

int filter_existing_run(const struct filter_existing *filter, const struct entry *message,
                        struct arena *arena, struct slice *problem_out)
{
    const struct actor *actor = grant_actor(filter->grant);
    struct filter_work work = {.reach = {filter->mail, *actor, actor->user_id, arena},
                               .filter = filter,
                               .mail = filter->mail,
                               .entry = message,
                               .flags = flags_with_names(message->flags, filter->keywords),
                               .grant = filter->grant,
                               .stored = {.message_id = message->message_id, .size = message->size},
                               .envelope_from = {NULL, 0},
                               .arena = arena,
                               .problem = SLICE_EMPTY};
    uidset_init(&work.uids);
    int err = uidset_add(&work.uids, message->uid);
    if (!err)
        err = work_on(&work);
    uidset_clear(&work.uids);
    if (!err)
        *problem_out = work.problem;
    return err;
}
