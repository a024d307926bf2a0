/* The commands by their verbs: when they may come, and those that are about no script. */
#include "base/clock.h"
#include "session.h"

static int run_logout(struct managesieve_session *session, const struct sieve_command *command,
                      struct arena *arena)
{
    (void)command;
    (void)arena;
    session->ending = true;
    return managesieve_reply(session, "OK", NULL, "Goodbye");
}

static int run_capability(struct managesieve_session *session, const struct sieve_command *command,
                          struct arena *arena)
{
    (void)command;
    (void)arena;
    return managesieve_capabilities(session, "That is all");
}

/* The tag comes back, so that a client knows where it is (section 2.13). */
static int run_noop(struct managesieve_session *session, const struct sieve_command *command,
                    struct arena *arena)
{
    (void)arena;
    if (!command->text.data)
        return managesieve_reply(session, "OK", NULL, "Nothing done");
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "OK (TAG ");
    managesieve_add_string(&line, command->text);
    buffer_add_cstr(&line, ") \"Nothing done\"\r\n");
    int err = managesieve_reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

static int run_unauthenticate(struct managesieve_session *session,
                              const struct sieve_command *command, struct arena *arena)
{
    (void)command;
    (void)arena;
    managesieve_log(session, LOG_INFO, "logout", NULL, 0);
    managesieve_log_out(session);
    session->login_deadline =
        clock_monotonic_ms() + (int64_t)session->server->settings.login_timeout * 1000;
    return managesieve_reply(session, "OK", NULL, "Nobody is logged in now");
}

enum { BEFORE_LOGIN = 1, AFTER_LOGIN = 2, ALWAYS = BEFORE_LOGIN | AFTER_LOGIN };

static const struct {
    const char *name;
    unsigned when;
    int (*run)(struct managesieve_session *session, const struct sieve_command *command,
               struct arena *arena);
} rows[SIEVE_VERB_COUNT] = {
    [SIEVE_VERB_AUTHENTICATE] = {"AUTHENTICATE", BEFORE_LOGIN, managesieve_run_authenticate},
    [SIEVE_VERB_STARTTLS] = {"STARTTLS", BEFORE_LOGIN, managesieve_run_starttls},
    [SIEVE_VERB_LOGOUT] = {"LOGOUT", ALWAYS, run_logout},
    [SIEVE_VERB_CAPABILITY] = {"CAPABILITY", ALWAYS, run_capability},
    [SIEVE_VERB_HAVESPACE] = {"HAVESPACE", AFTER_LOGIN, managesieve_run_script},
    [SIEVE_VERB_PUTSCRIPT] = {"PUTSCRIPT", AFTER_LOGIN, managesieve_run_script},
    [SIEVE_VERB_LISTSCRIPTS] = {"LISTSCRIPTS", AFTER_LOGIN, managesieve_run_script},
    [SIEVE_VERB_SETACTIVE] = {"SETACTIVE", AFTER_LOGIN, managesieve_run_script},
    [SIEVE_VERB_GETSCRIPT] = {"GETSCRIPT", AFTER_LOGIN, managesieve_run_script},
    [SIEVE_VERB_DELETESCRIPT] = {"DELETESCRIPT", AFTER_LOGIN, managesieve_run_script},
    [SIEVE_VERB_RENAMESCRIPT] = {"RENAMESCRIPT", AFTER_LOGIN, managesieve_run_script},
    [SIEVE_VERB_CHECKSCRIPT] = {"CHECKSCRIPT", AFTER_LOGIN, managesieve_run_script},
    [SIEVE_VERB_NOOP] = {"NOOP", ALWAYS, run_noop},
    [SIEVE_VERB_UNAUTHENTICATE] = {"UNAUTHENTICATE", AFTER_LOGIN, run_unauthenticate},
};

int managesieve_run(struct managesieve_session *session, const struct sieve_command *command,
                    struct arena *arena)
{
    bool logged_in = session->actor.user_id != 0;
    unsigned now = logged_in ? AFTER_LOGIN : BEFORE_LOGIN;
    int err;
    if (!(rows[command->verb].when & now))
        err = fail(ERR_SYNTAX, logged_in ? "You are logged in already" : "Log in first");
    else
        err = rows[command->verb].run(session, command, arena);
    if (!err)
        session->bad_commands = 0;
    return err && !managesieve_is_fatal(err)
               ? managesieve_reply_error(session, err, rows[command->verb].name)
               : err;
}
