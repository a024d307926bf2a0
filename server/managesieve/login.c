/* AUTHENTICATE and STARTTLS (RFC 5804 sections 2.1 and 2.2). */
#include "mail/account.h"
#include "mail/filter.h"
#include "session.h"
#include "session/authentication.h"

/* Of the command that an exchange belongs to. */
struct login_exchange {
    struct managesieve_session *session;
    struct arena *arena;
    struct slice final; /* what the mechanism says at its end: goes with OK */
};

static int read_answer(struct managesieve_session *session, struct arena *arena,
                       struct slice *answer_out)
{
    struct slice text;
    bool refused;
    int err;
    do
        err = managesieve_input(session, &text, &refused);
    while (err == -ERR_INTERRUPTED && !session->seat.stopping);
    if (err)
        return err == -ERR_INTERRUPTED ? fail(ERR_CANCELLED, "The server is stopping") : err;
    if (refused) { /* it has been answered, and the end of AUTHENTICATE would be once more */
        managesieve_bye(session, NULL, "The answer was not understood");
        return fail(ERR_CANCELLED, "The answer was not understood");
    }
    struct slice copy = arena_copy(arena, text);
    managesieve_input_end(session);
    return copy.data ? sieve_command_parse_answer(copy, arena, answer_out) : -ERR_NO_MEMORY;
}

static int login_exchange(void *arg, struct slice challenge, bool last, struct slice *answer_out)
{
    struct login_exchange *exchange = arg;
    if (last) {
        exchange->final = arena_copy(exchange->arena, challenge);
        *answer_out = SLICE_EMPTY;
        return exchange->final.data ? 0 : -ERR_NO_MEMORY;
    }
    struct buffer line;
    buffer_init(&line, 0);
    managesieve_add_string(&line, challenge);
    buffer_add_cstr(&line, "\r\n");
    int err = managesieve_reply_buffer(exchange->session, &line);
    buffer_clear(&line);
    return err ? err : read_answer(exchange->session, exchange->arena, answer_out);
}

/* The authorization identity is a shared mailbox whose scripts are to be managed. There is
 * one answer to all that cannot be managed, whatever it is. */
static int check_mailbox(struct managesieve_session *session, struct slice mailbox,
                         struct arena *arena)
{
    struct filter_owner owner;
    int err = filter_owner_find(session->server->mail, &session->actor, mailbox, arena, &owner);
    if (err == -ERR_NOT_FOUND || err == -ERR_DENIED)
        return fail(ERR_DENIED, "You may not act for that user or mailbox");
    session->mailbox = err ? SLICE_EMPTY : arena_copy(&session->arena, mailbox);
    return err || session->mailbox.data ? err : -ERR_NO_MEMORY;
}

static int log_in(struct managesieve_session *session, struct slice login, struct slice mailbox,
                  const char *mechanism, struct arena *arena)
{
    struct managesieve_server *server = session->server;
    uint64_t changes = server->roster.changes;
    struct account account;
    int err = account_find(server->mail, &session->arena, login, &account);
    if (err)
        return err;
    if (!roster_admit(&server->roster, &session->seat, account.login))
        return fail(ERR_INVALID, "Too many connections of this user");
    session->actor = (struct actor){
        .user_id = account.user_id, .login = account.login, .client = slice_cstr(session->remote)};
    session->seat.check_user = roster_has_changed_since(&server->roster, changes);
    if (mailbox.len && !slice_equal(mailbox, account.login)) /* RFC 4616: also one's own name */
        err = check_mailbox(session, mailbox, arena);
    if (err) {
        struct error reason = *last_error();
        managesieve_log_out(session);
        return fail_sql(reason.code, reason.sqlstate, "%s", reason.text);
    }
    throttle_succeeded(server->settings.throttle, session->remote);
    const char *tls = stream_tls_description(session->stream);
    log_event(LOG_INFO, "login", log_text("session", session->id),
              log_slice("user", session->actor.login),
              log_slice("mailbox", mailbox.len ? mailbox : (struct slice){0, 0}),
              log_text("remote", session->remote), log_text("mechanism", mechanism),
              log_text("tls", *tls ? tls : "none"));
    return 0;
}

