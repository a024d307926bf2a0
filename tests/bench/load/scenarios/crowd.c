#include "crowd.h"

#include <stdlib.h>
#include <unistd.h>

#include "../fixture.h"
#include "base/clock.h"

struct member {
    struct crowd *crowd;
    uint32_t exists;
    int64_t roused_at;
    struct samples *rousing; /* where to note how long DONE took */
};

static void hear(struct client *client, struct slice response)
{
    struct member *member = client->state;
    struct crowd *crowd = member->crowd;
    if (*response.data == '+') {
        crowd->idling++;
        return;
    }
    uint32_t exists;
    if (!response_number(response, "EXISTS", &exists))
        return;
    bool knew = member->exists >= crowd->expected;
    member->exists = exists;
    if (!crowd->expected || knew || exists < crowd->expected)
        return;
    int64_t now = clock_monotonic_us();
    samples_add(crowd->latencies, now - crowd->sent_at);
    if (crowd->spread)
        samples_add(crowd->spread, crowd->stored_at ? now - crowd->stored_at : 0);
    crowd->reached++;
}

static void roused(struct client *client)
{
    struct member *member = client->state;
    if (member->rousing)
        samples_add(member->rousing, clock_monotonic_us() - member->roused_at);
}

void crowd_gather(const struct bench *bench, unsigned count, struct crowd *out)
{
    *out = (struct crowd){.count = count};
    out->members = bench_allocate(count, sizeof *out->members);
    out->clients = clients_open(bench, count, fixture_members, FIXTURE_MEMBERS);
    for (unsigned i = 0; i < count; i++) {
        out->members[i].crowd = out;
        out->clients[i].state = &out->members[i];
        out->clients[i].on_response = hear;
    }
    clients_run(out->clients, count, "SELECT " FIXTURE_SHARED);
    for (unsigned i = 0; i < count; i++)
        client_send(&out->clients[i], roused, "IDLE");
    for (int64_t end = clock_monotonic_ms() + 60000; out->idling < count;) {
        loop_turn(1000);
        if (clock_monotonic_ms() > end)
            bench_die("%u of %u members idle", out->idling, count);
    }
}

/* While lines come we look every GATHER_US: members have machines of their own, and do
 * not make the server pay for waking them one by one. */
unsigned crowd_listen(struct crowd *crowd)
{
    enum { MOST_MS = 10000, PAUSE_MS = 20, GATHER_US = 200 };
    for (int64_t end = clock_monotonic_ms() + MOST_MS;
         crowd->reached < crowd->count && clock_monotonic_ms() < end;) {
        loop_turn(100);
        (void)usleep(GATHER_US);
    }
    crowd->expected = 0;
    loop_wait(PAUSE_MS);
    return crowd->count - crowd->reached;
}

void crowd_rouse(struct crowd *crowd, struct samples *latencies)
{
    for (unsigned i = 0; i < crowd->count; i++) {
        crowd->members[i].rousing = latencies;
        crowd->members[i].roused_at = clock_monotonic_us();
        client_send_line(&crowd->clients[i], "DONE");
    }
    for (unsigned i = 0; i < crowd->count; i++)
        client_await(&crowd->clients[i]);
    crowd->idling = 0;
}

void crowd_dismiss(struct crowd *crowd)
{
    clients_close(&crowd->clients, crowd->count);
    free(crowd->members);
    *crowd = (struct crowd){0};
}
