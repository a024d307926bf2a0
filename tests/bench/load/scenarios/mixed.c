/* mixed: what mail programs do all day. Four people, each with a phone and a
 * desktop in the same mailbox, so that each also hears what the other does.
 * Messages that stay are checked octet by octet; those that come and go are
 * counted, and at the end everybody must know how many there are. */
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "base/clock.h"

#define MIX_MAILBOX "Mix"
#define MIX_COPIES  "Copies"
enum { MIX_USERS = 4, MIX_PAGE = 20, MIX_ACTIONS = 9 };

/* One connection. */
struct actor {
    struct shelf *shelf; /* what stays, the same for both connections of a user */
    uint64_t random;
    bool second;                 /* of its user */
    bool *seen;                  /* of each message on the shelf */
    uint32_t exists;             /* as told */
    const struct action *action; /* under way */
    uint32_t place;              /* on the shelf, that it is about */
    uint32_t come;               /* responses that it wants */
    struct bench *bench;
    struct samples *latencies; /* of each action, of all actors */
};

typedef void action_hear_fn(struct actor *actor, struct slice response);
struct action {
    const char *name;
    unsigned weight; /* of 100 */
    void (*begin)(struct client *client);
    action_hear_fn *hear; /* NULL: whatever comes */
    uint32_t wanted;      /* responses that hear counts */
};

static void finish_action(struct client *client);

static uint64_t draw(struct actor *actor)
{
    actor->random ^= actor->random << 13;
    actor->random ^= actor->random >> 7;
    actor->random ^= actor->random << 17;
    return actor->random >> 11;
}

static uint32_t uid_here(const struct actor *actor)
{
    return actor->shelf->uids[actor->place];
}

static bool is_fetch(struct slice response)
{
    uint32_t number;
    return response_number(response, "FETCH", &number);
}

/* Polling ----------------------------------------------------------------------------------- */

static void begin_noop(struct client *client)
{
    client_send(client, finish_action, "NOOP");
}

static void begin_idle(struct client *client)
{
    client_send(client, finish_action, "IDLE");
}

static void hear_idling(struct actor *actor, struct slice response)
{
    actor->come += *response.data == '+';
}

/* Reading ----------------------------------------------------------------------------------- */

static void begin_page(struct client *client)
{
    struct actor *actor = client->state;
    actor->place = (uint32_t)(draw(actor) % (actor->shelf->count - MIX_PAGE + 1));
    client_send(client, finish_action, "UID FETCH %u:%u (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)",
                uid_here(actor), actor->shelf->uids[actor->place + MIX_PAGE - 1]);
}

static void hear_page(struct actor *actor, struct slice response)
{
    struct letter letter;
    if (!is_fetch(response) || slice_search(response, SLICE("ENVELOPE (")) == SIZE_MAX)
        return;
    uint32_t place = actor->place + actor->come;
    if (actor->come++ >= MIX_PAGE || fixture_uid(response) != actor->shelf->uids[place] ||
        !letter_recognise_envelope(response, &letter) ||
        letter.number != actor->shelf->letters[place].number)
        bench_die("not the message expected: %.*s", SLICE_ARGS(response));
}

static void begin_body(struct client *client)
{
    struct actor *actor = client->state;
    actor->place = (uint32_t)(draw(actor) % actor->shelf->count);
    client_send(client, finish_action, "UID FETCH %u (BODY.PEEK[])", uid_here(actor));
}

static void hear_body(struct actor *actor, struct slice response)
{
    size_t line = slice_find(response, '\n');
    if (!is_fetch(response) || line == response.len)
        return;
    struct buffer expected;
    buffer_init(&expected, 0);
    letter_render(actor->shelf->letters[actor->place], &expected);
    if (!slice_equal(slice_sub(response, line + 1, expected.len), buffer_slice(&expected)))
        bench_die("the body of UID %u differs", uid_here(actor));
    buffer_clear(&expected);
    actor->come++;
}

