#include "filter_existing.h"

#include "base/clock.h"
#include "engine.h"
#include "filter_message.h"
#include "mail/filter_reach.h"
#include "mail/writer.h"

enum { ATTEMPTS = 4 };

/* A copy that is to be made. */
struct filing {
    const struct sieve_action *action;
    const struct grant *target;
};

struct work {
    struct filter_reach reach;
    const struct filter_existing *filter;
    struct mail *mail;
    const struct entry *entry;
    flag_mask flags;           /* that it has, and the program knows of */
    const struct grant *grant; /* the filter's, or a younger one */
    struct intake_result stored;
    struct filter_message message;
    struct uidset uids; /* its own */
    struct arena *arena;
    struct filing *filings;
    size_t filing_count;
    bool is_kept;
    const struct sieve_action *kept_with; /* whose flags it gets; NULL: those it has */
    struct slice problem;
};

/* What the program is told ------------------------------------------------------------------- */

static int read_message(void *arg, uint64_t start, uint64_t end, struct buffer *out)
{
    struct work *work = arg;
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
static void find_envelope(struct slice header, struct sieve_message *message)
{
    struct slice from = SLICE_EMPTY, to = SLICE_EMPTY;
    bool has_from = mime_field_find(header, SLICE("Return-Path"), &from);
    bool has_to = mime_field_find(header, SLICE("Delivered-To"), &to);
    message->envelope_from = without_brackets(from);
    message->envelope_to = without_brackets(to);
    message->has_envelope = has_from || has_to;
}

static int run(struct work *work, struct sieve_outcome *out, struct sieve_problem *problem_out)
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
        find_envelope(message.tree->headers[0], &message);
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

static int set_problem(struct work *work, const char *text)
{
    if (!text)
        return -ERR_NO_MEMORY;
    work->problem = slice_cstr(text);
    return 0;
}

/* What last_error() says goes to the author, if it is for the author to mend. action NULL: it is
 * none's in particular. */
static int explain(struct work *work, const struct sieve_action *action, int err)
{
    if (is_of_the_server(err))
        return err;
    struct arena *arena = work->arena;
    const char *reason = last_error()->text;
    if (!action)
        return set_problem(work, arena_printf(arena, "%s", reason));
    if (!action->mailbox.len)
        return set_problem(work, arena_printf(arena, "line %u: %s", action->line, reason));
    return set_problem(work, arena_printf(arena, "line %u: not filed into \"%.*s\": %s",
                                          action->line, SLICE_ARGS(action->mailbox), reason));
}

static int explain_run(struct work *work, const struct sieve_problem *problem, int err)
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

static int decide_keep(struct work *work, const struct sieve_action *action)
{
    work->is_kept = true;
    work->kept_with = action;
    return 0;
}

/* Into the mailbox that it is in, it stays. */
static int decide_fileinto(struct work *work, const struct sieve_action *action)
{
    const struct grant *target;
    int err = filter_reach_find(&work->reach, action, &target);
    if (!err && grant_mailbox_id(target) == grant_mailbox_id(work->grant))
        return decide_keep(work, action);
    if (!err)
        err = grant_require(target, RIGHT_INSERT);
    if (!err)
        work->filings[work->filing_count++] = (struct filing){action, target};
    return err;
}

/* Mail is sent on with the transaction of its delivery (filter_send.h): old mail is not. */
static int decide_redirect(struct work *work, const struct sieve_action *action)
{
    (void)work;
    return fail(ERR_INVALID, "not redirected to %.*s", SLICE_ARGS(action->address));
}

/* Not refused any more: it is there. */
static int decide_reject(struct work *work, const struct sieve_action *action)
{
    (void)action;
    work->is_kept = true;
    return 0;
}

static int pass_over(struct work *work, const struct sieve_action *action)
{
    (void)work;
    (void)action;
    return 0;
}

typedef int action_function(struct work *work, const struct sieve_action *action);

static action_function *const decisions[] = {
    [SIEVE_KEEP] = decide_keep,         [SIEVE_FILEINTO] = decide_fileinto,
    [SIEVE_REDIRECT] = decide_redirect, [SIEVE_REJECT] = decide_reject,
    [SIEVE_EREJECT] = decide_reject,    [SIEVE_VACATION] = pass_over,
    [SIEVE_NOTIFY] = pass_over,         [SIEVE_DUPLICATE] = pass_over,
};

static int require_deletion(struct work *work)
{
    int err = work->is_kept ? 0 : grant_require(work->grant, RIGHT_DELETE_MESSAGES);
    return err ? explain(work, NULL, err) : 0;
}

/* What is to be done, as far as all of it can be: else there is a problem. */
static int decide(struct work *work, const struct sieve_outcome *outcome)
{
    work->filings = ARENA_ARRAY(work->arena, outcome->count, struct filing);
    int err = work->filings ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < outcome->count && !err && !work->problem.len; i++) {
        const struct sieve_action *action = &outcome->actions[i];
        err = decisions[action->kind](work, action);
        if (err)
            err = explain(work, action, err);
    }
    return err || work->problem.len ? err : require_deletion(work);
}

