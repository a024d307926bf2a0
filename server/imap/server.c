#include "imap/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "fiber/fiber.h"
#include "idle_heap.h"
#include "server_private.h"
#include "session.h"
#include "update_cache.h"

/* It has not had the time to look for itself: it is inside a command. */
static bool server_is_unaware(const struct session *session, int64_t user_id)
{
    return session->actor.user_id == user_id && session->check_user;
}

static bool server_has_unaware(void *arg, int64_t user_id)
{
    const struct imap_server *server = arg;
    LIST_EACH(&server->sessions, l)
    {
        if (server_is_unaware(CONTAINER_OF(l, struct session, link), user_id))
            return true;
    }
    return false;
}

static void server_cut_off(void *arg, int64_t user_id)
{
    const struct imap_server *server = arg;
    LIST_EACH(&server->sessions, l)
    {
        struct session *session = CONTAINER_OF(l, struct session, link);
        if (!server_is_unaware(session, user_id))
            continue;
        session->evicted = true;
        stream_cancel(session->stream);
    }
}

int imap_server_new(struct mail *mail, const struct imap_settings *settings,
                    const struct imap_hooks *hooks, struct imap_server **out)
{
    struct imap_server *server = calloc(1, sizeof *server);
    if (!server)
        return fail(ERR_NO_MEMORY, "no memory for the IMAP service");
    server->mail = mail;
    server->settings = *settings;
    server->hooks = *hooks;
    link_init(&server->sessions);
    map_init(&server->audiences);
    wait_queue_init(&server->gone);
    server->evictor = (struct evictor){.mail = mail,
                                       .arg = server,
                                       .has_sessions = server_has_unaware,
                                       .cut_off = server_cut_off,
                                       .ended = &server->gone};
    int err = update_cache_new(&server->updates);
    if (!err)
        err = idle_heap_new(&server->idle_heap);
    if (err) {
        imap_server_free(&server);
        return err;
    }
    *out = server;
    return 0;
}

void imap_server_free(struct imap_server **server)
{
    if (!*server)
        return;
    update_cache_free(&(*server)->updates);
    idle_heap_free(&(*server)->idle_heap);
    map_clear(&(*server)->audiences);
    free(*server);
    *server = NULL;
}

void imap_server_reload(struct imap_server *server, const struct imap_settings *settings)
{
    server->settings = *settings;
}

size_t imap_server_sessions(const struct imap_server *server)
{
    return server->session_count;
}

static int server_new_session(struct imap_server *server, int fd, const char *remote,
                              bool implicit_tls, struct session **out)
{
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        return fail(ERR_NO_MEMORY, "no memory for a session");
    const struct imap_settings *settings = &server->settings;
    struct stream_limits limits = {
        .output_timeout_ms = settings->output_timeout * 1000,
        .input_max = 64 * 1024,
    };
    int err = stream_new(fd, &limits, &session->stream);
    if (err) {
        free(session);
        return err;
    }
    session->server = server;
    session->mail = server->mail;
    session->implicit_tls = implicit_tls;
    session->state = STATE_NOT_AUTHENTICATED;
    snprintf(session->remote, sizeof session->remote, "%s", remote);
    session->login_deadline = clock_monotonic_ms() + (int64_t)settings->login_timeout * 1000;
    snprintf(session->id, sizeof session->id, "%u-%llx", settings->worker,
             (unsigned long long)++server->next_session);
    arena_init(&session->arena, 0);
    link_init(&session->link);
    *out = session;
    return 0;
}

void imap_server_accept(struct imap_server *server, int fd, const char *remote, bool implicit_tls)
{
    struct session *session = NULL;
    int err = server_new_session(server, fd, remote, implicit_tls, &session);
    if (err) {
        close(fd);
        log_event(LOG_ERROR, "accept", log_text("error", last_error()->text));
        if (server->hooks.leave_address)
            server->hooks.leave_address(server->hooks.arg, remote);
        return;
    }
    list_add_tail(&server->sessions, &session->link);
    server->session_count++;
    err = fiber_spawn("imap session", session_main, session, NULL);
    if (err) {
        log_event(LOG_ERROR, "accept", log_text("error", last_error()->text));
        imap_server_forget(server, session);
        stream_free(&session->stream);
        free(session);
    }
}

void imap_refuse(int fd, bool implicit_tls, const char *reason)
{
    if (!implicit_tls && dprintf(fd, "* BYE %s\r\n", reason) < 0)
        log_event(LOG_INFO, "refuse", log_text("error", "the peer is gone already"));
    close(fd);
}

void imap_server_forget(struct imap_server *server, struct session *session)
{
    if (server->hooks.leave_address)
        server->hooks.leave_address(server->hooks.arg, session->remote);
    link_remove(&session->link);
    if (--server->session_count == 0)
        wait_wake_all(&server->gone);
}

void imap_server_user_changed(struct imap_server *server, int64_t user_id)
{
    bool has_sessions = false;
    LIST_EACH(&server->sessions, l)
    {
        struct session *session = CONTAINER_OF(l, struct session, link);
        bool concerned = user_id == 0 || session->actor.user_id == user_id;
        if (session->actor.user_id != 0 && concerned) {
            session->check_user = has_sessions = true;
            stream_interrupt(session->stream);
        }
    }
    if (has_sessions && user_id != 0 && !server->stopping)
        eviction_begin(&server->evictor, user_id);
}

static void server_await_end(struct imap_server *server, int64_t deadline)
{
    while ((server->session_count || server->audiences_telling || server->evictor.running) &&
           wait_for(&server->gone, deadline) == 0)
        continue;
}

void imap_server_stop(struct imap_server *server, uint32_t timeout_ms)
{
    server->stopping = true;
    LIST_EACH(&server->sessions, l)
    {
        struct session *session = CONTAINER_OF(l, struct session, link);
        session->stopping = true;
        stream_interrupt(session->stream);
    }
    server_await_end(server, clock_monotonic_ms() + timeout_ms);
    LIST_EACH(&server->sessions, l)
    stream_cancel(CONTAINER_OF(l, struct session, link)->stream);
    server_await_end(server, clock_monotonic_ms() + 2000);
}
