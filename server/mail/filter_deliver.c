#include "filter_deliver.h"

#include "base/clock.h"
#include "base/text.h"
#include "delivery_plan.h"
#include "engine.h"
#include "filter_memory.h"
#include "filter_message.h"
#include "filter_program.h"
#include "filter_send.h"
#include "mail/filter_reach.h"
#include "store/outgoing_rows.h"

enum { ATTEMPTS = 4 };

struct filtering {
    struct filter_reach reach; /* whose author is the script's */
    struct mail *mail;
    const struct delivery *delivery;
    const struct filter_owner *owner;
    int64_t home_id;
    struct filter_message message;
    struct filter_memory memory;
    struct delivery_plan *plan;
    struct arena *arena;
    struct delivery_report *report;
    struct slice rejection; /* data NULL: none */
    bool must_keep;         /* an action could not be carried out */
    bool stays;             /* the script puts the mail into some mailbox */
};

static void note(struct filtering *filtering, const char *text)
{
    struct delivery_report *report = filtering->report;
    if (text && report->count < DELIVERY_NOTES_MAX)
        report->notes[report->count++] = slice_cstr(text);
}

/* What the script is told ---------------------------------------------------------------------- */

static int is_duplicate(void *arg, struct slice handle_and_id, uint32_t seconds, bool last,
                        bool *out)
{
    (void)last;
    struct filtering *filtering = arg;
    return filter_memory_ask(&filtering->memory, handle_and_id, seconds, out);
}

static int read_message(void *arg, uint64_t start, uint64_t end, struct buffer *out)
{
    struct filtering *filtering = arg;
    return filter_message_read(&filtering->message, start, end, out);
}

/* For replies. */
static int find_own_addresses(struct filtering *filtering, struct slice *out)
{
    *out = SLICE_EMPTY;
    return filtering->mail->settings.sends_mail
               ? outgoing_rows_own_addresses(filtering->mail->database, filtering->owner->user_id,
                                             filtering->owner->mailbox_id, filtering->arena, out)
               : 0;
}

static int run(struct filtering *filtering, const struct sieve_program *program,
               struct sieve_outcome *out, struct sieve_problem *problem_out)
{
    struct sieve_host host = {.arg = filtering,
                              .read = read_message,
                              .duplicate = is_duplicate,
                              .now = clock_realtime_us() / 1000000};
    const struct sieve_message message = {.tree = filtering->message.tree,
                                          .size = filtering->message.stored->size,
                                          .envelope_from = filtering->delivery->envelope_from,
                                          .envelope_to = filtering->delivery->envelope_to,
                                          .has_envelope = true};
    filter_reach_offer_at_delivery(&host);
    int err = find_own_addresses(filtering, &host.own_addresses);
    return err ? err : sieve_run(program, &message, &host, filtering->arena, out, problem_out);
}

/* Storing -------------------------------------------------------------------------------------- */

/* The message as the action has it; when that can't be made, as it came in. */
static struct intake_result choose_message(struct filtering *filtering,
                                           const struct sieve_action *action)
{
    struct intake_result changed = *filtering->message.stored;
    bool is_changed = action && (action->content.data || action->header.data);
    if (is_changed && filter_message_change(&filtering->message, action, &changed) != 0)
        note(filtering, arena_printf(filtering->arena, "line %u: stored as it came in: %s",
                                     action->line, last_error()->text));
    return changed;
}

/* A \Seen that each has for themselves is that of the user whose script it is. A mailbox's
 * script works for all: nobody has read what it files. */
static int store(struct filtering *filtering, const struct sieve_action *action, int64_t mailbox_id,
                 const struct grant *rights)
{
    const struct intake_result message = choose_message(filtering, action);
    const struct delivery_flags flags = {.names =
                                             action && action->has_flags ? &action->flags : NULL,
                                         .grant = rights,
                                         .seen_by = filtering->owner->user_id};
    return delivery_plan_add(filtering->plan, mailbox_id, &message, rights ? &flags : NULL);
}

