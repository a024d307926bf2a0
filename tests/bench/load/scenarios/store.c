/* store: one flag of one message at a time, each connection in its own mailbox,
 * or each in its own stretch of one that all share. */
#include <stdio.h>
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

enum { STORE_MESSAGES = 500 };
#define STORE_OWN    "Work"
#define STORE_SHARED "Shared/Archive"

/* All messages get \Flagged, then all lose it, and so on: every STORE is a change. */
struct walk {
    uint32_t first; /* UID */
    uint32_t count;
    uint32_t at;
    bool set;
    bool confirmed;
    int64_t mailbox_id; /* baseline */
};

static void walk_step(struct walk *walk)
{
    if (++walk->at < walk->count)
        return;
    walk->at = 0;
    walk->set = !walk->set;
}

/* Over IMAP ------------------------------------------------------------------------------- */

static void note_flags(struct client *client, struct slice response)
{
    struct walk *walk = client->state;
    if (fixture_uid(response) != walk->first + walk->at)
        return; /* somebody else's */
    bool is_set = slice_search(response, SLICE("\\Flagged")) != SIZE_MAX;
    walk->confirmed = is_set == walk->set;
}

static void store_next(struct client *client);

static void stored(struct client *client)
{
    struct walk *walk = client->state;
    if (!walk->confirmed)
        bench_die("STORE did not show the new flags");
    walk_step(walk);
    if (client_goes_on(client))
        store_next(client);
}

static void store_next(struct client *client)
{
    struct walk *walk = client->state;
    walk->confirmed = false;
    client_send(client, stored, "UID STORE %u %cFLAGS (\\Flagged)", walk->first + walk->at,
                walk->set ? '+' : '-');
}

static void open_mailboxes(const struct scenario *scenario, struct bench *bench,
                           struct client *clients)
{
    if (scenario->shared)
        fixture_fill(bench, fixture_members[0], STORE_SHARED, bench->scale, FIXTURE_LETTER_SIZE);
    for (unsigned i = 0; i < scenario->connections; i++) {
        if (!scenario->shared)
            fixture_fill(bench, clients[i].user, STORE_OWN, STORE_MESSAGES, LETTER_SIZE_MIN);
        client_run(&clients[i], "SELECT %s", scenario->shared ? STORE_SHARED : STORE_OWN);
    }
    unsigned selected = scenario->shared ? 1 : scenario->connections;
    for (unsigned i = 0; i < selected; i++)
        client_run(&clients[i], "STORE 1:* -FLAGS.SILENT (\\Flagged)");
}

static struct walk *plan_walks(const struct scenario *scenario, const struct bench *bench)
{
    struct walk *walks = bench_allocate(scenario->connections, sizeof *walks);
    uint32_t count = scenario->shared ? bench->scale / scenario->connections : STORE_MESSAGES;
    for (unsigned i = 0; i < scenario->connections; i++)
        walks[i] = (struct walk){
            .first = scenario->shared ? 1 + i * count : 1, .count = count, .set = true};
    return walks;
}

void run_store(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct client *clients =
        scenario->shared
            ? clients_open(bench, scenario->connections, fixture_members, FIXTURE_MEMBERS)
            : clients_open(bench, scenario->connections, fixture_users, FIXTURE_USERS);
    open_mailboxes(scenario, bench, clients);
    struct walk *walks = plan_walks(scenario, bench);
    for (unsigned i = 0; i < scenario->connections; i++) {
        clients[i].state = &walks[i];
        clients[i].on_response = note_flags;
    }
    clients_drive(clients, scenario->connections, store_next, result);
    clients_close(&clients, scenario->connections);
    free(walks);
}

/* As SQL ------------------------------------------------------------------------------------ */

static void change_next(struct sql_client *client)
{
    const struct walk *walk = client->state;
    uint32_t uid = walk->first + walk->at;
    struct sql_params lock = {0}, change = {0};
    sql_text(&lock, "{%lld}", (long long)walk->mailbox_id);
    sql_number(&change, walk->mailbox_id);
    sql_number(&change, INT64_MAX); /* whatever the rights are */
    sql_text(&change, "baseline");
    sql_text(&change, "local");
    sql_text(&change, "{[%u,%u)}", uid, uid + 1);
    sql_number(&change, walk->set ? 0 : 4);
    sql_number(&change, walk->set ? 4 : 0);
    sql_number(&change, 0); /* nothing is known beforehand */
    sql_text(&change, "{}");
    sql_number(&change, 0);
    sql_number(&change, 0);
    sql_text(&change, "false");
    sql_number(&change, uid);
    sql_queue(client, "transaction_begin", NULL);
    sql_queue(client, "lock_mailboxes", &lock);
    sql_queue(client, "change_flags", &change);
    sql_queue(client, "transaction_commit", NULL);
    sql_go(client);
}

static void changed(struct sql_client *client)
{
    if (client->rows != 2) /* the lock and the change */
        bench_die("a flag was not changed");
    walk_step(client->state);
    if (sql_goes_on(client))
        change_next(client);
}

static void unflag(const struct bench *bench, int64_t mailbox_id)
{
    char query[256];
    snprintf(
        query, sizeof query,
        "WITH changed AS (UPDATE entries SET flags = flags & ~4::bigint"
        " WHERE mailbox_id = %lld AND flags & 4 <> 0 RETURNING 1) SELECT count(*) FROM changed",
        (long long)mailbox_id);
    (void)sql_value(bench, query);
}

void baseline_store(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {"transaction_begin", "transaction_commit",
                                             "lock_mailboxes", "change_flags", NULL};
    struct walk *walks = plan_walks(scenario, bench);
    struct sql_client *clients =
        sql_open(bench, scenario->connections, SQL_PLANS_OF_SERVER, statements);
    for (unsigned i = 0; i < scenario->connections; i++) {
        walks[i].mailbox_id = scenario->shared ? sql_mailbox(bench, NULL, "Archive")
                                               : sql_mailbox(bench, fixture_users[i], STORE_OWN);
        unflag(bench, walks[i].mailbox_id);
        clients[i].state = &walks[i];
        clients[i].on_done = changed;
    }
    sql_drive(bench, clients, scenario->connections, change_next, result);
    sql_close(&clients, scenario->connections);
    free(walks);
}
