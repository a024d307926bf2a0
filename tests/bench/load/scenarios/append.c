/* append: new messages, each connection into its own INBOX or all into one
 * shared mailbox; of one size or of many, one or a hundred with a command. */
#include <stdio.h>
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"
#include "inserts.h"

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
        uint32_t size = fixture_size(append->scenario->size, append->sent++);
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

void baseline_append(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    unsigned count = scenario->shared ? 1 : scenario->connections;
    int64_t *mailboxes = bench_allocate(count, sizeof *mailboxes);
    for (unsigned i = 0; i < count; i++)
        mailboxes[i] = scenario->shared ? sql_mailbox(bench, NULL, "Sales")
                                        : sql_mailbox(bench, fixture_users[i], "INBOX");
    struct inserts inserts = {.bench = bench,
                              .connections = scenario->connections,
                              .mailboxes = mailboxes,
                              .mailbox_count = count,
                              .size = scenario->size,
                              .batch = batch_of(scenario)};
    inserts_run(&inserts, result);
    add_rates(scenario, inserts.sent, inserts.octets, result);
    free(mailboxes);
}
