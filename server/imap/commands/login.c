/* STARTTLS, LOGIN and AUTHENTICATE (RFC 3501 section 6.2, RFC 4422, RFC 4959). */
#include "commands.h"

#include <string.h>

#include "../capability.h"
#include "../input.h"
#include "../reply.h"
#include "../server_private.h"
#include "../throttle.h"
#include "base/digest.h"
#include "fiber/fiber.h"
#include "mail/account.h"
#include "proto/sasl.h"

/* A late answer looks up this often whether the server is stopping. */
enum { LOGIN_SLEEP_MS = 250 };

static int run_starttls(struct session *session, struct command *command)
{
    if (stream_is_tls(session->stream))
        return fail(ERR_SYNTAX, "TLS is on already");
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
static int login_succeed(struct session *session, struct command *command, struct slice login)
{
    int err = session_log_in(session, login);
    if (err)
        return err;
    throttle_succeeded(session->server->throttle, session->remote);
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
static int login_fail(struct session *session, int err)
{
    if (err != -ERR_CREDENTIALS)
        return err;
    struct error reason = *last_error();
    const struct imap_settings *settings = &session->server->settings;
    uint32_t delay =
        throttle_failed(session->server->throttle, session->remote, settings->failed_login_delay_ms,
                        settings->failed_login_delay_max_ms);
    for (uint32_t slept = 0; slept < delay && !session->stopping; slept += LOGIN_SLEEP_MS)
        fiber_sleep(delay - slept < LOGIN_SLEEP_MS ? delay - slept : LOGIN_SLEEP_MS);
    if (++session->failed_logins >= settings->failed_logins_max)
        session_bye(session, "Too many failed logins");
    return fail(reason.code, "%s", reason.text);
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
    return login_fail(session, login_succeed(session, command, account.login));
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

/* What the mechanism asks for while it runs. */
struct authentication {
    struct session *session;
    struct arena *arena;
};

static int authenticate_find_verifier(void *arg, struct slice user, struct sasl_verifier *out)
{
    struct authentication *authentication = arg;
    struct verifier verifier;
    int err = account_find_verifier(authentication->session->mail, user, &verifier);
    if (err)
        return err;
    out->iterations = verifier.iterations;
    out->salt_len = verifier.salt_len;
    memcpy(out->salt, verifier.salt, sizeof out->salt);
    memcpy(out->stored_key, verifier.stored_key, sizeof out->stored_key);
    memcpy(out->server_key, verifier.server_key, sizeof out->server_key);
    return 0;
}

static int authenticate_check_password(void *arg, struct slice user, struct slice password)
{
    struct authentication *authentication = arg;
    struct account account;
    return account_check_password(authentication->session->mail, authentication->arena, user,
                                  password, &account);
}

static bool authenticate_channel_binding(void *arg, bool exporter, uint8_t *out, size_t *len_out)
{
    const struct authentication *authentication = arg;
    const struct stream *stream = authentication->session->stream;
    if (!exporter)
        return stream_tls_unique(stream, out, len_out);
    *len_out = 32;
    return stream_tls_exporter(stream, out);
}

/* Sends a challenge and reads the answer. "*" gives up (RFC 3501 section 6.2.2). */
static int authenticate_exchange(struct session *session, struct arena *arena,
                                 struct slice challenge, struct slice *answer_out)
{
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "+ ");
    base64_encode(&line, challenge);
    buffer_add_cstr(&line, "\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    struct slice text;
    if (!err)
        err = input_line(session, -1, &text);
    if (err)
        return err;
    if (slice_equal(text, SLICE("*")))
        err = fail(ERR_SYNTAX, "Authentication was given up");
    else
        err = base64_decode(arena, text, answer_out);
    input_line_end(session);
    return err;
}

static int authenticate_first_answer(const struct authenticate_args *args, struct arena *arena,
                                     struct slice *answer_out)
{
    *answer_out = (struct slice){0, 0};
    if (!args->initial.data)
        return 0;
    *answer_out = SLICE_EMPTY;
    if (slice_equal(args->initial, SLICE("="))) /* an empty one, RFC 4959 section 3 */
        return 0;
    return base64_decode(arena, args->initial, answer_out);
}

static int authenticate_converse(struct session *session, struct command *command,
                                 struct sasl *sasl)
{
    struct slice answer;
    int err = authenticate_first_answer(command->args, command->arena, &answer);
    while (!err) {
        enum sasl_progress progress;
        struct slice challenge = SLICE_EMPTY;
        err = sasl_step(sasl, answer, command->arena, &progress, &challenge);
        if (err || (progress == SASL_DONE && challenge.len == 0))
            return err;
        err = authenticate_exchange(session, command->arena, challenge, &answer);
        if (!err && progress == SASL_DONE)
            return 0;
    }
    return err;
}

static int run_authenticate(struct session *session, struct command *command)
{
    const struct authenticate_args *args = command->args;
    bool plaintext = session_may_send_password(session);
    const char *const *offered = sasl_mechanisms(stream_is_tls(session->stream), plaintext);
    size_t i = 0;
    while (offered[i] && !slice_equal_nocase(args->mechanism, slice_cstr(offered[i])))
        i++;
    if (!offered[i] && !plaintext)
        return fail(ERR_PRIVACY, "That mechanism is not on offer here without TLS");
    if (!offered[i])
        return fail(ERR_INVALID, "No such mechanism");
    struct authentication authentication = {session, command->arena};
    struct sasl_callbacks callbacks = {.arg = &authentication,
                                       .find_verifier = authenticate_find_verifier,
                                       .check_password = authenticate_check_password,
                                       .channel_binding = authenticate_channel_binding};
    struct sasl *sasl;
    int err = sasl_new(slice_cstr(offered[i]), &callbacks, &sasl);
    if (err)
        return err;
    err = authenticate_converse(session, command, sasl);
    struct slice user = err ? SLICE_EMPTY : sasl_user(sasl);
    struct slice other = err ? SLICE_EMPTY : sasl_authorisation(sasl);
    if (!err && other.len && !slice_equal(user, other))
        err = fail(ERR_CREDENTIALS, "You may not act for another user");
    if (!err)
        err = login_succeed(session, command, user);
    sasl_free(&sasl);
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
