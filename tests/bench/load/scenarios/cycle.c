/* cycle: messages are copied, moved back and expunged, so that at the end of
 * each operation everything is as before. Each connection has two mailboxes of
 * its own: a desk with `count` messages, and a tray, which is empty. */
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

enum { CYCLE_NAME = 32 };
struct cycle {
    uint32_t count;
    char desk[CYCLE_NAME];
    char tray[CYCLE_NAME];
    unsigned step;
    int64_t begun_at;
    uint32_t exists;   /* as told since the last SELECT */
    uint32_t expunged; /* in this step */

    /* Baseline: */
    int64_t desk_id;
    int64_t tray_id;
    char *message_ids; /* arrays */
    char *sizes;
    char *zeros;
    char *dates;
    char *uids; /* of the copies, where they are now */
};

static void name_mailboxes(struct cycle *cycle, uint32_t count)
{
    cycle->count = count;
    snprintf(cycle->desk, sizeof cycle->desk, "Desk%u", count);
    snprintf(cycle->tray, sizeof cycle->tray, "Tray%u", count);
}

/* Over IMAP ------------------------------------------------------------------------------- */

enum place { NOWHERE, AT_DESK, AT_TRAY };

/* A unit is `count` messages: step "STORE, 1, 2" is about the second one. */
static const struct step {
    const char *verb;
    unsigned first, last; /* which messages; both 0: the command names none */
    enum place place;     /* which mailbox it names */
    const char *rest;
    unsigned exists;   /* units in the selected mailbox afterwards */
    unsigned expunged; /* units that the step has taken from it */
} steps[] = {
    {"COPY", 0, 1, AT_TRAY, "", 1, 0},
    {"SELECT", 0, 0, AT_TRAY, "", 1, 0},
    {"MOVE", 0, 1, AT_DESK, "", 0, 1},
    {"SELECT", 0, 0, AT_DESK, "", 2, 0},
    {"STORE", 1, 2, NOWHERE, " +FLAGS.SILENT (\\Deleted)", 2, 0},
    {"EXPUNGE", 0, 0, NOWHERE, "", 1, 1},
};
enum { STEPS = sizeof steps / sizeof *steps };

static void note_change(struct client *client, struct slice response)
{
    struct cycle *cycle = client->state;
    uint32_t number;
    if (response_number(response, "EXISTS", &number)) {
        cycle->exists = number;
    } else if (response_number(response, "EXPUNGE", &number)) {
        if (number > cycle->exists)
            bench_die("message %u was expunged, %u were there", number, cycle->exists);
        cycle->exists--;
        cycle->expunged++;
    }
}

static void take_step(struct client *client);

static void stepped(struct client *client)
{
    struct cycle *cycle = client->state;
    const struct step *step = &steps[cycle->step];
    if (cycle->exists != step->exists * cycle->count ||
        cycle->expunged != step->expunged * cycle->count)
        bench_die("after %s there are %u messages, %u were expunged", step->verb, cycle->exists,
                  cycle->expunged);
    cycle->step = (cycle->step + 1) % STEPS;
    if (cycle->step || pace_goes_on(client->pace, cycle->begun_at))
        take_step(client);
}

static void take_step(struct client *client)
{
    struct cycle *cycle = client->state;
    const struct step *step = &steps[cycle->step];
    cycle->expunged = 0;
    client_begin(client, stepped);
    client_add(client, "%s", step->verb);
    if (step->last)
        client_add(client, " %u:%u", step->first * cycle->count + 1, step->last * cycle->count);
    if (step->place)
        client_add(client, " %s", step->place == AT_DESK ? cycle->desk : cycle->tray);
    client_add(client, "%s", step->rest);
    client_finish(client);
    if (cycle->step == 0)
        cycle->begun_at = client->command_at;
}

