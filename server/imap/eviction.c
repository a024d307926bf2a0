#include "eviction.h"

#include <stdlib.h>

#include "base/log.h"
#include "fiber/fiber.h"
#include "mail/account.h"
#include "server_private.h"
#include "session.h"

/* Time to finish a command; with what the news and the look-up take, all is over
 * within a second. */
enum { EVICTION_GRACE_MS = 600 };

struct eviction {
    struct imap_server *server;
    int64_t user_id;
};

/* It has not had the time to look for itself. */
static bool is_inside_a_command(const struct session *session, int64_t user_id)
{
    return session->actor.user_id == user_id && session->check_user;
}

static bool someone_is_left(const struct eviction *eviction)
{
    LIST_EACH(&eviction->server->sessions, l)
    {
        if (is_inside_a_command(CONTAINER_OF(l, struct session, link), eviction->user_id))
            return true;
    }
    return false;
}

static void cut_off(const struct eviction *eviction)
{
    LIST_EACH(&eviction->server->sessions, l)
    {
        struct session *session = CONTAINER_OF(l, struct session, link);
        if (!is_inside_a_command(session, eviction->user_id))
            continue;
        session->evicted = true;
        stream_cancel(session->stream);
    }
}

static void evict(void *arg)
{
    struct eviction *eviction = arg;
    struct imap_server *server = eviction->server;
    fiber_sleep(EVICTION_GRACE_MS);
    bool enabled = true;
    int err = 0;
    if (someone_is_left(eviction))
        err = account_is_enabled(server->mail, eviction->user_id, &enabled);
    if (err) /* the sessions look themselves when their commands have ended */
        log_event(LOG_WARNING, "evict", log_text("error", err_name(err)));
    else if (!enabled)
        cut_off(eviction);
    free(eviction);
    server->evictions--;
    wait_wake_all(&server->gone);
}

void eviction_begin(struct imap_server *server, int64_t user_id)
{
    struct eviction *eviction = malloc(sizeof *eviction);
    if (!eviction)
        return; /* the sessions end with their commands */
    *eviction = (struct eviction){server, user_id};
    if (fiber_spawn("eviction", evict, eviction, NULL) == 0)
        server->evictions++;
    else
        free(eviction);
}
