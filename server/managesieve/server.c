#include "managesieve/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "session.h"

enum { INPUT_MAX = 64 * 1024 };

int managesieve_server_new(struct mail *mail, const struct managesieve_settings *settings,
                           const struct roster_hooks *hooks, struct managesieve_server **out)
{
    struct managesieve_server *server = calloc(1, sizeof *server);
    if (!server)
        return fail(ERR_NO_MEMORY, "no memory for the ManageSieve service");
    server->mail = mail;
    server->settings = *settings;
    roster_init(&server->roster, mail, hooks);
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
    return server->roster.count;
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
    session->seat = (struct seat){
        .stream = session->stream, .remote = session->remote, .actor = &session->actor};
    *out = session;
    return 0;
}

static void forget(struct managesieve_session *session)
{
    arena_clear(&session->arena);
    stream_free(&session->stream);
    free(session);
}

static void serve(void *arg)
{
    struct managesieve_session *session = arg;
    managesieve_session_main(session);
    roster_leave(&session->server->roster, &session->seat);
    forget(session);
}

void managesieve_server_accept(struct managesieve_server *server, int fd, const char *remote,
                               bool implicit_tls)
{
    struct managesieve_session *session = NULL;
    int err = new_session(server, fd, remote, implicit_tls, &session);
    if (err)
        roster_turn_away(&server->roster, fd, remote);
    else if (roster_enter(&server->roster, &session->seat, "managesieve session", serve, session))
        forget(session);
}

void managesieve_refuse(int fd, bool implicit_tls, const char *reason)
{
    if (!implicit_tls && dprintf(fd, "BYE (TRYLATER) \"%s\"\r\n", reason) < 0)
        log_event(LOG_INFO, "refuse", log_text("error", "the peer is gone already"));
    close(fd);
}

void managesieve_server_user_changed(struct managesieve_server *server, int64_t user_id)
{
    roster_user_changed(&server->roster, user_id);
}

void managesieve_server_stop(struct managesieve_server *server, uint32_t timeout_ms)
{
    roster_stop(&server->roster, timeout_ms);
}
