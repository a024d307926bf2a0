#include "pile.h"

#include "../client.h"
#include "../fixture.h"

/* A tenth of the library; so many times that in one COPY. */
enum { SEED_SHARE = 10, COPIED_SEEDS = 50 };

uint32_t pile_seed_count(const struct bench *bench)
{
    return bench->scale / SEED_SHARE;
}

static void make_seed(struct bench *bench, struct client *client)
{
    uint32_t seed = pile_seed_count(bench);
    fixture_fill(bench, fixture_users[0], PILE_SEED, seed, FIXTURE_LETTER_SIZE);
    client_run(client, "SELECT " PILE_SEED);
    client_run(client, "STORE 1:%u +FLAGS.SILENT (\\Flagged)", seed / 10);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

void pile_make(struct bench *bench, const char *mailbox, uint32_t count)
{
    struct client *client = clients_open(bench, 1, fixture_users, 1);
    uint32_t seed = pile_seed_count(bench);
    make_seed(bench, client);
    fixture_make(client, mailbox);
    if (fixture_count(client, mailbox) == 0) {
        client_run(client, "COPY 1:* %s", mailbox);
        client_run(client, "SELECT %s", mailbox);
        for (uint32_t there = seed; there < count;) {
            uint32_t copied = least(least(there, count - there), seed * COPIED_SEEDS);
            client_run(client, "COPY 1:%u %s", copied, mailbox);
            client_run(client, "NOOP");
            there += copied;
        }
    }
    if (fixture_count(client, mailbox) != count)
        bench_die("%s was not filled", mailbox);
    clients_close(&client, 1);
}
