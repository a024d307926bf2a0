/* append: new messages, each connection into its own INBOX or all into one
 * shared mailbox; of one size or of many, one or a hundred with a command. */
#include <stdio.h>
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

/* Sizes as mail has them: many small ones, few large ones, 65.7 KB on average.
 * A hundred messages have them all, whoever sends which. */
static uint32_t mixed_size(uint64_t i)
{
    enum { KB = 1024, HUNDRED = 100, STRIDE = 37 };
    static const struct {
        uint32_t share;
        uint32_t size;
    } kinds[] = {{60, 4 * KB}, {25, 16 * KB}, {10, 100 * KB}, {4, 400 * KB}, {1, 3328 * KB}};
    uint32_t place = (uint32_t)(i * STRIDE % HUNDRED), kind = 0;
    while (place >= kinds[kind].share)
        place -= kinds[kind++].share;
    return kinds[kind].size;
}

static uint32_t size_of(const struct scenario *scenario, uint64_t i)
{
    return scenario->size == SIZE_MIX ? mixed_size(i) : scenario->size;
}

static uint32_t batch_of(const struct scenario *scenario)
{
    return scenario->batch ? scenario->batch : 1;
}

/* Per second: an operation may be many messages, and of many sizes. */
static void add_rates(const struct scenario *scenario, uint64_t messages, uint64_t octets,
                      struct result *result)
{
    if (scenario->batch)
        result_figure(result, "messages_per_second", (double)messages / result->seconds);
    result_figure(result, "mb_per_second", (double)octets / 1e6 / result->seconds);
}

/* Over IMAP ------------------------------------------------------------------------------- */