static void open_desk(struct bench *bench, struct client *client, struct cycle *cycle)
{
    fixture_fill(bench, client->user, cycle->desk, cycle->count, FIXTURE_LETTER_SIZE);
    fixture_make(client, cycle->tray);
    if (fixture_count(client, cycle->tray) != 0)
        bench_die("%s is not empty", cycle->tray);
    client->state = cycle;
    client->on_response = note_change;
    client_run(client, "SELECT %s", cycle->desk);
}

void run_cycle(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct client *clients =
        clients_open(bench, scenario->connections, fixture_users, FIXTURE_USERS);
    struct cycle *cycles = bench_allocate(scenario->connections, sizeof *cycles);
    for (unsigned i = 0; i < scenario->connections; i++) {
        name_mailboxes(&cycles[i], scenario_count(scenario, bench));
        open_desk(bench, &clients[i], &cycles[i]);
    }
    clients_drive(clients, scenario->connections, take_step, result);
    clients_close(&clients, scenario->connections);
    free(cycles);
}

/* As SQL ------------------------------------------------------------------------------------ */

/* What every change begins with: the mailbox, whatever the rights are, by whom. */
static struct sql_params change_of(int64_t mailbox_id)
{
    struct sql_params params = {0};
    sql_number(&params, mailbox_id);
    sql_number(&params, INT64_MAX);
    sql_text(&params, "baseline");
    sql_text(&params, "local");
    return params;
}

static void queue_copy(struct sql_client *client, const struct cycle *cycle)
{
    struct sql_params params = change_of(cycle->tray_id);
    sql_number(&params, 0);
    sql_long_text(&params, cycle->message_ids);
    sql_long_text(&params, cycle->sizes);
    sql_long_text(&params, cycle->zeros);
    sql_long_text(&params, cycle->dates);
    sql_long_text(&params, cycle->zeros);
    sql_number(&params, cycle->desk_id); /* where they are copied from */
    sql_long_text(&params, cycle->uids);
    sql_number(&params, 1);
    sql_queue(client, "change_append", &params);
}

/* Without gaps, as nobody else works there. */
static void render_uids(const struct cycle *cycle, struct buffer *out)
{
    unsigned long first = strtoul(cycle->uids + strlen("{["), NULL, 10);
    buffer_init(out, 0);
    for (uint32_t i = 0; i < cycle->count; i++)
        buffer_printf(out, "%c%lu", i ? ',' : '{', first + i);
    buffer_add(out, slice_of("}", 2)); /* with its NUL */
}

static void queue_move(struct sql_client *client, const struct cycle *cycle)
{
    struct buffer uids;
    render_uids(cycle, &uids);
    struct sql_params params = change_of(cycle->desk_id);
    sql_number(&params, 0);
    sql_number(&params, cycle->tray_id);
    sql_number(&params, INT64_MAX);
    sql_long_text(&params, uids.data);
    sql_long_text(&params, cycle->zeros);
    sql_number(&params, 1);
    sql_queue(client, "change_move", &params);
    buffer_clear(&uids);
}

static void queue_mark(struct sql_client *client, const struct cycle *cycle)
{
    enum { DELETED = 8 };
    struct sql_params params = change_of(cycle->desk_id);
    sql_long_text(&params, cycle->uids);
    sql_number(&params, 0);
    sql_number(&params, DELETED);
    sql_number(&params, 0); /* nothing is known beforehand */
    sql_text(&params, "{}");
    sql_number(&params, 0);
    sql_number(&params, 0);
    sql_text(&params, "false");
    sql_number(&params, 1);
    sql_queue(client, "change_flags", &params);
}

static void queue_expunge(struct sql_client *client, const struct cycle *cycle)
{
    struct sql_params params = change_of(cycle->desk_id);
    sql_long_text(&params, cycle->uids);
    sql_text(&params, "true");
    sql_number(&params, 1);
    sql_queue(client, "change_expunge", &params);
}

static const struct sql_step {
    void (*queue)(struct sql_client *client, const struct cycle *cycle);
    bool at_desk, at_tray; /* what it locks */
} sql_steps[] = {
    {queue_copy, false, true},
    {queue_move, true, true},
    {queue_mark, true, false},
    {queue_expunge, true, false},
};
enum { SQL_STEPS = sizeof sql_steps / sizeof *sql_steps };

