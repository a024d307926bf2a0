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

int imap_server_new(struct mail *mail, const struct imap_settings *settings,
                    const struct roster_hooks *hooks, struct imap_server **out)
{
    struct imap_server *server = calloc(1, sizeof *server);
    if (!server)
        return fail(ERR_NO_MEMORY, "no memory for the IMAP service");
    server->mail = mail;
    server->settings = *settings;
    roster_init(&server->roster, mail, hooks);
    map_init(&server->audiences);
    progress_list_init(&server->progress);
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
    return server->roster.count;
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
    session->seat = (struct seat){
        .stream = session->stream, .remote = session->remote, .actor = &session->actor};
    *out = session;
    return 0;
}

void imap_server_accept(struct imap_server *server, int fd, const char *remote, bool implicit_tls)
{
    struct session *session = NULL;
    int err = server_new_session(server, fd, remote, implicit_tls, &session);
    if (err) {
        roster_turn_away(&server->roster, fd, remote);
    } else if (roster_enter(&server->roster, &session->seat, "imap session", session_main,
                            session)) {
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

void imap_server_user_changed(struct imap_server *server, int64_t user_id)
{
    roster_user_changed(&server->roster, user_id);
}

void imap_server_stop(struct imap_server *server, uint32_t timeout_ms)
{
    progress_list_stop(&server->progress);
    roster_stop(&server->roster, timeout_ms);
}
