/* IDLE (RFC 2177): a parked fiber and a socket, nothing else. */
#include "commands.h"

#include "../audience.h"
#include "../dispatch.h"
#include "../idle_heap.h"
#include "../input.h"
#include "../reply.h"
#include "../selected.h"
#include "../server_private.h"
#include "base/clock.h"
#include "fiber/fiber.h"

static int idle_show_news(struct session *session)
{
    int err = dispatch_check_user(session);
    if (!err && session->state == STATE_SELECTED)
        err = selected_sync(session, true);
    return err ? err : stream_flush(session->stream);
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
        if (session->stopping)
            session_bye(session, "Server is shutting down");
        if (session->state == STATE_LOGOUT)
            return 0;
        if (quiet)
            fiber_trim();
        stream_trim(session->stream);
        err = input_line(session, (int)settings->idle_keepalive * 1000, line_out);
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
