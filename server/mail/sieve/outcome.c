/* The actions that a run comes to. */
#include "sieve/machine.h"
#include "sieve/parts.h"

/* What goes together (RFC 5228 section 2.10.4, RFC 5429 section 2.4) --------------------------- */

static bool is_refusal(enum sieve_action_kind kind)
{
    return kind == SIEVE_REJECT || kind == SIEVE_EREJECT;
}

/* What has a message delivered, or somebody told that it was. */
static bool is_acceptance(enum sieve_action_kind kind)
{
    return kind == SIEVE_KEEP || kind == SIEVE_FILEINTO || kind == SIEVE_REDIRECT ||
           kind == SIEVE_VACATION;
}

static bool excludes(enum sieve_action_kind a, enum sieve_action_kind b)
{
    return is_refusal(a) && (is_acceptance(b) || is_refusal(b));
}

static bool is_home(const struct sieve_message *message, struct slice mailbox)
{
    return message->mailbox.len ? slice_equal(mailbox, message->mailbox)
                                : slice_equal_nocase(mailbox, SLICE("INBOX"));
}

/* Filed by name to where keep leaves it. */
static bool is_kept(const struct sieve_run *run, const struct sieve_action *action)
{
    return action->kind == SIEVE_KEEP ||
           (action->kind == SIEVE_FILEINTO && action->mailbox_id.len == 0 &&
            action->special_use.len == 0 && is_home(run->message, action->mailbox));
}

/* RFC 5228 section 2.10.3: nobody gets a message twice. */
static bool is_same(const struct sieve_run *run, const struct sieve_action *a,
                    const struct sieve_action *b)
{
    if (is_kept(run, a) || is_kept(run, b))
        return is_kept(run, a) && is_kept(run, b);
    if (a->kind != b->kind)
        return false;
    if (a->kind == SIEVE_FILEINTO)
        return slice_equal(a->mailbox, b->mailbox) && slice_equal(a->mailbox_id, b->mailbox_id) &&
               slice_equal_nocase(a->special_use, b->special_use);
    return a->kind == SIEVE_REDIRECT && slice_equal_nocase(a->address, b->address);
}

/* Copies ------------------------------------------------------------------------------------------
 */

static int copy_strings(struct arena *arena, struct slice *const *strings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!strings[i]->data)
            continue;
        *strings[i] = arena_copy(arena, *strings[i]);
        if (!strings[i]->data)
            return -ERR_NO_MEMORY;
    }
    return 0;
}

static int copy_list(struct arena *arena, const struct slice *list, size_t count,
                     struct slice **out)
{
    struct slice *copy = ARENA_ARRAY(arena, count, struct slice);
    if (!copy)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        copy[i] = arena_copy(arena, list[i]);
        if (!copy[i].data)
            return -ERR_NO_MEMORY;
    }
    *out = copy;
    return 0;
}

static int copy_action(struct arena *arena, struct sieve_action *action)
{
    struct slice *const strings[] = {&action->mailbox, &action->mailbox_id, &action->special_use,
                                     &action->address, &action->from,       &action->subject,
                                     &action->text,    &action->handle,     &action->importance};
    int result = copy_strings(arena, strings, sizeof strings / sizeof strings[0]);
    struct slice *options = NULL;
    if (result == 0)
        result = copy_list(arena, action->options, action->option_count, &options);
    action->options = options;
    if (result == 0)
        result = copy_list(arena, action->flags.keywords, action->flags.keyword_count,
                           &action->flags.keywords);
    return result;
}

/* -------------------------------------------------------------------------------------------------
 */

/* *same_out: the action that is there already, or NULL. */
static int check(struct sieve_run *run, const struct sieve_action *action,
                 struct sieve_action **same_out)
{
    *same_out = NULL;
    for (size_t i = 0; i < run->outcome.count; i++) {
        struct sieve_action *other = &run->outcome.actions[i];
        if (excludes(action->kind, other->kind) || excludes(other->kind, action->kind))
            return sieve_run_fail(run, ERR_INVALID,
                                  "a message that is rejected cannot be delivered or answered");
        if (is_same(run, action, other))
            *same_out = other;
    }
    return 0;
}

/* RFC 5232 section 3: of actions that come to one, the last list of flags counts. */
static int take_flags(struct sieve_run *run, const struct sieve_action *last,
                      struct sieve_action *action)
{
    struct slice *keywords = NULL;
    int result = copy_list(run->arena, last->flags.keywords, last->flags.keyword_count, &keywords);
    if (result < 0)
        return sieve_run_failed(run, result);
    action->has_flags = last->has_flags;
    action->flags = last->flags;
    action->flags.keywords = keywords;
    return 0;
}

/* The message as it is from this action's view. */
static int set_message(struct sieve_run *run, struct sieve_action *action)
{
    int result = sieve_parts_settle(run);
    if (run->header_changed)
        action->header = run->header;
    action->content = run->content;
    return result;
}

/* "fileinto Trash". */
static void trace(struct sieve_run *run, const struct sieve_action *action, bool there)
{
    static const char *const names[] = {
        [SIEVE_KEEP] = "keep",         [SIEVE_FILEINTO] = "fileinto",
        [SIEVE_REDIRECT] = "redirect", [SIEVE_REJECT] = "reject",
        [SIEVE_EREJECT] = "ereject",   [SIEVE_VACATION] = "vacation",
        [SIEVE_NOTIFY] = "notify",     [SIEVE_DUPLICATE] = "remember the identifier",
    };
    struct slice what = action->mailbox.len > 0 ? action->mailbox : action->address;
    sieve_run_trace(run, "%s%s%.*s%s", names[action->kind], what.len > 0 ? " " : "",
                    SLICE_ARGS(what), there ? " (done already)" : "");
}

int sieve_outcome_add(struct sieve_run *run, const struct sieve_action *action)
{
    struct sieve_action *same = NULL;
    int result = check(run, action, &same);
    if (result < 0)
        return result;
    trace(run, action, same != NULL);
    if (same)
        return take_flags(run, action, same);
    if (run->outcome.count == SIEVE_ACTIONS_MAX)
        return sieve_run_fail(run, ERR_LIMIT, "more than %d actions", SIEVE_ACTIONS_MAX);
    if (!run->outcome.actions)
        run->outcome.actions = ARENA_ARRAY(run->arena, SIEVE_ACTIONS_MAX, struct sieve_action);
    if (!run->outcome.actions)
        return sieve_run_failed(run, -ERR_NO_MEMORY);
    struct sieve_action copy = *action;
    result = copy_action(run->arena, &copy);
    if (result == 0)
        result = set_message(run, &copy);
    if (result < 0)
        return sieve_run_failed(run, result);
    run->outcome.actions[run->outcome.count++] = copy;
    return 0;
}
