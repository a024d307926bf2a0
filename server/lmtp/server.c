#include "lmtp/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "session.h"

enum { INPUT_MAX = 64 * 1024 };

int lmtp_server_new(struct mail *mail, const struct lmtp_settings *settings,
                    const struct roster_hooks *hooks, struct lmtp_server **out)
{
    struct lmtp_server *server = calloc(1, sizeof *server);
    if (!server)
        return fail(ERR_NO_MEMORY, "no memory for the LMTP service");
    server->mail = mail;
    server->settings = *settings;
    roster_init(&server->roster, mail, hooks);
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
    return server->roster.count;
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
    session->seat = (struct seat){.stream = session->stream, .remote = session->remote};
    *out = session;
    return 0;
}

static void forget(struct lmtp_session *session)
{
    lmtp_reset(session);
    arena_clear(&session->arena);
    stream_free(&session->stream);
    free(session);
}

static void serve(void *arg)
{
    struct lmtp_session *session = arg;
    lmtp_session_main(session);
    roster_leave(&session->server->roster, &session->seat);
    forget(session);
}

void lmtp_server_accept(struct lmtp_server *server, int fd, const char *remote)
{
    struct lmtp_session *session = NULL;
    int err = new_session(server, fd, remote, &session);
    if (err)
        roster_turn_away(&server->roster, fd, remote);
    else if (roster_enter(&server->roster, &session->seat, "lmtp session", serve, session))
        forget(session);
}

void lmtp_refuse(int fd, const char *reason)
{
    if (dprintf(fd, "421 4.3.2 %s\r\n", reason) < 0)
        log_event(LOG_INFO, "refuse", log_text("error", "the peer is gone already"));
    close(fd);
}

void lmtp_server_stop(struct lmtp_server *server, uint32_t timeout_ms)
{
    roster_stop(&server->roster, timeout_ms);
}
