/* IDLE (RFC 2177): a parked fiber and a socket, nothing else. */
#include "commands.h"

#include "../audience.h"
#include "../dispatch.h"
#include "../idle_heap.h"
#include "../input.h"
#include "../notify.h"
#include "../reply.h"
#include "../selected.h"
#include "../server_private.h"
#include "base/clock.h"
#include "fiber/fiber.h"

static int idle_show_news(struct session *session)
{
    int err = dispatch_check_user(session);
    if (!err && session->state == STATE_SELECTED)
        err = selected_show(session, true);
    if (!err)
        err = notify_tell(session);
    return err ? err : stream_flush(session->stream);
}

/* When the rights to what is selected have expired without an answer what is left of
 * them, they are asked for again and again; until then the session is told nothing. */
enum { IDLE_RETRY_MS = 1000 };

/* How long the rights to what is selected last. */
static int64_t idle_rights_left(const struct session *session)
{
    if (!session->selected)
        return INT64_MAX;
    int64_t until = grant_rights_until(selected_grant(session));
    int64_t now = clock_monotonic_ms();
    return until <= now ? IDLE_RETRY_MS : until - now;
}

static int idle_timeout(const struct session *session, int64_t keepalive_at)
{
    int64_t left = keepalive_at - clock_monotonic_ms();
    int64_t rights_left = idle_rights_left(session);
    if (rights_left < left)
        left = rights_left;
    return left < 1 ? 1 : (int)left;
}

/* Until there is a line, news, or nothing for the time of a keep-alive. */
static int idle_wait_once(struct session *session, struct slice *line_out)
{
    int64_t keepalive = (int64_t)session->server->settings.idle_keepalive * 1000;
    int64_t keepalive_at = clock_monotonic_ms() + keepalive;
    int err = input_line(session, idle_timeout(session, keepalive_at), line_out);
    if (err == -ERR_TIMEOUT && clock_monotonic_ms() < keepalive_at)
        return fail(ERR_INTERRUPTED, "rights have expired");
    return err;
}

/* Until the client sends a line, or until the session has to end. The stack is
 * given back in quiet times only: between two pieces of news that would cost a
 * fifth of what telling them costs. */
static int idle_wait(struct session *session, struct slice *line_out)
{
    const struct imap_settings *settings = &session->server->settings;
    int64_t end = clock_monotonic_ms() + (int64_t)settings->inactivity_timeout * 1000;
    bool quiet = true;
    for (;;) {
        int err = idle_show_news(session);
        if (err)
            return err;
        if (session->seat.stopping)
            session_bye(session, "Server is shutting down");
        if (session->state == STATE_LOGOUT)
            return 0;
        if (quiet)
            fiber_trim();
        stream_trim(session->stream);
        err = idle_wait_once(session, line_out);
        quiet = err == -ERR_TIMEOUT;
        if (err == -ERR_TIMEOUT && clock_monotonic_ms() < end)
            err = reply_line(session, "* OK Still here");
        else if (err != -ERR_INTERRUPTED)
            return err;
        if (err && err != -ERR_INTERRUPTED)
            return err;
    }
}

static int run_idle(struct session *session, struct command *command)
{
    int err = reply_line(session, "+ idling");
    if (err)
        return err;
    if (session->selected)
        err = audience_join(session);
    if (err)
        return err;
    struct slice line = SLICE_EMPTY;
    idle_heap_enter(session->server->idle_heap);
    session->idling = true;
    err = idle_wait(session, &line);
    session->idling = false;
    if (session->selected)
        audience_leave(&session->selected->place);
    if (err || session->state == STATE_LOGOUT) {
        command->silent_end = true;
        return err;
    }
    bool done = slice_equal_nocase(slice_trim(line), SLICE("DONE"));
    input_line_end(session);
    command->text = "IDLE completed";
    return done ? 0 : fail(ERR_SYNTAX, "DONE expected");
}

const struct imap_command command_idle = {
    .name = "IDLE",
    .rfc = "RFC 2177",
    .capability = "IDLE",
    .states = STATE_LOGGED_IN,
    .run = run_idle,
};
