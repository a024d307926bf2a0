#include "session/throttle.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/slice.h"
#include "fiber/fiber.h"

/* A late answer looks up this often whether the server is stopping. */
enum { THROTTLE_SLEEP_MS = 250 };

/* A fixed table, one place per hash: two addresses that share a place share
 * their failures, which errs on the safe side and needs no eviction. */
struct throttle_place {
    int64_t last_failure; /* clock_monotonic_ms */
    uint32_t failures;
};

struct throttle {
    struct throttle_place places[THROTTLE_ADDRESSES];
};

int throttle_new(struct throttle **out)
{
    struct throttle *throttle = calloc(1, sizeof *throttle);
    if (!throttle)
        return fail(ERR_NO_MEMORY, "no memory for the login throttle");
    *out = throttle;
    return 0;
}

void throttle_free(struct throttle **throttle)
{
    free(*throttle);
    *throttle = NULL;
}

static struct throttle_place *throttle_place(struct throttle *throttle, const char *remote)
{
    uint64_t hash = slice_hash(slice_cstr(remote));
    struct throttle_place *place = &throttle->places[hash % THROTTLE_ADDRESSES];
    int64_t now = clock_monotonic_ms();
    if (now - place->last_failure > THROTTLE_MEMORY_MS)
        *place = (struct throttle_place){0};
    return place;
}

uint32_t throttle_failed(struct throttle *throttle, const char *remote, uint32_t first_ms,
                         uint32_t max_ms)
{
    struct throttle_place *place = throttle_place(throttle, remote);
    uint32_t doublings = place->failures < 16 ? place->failures : 16;
    place->failures++;
    place->last_failure = clock_monotonic_ms();
    uint64_t delay = (uint64_t)first_ms << doublings;
    return delay > max_ms ? max_ms : (uint32_t)delay;
}

void throttle_succeeded(struct throttle *throttle, const char *remote)
{
    throttle_place(throttle, remote)->failures = 0;
}

void throttle_wait(uint32_t delay_ms, const bool *stopping)
{
    for (uint32_t slept = 0; slept < delay_ms && !*stopping; slept += THROTTLE_SLEEP_MS)
        fiber_sleep(delay_ms - slept < THROTTLE_SLEEP_MS ? delay_ms - slept : THROTTLE_SLEEP_MS);
}
