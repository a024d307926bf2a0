/* select: opening a large mailbox that the server knows already, again and again. */
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

static void check_exists(struct client *client, struct slice response)
{
    uint32_t count;
    if (!response_number(response, "EXISTS", &count))
        return;
    if (count != client->bench->scale)
        bench_die("SELECT says %u messages exist", count);
    *(bool *)client->state = true;
}

static void select_next(struct client *client);

static void selected(struct client *client)
{
    if (!*(bool *)client->state)
        bench_die("SELECT did not say what exists");
    if (client_goes_on(client))
        select_next(client);
}

static void select_next(struct client *client)
{
    *(bool *)client->state = false;
    client_send(client, selected, "SELECT %s", FIXTURE_LIBRARY);
}

void run_select(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    fixture_library(bench);
    struct client *clients = clients_open(bench, scenario->connections, fixture_users, 1);
    bool *told = bench_allocate(scenario->connections, sizeof *told);
    for (unsigned i = 0; i < scenario->connections; i++) {
        clients[i].state = &told[i];
        clients[i].on_response = check_exists;
        client_run(&clients[i], "SELECT %s", FIXTURE_LIBRARY);
    }
    clients_drive(clients, scenario->connections, select_next, result);
    clients_close(&clients, scenario->connections);
    free(told);
}

/* As SQL ------------------------------------------------------------------------------------ */

struct place {
    int64_t owner_id;
    int64_t mailbox_id;
};

static void read_next(struct sql_client *client)
{
    const struct place *place = client->state;
    struct sql_params find = {0}, state = {0};
    sql_number(&find, place->owner_id);
    sql_text(&find, FIXTURE_LIBRARY);
    sql_number(&find, place->owner_id);
    sql_number(&state, place->mailbox_id);
    sql_queue(client, "mailbox_find", &find);
    sql_queue(client, "mailbox_state", &state);
    sql_go(client);
}

static void state_read(struct sql_client *client)
{
    if (client->rows != 2)
        bench_die("the mailbox was not found");
    if (sql_goes_on(client))
        read_next(client);
}

void baseline_select(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {"mailbox_find", "mailbox_state", NULL};
    struct place place = {
        .owner_id = sql_user(bench, fixture_users[0]),
        .mailbox_id = sql_mailbox(bench, fixture_users[0], FIXTURE_LIBRARY),
    };
    struct sql_client *clients =
        sql_open(bench, scenario->connections, SQL_PLANS_OF_SERVER, statements);
    for (unsigned i = 0; i < scenario->connections; i++) {
        clients[i].state = &place;
        clients[i].on_done = state_read;
    }
    sql_drive(bench, clients, scenario->connections, read_next, result);
    sql_close(&clients, scenario->connections);
}
