#include "session.h"

#include "fiber/fiber.h"
#include "mail/account.h"

/* A command without its literals. */
enum { LINE_MAX_OCTETS = 16 * 1024 };

bool managesieve_may_send_password(const struct managesieve_session *session)
{
    return stream_is_tls(session->stream) ||
           network_list_contains(session->server->settings.plaintext_networks, session->remote);
}

bool managesieve_can_start_tls(const struct managesieve_session *session)
{
    return session->server->settings.tls && !stream_is_tls(session->stream) &&
           session->actor.user_id == 0;
}

void managesieve_log_out(struct managesieve_session *session)
{
    roster_release(&session->server->roster, &session->seat);
    session->seat.check_user = false;
    session->actor = (struct actor){0};
    session->mailbox = SLICE_EMPTY;
    arena_clear(&session->arena);
}

/* Something about the user has changed: may the session stay? */
static void check_user(struct managesieve_session *session)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct account account;
    session->seat.check_user = false; /* what happens while it is looked up counts again */
    int err = account_find(session->server->mail, &arena, session->actor.login, &account);
    arena_clear(&arena);
    bool another = !err && account.user_id != session->actor.user_id; /* deleted, made again */
    if (err == -ERR_CREDENTIALS || err == -ERR_NOT_FOUND || another)
        managesieve_bye(session, NULL, "Your account was disabled");
    else if (err) /* no answer, of a database that is away: asked again at the next command */
        session->seat.check_user = true;
}

static int serve_text(struct managesieve_session *session, struct slice text)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct sieve_command command;
    struct slice copy = arena_copy(&arena, text); /* AUTHENTICATE reads on */
    managesieve_input_end(session);
    int err = copy.data ? sieve_command_parse(copy, &arena, &command) : -ERR_NO_MEMORY;
    if (err == -ERR_NOT_FOUND || err == -ERR_SYNTAX) {
        struct error reason = *last_error();
        err = managesieve_reply_error(session, fail(ERR_SYNTAX, "%s", reason.text), "syntax");
    } else if (err) {
        err = managesieve_reply_error(session, err, "syntax");
    } else {
        err = managesieve_run(session, &command, &arena);
    }
    arena_clear(&arena);
    return err;
}

static int serve_next(struct managesieve_session *session)
{
    if (session->seat.check_user)
        check_user(session);
    struct slice text;
    bool refused = false;
    fiber_breathe(); /* thousands of commands may have come in one piece */
    int err = session->ending ? 0 : managesieve_input(session, &text, &refused);
    if (err == -ERR_INTERRUPTED || session->ending)
        return err == -ERR_INTERRUPTED ? 0 : err;
    if (err)
        return err;
    if (refused)
        managesieve_input_end(session);
    else
        err = serve_text(session, text);
    if (!err && session->bad_commands > session->server->settings.bad_commands_max)
        managesieve_bye(session, NULL, "Too many bad commands");
    return err;
}

static int begin(struct managesieve_session *session)
{
    const struct managesieve_settings *settings = &session->server->settings;
    if (session->implicit_tls) {
        if (!settings->tls)
            return fail(ERR_TLS, "no certificate is configured");
        int err =
            stream_start_tls(session->stream, settings->tls, (int)settings->login_timeout * 1000);
        if (err)
            return err;
    }
    return managesieve_capabilities(session, "Postroom ready");
}

/* The last words, if there is still somebody to hear them. */
static void say_goodbye(struct managesieve_session *session, int err)
{
    if (err == -ERR_CLOSED || err == -ERR_TLS)
        return;
    /* In the middle of a reply, BYE would be part of it. */
    bool may_speak = !session->ending && stream_pending(session->stream) == 0;
    if (err == -ERR_TIMEOUT)
        managesieve_bye(session, NULL, "You say nothing");
    else if (may_speak && session->seat.evicted)
        managesieve_bye(session, NULL, "Your account was disabled");
    else if (!session->ending && session->seat.stopping)
        managesieve_bye(session, "TRYLATER", "The server is stopping");
    if (stream_flush(session->stream))
        return;
}

void managesieve_session_main(void *arg)
{
    struct managesieve_session *session = arg;
    struct command_reader_limits limits = {
        .line_max = LINE_MAX_OCTETS, .total_max = 2 * LINE_MAX_OCTETS, .unasked = true};
    managesieve_log(session, LOG_INFO, "connect", NULL, 0);
    command_reader_init(&session->reader, &limits);
    int err = begin(session);
    while (!err && !session->ending && !session->seat.stopping)
        err = serve_next(session);
    struct error reason = *last_error();
    say_goodbye(session, err);
    bool usual = !err || err == -ERR_CLOSED || err == -ERR_CANCELLED;
    if (err)
        fail(reason.code, "%s", reason.text);
    managesieve_log(session, usual ? LOG_INFO : LOG_WARNING, "closed", NULL, err);
    managesieve_log_out(session);
    command_reader_clear(&session->reader);
}