struct append {
    const struct scenario *scenario;
    struct bench *bench;
    uint64_t sent;
    uint64_t octets;
    struct letter *last; /* of each connection */
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
    client_begin(client, appended);
    client_add(client, "APPEND %s", mailbox_of(append->scenario));
    for (uint32_t i = 0; i < batch_of(append->scenario); i++) {
        uint32_t size = size_of(append->scenario, append->sent++);
        struct letter letter = fixture_letter(append->bench, size);
        append->octets += size;
        append->last[client->number] = letter;
        fixture_add_letter(client, letter);
    }
    client_finish(client);
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

/* The newest message of a mailbox is the last one of the connection, where all
 * share it of any connection, octet by octet. */
static void compare_last(struct client *client, struct slice response)
{
    const struct append *append = client->state;
    size_t line = slice_find(response, '\n');
    uint32_t number;
    struct letter letter;
    if (!response_number(response, "FETCH", &number) || line == response.len)
        return;
    if (!letter_recognise(response, &letter))
        bench_die("not a letter of ours: %.*s", SLICE_ARGS(slice_sub(response, 0, 1000)));
    bool is_last = false;
    for (unsigned i = 0; i < append->scenario->connections; i++)
        is_last |= append->last[i].number == letter.number &&
                   (append->scenario->shared || i == client->number);
    struct buffer text;
    buffer_init(&text, 0);
    letter_render(letter, &text);
    if (!is_last || !slice_equal(slice_sub(response, line + 1, text.len), buffer_slice(&text)))
        bench_die("the newest message of %s is not the one appended last", client->user);
    buffer_clear(&text);
    client->on_response = NULL;
}

static void check_last(struct append *append, struct client *clients)
{
    unsigned mailboxes = append->scenario->shared ? 1 : append->scenario->connections;
    for (unsigned i = 0; i < mailboxes; i++) {
        client_run(&clients[i], "EXAMINE %s", mailbox_of(append->scenario));
        clients[i].state = append;
        clients[i].on_response = compare_last;
        client_run(&clients[i], "FETCH * (BODY.PEEK[])");
        if (clients[i].on_response)
            bench_die("the newest message of %s did not come", clients[i].user);
    }
}

static struct client *open_writers(const struct scenario *scenario, const struct bench *bench)
{
    return scenario->shared
               ? clients_open(bench, scenario->connections, fixture_members, FIXTURE_MEMBERS)
               : clients_open(bench, scenario->connections, fixture_users, FIXTURE_USERS);
}

void run_append(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct append append = {.scenario = scenario, .bench = bench};
    append.last = bench_allocate(scenario->connections, sizeof *append.last);
    struct client *clients = open_writers(scenario, bench);
    uint64_t before = count_all(scenario, clients);
    for (unsigned i = 0; i < scenario->connections; i++)
        clients[i].state = &append;
    clients_drive(clients, scenario->connections, append_next, result);
    uint64_t after = count_all(scenario, clients);
    if (after != before + append.sent)
        bench_die("%llu messages were appended, %llu are there", (unsigned long long)append.sent,
                  (unsigned long long)(after - before));
    check_last(&append, clients);
    add_rates(scenario, append.sent, append.octets, result);
    clients_close(&clients, scenario->connections);
    free(append.last);
}

/* As SQL ------------------------------------------------------------------------------------ */

/* Ids are taken in advance, so that an operation is one round trip. */
static const char insert_message[] =
    "insert_message=INSERT INTO messages (id, sha256, size, header, envelope, bodystructure, parts,"
    " message_id, sent_day, sent_at)"
    " SELECT $1::bigint, $2::bytea, $3::bigint, header, envelope, bodystructure, parts,"
    " message_id, sent_day, sent_at FROM messages WHERE id = $4::bigint";
static const char insert_chunk[] = "insert_chunk=INSERT INTO message_chunks (message_id, n, octets)"
                                   " VALUES ($1::bigint, $2::integer, $3::bytea)";
enum { CHUNK_SIZE = 256 * 1024 /* as the server stores them */ };

struct baseline {
    const struct scenario *scenario;
    struct bench *bench;
    int64_t model_id; /* a letter whose header and structure the new ones get */
    int64_t next_id;
    uint64_t sent;
    uint64_t octets;
};

struct target {
    struct baseline *baseline;
    int64_t mailbox_id;
};

static void queue_message(struct sql_client *client, struct baseline *baseline, int64_t id,
                          uint32_t size)
{
    struct letter letter = fixture_letter(baseline->bench, size);
    struct buffer text;
    buffer_init(&text, 0);
    letter_render(letter, &text);
    char digest[32] = {0};
    memcpy(digest, &letter.number, sizeof letter.number);
    struct sql_params message = {0};
    sql_number(&message, id);
    sql_octets(&message, slice_of(digest, sizeof digest));
    sql_number(&message, size);
    sql_number(&message, baseline->model_id);
    sql_queue(client, "insert_message", &message);
    for (uint32_t at = 0; at < size; at += CHUNK_SIZE) {
        struct sql_params chunk = {0};
        sql_number(&chunk, id);
        sql_number(&chunk, at / CHUNK_SIZE);
        sql_octets(&chunk, slice_sub(buffer_slice(&text), at, CHUNK_SIZE));
        sql_queue(client, "insert_chunk", &chunk);
    }
    buffer_clear(&text);
}

/* Arrays with a value for each message of an operation. */
struct arrays {
    struct buffer ids, sizes, zeros, dates;
};

static void add_to_arrays(struct arrays *arrays, int64_t id, uint32_t size)
{
    char before = arrays->ids.len ? ',' : '{';
    buffer_printf(&arrays->ids, "%c%lld", before, (long long)id);
    buffer_printf(&arrays->sizes, "%c%u", before, size);
    buffer_printf(&arrays->zeros, "%c0", before);
    buffer_printf(&arrays->dates, "%c2025-01-06 12:00:00+00", before);
}

static const char *array_text(struct buffer *array)
{
    buffer_add(array, slice_of("}", 2)); /* with its NUL */
    return array->data;
}

static void queue_entries(struct sql_client *client, const struct target *target,
                          struct arrays *arrays)
{
    const char *zeros = array_text(&arrays->zeros);
    struct sql_params lock = {0};
    sql_text(&lock, "{%lld}", (long long)target->mailbox_id);
    sql_queue(client, "lock_mailboxes", &lock);
    struct sql_params entry = {0};
    sql_number(&entry, target->mailbox_id);
    sql_number(&entry, INT64_MAX); /* whatever the rights are */
    sql_text(&entry, "baseline");
    sql_text(&entry, "local");
    sql_number(&entry, 0);
    sql_long_text(&entry, array_text(&arrays->ids));
    sql_long_text(&entry, array_text(&arrays->sizes));
    sql_long_text(&entry, zeros);
    sql_long_text(&entry, array_text(&arrays->dates));
    sql_long_text(&entry, zeros);
    sql_long_text(&entry, NULL); /* copied from nowhere */
    sql_long_text(&entry, NULL);
    sql_number(&entry, target->baseline->next_id);
    sql_queue(client, "change_append", &entry);
}

static void insert_next(struct sql_client *client)
{
    const struct target *target = client->state;
    struct baseline *baseline = target->baseline;
    struct arrays arrays = {0};
    sql_queue(client, "transaction_begin", NULL);
    for (uint32_t i = 0; i < batch_of(baseline->scenario); i++) {
        int64_t id = baseline->next_id++;
        uint32_t size = size_of(baseline->scenario, baseline->sent++);
        baseline->octets += size;
        queue_message(client, baseline, id, size);
        add_to_arrays(&arrays, id, size);
    }
    queue_entries(client, target, &arrays);
    sql_queue(client, "transaction_commit", NULL);
    sql_go(client);
    buffer_clear(&arrays.ids);
    buffer_clear(&arrays.sizes);
    buffer_clear(&arrays.zeros);
    buffer_clear(&arrays.dates);
}

static void inserted(struct sql_client *client)
{
    if (client->rows != 2) /* the lock and the new entries */
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
    static const char *const statements[] = {"transaction_begin",
                                             "transaction_commit",
                                             "lock_mailboxes",
                                             "change_append",
                                             insert_message,
                                             insert_chunk,
                                             NULL};
    struct baseline baseline = {.scenario = scenario, .bench = bench};
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
    add_rates(scenario, baseline.sent, baseline.octets, result);
    sql_close(&clients, scenario->connections);
    free(targets);
}