static void change_next(struct sql_client *client)
{
    struct cycle *cycle = client->state;
    const struct sql_step *step = &sql_steps[cycle->step];
    struct sql_params lock = {0};
    if (step->at_desk && step->at_tray)
        sql_text(&lock, "{%lld,%lld}", (long long)cycle->desk_id, (long long)cycle->tray_id);
    else
        sql_text(&lock, "{%lld}", (long long)(step->at_desk ? cycle->desk_id : cycle->tray_id));
    sql_queue(client, "transaction_begin", NULL);
    sql_queue(client, "lock_mailboxes", &lock);
    step->queue(client, cycle);
    sql_queue(client, "transaction_commit", NULL);
    sql_go(client);
    if (cycle->step == 0)
        cycle->begun_at = client->operation_at;
}

static void note_uids(struct sql_client *client, const PGresult *result)
{
    enum { UIDS = 3 };
    struct cycle *cycle = client->state;
    if (PQnfields(result) <= UIDS) /* the locks */
        return;
    free(cycle->uids);
    cycle->uids = strdup(PQgetvalue(result, 0, UIDS));
    if (!cycle->uids || *cycle->uids != '{')
        bench_die("step %u changed nothing", cycle->step);
}

static void changed(struct sql_client *client)
{
    struct cycle *cycle = client->state;
    const struct sql_step *step = &sql_steps[cycle->step];
    if (client->rows != 1u + step->at_desk + step->at_tray)
        bench_die("step %u went wrong", cycle->step);
    cycle->step = (cycle->step + 1) % SQL_STEPS;
    if (cycle->step || pace_goes_on(client->pace, cycle->begun_at))
        change_next(client);
}

/* An array of an expression over the entries of a desk. */
static char *read_array(const struct bench *bench, const char *expression, int64_t mailbox_id)
{
    char query[256];
    snprintf(query, sizeof query,
             "SELECT array_agg(%s ORDER BY uid) FROM entries WHERE mailbox_id = %lld", expression,
             (long long)mailbox_id);
    return sql_string(bench, query);
}

static void load_cycle(const struct scenario *scenario, const struct bench *bench, const char *user,
                       struct cycle *cycle)
{
    name_mailboxes(cycle, scenario_count(scenario, bench));
    cycle->desk_id = sql_mailbox(bench, user, cycle->desk);
    cycle->tray_id = sql_mailbox(bench, user, cycle->tray);
    cycle->message_ids = read_array(bench, "message_id", cycle->desk_id);
    cycle->sizes = read_array(bench, "size", cycle->desk_id);
    cycle->zeros = read_array(bench, "0", cycle->desk_id);
    cycle->dates = read_array(bench, "internal_date", cycle->desk_id);
}

static void clear_cycle(struct cycle *cycle)
{
    free(cycle->message_ids);
    free(cycle->sizes);
    free(cycle->zeros);
    free(cycle->dates);
    free(cycle->uids);
}

void baseline_cycle(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {
        "transaction_begin", "transaction_commit", "lock_mailboxes", "change_append",
        "change_move",       "change_flags",       "change_expunge", NULL};
    struct cycle *cycles = bench_allocate(scenario->connections, sizeof *cycles);
    struct sql_client *clients =
        sql_open(bench, scenario->connections, SQL_PLANS_OF_SERVER, statements);
    for (unsigned i = 0; i < scenario->connections; i++) {
        load_cycle(scenario, bench, fixture_users[i], &cycles[i]);
        clients[i].state = &cycles[i];
        clients[i].on_result = note_uids;
        clients[i].on_done = changed;
    }
    sql_drive(bench, clients, scenario->connections, change_next, result);
    sql_close(&clients, scenario->connections);
    for (unsigned i = 0; i < scenario->connections; i++)
        clear_cycle(&cycles[i]);
    free(cycles);
}
