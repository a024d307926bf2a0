/* Mailboxes with letters in them: fixture.h. */
#include "fixture.h"

enum { FILLERS = 16, FILLING_BATCH = 100, FILLING_LARGE = 1000 };

struct filling {
    struct bench *bench;
    const char *mailbox;
    uint32_t size;
    uint32_t left;  /* not sent yet */
    uint32_t batch; /* messages of a command */
};

static void fill_next(struct client *client)
{
    struct filling *filling = client->state;
    if (filling->left == 0)
        return;
    client_begin(client, fill_next);
    client_add(client, "APPEND %s", filling->mailbox);
    for (uint32_t i = 0; i < filling->batch && filling->left; i++, filling->left--)
        fixture_add_letter(client, fixture_letter(filling->bench, filling->size));
    client_finish(client);
}

static void count_listed(struct client *client, struct slice response)
{
    uint32_t *count = client->state;
    *count += slice_starts_with_nocase(response, SLICE("* LIST "));
}

uint32_t fixture_list(struct client *client, const char *pattern)
{
    uint32_t count = 0;
    client->state = &count;
    client->on_response = count_listed;
    client_run(client, "LIST \"\" \"%s\"", pattern);
    client->on_response = NULL;
    return count;
}

void fixture_make(struct client *client, const char *mailbox)
{
    if (fixture_list(client, mailbox) == 0)
        client_run(client, "CREATE %s", mailbox);
}

void fixture_fill(struct bench *bench, const char *user, const char *mailbox, uint32_t count,
                  uint32_t size)
{
    struct client *clients = clients_open(bench, FILLERS, &user, 1);
    fixture_make(clients, mailbox);
    uint32_t there = fixture_count(clients, mailbox);
    if (there > count)
        bench_die("%s has %u messages, not %u", mailbox, there, count);
    struct filling filling = {bench, mailbox, size, count - there,
                              client_has(clients, "MULTIAPPEND") ? FILLING_BATCH : 1};
    for (unsigned i = 0; i < FILLERS; i++) {
        clients[i].state = &filling;
        fill_next(&clients[i]);
    }
    for (unsigned i = 0; i < FILLERS; i++)
        while (clients[i].busy)
            client_await(&clients[i]);
    if (fixture_count(clients, mailbox) != count)
        bench_die("%s was not filled", mailbox);
    clients_close(&clients, FILLERS);
    if (count - there >= FILLING_LARGE)
        pace_settle(bench);
}

void fixture_library(struct bench *bench)
{
    fixture_fill(bench, fixture_users[0], FIXTURE_LIBRARY, bench->scale, FIXTURE_LETTER_SIZE);
}