/* action: NULL: the mail as it came in, whatever the script wanted of it. */
static int keep(struct filtering *filtering, const struct sieve_action *action)
{
    const struct grant *grant = NULL;
    if (action && action->has_flags &&
        acl_check_id(filtering->mail, &filtering->reach.author, filtering->home_id, RIGHTS_NONE,
                     filtering->arena, &grant) != 0)
        grant = NULL; /* none that could set flags */
    return store(filtering, action, filtering->home_id, grant);
}

static int try_fileinto(struct filtering *filtering, const struct sieve_action *action)
{
    const struct grant *grant;
    int err = filter_reach_find(&filtering->reach, action, &grant);
    if (!err && !filter_reach_takes_mail(grant))
        err = fail(ERR_DENIED, "the script's author has neither i nor p");
    return err ? err : store(filtering, action, grant_mailbox_id(grant), grant);
}

static bool is_temporary(int err)
{
    return err == -ERR_UNAVAILABLE || err == -ERR_IN_DOUBT || err == -ERR_NO_MEMORY;
}

static int fileinto(struct filtering *filtering, const struct sieve_action *action)
{
    int err = -ERR_STALE;
    for (int attempt = 0; attempt < ATTEMPTS && err == -ERR_STALE; attempt++)
        err = try_fileinto(filtering, action);
    if (!err || is_temporary(err))
        return err;
    note(filtering, arena_printf(filtering->arena, "line %u: kept, not filed into \"%.*s\": %s",
                                 action->line, SLICE_ARGS(action->mailbox), last_error()->text));
    filtering->must_keep = true;
    return 0;
}

/* Actions -------------------------------------------------------------------------------------- */

/* Told once what else there is to do was done. */
static int reject(struct filtering *filtering, const struct sieve_action *action)
{
    struct slice reason = arena_copy(filtering->arena, slice_trim(action->text));
    if (!reason.data)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < reason.len; i++)
        if ((unsigned char)reason.data[i] < ' ')
            ((char *)reason.data)[i] = ' ';
    filtering->rejection = text_is_ascii(reason) && reason.len
                               ? reason
                               : SLICE("The recipient does not want this mail");
    return 0;
}

static int remember(struct filtering *filtering, const struct sieve_action *action)
{
    return filter_memory_plan(&filtering->memory, action, filtering->plan);
}

static struct filter_sending sending_for(const struct filtering *filtering)
{
    return (struct filter_sending){.mail = filtering->mail,
                                   .delivery = filtering->delivery,
                                   .owner = filtering->owner,
                                   .message = &filtering->message,
                                   .home_id = filtering->stays ? 0 : filtering->home_id,
                                   .plan = filtering->plan,
                                   .arena = filtering->arena};
}

/* Mail that can't be sent on is not lost. */
static int redirect(struct filtering *filtering, const struct sieve_action *action)
{
    const struct filter_sending sending = sending_for(filtering);
    const struct intake_result message = choose_message(filtering, action);
    int err = filter_redirect(&sending, action, &message);
    if (!err || is_temporary(err))
        return err;
    note(filtering, arena_printf(filtering->arena, "line %u: kept, not redirected to %.*s: %s",
                                 action->line, SLICE_ARGS(action->address), last_error()->text));
    filtering->must_keep = true;
    return 0;
}

typedef int send_function(const struct filter_sending *sending, const struct sieve_action *action);

/* The mail itself goes where it goes, whatever becomes of a letter. */
static int send_letter(struct filtering *filtering, const struct sieve_action *action,
                       send_function *send)
{
    const struct filter_sending sending = sending_for(filtering);
    int err = send(&sending, action);
    if (!err || is_temporary(err))
        return err;
    note(filtering,
         arena_printf(filtering->arena, "line %u: not sent: %s", action->line, last_error()->text));
    return 0;
}

static int vacation(struct filtering *filtering, const struct sieve_action *action)
{
    return send_letter(filtering, action, filter_vacation);
}

static int notify(struct filtering *filtering, const struct sieve_action *action)
{
    return send_letter(filtering, action, filter_notify);
}

typedef int action_function(struct filtering *filtering, const struct sieve_action *action);

