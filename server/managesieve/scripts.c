/*
 * The commands about scripts (RFC 5804 sections 2.5 to 2.12). Whether the mailbox named at
 * login may be managed is asked each time: rights change.
 */
#include "mail/filter.h"
#include "session.h"

/* A command at work. */
struct work {
    struct managesieve_session *session;
    const struct sieve_command *command;
    struct mail *mail;
    struct filter_owner owner;
    struct arena *arena;
};

static int done(const struct work *work, int err)
{
    return err ? err : managesieve_reply(work->session, "OK", NULL, "Done");
}

/* What is wrong in a script, and where. */
static int tell_problem(const struct work *work, int err, const struct sieve_problem *problem)
{
    if (!problem->text[0])
        return done(work, err);
    bool included = problem->script.len > 0;
    const char *text =
        arena_printf(work->arena, "%s%.*s%sline %u, column %u: %s", included ? "in \"" : "",
                     SLICE_ARGS(included ? problem->script : SLICE_EMPTY), included ? "\", " : "",
                     problem->line, problem->column, problem->text);
    return text ? managesieve_reply(work->session, "NO", NULL, text) : -ERR_NO_MEMORY;
}

static int put_script(const struct work *work)
{
    struct sieve_problem problem = {0};
    int err =
        filter_put(work->mail, &work->owner, work->command->name, work->command->script, &problem);
    if (!err)
        managesieve_log(work->session, LOG_INFO, "sieve-put", NULL, 0);
    return tell_problem(work, err, &problem);
}

static int check_script(const struct work *work)
{
    struct sieve_problem problem = {0};
    int err = filter_check(work->mail, &work->owner, work->command->script, &problem);
    return tell_problem(work, err, &problem);
}

static int have_space(const struct work *work)
{
    return done(work, filter_have_space(work->mail, &work->owner, work->command->name,
                                        work->command->size));
}

static int list_scripts(const struct work *work)
{
    struct filter_script *scripts;
    size_t count;
    int err = filter_list(work->mail, &work->owner, work->arena, &scripts, &count);
    if (err)
        return err;
    struct buffer lines;
    buffer_init(&lines, 0);
    for (size_t i = 0; i < count; i++) {
        managesieve_add_string(&lines, scripts[i].name);
        buffer_add_cstr(&lines, scripts[i].active ? " ACTIVE\r\n" : "\r\n");
    }
    err = managesieve_reply_buffer(work->session, &lines);
    buffer_clear(&lines);
    return done(work, err);
}

/* A literal: a script has lines, and comes back octet for octet. */
static int get_script(const struct work *work)
{
    struct slice text;
    int err = filter_get(work->mail, &work->owner, work->command->name, work->arena, &text);
    if (err)
        return err;
    struct buffer lines;
    buffer_init(&lines, 0);
    buffer_printf(&lines, "{%zu}\r\n", text.len);
    buffer_add(&lines, text);
    buffer_add_cstr(&lines, "\r\n");
    err = managesieve_reply_buffer(work->session, &lines);
    buffer_clear(&lines);
    return done(work, err);
}

static int set_active(const struct work *work)
{
    return done(work, filter_activate(work->mail, &work->owner, work->command->name));
}

static int delete_script(const struct work *work)
{
    return done(work, filter_delete(work->mail, &work->owner, work->command->name));
}

static int rename_script(const struct work *work)
{
    return done(work, filter_rename(work->mail, &work->owner, work->command->name,
                                    work->command->new_name));
}

static int (*const runs[SIEVE_VERB_COUNT])(const struct work *work) = {
    [SIEVE_VERB_HAVESPACE] = have_space,       [SIEVE_VERB_PUTSCRIPT] = put_script,
    [SIEVE_VERB_LISTSCRIPTS] = list_scripts,   [SIEVE_VERB_SETACTIVE] = set_active,
    [SIEVE_VERB_GETSCRIPT] = get_script,       [SIEVE_VERB_DELETESCRIPT] = delete_script,
    [SIEVE_VERB_RENAMESCRIPT] = rename_script, [SIEVE_VERB_CHECKSCRIPT] = check_script,
};

int managesieve_run_script(struct managesieve_session *session, const struct sieve_command *command,
                           struct arena *arena)
{
    struct work work = {
        .session = session, .command = command, .mail = session->server->mail, .arena = arena};
    int err = filter_owner_find(work.mail, &session->actor, session->mailbox, arena, &work.owner);
    return err ? err : runs[command->verb](&work);
}