/* Doing ------------------------------------------------------------------------------------------
 */

static int refresh(struct work *work, struct filing *filing)
{
    const struct actor *actor = grant_actor(work->grant);
    int err = acl_check_id(work->mail, actor, grant_mailbox_id(work->grant), RIGHT_READ,
                           work->arena, &work->grant);
    if (!err && filing)
        err = acl_check_id(work->mail, actor, grant_mailbox_id(filing->target), RIGHT_INSERT,
                           work->arena, &filing->target);
    return err;
}

/* Tries again with what the actor may now, when that has changed. */
static int insist(struct work *work, struct filing *filing,
                  int (*attempt)(struct work *work, struct filing *filing))
{
    int err = attempt(work, filing);
    for (int i = 1; i < ATTEMPTS && err == -ERR_STALE; i++) {
        err = refresh(work, filing);
        if (!err)
            err = attempt(work, filing);
    }
    return err;
}

static int copy_unchanged(struct work *work, const struct filing *filing, flag_mask flags)
{
    const struct append_item item = {.message_id = work->stored.message_id,
                                     .size = work->stored.size,
                                     .flags = flags,
                                     .internal_date = work->entry->internal_date};
    struct append_outcome outcome = {0};
    int err = writer_copy(work->mail, work->grant, &work->uids, 0, filing->target, &item, &outcome);
    if (!err)
        uidset_clear(&outcome.uids);
    return err;
}

static int append_changed(struct work *work, const struct filing *filing, flag_mask flags)
{
    struct intake_result changed;
    int err = filter_message_change(&work->message, filing->action, &changed);
    if (err)
        return err;
    const struct append_item item = {.message_id = changed.message_id,
                                     .content = changed.content,
                                     .size = changed.size,
                                     .seal = changed.seal,
                                     .flags = flags,
                                     .internal_date = work->entry->internal_date};
    struct append_outcome outcome = {0};
    err = writer_append(work->mail, filing->target, &item, 1, &outcome);
    if (!err)
        uidset_clear(&outcome.uids);
    return err;
}

static int file_once(struct work *work, struct filing *filing)
{
    const struct sieve_action *action = filing->action;
    flag_mask flags;
    int err = writer_resolve_flags(work->mail, filing->target, &action->flags, &flags);
    if (err)
        return err;
    bool is_changed = action->content.data || action->header.data;
    return is_changed ? append_changed(work, filing, flags) : copy_unchanged(work, filing, flags);
}

static int delete_once(struct work *work, struct filing *filing)
{
    (void)filing;
    return writer_store(work->mail, work->grant, &work->uids, FLAG_CHANGE_ADD, FLAG_DELETED, NULL);
}

/* Only what the program has changed: others may change flags meanwhile. */
static int flag_once(struct work *work, struct filing *filing)
{
    (void)filing;
    flag_mask wanted, had = work->flags;
    int err = writer_resolve_flags(work->mail, work->grant, &work->kept_with->flags, &wanted);
    if (!err && (wanted & ~had))
        err = writer_store(work->mail, work->grant, &work->uids, FLAG_CHANGE_ADD, wanted & ~had,
                           NULL);
    if (!err && (had & ~wanted))
        err = writer_store(work->mail, work->grant, &work->uids, FLAG_CHANGE_REMOVE, had & ~wanted,
                           NULL);
    return err;
}

static int finish(struct work *work)
{
    int err = 0;
    if (!work->is_kept)
        err = insist(work, NULL, delete_once);
    else if (work->kept_with)
        err = insist(work, NULL, flag_once);
    return err ? explain(work, work->kept_with, err) : 0;
}

static int carry_out(struct work *work)
{
    for (size_t i = 0; i < work->filing_count; i++) {
        struct filing *filing = &work->filings[i];
        int err = insist(work, filing, file_once);
        if (err)
            return explain(work, filing->action, err);
    }
    return finish(work);
}

static int work_on(struct work *work)
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
    struct work work = {.reach = {filter->mail, *actor, actor->user_id, arena},
                        .filter = filter,
                        .mail = filter->mail,
                        .entry = message,
                        .flags = flags_with_names(message->flags, filter->keywords),
                        .grant = filter->grant,
                        .stored = {.message_id = message->message_id, .size = message->size},
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
