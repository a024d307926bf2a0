#include "managesieve/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "session.h"

enum { INPUT_MAX = 64 * 1024 };

/* It has not had the time to look for itself: it is inside a command. */
static bool is_unaware(const struct managesieve_session *session, int64_t user_id)
{
    return session->actor.user_id == user_id && session->check_user;
}

static bool has_unaware(void *arg, int64_t user_id)
{
    const struct managesieve_server *server = arg;
    LIST_EACH(&server->sessions, l)
    {
        if (is_unaware(CONTAINER_OF(l, struct managesieve_session, link), user_id))
            return true;
    }
    return false;
}

static void cut_off(void *arg, int64_t user_id)
{
    const struct managesieve_server *server = arg;
    LIST_EACH(&server->sessions, l)
    {
        struct managesieve_session *session = CONTAINER_OF(l, struct managesieve_session, link);
        if (!is_unaware(session, user_id))
            continue;
        session->evicted = true;
        stream_cancel(session->stream);
    }
}

int managesieve_server_new(struct mail *mail, const struct managesieve_settings *settings,
                           const struct managesieve_hooks *hooks, struct managesieve_server **out)
{
    struct managesieve_server *server = calloc(1, sizeof *server);
    if (!server)
        return fail(ERR_NO_MEMORY, "no memory for the ManageSieve service");
    server->mail = mail;
    server->settings = *settings;
    server->hooks = *hooks;
    link_init(&server->sessions);
    wait_queue_init(&server->gone);
    server->evictor = (struct evictor){.mail = mail,
                                       .arg = server,
                                       .has_sessions = has_unaware,
                                       .cut_off = cut_off,
                                       .ended = &server->gone};
    *out = server;
    return 0;
}

void managesieve_server_free(struct managesieve_server **server)
{
    free(*server);
    *server = NULL;
}

void managesieve_server_reload(struct managesieve_server *server,
                               const struct managesieve_settings *settings)
{
    server->settings = *settings;
}

size_t managesieve_server_sessions(const struct managesieve_server *server)
{
    return server->session_count;
}

static int new_session(struct managesieve_server *server, int fd, const char *remote,
                       bool implicit_tls, struct managesieve_session **out)
{
    struct managesieve_session *session = calloc(1, sizeof *session);
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
    session->implicit_tls = implicit_tls;
    snprintf(session->remote, sizeof session->remote, "%s", remote);
    snprintf(session->id, sizeof session->id, "%u-S%llx", server->settings.worker,
             (unsigned long long)++server->next_session);
    session->login_deadline = clock_monotonic_ms() + (int64_t)server->settings.login_timeout * 1000;
    arena_init(&session->arena, 0);
    *out = session;
    return 0;
}

static void leave_address(struct managesieve_server *server, const char *remote)
{
    if (server->hooks.leave_address)
        server->hooks.leave_address(server->hooks.arg, remote);
}

static void forget(struct managesieve_session *session)
{
    struct managesieve_server *server = session->server;
    leave_address(server, session->remote);
    link_remove(&session->link);
    if (--server->session_count == 0)
        wait_wake_all(&server->gone);
    arena_clear(&session->arena);
    stream_free(&session->stream);
    free(session);
}

static void serve(void *arg)
{
    managesieve_session_main(arg);
    forget(arg);
}

void managesieve_server_accept(struct managesieve_server *server, int fd, const char *remote,
                               bool implicit_tls)
{
    struct managesieve_session *session = NULL;
    int err = new_session(server, fd, remote, implicit_tls, &session);
    if (err) {
        close(fd);
        log_event(LOG_ERROR, "accept", log_text("error", last_error()->text));
        leave_address(server, remote);
        return;
    }
    list_add_tail(&server->sessions, &session->link);
    server->session_count++;
    err = fiber_spawn("managesieve session", serve, session, NULL);
    if (err) {
        log_event(LOG_ERROR, "accept", log_text("error", last_error()->text));
        forget(session);
    }
}

void managesieve_refuse(int fd, bool implicit_tls, const char *reason)
{
    if (!implicit_tls && dprintf(fd, "BYE (TRYLATER) \"%s\"\r\n", reason) < 0)
        log_event(LOG_INFO, "refuse", log_text("error", "the peer is gone already"));
    close(fd);
}

void managesieve_server_user_changed(struct managesieve_server *server, int64_t user_id)
{
    bool has_sessions = false;
    LIST_EACH(&server->sessions, l)
    {
        struct managesieve_session *session = CONTAINER_OF(l, struct managesieve_session, link);
        bool concerned = user_id == 0 || session->actor.user_id == user_id;
        if (session->actor.user_id != 0 && concerned) {
            session->check_user = has_sessions = true;
            stream_interrupt(session->stream);
        }
    }
    if (has_sessions && user_id != 0 && !server->stopping)
        eviction_begin(&server->evictor, user_id);
}

static void await_end(struct managesieve_server *server, int64_t deadline)
{
    while ((server->session_count || server->evictor.running) &&
           wait_for(&server->gone, deadline) == 0)
        continue;
}

void managesieve_server_stop(struct managesieve_server *server, uint32_t timeout_ms)
{
    server->stopping = true;
    LIST_EACH(&server->sessions, l)
    {
        struct managesieve_session *session = CONTAINER_OF(l, struct managesieve_session, link);
        session->stopping = true;
        stream_interrupt(session->stream);
    }
    await_end(server, clock_monotonic_ms() + timeout_ms);
    LIST_EACH(&server->sessions, l)
    stream_cancel(CONTAINER_OF(l, struct managesieve_session, link)->stream);
    await_end(server, clock_monotonic_ms() + 2000);
}
