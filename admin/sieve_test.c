/* postroomctl sieve test: what a script would do with a message, and why. */
#include "base/clock.h"
#include "import_file.h"
#include "mail/filter_reach.h"
#include "mail/mime.h"
#include "mail/sieve_run.h"
#include "sieve.h"

/* Compiling --------------------------------------------------------------------------------------
 */

static bool has_owner(const struct admin *admin)
{
    return admin_option(admin, "user").data || admin_option(admin, "mailbox").data;
}

int admin_sieve_compile(struct admin *admin, struct filter_owner *owner_out,
                        struct sieve_program **out)
{
    struct filter_owner owner = {0};
    struct slice text;
    struct sieve_problem problem = {0};
    int err = has_owner(admin) ? admin_sieve_owner(admin, &owner) : 0;
    if (!err)
        err = admin_sieve_read(admin, 0, &text);
    if (err)
        return err;
    err = filter_rehearse(admin->mail, &owner, text, out, &problem);
    if (!err)
        *owner_out = owner;
    return admin_sieve_problem(err, &problem, admin->argv[0]);
}

/* The world of the script ------------------------------------------------------------------------
 */

struct trial {
    struct filter_reach reach; /* with the rights that the script has */
    struct admin *admin;
    struct filter_owner owner;
    struct slice octets;
    int failure; /* of the trace */
};

static int read_octets(void *arg, uint64_t start, uint64_t end, struct buffer *out)
{
    const struct trial *trial = arg;
    buffer_add(out, slice_sub(trial->octets, (size_t)start, (size_t)(end - start)));
    return 0;
}

/* Nothing is remembered: the same message is no duplicate the next time. */
static int is_duplicate(void *arg, struct slice handle_and_id, uint32_t seconds, bool last,
                        bool *out)
{
    (void)last;
    const struct trial *trial = arg;
    return filter_has_met(trial->admin->mail, &trial->owner, handle_and_id, seconds, out);
}

static void trace(void *arg, uint32_t line, struct slice text)
{
    struct trial *trial = arg;
    struct cell cells[] = {cell_number(line), cell_text(text)};
    int err = output_row(trial->admin->output, cells);
    if (err)
        trial->failure = err;
}

/* The message ------------------------------------------------------------------------------------
 */

static int read_message(struct admin *admin, struct slice *octets_out,
                        const struct mime_tree **tree_out)
{
    struct slice text;
    struct mime_scanner *scanner;
    struct buffer wire;
    int err = admin_sieve_read(admin, 1, &text);
    if (err)
        return err;
    buffer_init(&wire, 0);
    import_wire_form(text, &wire);
    struct slice octets = arena_copy(&admin->arena, buffer_slice(&wire));
    buffer_clear(&wire);
    err = octets.data ? mime_scanner_new(&admin->arena, NULL, &scanner) : -ERR_NO_MEMORY;
    if (!err)
        err = mime_scanner_feed(scanner, octets);
    if (!err)
        err = mime_scanner_finish(scanner, tree_out);
    if (!err)
        *octets_out = octets;
    return err;
}

static int find_actor(struct admin *admin, struct actor *out)
{
    *out = admin->actor;
    struct slice login = admin_option(admin, "user");
    struct user_row user;
    int err = login.len ? admin_find_user(admin, login, &user) : 0;
    if (!err && login.len)
        *out = (struct actor){.user_id = user.id, .login = user.login, .client = SLICE("local")};
    return err;
}

/* What comes out ---------------------------------------------------------------------------------
 */

static const char *const action_names[] = {
    [SIEVE_KEEP] = "keep",     [SIEVE_FILEINTO] = "fileinto", [SIEVE_REDIRECT] = "redirect",
    [SIEVE_REJECT] = "reject", [SIEVE_EREJECT] = "ereject",   [SIEVE_VACATION] = "vacation",
    [SIEVE_NOTIFY] = "notify", [SIEVE_DUPLICATE] = "remember"};

static struct slice action_target(const struct sieve_action *action)
{
    const struct slice targets[] = {action->mailbox_id, action->special_use, action->mailbox,
                                    action->address};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        if (targets[i].len)
            return targets[i];
    return SLICE_EMPTY;
}