/* RFC 5804 section 1.3: where there is no TLS to be had, ENCRYPT-NEEDED would ask for it in vain.
 */
static int refuse_as_weak(struct managesieve_session *session)
{
    struct error reason = *last_error();
    managesieve_log(session, LOG_WARNING, "refused", "AUTHENTICATE", -ERR_PRIVACY);
    return managesieve_reply(session, "NO", "AUTH-TOO-WEAK", reason.text);
}

/* Failures answer late, and later each time. */
static void login_delay(struct managesieve_session *session)
{
    const struct managesieve_settings *settings = &session->server->settings;
    uint32_t delay =
        throttle_failed(settings->throttle, session->remote, settings->failed_login_delay_ms,
                        settings->failed_login_delay_max_ms);
    session->failed_logins++;
    throttle_wait(delay, &session->seat.stopping);
}

/* Then the connection ends. */
static int login_fail(struct managesieve_session *session, int err)
{
    if (err == -ERR_PRIVACY && !session->server->settings.tls)
        return refuse_as_weak(session);
    if (err != -ERR_CREDENTIALS)
        return err;
    struct error reason = *last_error();
    login_delay(session);
    err = managesieve_reply_error(session, fail(reason.code, "%s", reason.text), "AUTHENTICATE");
    if (!err && session->failed_logins >= session->server->settings.failed_logins_max)
        managesieve_bye(session, NULL, "Too many failed logins");
    return err;
}

/* A client whose token was refused has not waited for the end: a failure all the same. */
static int login_give_up(struct managesieve_session *session, const struct error *refusal, int err)
{
    struct error reason = *last_error();
    int why = fail(refusal->code, "%s", refusal->text);
    managesieve_log(session, LOG_WARNING, "refused", "AUTHENTICATE", why);
    login_delay(session);
    if (session->failed_logins >= session->server->settings.failed_logins_max)
        managesieve_bye(session, NULL, "Too many failed logins");
    return fail((enum err) - err, "%s", reason.text);
}

static int say_welcome(struct managesieve_session *session, struct slice final)
{
    if (final.len == 0)
        return managesieve_reply(session, "OK", NULL, "Logged in");
    struct buffer code;
    buffer_init(&code, 0);
    buffer_add_cstr(&code, "SASL ");
    managesieve_add_string(&code, final);
    buffer_add_char(&code, '\0');
    int err = buffer_check(&code);
    if (!err)
        err = managesieve_reply(session, "OK", code.data, "Logged in");
    buffer_clear(&code);
    return err;
}

int managesieve_run_authenticate(struct managesieve_session *session,
                                 const struct sieve_command *command, struct arena *arena)
{
    struct login_exchange exchange = {session, arena, SLICE_EMPTY};
    struct authentication authentication = {.mail = session->server->mail,
                                            .stream = session->stream,
                                            .rules = session->server->settings.identities,
                                            .arena = arena,
                                            .plaintext = managesieve_may_send_password(session),
                                            .arg = &exchange,
                                            .exchange = login_exchange};
    struct slice user, mailbox;
    int err = authentication_run(&authentication, command->text, command->initial, &user, &mailbox);
    if (err && err != -ERR_CREDENTIALS && authentication.refusal.code)
        return login_give_up(session, &authentication.refusal, err);
    if (!err)
        err = log_in(session, user, mailbox, authentication.mechanism, arena);
    return err ? login_fail(session, err) : say_welcome(session, exchange.final);
}

int managesieve_run_starttls(struct managesieve_session *session,
                             const struct sieve_command *command, struct arena *arena)
{
    (void)command;
    (void)arena;
    if (!managesieve_can_start_tls(session))
        return fail(ERR_INVALID, "There is no TLS, or it is on");
    /* A reload may replace the settings while the reply is sent. */
    struct tls_context *tls = tls_context_ref(session->server->settings.tls);
    int timeout_ms = (int)session->server->settings.login_timeout * 1000;
    int err = managesieve_reply(session, "OK", NULL, "Begin TLS now");
    if (!err)
        err = stream_flush(session->stream);
    if (!err)
        err = stream_start_tls(session->stream, tls, timeout_ms);
    tls_context_unref(&tls);
    return err ? err : managesieve_capabilities(session, "TLS is on");
}