static void begin_search(struct client *client)
{
    client_send(client, finish_action, "UID SEARCH SUBJECT " LETTER_RARE_WORD);
}

/* What stays comes first; behind it may be what was appended lately. */
static void hear_search(struct actor *actor, struct slice response)
{
    if (!slice_starts_with(response, SLICE("* SEARCH")))
        return;
    struct buffer expected;
    buffer_init(&expected, 0);
    buffer_add_cstr(&expected, "* SEARCH");
    for (uint32_t i = 0; i < actor->shelf->count; i++)
        if (letter_is_rare(actor->shelf->letters[i]))
            buffer_printf(&expected, " %u", actor->shelf->uids[i]);
    if (!slice_starts_with(response, buffer_slice(&expected)))
        bench_die("SEARCH found something else: %.*s", SLICE_ARGS(response));
    buffer_clear(&expected);
    actor->come++;
}

/* Changing ---------------------------------------------------------------------------------- */

/* Each connection has every other message for itself. */
static void begin_seen(struct client *client)
{
    struct actor *actor = client->state;
    actor->place = (uint32_t)(draw(actor) % (actor->shelf->count / 2)) * 2 + actor->second;
    bool seen = actor->seen[actor->place] = !actor->seen[actor->place];
    client_send(client, finish_action, "UID STORE %u %cFLAGS (\\Seen)", uid_here(actor),
                seen ? '+' : '-');
}

static void hear_seen(struct actor *actor, struct slice response)
{
    if (!is_fetch(response) || fixture_uid(response) != uid_here(actor))
        return;
    bool is_seen = slice_search(response, SLICE("\\Seen")) != SIZE_MAX;
    actor->come = is_seen == actor->seen[actor->place];
}

static void begin_append(struct client *client)
{
    struct actor *actor = client->state;
    fixture_append(actor->bench, client, MIX_MAILBOX, FIXTURE_RICH, finish_action);
}

static void begin_copy(struct client *client)
{
    struct actor *actor = client->state;
    actor->place = (uint32_t)(draw(actor) % actor->shelf->count);
    client_send(client, finish_action, "UID COPY %u " MIX_COPIES, uid_here(actor));
}

static void expunge(struct client *client)
{
    int64_t begun_at = client->command_at;
    client_send(client, finish_action, "EXPUNGE");
    client->command_at = begun_at; /* the operation is both commands */
}

/* Whatever was appended. */
static void begin_expunge(struct client *client)
{
    const struct actor *actor = client->state;
    client_send(client, expunge, "UID STORE %u:4294967295 +FLAGS.SILENT (\\Deleted)",
                actor->shelf->uids[actor->shelf->count - 1] + 1);
}

/* The mix ----------------------------------------------------------------------------------- */

static const struct action actions[MIX_ACTIONS] = {
    {"noop", 30, begin_noop, NULL, 0},
    {"idle", 10, begin_idle, hear_idling, 1},
    {"page", 20, begin_page, hear_page, MIX_PAGE},
    {"body", 20, begin_body, hear_body, 1},
    {"seen", 10, begin_seen, hear_seen, 1},
    {"append", 5, begin_append, NULL, 0},
    {"copy", 2, begin_copy, NULL, 0},
    {"search", 2, begin_search, hear_search, 1},
    {"expunge", 1, begin_expunge, NULL, 0},
};

static const struct action *choose(struct actor *actor)
{
    unsigned place = (unsigned)(draw(actor) % 100);
    const struct action *action = actions;
    while (place >= action->weight)
        place -= action++->weight;
    return action;
}

static void act(struct client *client)
{
    struct actor *actor = client->state;
    actor->action = choose(actor);
    actor->come = 0;
    actor->action->begin(client);
}

static void finish_action(struct client *client)
{
    struct actor *actor = client->state;
    const struct action *action = actor->action;
    if (actor->come != action->wanted)
        bench_die("%s brought %u responses, not %u", action->name, actor->come, action->wanted);
    samples_add(&actor->latencies[action - actions], clock_monotonic_us() - client->command_at);
    if (client_goes_on(client))
        act(client);
}

