/* status: STATUS of many mailboxes, one after the other. */
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

#define STATUS_PATTERN "Project%"
enum { STATUS_USER = 1, STATUS_NAME = 32, STATUS_MESSAGES = 4 /* mailbox i has i modulo this */ };

struct walk {
    uint32_t count; /* of mailboxes */
    uint32_t at;
    bool come;
    int64_t user_id; /* baseline */
    int64_t *mailbox_ids;
};

static void render_name(uint32_t i, char out[STATUS_NAME])
{
    snprintf(out, STATUS_NAME, "Project%03u", i);
}

/* Each connection begins somewhere else. */
static struct walk *plan_walks(const struct scenario *scenario, const struct bench *bench)
{
    struct walk *walks = bench_allocate(scenario->connections, sizeof *walks);
    uint32_t count = scenario_count(scenario, bench);
    for (unsigned i = 0; i < scenario->connections; i++)
        walks[i] = (struct walk){.count = count, .at = i * count / scenario->connections};
    return walks;
}

static void step(struct walk *walk)
{
    walk->at = (walk->at + 1) % walk->count;
}

/* Over IMAP ------------------------------------------------------------------------------- */

static uint32_t item(struct slice response, const char *name)
{
    size_t at = slice_search(response, slice_cstr(name));
    struct slice digits =
        slice_sub(response, at == SIZE_MAX ? response.len : at + strlen(name), SIZE_MAX);
    size_t end = 0;
    while (end < digits.len && ascii_is_digit(digits.data[end]))
        end++;
    uint32_t value;
    if (!slice_to_u32(slice_sub(digits, 0, end), &value))
        bench_die("no %sin %.*s", name, SLICE_ARGS(response));
    return value;
}

static void check_status(struct client *client, struct slice response)
{
    struct walk *walk = client->state;
    char name[STATUS_NAME];
    if (!slice_starts_with_nocase(response, SLICE("* STATUS ")))
        return;
    render_name(walk->at, name);
    uint32_t messages = walk->at % STATUS_MESSAGES;
    if (slice_search(response, slice_cstr(name)) == SIZE_MAX ||
        item(response, "MESSAGES ") != messages || item(response, "UNSEEN ") != messages ||
        item(response, "UIDNEXT ") != messages + 1)
        bench_die("not the status of %s: %.*s", name, SLICE_ARGS(response));
    walk->come = true;
}

static void status_next(struct client *client);

static void answered(struct client *client)
{
    struct walk *walk = client->state;
    if (!walk->come)
        bench_die("STATUS brought nothing");
    step(walk);
    if (client_goes_on(client))
        status_next(client);
}

static void status_next(struct client *client)
{
    struct walk *walk = client->state;
    char name[STATUS_NAME];
    render_name(walk->at, name);
    walk->come = false;
    client_send(client, answered, "STATUS %s (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)", name);
}

static void make_mailboxes(struct bench *bench, struct client *client, uint32_t count)
{
    uint32_t there = fixture_list(client, STATUS_PATTERN);
    for (uint32_t i = there; i < count; i++) {
        char name[STATUS_NAME];
        render_name(i, name);
        client_run(client, "CREATE %s", name);
        for (unsigned k = 0; k < i % STATUS_MESSAGES; k++) {
            fixture_append(bench, client, name, LETTER_SIZE_MIN, NULL);
            client_await(client);
        }
    }
}

void run_status(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct client *clients =
        clients_open(bench, scenario->connections, &fixture_users[STATUS_USER], 1);
    make_mailboxes(bench, clients, scenario_count(scenario, bench));
    struct walk *walks = plan_walks(scenario, bench);
    for (unsigned i = 0; i < scenario->connections; i++) {
        clients[i].state = &walks[i];
        clients[i].on_response = check_status;
    }
    clients_drive(clients, scenario->connections, status_next, result);
    clients_close(&clients, scenario->connections);
    free(walks);
}

/* As SQL ------------------------------------------------------------------------------------ */

static void read_next(struct sql_client *client)
{
    const struct walk *walk = client->state;
    char name[STATUS_NAME];
    render_name(walk->at, name);
    struct sql_params find = {0}, status = {0};
    sql_number(&find, walk->user_id);
    sql_text(&find, "%s", name);
    sql_number(&find, walk->user_id);
    sql_number(&status, walk->mailbox_ids[walk->at]);
    sql_number(&status, walk->user_id);
    sql_queue(client, "mailbox_find", &find);
    sql_queue(client, "mailbox_status", &status);
    sql_go(client);
}

static void status_read(struct sql_client *client)
{
    if (client->rows != 2)
        bench_die("a mailbox was not found");
    step(client->state);
    if (sql_goes_on(client))
        read_next(client);
}

void baseline_status(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {"mailbox_find", "mailbox_status", NULL};
    const char *user = fixture_users[STATUS_USER];
    struct walk *walks = plan_walks(scenario, bench);
    int64_t *ids = bench_allocate(walks->count, sizeof *ids);
    for (uint32_t i = 0; i < walks->count; i++) {
        char name[STATUS_NAME];
        render_name(i, name);
        ids[i] = sql_mailbox(bench, user, name);
    }
    struct sql_client *clients =
        sql_open(bench, scenario->connections, SQL_PLANS_OF_SERVER, statements);
    for (unsigned i = 0; i < scenario->connections; i++) {
        walks[i].user_id = sql_user(bench, user);
        walks[i].mailbox_ids = ids;
        clients[i].state = &walks[i];
        clients[i].on_done = status_read;
    }
    sql_drive(bench, clients, scenario->connections, read_next, result);
    sql_close(&clients, scenario->connections);
    free(ids);
    free(walks);
}
