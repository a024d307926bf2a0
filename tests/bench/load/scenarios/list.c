/* list: LIST of a tree with very many mailboxes. */
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

/* Mailbox i is Tree<i / 100>, or a child of it: every 100th has 99 children. */
#define LIST_PATTERN "Tree*"
enum { LIST_USER = 2, LIST_NAME = 32, LIST_FAMILY = 100, LIST_MAKERS = 16 };

static void render_name(uint32_t i, char out[LIST_NAME])
{
    if (i % LIST_FAMILY == 0)
        snprintf(out, LIST_NAME, "Tree%03u", i / LIST_FAMILY);
    else
        snprintf(out, LIST_NAME, "Tree%03u/Box%02u", i / LIST_FAMILY, i % LIST_FAMILY);
}

/* The number of the name at the end of a LIST response, with or without quotes. */
static bool read_name(struct slice response, uint32_t *out)
{
    size_t at = slice_search(response, SLICE("Tree"));
    if (at == SIZE_MAX)
        return false;
    struct slice name = slice_sub(response, at, SIZE_MAX);
    if (slice_ends_with(name, SLICE("\"")))
        name = slice_sub(name, 0, name.len - 1);
    uint32_t family, member = 0;
    bool is_child = name.len > strlen("Tree000");
    if (!slice_to_u32(slice_sub(name, strlen("Tree"), 3), &family) ||
        (is_child && !slice_to_u32(slice_sub(name, strlen("Tree000/Box"), SIZE_MAX), &member)))
        return false;
    char expected[LIST_NAME];
    *out = family * LIST_FAMILY + member;
    render_name(*out, expected);
    return slice_equal(name, slice_cstr(expected));
}

/* Making them ------------------------------------------------------------------------------- */

struct making {
    uint32_t *next_family;
    uint32_t count;
    uint32_t at, end; /* of the family this connection makes */
};

static void make_next(struct client *client)
{
    struct making *making = client->state;
    char name[LIST_NAME];
    if (making->at == making->end) {
        making->at = (*making->next_family)++ * LIST_FAMILY;
        making->end =
            making->at + LIST_FAMILY < making->count ? making->at + LIST_FAMILY : making->count;
    }
    if (making->at >= making->count)
        return;
    render_name(making->at++, name);
    client_send(client, make_next, "CREATE %s", name);
}

static void make_mailboxes(const struct bench *bench, uint32_t count)
{
    struct client *clients = clients_open(bench, LIST_MAKERS, &fixture_users[LIST_USER], 1);
    uint32_t next_family = 0, there = fixture_list(clients, LIST_PATTERN);
    struct making makings[LIST_MAKERS];
    for (unsigned i = 0; i < LIST_MAKERS && there == 0; i++) {
        makings[i] = (struct making){&next_family, count, 0, 0};
        clients[i].state = &makings[i];
        make_next(&clients[i]);
    }
    for (unsigned i = 0; i < LIST_MAKERS; i++)
        while (clients[i].busy)
            client_await(&clients[i]);
    there = fixture_list(clients, LIST_PATTERN);
    if (there != count)
        bench_die("%u mailboxes are there, not %u", there, count);
    clients_close(&clients, LIST_MAKERS);
}

/* Over IMAP ------------------------------------------------------------------------------- */

struct listing {
    uint32_t count;
    uint32_t come;
    bool *seen; /* of each mailbox, in this listing */
};

static void note_name(struct client *client, struct slice response)
{
    struct listing *listing = client->state;
    uint32_t i;
    if (!slice_starts_with_nocase(response, SLICE("* LIST ")))
        return;
    if (!read_name(response, &i) || i >= listing->count || listing->seen[i])
        bench_die("not a mailbox of ours, or one again: %.*s", SLICE_ARGS(response));
    listing->seen[i] = true;
    listing->come++;
}

static void list_next(struct client *client);

static void listed(struct client *client)
{
    const struct listing *listing = client->state;
    if (listing->come != listing->count)
        bench_die("%u mailboxes were listed, not %u", listing->come, listing->count);
    if (client_goes_on(client))
        list_next(client);
}

static void list_next(struct client *client)
{
    struct listing *listing = client->state;
    memset(listing->seen, 0, listing->count);
    listing->come = 0;
    client_send(client, listed, "LIST \"\" \"" LIST_PATTERN "\"");
}

void run_list(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct listing listing = {.count = scenario_count(scenario, bench)};
    make_mailboxes(bench, listing.count);
    listing.seen = bench_allocate(listing.count, sizeof *listing.seen);
    struct client *clients = clients_open(bench, 1, &fixture_users[LIST_USER], 1);
    clients->state = &listing;
    clients->on_response = note_name;
    clients_drive(clients, 1, list_next, result);
    clients_close(&clients, 1);
    free(listing.seen);
}

/* As SQL ------------------------------------------------------------------------------------ */

struct reading {
    int64_t user_id;
    uint32_t count;
};

static void read_next(struct sql_client *client)
{
    const struct reading *reading = client->state;
    struct sql_params params = {0};
    sql_number(&params, reading->user_id);
    sql_text(&params, "false"); /* without the modseqs of their rights */
    sql_queue(client, "mailboxes_visible", &params);
    sql_go(client);
}

static void all_read(struct sql_client *client)
{
    const struct reading *reading = client->state;
    if (client->rows <= reading->count) /* those, and an INBOX */
        bench_die("%llu mailboxes were read", (unsigned long long)client->rows);
    if (sql_goes_on(client))
        read_next(client);
}

void baseline_list(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {"mailboxes_visible", NULL};
    struct reading reading = {sql_user(bench, fixture_users[LIST_USER]),
                              scenario_count(scenario, bench)};
    struct sql_client *clients = sql_open(bench, 1, SQL_PLANS_OF_SERVER, statements);
    clients->state = &reading;
    clients->on_done = all_read;
    sql_drive(bench, clients, 1, read_next, result);
    sql_close(&clients, 1);
}