static int show_action(struct admin *admin, const struct sieve_action *action)
{
    const char *changed = action->content.data ? "message" : action->header.data ? "header" : "";
    struct slice text = action->text.len ? action->text : action->subject;
    struct cell cells[] = {
        cell_number(action->line), cell_text(slice_cstr(action_names[action->kind])),
        cell_text(action_target(action)), cell_text(slice_cstr(changed)), cell_text(text)};
    return output_row(admin->output, cells);
}

/* What is remembered brings the mail nowhere. */
static bool is_discarded(const struct sieve_outcome *outcome)
{
    for (size_t i = 0; i < outcome->count; i++)
        if (outcome->actions[i].kind != SIEVE_DUPLICATE)
            return false;
    return true;
}

static int show_outcome(struct admin *admin, const struct sieve_outcome *outcome)
{
    static const char *const columns[] = {"line", "action", "to", "changed", "text", NULL};
    output_table(admin->output, "actions");
    output_columns(admin->output, columns);
    int err = 0;
    for (size_t i = 0; i < outcome->count && !err; i++)
        err = show_action(admin, &outcome->actions[i]);
    struct cell discard[] = {cell_number(0), cell_text(SLICE("discard")), cell_text(SLICE_EMPTY),
                             cell_text(SLICE_EMPTY), cell_text(SLICE_EMPTY)};
    return !err && is_discarded(outcome) ? output_row(admin->output, discard) : err;
}

/* What fails leaves the mail where it would be without a script (RFC 5228 section 2.10.6). */
static int keep_after(struct trial *trial, const struct sieve_problem *problem,
                      struct sieve_outcome *out)
{
    char *text = arena_printf(&trial->admin->arena, "the script fails: %s", problem->text);
    struct sieve_action *keep = ARENA_NEW(&trial->admin->arena, struct sieve_action);
    if (!text || !keep)
        return -ERR_NO_MEMORY;
    trace(trial, problem->line, slice_cstr(text));
    *keep = (struct sieve_action){.kind = SIEVE_KEEP, .line = problem->line};
    *out = (struct sieve_outcome){keep, 1};
    return 0;
}

static int run(struct admin *admin, const struct filter_owner *owner,
               const struct sieve_program *program)
{
    static const char *const columns[] = {"line", "what_happens", NULL};
    struct trial trial = {
        .reach = {.mail = admin->mail, .user_id = owner->user_id, .arena = &admin->arena},
        .admin = admin,
        .owner = *owner};
    struct slice from = admin_option(admin, "from"), to = admin_option(admin, "to");
    struct sieve_message message = {.envelope_from = from.data ? from : SLICE_EMPTY,
                                    .envelope_to = to.data ? to : SLICE_EMPTY,
                                    .has_envelope = from.data || to.data};
    struct sieve_host host = {.arg = &trial,
                              .read = read_octets,
                              .duplicate = is_duplicate,
                              .trace = trace,
                              .now = clock_realtime_us() / 1000000,
                              .own_addresses = message.envelope_to};
    struct sieve_outcome outcome;
    struct sieve_problem problem = {0};
    filter_reach_offer_at_delivery(&host);
    int err = find_actor(admin, &trial.reach.author);
    if (!err)
        err = read_message(admin, &trial.octets, &message.tree);
    if (err)
        return err;
    message.size = trial.octets.len;
    output_table(admin->output, "trace");
    output_columns(admin->output, columns);
    err = sieve_run(program, &message, &host, &admin->arena, &outcome, &problem);
    if (err && problem.text[0])
        err = keep_after(&trial, &problem, &outcome);
    if (!err)
        err = trial.failure;
    return err ? err : show_outcome(admin, &outcome);
}

int admin_sieve_test(struct admin *admin)
{
    struct sieve_program *program;
    struct filter_owner owner;
    int err = admin_sieve_compile(admin, &owner, &program);
    if (err)
        return err;
    err = run(admin, &owner, program);
    sieve_program_free(&program);
    return err;
}
