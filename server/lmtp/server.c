#include "lmtp/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "session.h"

enum { INPUT_MAX = 64 * 1024 };

int lmtp_server_new(struct mail *mail, const struct lmtp_settings *settings,
                    const struct lmtp_hooks *hooks, struct lmtp_server **out)
{
    struct lmtp_server *server = calloc(1, sizeof *server);
    if (!server)
        return fail(ERR_NO_MEMORY, "no memory for the LMTP service");
    server->mail = mail;
    server->settings = *settings;
    server->hooks = *hooks;
    link_init(&server->sessions);
    wait_queue_init(&server->gone);
    *out = server;
    return 0;
}

void lmtp_server_free(struct lmtp_server **server)
{
    free(*server);
    *server = NULL;
}

void lmtp_server_reload(struct lmtp_server *server, const struct lmtp_settings *settings)
{
    server->settings = *settings;
}

size_t lmtp_server_sessions(const struct lmtp_server *server)
{
    return server->session_count;
}

static int new_session(struct lmtp_server *server, int fd, const char *remote,
                       struct lmtp_session **out)
{
    struct lmtp_session *session = calloc(1, sizeof *session);
    if (!session)
        return fail(ERR_NO_MEMORY, "no memory for a session");
    struct stream_limits limits = {
        .output_timeout_ms = server->settings.output_timeout * 1000,
        .input_max = INPUT_MAX,
    };
    int err = stream_new(fd, &limits, &session->stream);
    if (err) {
        free(session);
        return err;
    }
    session->server = server;
    snprintf(session->remote, sizeof session->remote, "%s", remote);
    snprintf(session->id, sizeof session->id, "%u-L%llx", server->settings.worker,
             (unsigned long long)++server->next_session);
    arena_init(&session->arena, 0);
    arena_init(&session->transaction.arena, 0);
    *out = session;
    return 0;
}

static void leave_address(struct lmtp_server *server, const char *remote)
{
    if (server->hooks.leave_address)
        server->hooks.leave_address(server->hooks.arg, remote);
}

static void forget(struct lmtp_session *session)
{
    struct lmtp_server *server = session->server;
    leave_address(server, session->remote);
    link_remove(&session->link);
    if (--server->session_count == 0)
        wait_wake_all(&server->gone);
    lmtp_reset(session);
    arena_clear(&session->arena);
    stream_free(&session->stream);
    free(session);
}

static void serve(void *arg)
{
    lmtp_session_main(arg);
    forget(arg);
}

void lmtp_server_accept(struct lmtp_server *server, int fd, const char *remote)
{
    struct lmtp_session *session = NULL;
    int err = new_session(server, fd, remote, &session);
    if (err) {
        close(fd);
        log_event(LOG_ERROR, "accept", log_text("error", last_error()->text));
        leave_address(server, remote);
        return;
    }
    list_add_tail(&server->sessions, &session->link);
    server->session_count++;
    err = fiber_spawn("lmtp session", serve, session, NULL);
    if (err) {
        log_event(LOG_ERROR, "accept", log_text("error", last_error()->text));
        forget(session);
    }
}

void lmtp_refuse(int fd, const char *reason)
{
    if (dprintf(fd, "421 4.3.2 %s\r\n", reason) < 0)
        log_event(LOG_INFO, "refuse", log_text("error", "the peer is gone already"));
    close(fd);
}

static void await_end(struct lmtp_server *server, int64_t deadline)
{
    while (server->session_count && wait_for(&server->gone, deadline) == 0)
        continue;
}

void lmtp_server_stop(struct lmtp_server *server, uint32_t timeout_ms)
{
    server->stopping = true;
    LIST_EACH(&server->sessions, l)
    {
        struct lmtp_session *session = CONTAINER_OF(l, struct lmtp_session, link);
        session->stopping = true;
        stream_interrupt(session->stream);
    }
    await_end(server, clock_monotonic_ms() + timeout_ms);
    LIST_EACH(&server->sessions, l)
    stream_cancel(CONTAINER_OF(l, struct lmtp_session, link)->stream);
    await_end(server, clock_monotonic_ms() + 2000);
}
