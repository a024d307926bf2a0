/* login: connect, greeting, LOGIN, LOGOUT, each time on a new connection. */
#include "../client.h"
#include "../fixture.h"
#include "../pace.h"
#include "../scenario.h"

#include <stdlib.h>

#include "base/clock.h"

static void start(struct client *client);

static void logged_out(struct client *client)
{
    int64_t begun_at = *(int64_t *)client->state;
    client_close(client);
    if (pace_goes_on(client->pace, begun_at))
        start(client);
}

static void logged_in(struct client *client)
{
    client_send(client, logged_out, "LOGOUT");
}

static void greeted(struct client *client)
{
    client_send(client, logged_in, "LOGIN %s %s", client->user, client->bench->password);
}

static void start(struct client *client)
{
    *(int64_t *)client->state = clock_monotonic_us();
    client_connect(client, client->bench, fixture_users[client->number % FIXTURE_USERS]);
    client->on_done = greeted;
}

void run_login(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct pace pace;
    struct client *clients = bench_allocate(scenario->connections, sizeof *clients);
    int64_t *begun_at = bench_allocate(scenario->connections, sizeof *begun_at);
    pace_start(&pace, bench, scenario->connections, result);
    for (unsigned i = 0; i < scenario->connections; i++) {
        clients[i] =
            (struct client){.bench = bench, .number = i, .pace = &pace, .state = &begun_at[i]};
        start(&clients[i]);
    }
    pace_finish(&pace);
    clients_close(&clients, scenario->connections);
    free(begun_at);
}
