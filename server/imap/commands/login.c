/* STARTTLS, LOGIN and AUTHENTICATE (RFC 3501 section 6.2, RFC 4422, RFC 4959). */
#include "commands.h"

#include "../capability.h"
#include "../input.h"
#include "../reply.h"
#include "../server_private.h"
#include "base/log.h"
#include "mail/account.h"
#include "session/authentication.h"
#include "session/throttle.h"

static int run_starttls(struct session *session, struct command *command)
{
    if (stream_is_tls(session->stream))
        return fail(ERR_SYNTAX, "TLS is on already");
    if (stream_is_deflated(session->stream))
        return fail(ERR_SYNTAX, "No TLS under compression");
    if (!session_can_start_tls(session))
        return fail(ERR_WRONG_STATE, "No certificate is configured");
    /* A reload may replace the settings while the reply is sent. */
    struct tls_context *tls = tls_context_ref(session->server->settings.tls);
    int timeout_ms = (int)session->server->settings.login_timeout * 1000;
    int err = reply_line(session, "%.*s OK Begin TLS now", SLICE_ARGS(command->tag));
    if (!err)
        err = stream_flush(session->stream);
    if (!err)
        err = stream_start_tls(session->stream, tls, timeout_ms);
    tls_context_unref(&tls);
    command->silent_end = true;
    /* A handshake that fails ends the connection: there is no way back. */
    return err && !reply_is_fatal(err) ? fail(ERR_TLS, "TLS handshake failed") : err;
}

const struct imap_command command_starttls = {
    .name = "STARTTLS",
    .rfc = "RFC 3501 section 6.2.1",
    .states = STATE_NOT_AUTHENTICATED,
    .run = run_starttls,
};

/* The end of every way to log in. */
static int login_succeed(struct session *session, struct command *command, struct slice login,
                         const char *mechanism)
{
    int err = session_log_in(session, login, mechanism);
    if (err)
        return err;
    throttle_succeeded(session->server->settings.throttle, session->remote);
    session->reader.limits.line_max = session->server->settings.line_max;
    session->reader.limits.literal_max = session->server->settings.literal_max;
    session->reader.limits.total_max = session->server->settings.command_max;
    buffer_add_char(&command->code, '[');
    capability_render(session, &command->code);
    buffer_add_char(&command->code, ']');
    command->text = "Logged in";
    return buffer_check(&command->code);
}

/* Failures answer late, and later each time; then the connection ends. */
static void login_delay(struct session *session)
{
    const struct imap_settings *settings = &session->server->settings;
    uint32_t delay =
        throttle_failed(settings->throttle, session->remote, settings->failed_login_delay_ms,
                        settings->failed_login_delay_max_ms);
    throttle_wait(delay, &session->seat.stopping);
    if (++session->failed_logins >= settings->failed_logins_max)
        session_bye(session, "Too many failed logins");
}

static int login_fail(struct session *session, int err)
{
    if (err != -ERR_CREDENTIALS)
        return err;
    struct error reason = *last_error();
    login_delay(session);
    return fail(reason.code, "%s", reason.text);
}

/* A client whose token was refused has not waited for the end: a failure all the same. */
static int login_give_up(struct session *session, const struct error *refusal, int err)
{
    struct error reason = *last_error();
    int why = fail(refusal->code, "%s", refusal->text);
    session_log(session, LOG_WARNING, "refused", "AUTHENTICATE", why);
    login_delay(session);
    return fail((enum err) - err, "%s", reason.text);
}

struct login_args {
    struct slice user;
    struct slice password;
};

static int parse_login(struct lexer *lexer, void *out)
{
    struct login_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_astring(lexer, &args->user);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = lexer_astring(lexer, &args->password);
    return err ? err : lexer_end(lexer);
}

static int run_login(struct session *session, struct command *command)
{
    const struct login_args *args = command->args;
    if (!session_may_send_password(session))
        return fail(ERR_PRIVACY, "Use STARTTLS first");
    struct account account;
    int err =
        account_check_password(session->mail, command->arena, args->user, args->password, &account);
    if (err)
        return login_fail(session, err);
    return login_fail(session, login_succeed(session, command, account.login, "LOGIN command"));
}

