#include "session/throttle.h"

#include <stdatomic.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/slice.h"
#include "fiber/fiber.h"
#include "net/listener.h"

/* A late answer looks up this often whether the server is stopping. */
enum { THROTTLE_SLEEP_MS = 250 };

/* A fixed table, one place per hash: two addresses that share a place share
 * their failures, which errs on the safe side and needs no eviction. */
struct throttle_place {
    _Atomic int64_t last_failure; /* clock_monotonic_ms, which all processes share */
    _Atomic uint32_t failures;
};

struct throttle {
    struct throttle_place places[THROTTLE_ADDRESSES];
};

int throttle_new(struct throttle **out)
{
    void *memory = mmap(NULL, sizeof(struct throttle), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return fail_errno(ERR_NO_MEMORY, "shared memory for failed logins");
    *out = memory;
    return 0;
}

void throttle_free(struct throttle **throttle)
{
    if (*throttle)
        munmap(*throttle, sizeof **throttle);
    *throttle = NULL;
}

static struct throttle_place *throttle_place(struct throttle *throttle, const char *remote)
{
    char network[64];
    listener_peer_network(remote, network, sizeof network);
    return &throttle->places[slice_hash(slice_cstr(network)) % THROTTLE_ADDRESSES];
}

uint32_t throttle_failed(struct throttle *throttle, const char *remote, uint32_t first_ms,
                         uint32_t max_ms)
{
    enum { DOUBLINGS_MAX = 16 };
    struct throttle_place *place = throttle_place(throttle, remote);
    int64_t now = clock_monotonic_ms();
    if (now - atomic_exchange(&place->last_failure, now) > THROTTLE_MEMORY_MS)
        atomic_store(&place->failures, 0);
    uint32_t doublings = atomic_fetch_add(&place->failures, 1);
    uint64_t delay = (uint64_t)first_ms << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);
    return delay > max_ms ? max_ms : (uint32_t)delay;
}

void throttle_succeeded(struct throttle *throttle, const char *remote)
{
    atomic_store(&throttle_place(throttle, remote)->failures, 0);
}

void throttle_wait(uint32_t delay_ms, const bool *stopping)
{
    for (uint32_t slept = 0; slept < delay_ms && !*stopping; slept += THROTTLE_SLEEP_MS)
        fiber_sleep(delay_ms - slept < THROTTLE_SLEEP_MS ? delay_ms - slept : THROTTLE_SLEEP_MS);
}