static void hear(struct client *client, struct slice response)
{
    struct actor *actor = client->state;
    uint32_t number;
    if (response_number(response, "EXISTS", &number))
        actor->exists = number;
    else if (response_number(response, "EXPUNGE", &number))
        actor->exists--;
    else if (actor->action && actor->action->hear)
        actor->action->hear(actor, response);
    if (*response.data == '+' && actor->action->begin == begin_idle)
        client_send_line(client, "DONE");
}

/* Before and after -------------------------------------------------------------------------- */

static void fill_mailbox(const struct scenario *scenario, struct bench *bench, const char *user,
                         struct shelf *shelf)
{
    fixture_fill(bench, user, MIX_MAILBOX, scenario_count(scenario, bench), FIXTURE_RICH);
    struct client *client = clients_open(bench, 1, &user, 1);
    fixture_make(client, MIX_COPIES);
    client_run(client, "SELECT " MIX_MAILBOX);
    client_run(client, "STORE 1:* -FLAGS.SILENT (\\Seen)");
    fixture_read_shelf(client, shelf);
    clients_close(&client, 1);
}

static void open_actor(struct bench *bench, struct client *client, struct actor *actor,
                       struct shelf *shelf)
{
    *actor = (struct actor){.bench = bench,
                            .shelf = shelf,
                            .random = 88172645463325252u + client->number * 7919u,
                            .second = client->number >= MIX_USERS};
    actor->seen = bench_allocate(shelf->count, sizeof *actor->seen);
    client->state = actor;
    client->on_response = hear;
    client_run(client, "SELECT " MIX_MAILBOX);
}

/* Each must have heard of everything; then the mailbox is again as it was. */
static void close_actor(const struct bench *bench, struct client *client)
{
    struct actor *actor = client->state;
    actor->action = NULL;
    client_run(client, "NOOP");
    const char *user = client->user;
    struct client *other = clients_open(bench, 1, &user, 1);
    uint32_t count = fixture_count(other, MIX_MAILBOX);
    clients_close(&other, 1);
    if (actor->exists != count)
        bench_die("%s knows of %u messages, %u are there", user, actor->exists, count);
    free(actor->seen);
}

static void tidy(struct client *client)
{
    struct actor *actor = client->state;
    client->on_response = NULL;
    client_run(client, "UID STORE %u:4294967295 +FLAGS.SILENT (\\Deleted)",
               actor->shelf->uids[actor->shelf->count - 1] + 1);
    client_run(client, "EXPUNGE");
}

static void add_figures(struct samples *latencies, struct result *result)
{
    for (unsigned i = 0; i < MIX_ACTIONS; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s_p50_ms", actions[i].name);
        result_figure(result, name, samples_percentile(&latencies[i], 0.5));
        samples_clear(&latencies[i]);
    }
}

void run_mixed(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct shelf shelves[MIX_USERS];
    struct samples latencies[MIX_ACTIONS] = {0};
    for (unsigned i = 0; i < MIX_USERS; i++)
        fill_mailbox(scenario, bench, fixture_users[i], &shelves[i]);
    struct client *clients = clients_open(bench, scenario->connections, fixture_users, MIX_USERS);
    struct actor *actors = bench_allocate(scenario->connections, sizeof *actors);
    for (unsigned i = 0; i < scenario->connections; i++) {
        open_actor(bench, &clients[i], &actors[i], &shelves[i % MIX_USERS]);
        actors[i].latencies = latencies;
    }
    clients_drive(clients, scenario->connections, act, result);
    for (unsigned i = 0; i < scenario->connections; i++)
        close_actor(bench, &clients[i]);
    for (unsigned i = 0; i < MIX_USERS; i++)
        tidy(&clients[i]);
    add_figures(latencies, result);
    clients_close(&clients, scenario->connections);
    for (unsigned i = 0; i < MIX_USERS; i++)
        shelf_clear(&shelves[i]);
    free(actors);
}
