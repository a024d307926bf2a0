/* append: new messages, each connection into its own INBOX or all into one
 * shared mailbox. */
#include <stdio.h>
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

/* Over IMAP ------------------------------------------------------------------------------- */

struct append {
    const struct scenario *scenario;
    struct bench *bench;
    uint64_t sent;
};

static const char *mailbox_of(const struct scenario *scenario)
{
    return scenario->shared ? FIXTURE_SHARED : "INBOX";
}

static void append_next(struct client *client);

static void appended(struct client *client)
{
    if (client_goes_on(client))
        append_next(client);
}

static void append_next(struct client *client)
{
    struct append *append = client->state;
    append->sent++;
    fixture_append(append->bench, client, mailbox_of(append->scenario), append->scenario->size,
                   appended);
}

/* How many messages the mailboxes have together. */
static uint64_t count_all(const struct scenario *scenario, struct client *clients)
{
    uint64_t total = 0;
    unsigned mailboxes = scenario->shared ? 1 : scenario->connections;
    for (unsigned i = 0; i < mailboxes; i++)
        total += fixture_count(&clients[i], mailbox_of(scenario));
    return total;
}

static struct client *open_writers(const struct scenario *scenario, const struct bench *bench)
{
    return scenario->shared
               ? clients_open(bench, scenario->connections, fixture_members, FIXTURE_MEMBERS)
               : clients_open(bench, scenario->connections, fixture_users, FIXTURE_USERS);
}

void run_append(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct append append = {scenario, bench, 0};
    struct client *clients = open_writers(scenario, bench);
    uint64_t before = count_all(scenario, clients);
    for (unsigned i = 0; i < scenario->connections; i++)
        clients[i].state = &append;
    clients_drive(clients, scenario->connections, append_next, result);
    uint64_t after = count_all(scenario, clients);
    if (after != before + append.sent)
        bench_die("%llu messages were appended, %llu are there", (unsigned long long)append.sent,
                  (unsigned long long)(after - before));
    clients_close(&clients, scenario->connections);
}

/* As SQL ------------------------------------------------------------------------------------ */

/* Ids are taken in advance, so that a message is one round trip. */
static const char insert_message[] =
    "insert_message=WITH added AS ("
    "INSERT INTO messages (id, sha256, size, header, envelope, bodystructure, parts, message_id,"
    " sent_day, sent_at)"
    " SELECT $1::bigint, $2::bytea, $3::bigint, header, envelope, bodystructure, parts,"
    " message_id, sent_day, sent_at FROM messages WHERE id = $4::bigint)"
    " INSERT INTO message_chunks (message_id, n, octets) VALUES ($1, 0, $5::bytea)";

struct baseline {
    struct bench *bench;
    uint32_t size;
    int64_t model_id; /* a letter whose header and structure the new ones get */
    int64_t next_id;
};

struct target {
    struct baseline *baseline;
    int64_t mailbox_id;
};

static void queue_message(struct sql_client *client, struct baseline *baseline, int64_t id)
{
    struct letter letter = fixture_letter(baseline->bench, baseline->size);
    struct buffer text;
    buffer_init(&text, 0);
    letter_render(letter, &text);
    char digest[32] = {0};
    memcpy(digest, &letter.number, sizeof letter.number);
    struct sql_params params = {0};
    sql_number(&params, id);
    sql_octets(&params, slice_of(digest, sizeof digest));
    sql_number(&params, baseline->size);
    sql_number(&params, baseline->model_id);
    sql_octets(&params, buffer_slice(&text));
    sql_queue(client, "insert_message", &params);
    buffer_clear(&text);
}

static void queue_entry(struct sql_client *client, const struct target *target, int64_t id)
{
    struct sql_params lock = {0};
    sql_text(&lock, "{%lld}", (long long)target->mailbox_id);
    sql_queue(client, "lock_mailboxes", &lock);
    struct sql_params entry = {0};
    sql_number(&entry, target->mailbox_id);
    sql_number(&entry, INT64_MAX); /* whatever the rights are */
    sql_text(&entry, "baseline");
    sql_text(&entry, "local");
    sql_number(&entry, 0);
    sql_text(&entry, "{%lld}", (long long)id);
    sql_text(&entry, "{%u}", target->baseline->size);
    sql_text(&entry, "{0}");
    sql_text(&entry, "{2025-01-06 12:00:00+00}");
    sql_text(&entry, "{0}");
    sql_number(&entry, id);
    sql_queue(client, "change_append", &entry);
}

static void insert_next(struct sql_client *client)
{
    const struct target *target = client->state;
    int64_t id = target->baseline->next_id++;
    sql_queue(client, "transaction_begin", NULL);
    queue_message(client, target->baseline, id);
    queue_entry(client, target, id);
    sql_queue(client, "transaction_commit", NULL);
    sql_go(client);
}

static void inserted(struct sql_client *client)
{
    if (client->rows != 2) /* the lock and the new entry */
        bench_die("a message was not inserted");
    if (sql_goes_on(client))
        insert_next(client);
}

static struct target *find_targets(const struct scenario *scenario, struct baseline *baseline)
{
    struct target *targets = bench_allocate(scenario->connections, sizeof *targets);
    for (unsigned i = 0; i < scenario->connections; i++) {
        targets[i].baseline = baseline;
        targets[i].mailbox_id = scenario->shared
                                    ? sql_mailbox(baseline->bench, NULL, "Sales")
                                    : sql_mailbox(baseline->bench, fixture_users[i], "INBOX");
    }
    return targets;
}

void baseline_append(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {"transaction_begin", "transaction_commit",
                                             "lock_mailboxes",    "change_append",
                                             insert_message,      NULL};
    struct baseline baseline = {.bench = bench, .size = scenario->size};
    baseline.model_id = sql_value(bench, "SELECT max(message_id) FROM entries");
    baseline.next_id = sql_value(
        bench, "SELECT setval('messages_id_seq', nextval('messages_id_seq') + 10000000) - 9999999");
    struct target *targets = find_targets(scenario, &baseline);
    struct sql_client *clients =
        sql_open(bench, scenario->connections, SQL_PLANS_OF_SERVER, statements);
    for (unsigned i = 0; i < scenario->connections; i++) {
        clients[i].state = &targets[i];
        clients[i].on_done = inserted;
    }
    sql_drive(bench, clients, scenario->connections, insert_next, result);
    sql_close(&clients, scenario->connections);
    free(targets);
}
