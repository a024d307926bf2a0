#include "session.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "capability.h"
#include "dispatch.h"
#include "fiber/fiber.h"
#include "mail/account.h"
#include "mail/mailbox.h"
#include "notify.h"
#include "reply.h"
#include "selected.h"
#include "server_private.h"

void session_log(const struct session *session, int level, const char *event, const char *what,
                 int err)
{
    const struct error *error = last_error();
    log_event(
        (enum log_level)level, event, log_text("session", session->id),
        log_slice("user", session->actor.user_id ? session->actor.login : (struct slice){0, 0}),
        log_text("remote", session->remote), log_text("command", what),
        log_text("error", err ? err_name(err) : NULL),
        log_text("sqlstate", err && error->sqlstate[0] ? error->sqlstate : NULL),
        log_text("text", err ? error->text : NULL));
}

void session_enter_state(struct session *session, enum session_state state)
{
    session->state = state;
}

bool session_may_send_password(const struct session *session)
{
    return stream_is_tls(session->stream) ||
           network_list_contains(session->server->settings.plaintext_networks, session->remote);
}

bool session_can_start_tls(const struct session *session)
{
    return session->server->settings.tls && !stream_is_tls(session->stream) &&
           !stream_is_deflated(session->stream);
}

bool session_uses_utf8(const struct session *session)
{
    return session->enabled & (ENABLED_UTF8 | ENABLED_REV2);
}

void session_bye(struct session *session, const char *text)
{
    session_enter_state(session, STATE_LOGOUT);
    if (reply_line(session, "* BYE %s", text))
        return; /* the peer is gone: nobody to say it to */
}

static void session_leave_user(struct session *session)
{
    roster_release(&session->server->roster, &session->seat);
}

int session_log_in(struct session *session, struct slice login, const char *mechanism)
{
    const struct roster *roster = &session->server->roster;
    uint64_t changes = roster->changes;
    struct account account;
    int err = account_find(session->mail, &session->arena, login, &account);
    if (err)
        return err;
    if (!roster_admit(&session->server->roster, &session->seat, account.login))
        return fail(ERR_LIMIT, "Too many connections of this user");
    session->actor = (struct actor){
        .user_id = account.user_id, .login = account.login, .client = slice_cstr(session->remote)};
    session->seat.check_user = roster_has_changed_since(roster, changes);
    err = mailbox_ensure_inbox(session->mail, &session->actor);
    if (err) {
        session_leave_user(session);
        session->actor = (struct actor){0};
        return err;
    }
    session_enter_state(session, STATE_AUTHENTICATED);
    session->client_is_known = false;
    const char *tls = stream_tls_description(session->stream);
    log_event(LOG_INFO, "login", log_text("session", session->id),
              log_slice("user", session->actor.login), log_text("remote", session->remote),
              log_text("mechanism", mechanism), log_text("tls", *tls ? tls : "none"));
    return 0;
}

void session_log_out(struct session *session)
{
    session_log(session, LOG_INFO, "logout", NULL, 0);
    notify_forget(session);
    selected_close(session);
    session_leave_user(session);
    session->actor = (struct actor){0};
    arena_clear(&session->arena);
    session->enabled = 0;
    session->seat.check_user = false;
    int64_t login_timeout = (int64_t)session->server->settings.login_timeout * 1000;
    session->login_deadline = clock_monotonic_ms() + login_timeout;
    session_enter_state(session, STATE_NOT_AUTHENTICATED);
}

static int session_greet(struct session *session)
{
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* OK [");
    capability_render(session, &line);
    buffer_add_cstr(&line, "] Postroom ready\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

static int session_begin(struct session *session)
{
    const struct imap_settings *settings = &session->server->settings;
    if (session->implicit_tls) {
        if (!settings->tls)
            return fail(ERR_TLS, "no certificate is configured");
        int err =
            stream_start_tls(session->stream, settings->tls, (int)settings->login_timeout * 1000);
        if (err)
            return err;
    }
    return session_greet(session);
}

/* Why the connection ended, as a log line; the usual ends are no news. */
static void session_log_end(const struct session *session, int err)
{
    bool usual = !err || err == -ERR_CLOSED || err == -ERR_CANCELLED;
    session_log(session, usual ? LOG_INFO : LOG_WARNING, "closed", NULL, err);
}

static void session_free(struct session *session)
{
    notify_forget(session);
    selected_close(session);
    session_leave_user(session);
    roster_leave(&session->server->roster, &session->seat);
    command_reader_clear(&session->reader);
    arena_clear(&session->arena);
    stream_free(&session->stream);
    free(session);
}

static void session_init_reader(struct session *session)
{
    const struct imap_settings *settings = &session->server->settings;
    struct command_reader_limits limits = {.line_max = settings->line_max,
                                           .literal_max = settings->literal_max,
                                           .total_max = settings->command_max};
    command_reader_init(&session->reader, &limits);
}

/* The last words, if there is still somebody to hear them. */
static void session_say_goodbye(struct session *session, int err)
{
    if (err == -ERR_TIMEOUT)
        session_bye(session, session->state == STATE_NOT_AUTHENTICATED
                                 ? "Login took too long"
                                 : "Disconnected for inactivity");
    /* In the middle of a reply, BYE would be part of it. */
    if (session->seat.evicted && stream_pending(session->stream) == 0)
        session_bye(session, "Your account was disabled");
    if (err != -ERR_CLOSED && err != -ERR_TLS && stream_flush(session->stream))
        return;
}

void session_main(void *arg)
{
    struct session *session = arg;
    session_log(session, LOG_INFO, "connect", NULL, 0);
    session_init_reader(session);
    int err = session_begin(session);
    while (!err && session->state != STATE_LOGOUT)
        err = dispatch_next(session);
    session_say_goodbye(session, err);
    session_log_end(session, err);
    session_free(session);
}
