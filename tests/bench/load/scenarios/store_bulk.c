/* store-bulk: one STORE that changes every message of a large mailbox: a flag
 * that all see, or \Seen, which is everybody's own in a shared mailbox. */
#include <string.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

#define BULK_SHARED "Shared/Archive"

struct bulk {
    const struct scenario *scenario;
    bool set; /* what the running STORE does */
    uint32_t hits;
    int64_t mailbox_id; /* baseline, all below */
    int64_t user_id;
    uint32_t count;
};

static const char *mailbox_of(const struct scenario *scenario)
{
    return scenario->shared ? BULK_SHARED : FIXTURE_LIBRARY;
}

static void store_all(struct client *client);

static void stored(struct client *client)
{
    struct bulk *bulk = client->state;
    if (!client_goes_on(client))
        return;
    bulk->set = !bulk->set;
    store_all(client);
}

static void store_all(struct client *client)
{
    const struct bulk *bulk = client->state;
    client_send(client, stored, "STORE 1:* %cFLAGS.SILENT (%s)", bulk->set ? '+' : '-',
                bulk->scenario->query);
}

static void count_hits(struct client *client, struct slice response)
{
    struct bulk *bulk = client->state;
    for (size_t i = 0; i < response.len; i++)
        bulk->hits += response.data[i] == ' ';
}

/* After the last STORE all messages have the flag, or none has it. */
static void check_flags(struct client *client, uint32_t count)
{
    struct bulk *bulk = client->state;
    const char *key = bulk->scenario->query + 1; /* \Flagged: FLAGGED */
    client->on_response = count_hits;
    client_run(client, "UID SEARCH %s", key);
    uint32_t found = bulk->hits - 1; /* "* SEARCH 1 2 3": a space before each, and one */
    if (found != (bulk->set ? count : 0))
        bench_die("%u of %u messages have %s", found, count, bulk->scenario->query);
    client->on_response = NULL;
}

void run_store_bulk(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    const char *user = scenario->shared ? fixture_members[0] : fixture_users[0];
    fixture_fill(bench, user, mailbox_of(scenario), bench->scale, FIXTURE_LETTER_SIZE);
    struct bulk bulk = {.scenario = scenario, .set = true};
    struct client *clients = clients_open(bench, 1, &user, 1);
    client_run(clients, "SELECT %s", mailbox_of(scenario));
    client_run(clients, "STORE 1:* -FLAGS.SILENT (%s)", scenario->query);
    clients->state = &bulk;
    clients_drive(clients, 1, store_all, result);
    check_flags(clients, bench->scale);
    clients_close(&clients, 1);
}

/* As SQL ------------------------------------------------------------------------------------ */

static bool is_seen(const struct scenario *scenario)
{
    return scenario->shared && strcmp(scenario->query, "\\Seen") == 0;
}

static void queue_change(struct sql_client *client)
{
    const struct bulk *bulk = client->state;
    bool seen = is_seen(bulk->scenario);
    struct sql_params change = {0};
    sql_number(&change, bulk->mailbox_id);
    sql_number(&change, INT64_MAX); /* whatever the rights are */
    sql_text(&change, "baseline");
    sql_text(&change, "local");
    sql_text(&change, "{[1,%u)}", bulk->count + 1);
    sql_number(&change, seen ? bulk->user_id : bulk->set ? 0 : 4);
    if (seen)
        sql_text(&change, bulk->set ? "true" : "false");
    else
        sql_number(&change, bulk->set ? 4 : 0);
    sql_number(&change, 0); /* nothing is known beforehand */
    sql_text(&change, "{}");
    if (!seen) {
        sql_number(&change, 0);
        sql_number(&change, 0);
        sql_text(&change, "false");
    }
    sql_number(&change, 1);
    sql_queue(client, seen ? "change_seen" : "change_flags", &change);
}

static void change_all(struct sql_client *client)
{
    const struct bulk *bulk = client->state;
    struct sql_params lock = {0};
    sql_text(&lock, "{%lld}", (long long)bulk->mailbox_id);
    sql_queue(client, "transaction_begin", NULL);
    sql_queue(client, "lock_mailboxes", &lock);
    queue_change(client);
    sql_queue(client, "transaction_commit", NULL);
    sql_go(client);
}

static void changed(struct sql_client *client)
{
    struct bulk *bulk = client->state;
    if (client->rows != 2) /* the lock and the change */
        bench_die("the flags were not changed");
    if (!sql_goes_on(client))
        return;
    bulk->set = !bulk->set;
    change_all(client);
}

void baseline_store_bulk(const struct scenario *scenario, struct bench *bench,
                         struct result *result)
{
    static const char *const statements[] = {"transaction_begin", "transaction_commit",
                                             "lock_mailboxes",    "change_flags",
                                             "change_seen",       NULL};
    struct bulk bulk = {.scenario = scenario, .set = true, .count = bench->scale};
    bulk.mailbox_id = scenario->shared ? sql_mailbox(bench, NULL, "Archive")
                                       : sql_mailbox(bench, fixture_users[0], FIXTURE_LIBRARY);
    bulk.user_id = sql_user(bench, "alice");
    struct sql_client *clients = sql_open(bench, 1, SQL_PLANS_OF_SERVER, statements);
    clients->state = &bulk;
    clients->on_done = changed;
    sql_drive(bench, clients, 1, change_all, result);
    sql_close(&clients, 1);
}
