#include "session/eviction.h"

#include <stdlib.h>

#include "base/log.h"
#include "fiber/fiber.h"
#include "mail/account.h"

/* Time to finish a command; with what the news and the look-up take, all is over
 * within a second. */
enum { EVICTION_GRACE_MS = 600 };

struct eviction {
    struct evictor *evictor;
    int64_t user_id;
};

static void evict(void *arg)
{
    struct eviction *eviction = arg;
    struct evictor *evictor = eviction->evictor;
    int64_t user_id = eviction->user_id;
    free(eviction);
    fiber_sleep(EVICTION_GRACE_MS);
    bool enabled = true;
    int err = 0;
    if (evictor->has_sessions(evictor->arg, user_id))
        err = account_is_enabled(evictor->mail, user_id, &enabled);
    if (err) /* the sessions look themselves when their commands have ended */
        log_event(LOG_WARNING, "evict", log_text("error", err_name(err)));
    else if (!enabled)
        evictor->cut_off(evictor->arg, user_id);
    evictor->running--;
    wait_wake_all(evictor->ended);
}

void eviction_begin(struct evictor *evictor, int64_t user_id)
{
    struct eviction *eviction = malloc(sizeof *eviction);
    if (!eviction)
        return; /* the sessions end with their commands */
    *eviction = (struct eviction){evictor, user_id};
    if (fiber_spawn("eviction", evict, eviction, NULL) == 0)
        evictor->running++;
    else
        free(eviction);
}