static action_function *const functions[] = {
    [SIEVE_KEEP] = keep,     [SIEVE_FILEINTO] = fileinto,  [SIEVE_REDIRECT] = redirect,
    [SIEVE_REJECT] = reject, [SIEVE_EREJECT] = reject,     [SIEVE_VACATION] = vacation,
    [SIEVE_NOTIFY] = notify, [SIEVE_DUPLICATE] = remember,
};

static bool is_discarded(const struct sieve_outcome *outcome)
{
    for (size_t i = 0; i < outcome->count; i++)
        if (outcome->actions[i].kind != SIEVE_DUPLICATE)
            return false;
    return true;
}

/* Until the last moment nothing has happened: what fails then can be tried again. */
static int finish(struct filtering *filtering)
{
    int err = delivery_plan_carry_out(filtering->plan);
    if (err == -ERR_NOT_FOUND)
        return fail(ERR_STALE, "a mailbox is gone");
    if (!err && filtering->rejection.data)
        return fail(ERR_REJECTED, "%.*s", SLICE_ARGS(filtering->rejection));
    return err;
}

static bool puts_into_mailbox(const struct sieve_action *action)
{
    return action->kind == SIEVE_KEEP || action->kind == SIEVE_FILEINTO;
}

static int carry_out(struct filtering *filtering, const struct sieve_outcome *outcome)
{
    if (is_discarded(outcome))
        note(filtering, "discarded");
    for (size_t i = 0; i < outcome->count; i++)
        filtering->stays |= puts_into_mailbox(&outcome->actions[i]);
    int err = 0;
    for (size_t i = 0; i < outcome->count && !err; i++)
        err = functions[outcome->actions[i].kind](filtering, &outcome->actions[i]);
    if (!err && filtering->must_keep && !delivery_plan_has(filtering->plan, filtering->home_id))
        err = keep(filtering, NULL);
    return err ? err : finish(filtering);
}

static int keep_only(struct filtering *filtering)
{
    int err = keep(filtering, NULL);
    return err ? err : finish(filtering);
}

static int keep_after_failure(struct filtering *filtering, const struct sieve_problem *problem)
{
    const char *text = problem->text[0] ? problem->text : last_error()->text;
    note(filtering, arena_printf(filtering->arena, "kept, the script failed at line %u: %s",
                                 problem->line, text));
    return keep_only(filtering);
}

static int filter(struct filtering *filtering, const struct intake_result *message,
                  const struct filter_program *program)
{
    struct sieve_outcome outcome;
    struct sieve_problem problem = {.script = SLICE_EMPTY};
    filtering->reach.author = program->author;
    filtering->reach.author.client = filtering->delivery->client;
    int err = filter_message_scan(filtering->mail, message, filtering->arena, &filtering->message);
    if (!err)
        err = run(filtering, program->program, &outcome, &problem);
    if (err == -ERR_UNAVAILABLE)
        return err;
    return err ? keep_after_failure(filtering, &problem) : carry_out(filtering, &outcome);
}

int filter_deliver(struct mail *mail, const struct delivery *delivery,
                   const struct filter_owner *owner, int64_t version, int64_t home_id,
                   const struct intake_result *message, struct arena *arena,
                   struct delivery_report *report_out)
{
    struct filtering filtering = {
        .reach = {.mail = mail, .user_id = owner->user_id, .arena = arena},
        .mail = mail,
        .delivery = delivery,
        .owner = owner,
        .home_id = home_id,
        .message = {.mail = mail, .stored = message},
        .memory = {.mail = mail, .owner = owner, .arena = arena},
        .plan = delivery_plan_new(mail, delivery, arena),
        .arena = arena,
        .report = report_out};
    struct filter_program *program;
    struct sieve_problem problem;
    report_out->count = 0;
    if (!filtering.plan)
        return -ERR_NO_MEMORY;
    int err = filter_program_get(mail, owner, version, &program, &problem);
    if (err == -ERR_NOT_FOUND && problem.line == 0)
        return keep_only(&filtering); /* it was deactivated just now */
    if (err == -ERR_UNAVAILABLE)
        return err;
    if (err)
        return keep_after_failure(&filtering, &problem);
    err = filter(&filtering, message, program);
    filter_program_drop(&program);
    return err;
}
