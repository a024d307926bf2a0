/* open: a very large mailbox, when the server does not know it yet, then again
 * and again by several. */
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "base/clock.h"
#include "pile.h"

struct opening {
    const struct scenario *scenario;
    uint32_t expected;
    bool told;
};

static void check_exists(struct client *client, struct slice response)
{
    struct opening *opening = client->state;
    uint32_t count;
    if (!response_number(response, "EXISTS", &count))
        return;
    if (count != opening->expected)
        bench_die("SELECT says %u messages exist", count);
    opening->told = true;
}

static void select_next(struct client *client);

static void selected(struct client *client)
{
    const struct opening *opening = client->state;
    if (!opening->told)
        bench_die("SELECT did not say what exists");
    if (client->pace && client_goes_on(client))
        select_next(client);
}

static void select_next(struct client *client)
{
    struct opening *opening = client->state;
    opening->told = false;
    client_send(client, selected, "SELECT %s", opening->scenario->mailbox);
}

void prepare_open(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    (void)result;
    pile_make(bench, scenario->mailbox, scenario_count(scenario, bench));
}

static double select_cold(struct client *client)
{
    select_next(client);
    client_await(client);
    return (double)(clock_monotonic_us() - client->command_at) / 1000.0;
}

void run_open(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    unsigned count = scenario->connections;
    pace_settle(bench);
    struct client *clients = clients_open(bench, count, fixture_users, 1);
    struct opening *openings = bench_allocate(count, sizeof *openings);
    for (unsigned i = 0; i < count; i++) {
        openings[i] = (struct opening){scenario, scenario_count(scenario, bench), false};
        clients[i].state = &openings[i];
        clients[i].on_response = check_exists;
    }
    result_figure(result, "cold_ms", select_cold(clients));
    for (unsigned i = 1; i < count; i++)
        (void)select_cold(&clients[i]); /* it may be at another worker */
    clients_drive(clients, count, select_next, result);
    clients_close(&clients, count);
    free(openings);
}