const struct imap_command command_login = {
    .name = "LOGIN",
    .rfc = "RFC 3501 section 6.2.3",
    .states = STATE_NOT_AUTHENTICATED,
    .args_size = sizeof(struct login_args),
    .parse = parse_login,
    .run = run_login,
};

struct authenticate_args {
    struct slice mechanism;
    struct slice initial; /* base64; data NULL: none (RFC 4959) */
};

static int parse_authenticate(struct lexer *lexer, void *out)
{
    struct authenticate_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_atom(lexer, &args->mechanism);
    if (!err && lexer_peek(lexer) == ' ') {
        err = lexer_space(lexer);
        if (!err) {
            args->initial = slice_trim(slice_sub(lexer->text, lexer->at, SIZE_MAX));
            lexer->at = lexer->text.len;
        }
    }
    return err ? err : lexer_end(lexer);
}

/* Of the command that an exchange belongs to. */
struct login_exchange {
    struct session *session;
    struct arena *arena;
};

/* Sends a challenge and reads the answer; one is read even when nothing is asked (RFC 3501
 * has no place for what a mechanism says at its end). */
static int login_exchange(void *arg, struct slice challenge, bool last, struct slice *answer_out)
{
    (void)last;
    const struct login_exchange *exchange = arg;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "+ ");
    buffer_add(&line, challenge);
    buffer_add_cstr(&line, "\r\n");
    int err = reply_buffer(exchange->session, &line);
    buffer_clear(&line);
    struct slice text;
    if (!err)
        err = input_line(exchange->session, -1, &text);
    if (err)
        return err;
    struct slice answer = arena_copy(exchange->arena, text);
    input_line_end(exchange->session);
    if (!answer.data)
        return -ERR_NO_MEMORY;
    *answer_out = answer;
    return 0;
}

static int run_authenticate(struct session *session, struct command *command)
{
    const struct authenticate_args *args = command->args;
    struct login_exchange exchange = {session, command->arena};
    struct authentication authentication = {.mail = session->mail,
                                            .stream = session->stream,
                                            .rules = session->server->settings.identities,
                                            .arena = command->arena,
                                            .plaintext = session_may_send_password(session),
                                            .arg = &exchange,
                                            .exchange = login_exchange};
    /* "=" is an empty initial response (RFC 4959 section 3). */
    struct slice initial =
        args->initial.data && slice_equal(args->initial, SLICE("=")) ? SLICE_EMPTY : args->initial;
    struct slice user, other;
    int err = authentication_run(&authentication, args->mechanism, initial, &user, &other);
    if (err && err != -ERR_CREDENTIALS && authentication.refusal.code)
        return login_give_up(session, &authentication.refusal, err);
    if (!err && other.len)
        err = fail(ERR_CREDENTIALS, "You may not act for another user");
    if (!err)
        err = login_succeed(session, command, user, authentication.mechanism);
    return login_fail(session, err);
}

const struct imap_command command_authenticate = {
    .name = "AUTHENTICATE",
    .rfc = "RFC 3501 section 6.2.2, RFC 4959",
    .states = STATE_NOT_AUTHENTICATED,
    .args_size = sizeof(struct authenticate_args),
    .parse = parse_authenticate,
    .run = run_authenticate,
};

/* RFC 8437 section 3 has no NO for it: the mailbox is left before it is looked at. */
static int run_unauthenticate(struct session *session, struct command *command)
{
    (void)command;
    session_log_out(session);
    return 0;
}

const struct imap_command command_unauthenticate = {
    .name = "UNAUTHENTICATE",
    .rfc = "RFC 8437",
    .capability = "UNAUTHENTICATE",
    .states = STATE_LOGGED_IN,
    .traits = TRAIT_LEAVES_MAILBOX,
    .run = run_unauthenticate,
};
