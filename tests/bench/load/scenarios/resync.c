/* resync: a mail program comes back to a large mailbox in which a hundred things
 * have happened (RFC 7162), again and again with the same state. */
#include <inttypes.h>
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"
#include "pile.h"

/* Of the hundred changes; as many messages come as go. */
enum { FLAGGED = 60, EXPUNGED = 20, ADDED = 20, TOUCHED = FLAGGED + EXPUNGED };
enum { SHOWN = FLAGGED + ADDED };

struct resync {
    const char *mailbox;
    uint32_t exists; /* as it must be */
    uint32_t uidvalidity;
    uint64_t modseq;        /* before the changes */
    uint32_t uids[TOUCHED]; /* first those that are flagged */
    uint32_t added[ADDED];  /* UIDs */
    unsigned uid_count;     /* read so far */
    bool was_told;          /* EXISTS */
    bool is_shown[SHOWN];   /* by a FETCH: flagged ones, then added ones */
    unsigned vanished;      /* UIDs in VANISHED */
    bool is_vanished[EXPUNGED];
};

/* What is asked before and between ------------------------------------------------------------ */

static bool read_code(struct slice response, const char *name, uint64_t *out)
{
    size_t at = slice_search(response, slice_cstr(name));
    if (at == SIZE_MAX)
        return false;
    struct slice number = slice_sub(response, at + strlen(name), SIZE_MAX);
    return slice_to_u64(slice_sub(number, 0, slice_find(number, ']')), out);
}

static void read_state(struct client *client, struct slice response)
{
    struct resync *resync = client->state;
    uint64_t uidvalidity;
    (void)read_code(response, "[HIGHESTMODSEQ ", &resync->modseq);
    if (read_code(response, "[UIDVALIDITY ", &uidvalidity))
        resync->uidvalidity = (uint32_t)uidvalidity;
}

static void read_touched(struct client *client, struct slice response)
{
    struct resync *resync = client->state;
    if (fixture_uid(response) && resync->uid_count < TOUCHED)
        resync->uids[resync->uid_count++] = fixture_uid(response);
}

static void read_added(struct client *client, struct slice response)
{
    struct resync *resync = client->state;
    if (fixture_uid(response) && resync->uid_count < ADDED)
        resync->added[resync->uid_count++] = fixture_uid(response);
}

/* UIDs by a FETCH of sequence numbers. */
static void fetch_uids(struct client *client, client_response_fn *read, const char *set,
                       unsigned count)
{
    struct resync *resync = client->state;
    resync->uid_count = 0;
    client->on_response = read;
    client_run(client, "FETCH %s (UID)", set);
    client->on_response = NULL;
    if (resync->uid_count != count)
        bench_die("%u UIDs were read, not %u", resync->uid_count, count);
}

/* Messages from all over the mailbox. */
static void choose_messages(struct client *client, struct resync *resync)
{
    char set[TOUCHED * 12] = "1";
    size_t length = 1;
    for (uint32_t i = 1; i < TOUCHED; i++)
        length += (size_t)snprintf(set + length, sizeof set - length, ",%u",
                                   1 + i * (resync->exists / TOUCHED));
    fetch_uids(client, read_touched, set, TOUCHED);
}

static void change(struct client *client, struct resync *resync)
{
    for (unsigned i = 0; i < FLAGGED; i++)
        client_run(client, "UID STORE %u +FLAGS.SILENT (\\Answered)", resync->uids[i]);
    for (unsigned i = FLAGGED; i < TOUCHED; i++)
        client_run(client, "UID STORE %u +FLAGS.SILENT (\\Deleted)", resync->uids[i]);
    client_run(client, "EXPUNGE");
    for (unsigned i = 0; i < ADDED; i++)
        client_run(client, "UID COPY %u %s", resync->uids[i], resync->mailbox);
    client_run(client, "NOOP");
    char set[40];
    snprintf(set, sizeof set, "%u:*", resync->exists - ADDED + 1);
    fetch_uids(client, read_added, set, ADDED);
}

static void make_changes(struct client *client, struct resync *resync)
{
    client->state = resync;
    client_run(client, "SELECT %s", resync->mailbox);
    client_run(client, "STORE 1:* -FLAGS.SILENT (\\Answered)");
    choose_messages(client, resync);
    client->on_response = read_state;
    client_run(client, "SELECT %s", resync->mailbox);
    client->on_response = NULL;
    if (resync->modseq == 0 || resync->uidvalidity == 0)
        bench_die("SELECT names no HIGHESTMODSEQ");
    change(client, resync);
}

/* Measured ---------------------------------------------------------------------------------- */

static unsigned place_of(const uint32_t *uids, unsigned count, uint32_t uid)
{
    unsigned place = 0;
    while (place < count && uids[place] != uid)
        place++;
    return place;
}

static void note_vanished(struct resync *resync, struct slice set)
{
    while (set.len) {
        size_t end = slice_find(set, ',');
        struct slice range = slice_sub(set, 0, end);
        size_t colon = slice_find(range, ':');
        uint32_t first, last;
        if (!slice_to_u32(slice_sub(range, 0, colon), &first))
            bench_die("not a set: %.*s", SLICE_ARGS(set));
        last = first;
        (void)slice_to_u32(slice_sub(range, colon + 1, SIZE_MAX), &last);
        resync->vanished += last - first + 1;
        for (unsigned i = 0; i < EXPUNGED; i++) {
            uint32_t uid = resync->uids[FLAGGED + i];
            resync->is_vanished[i] |= first <= uid && uid <= last;
        }
        set = slice_sub(set, end + 1, SIZE_MAX);
    }
}

static void note_fetch(struct resync *resync, struct slice response)
{
    uint32_t uid = fixture_uid(response);
    unsigned place = place_of(resync->uids, FLAGGED, uid);
    if (place == FLAGGED)
        place += place_of(resync->added, ADDED, uid);
    bool is_answered = slice_search(response, SLICE("\\Answered")) != SIZE_MAX;
    if (place == SHOWN || resync->is_shown[place] || (place < FLAGGED && !is_answered) ||
        slice_search(response, SLICE("MODSEQ (")) == SIZE_MAX)
        bench_die("not a change that was made: %.*s", SLICE_ARGS(response));
    resync->is_shown[place] = true;
}

static void hear(struct client *client, struct slice response)
{
    struct resync *resync = client->state;
    struct slice vanished = SLICE("* VANISHED (EARLIER) ");
    uint32_t number;
    if (response_number(response, "EXISTS", &number))
        resync->was_told = number == resync->exists;
    else if (slice_starts_with_nocase(response, vanished))
        note_vanished(resync, slice_sub(response, vanished.len, SIZE_MAX));
    else if (response_number(response, "FETCH", &number))
        note_fetch(resync, response);
}

static bool is_everything(const bool *values, unsigned count)
{
    return memchr(values, false, count) == NULL;
}

static void select_next(struct client *client);

static void resynced(struct client *client)
{
    const struct resync *resync = client->state;
    if (!resync->was_told || !is_everything(resync->is_shown, SHOWN) ||
        !is_everything(resync->is_vanished, EXPUNGED))
        bench_die("not all changes were told");
    if (client_goes_on(client))
        select_next(client);
}

static void select_next(struct client *client)
{
    struct resync *resync = client->state;
    resync->was_told = false;
    resync->vanished = 0;
    memset(resync->is_shown, 0, sizeof resync->is_shown);
    memset(resync->is_vanished, 0, sizeof resync->is_vanished);
    client_send(client, resynced, "SELECT %s (QRESYNC (%u %" PRIu64 "))", resync->mailbox,
                resync->uidvalidity, resync->modseq);
}

void run_resync(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct resync resync = {.mailbox = scenario->mailbox,
                            .exists = scenario_count(scenario, bench)};
    pile_make(bench, resync.mailbox, resync.exists);
    struct client *writer = clients_open(bench, 1, fixture_users, 1);
    client_run(writer, "ENABLE QRESYNC");
    make_changes(writer, &resync);
    clients_close(&writer, 1);
    struct client *clients = clients_open(bench, 1, fixture_users, 1);
    client_run(clients, "ENABLE QRESYNC");
    clients->state = &resync;
    clients->on_response = hear;
    clients_drive(clients, 1, select_next, result);
    result_figure(result, "vanished", resync.vanished); /* a server may name more than it must */
    clients_close(&clients, 1);
}

/* As SQL ------------------------------------------------------------------------------------ */

/* What the journal names since then, as it is now. */
static const char read_changes[] =
    "read_changes=WITH touched AS MATERIALIZED ("
    "SELECT DISTINCT uid FROM journal j, unnest(j.uids) r, generate_series(lower(r), upper(r) - 1) "
    "uid"
    " WHERE j.mailbox_id = $1::bigint AND j.modseq > $2::bigint)"
    " SELECT t.uid, e.flags, e.modseq FROM touched t LEFT JOIN LATERAL ("
    "SELECT flags, modseq FROM entries e WHERE e.mailbox_id = $1 AND e.uid = t.uid OFFSET 0) e ON "
    "true";

struct reading {
    int64_t user_id;
    int64_t mailbox_id;
    int64_t modseq;
    const char *mailbox;
};

static void read_next(struct sql_client *client)
{
    const struct reading *reading = client->state;
    struct sql_params find = {0}, state = {0}, changes = {0};
    sql_number(&find, reading->user_id);
    sql_text(&find, "%s", reading->mailbox);
    sql_number(&find, reading->user_id);
    sql_number(&state, reading->mailbox_id);
    sql_number(&changes, reading->mailbox_id);
    sql_number(&changes, reading->modseq);
    sql_queue(client, "mailbox_find", &find);
    sql_queue(client, "mailbox_state", &state);
    sql_queue(client, "read_changes", &changes);
    sql_go(client);
}

static void changes_read(struct sql_client *client)
{
    if (client->rows != 2 + TOUCHED + ADDED)
        bench_die("%llu rows were read", (unsigned long long)client->rows);
    if (sql_goes_on(client))
        read_next(client);
}

/* The run before has made its changes one by one, and one EXPUNGE. */
void baseline_resync(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {"mailbox_find", "mailbox_state", read_changes, NULL};
    struct reading reading = {.user_id = sql_user(bench, fixture_users[0]),
                              .mailbox = scenario->mailbox};
    reading.mailbox_id = sql_mailbox(bench, fixture_users[0], scenario->mailbox);
    char query[128];
    snprintf(query, sizeof query,
             "SELECT highest_modseq FROM mailbox_state WHERE mailbox_id = %lld",
             (long long)reading.mailbox_id);
    reading.modseq = sql_value(bench, query) - (TOUCHED + 1 + ADDED);
    struct sql_client *clients = sql_open(bench, 1, SQL_PLANS_OF_SERVER, statements);
    clients->state = &reading;
    clients->on_done = changes_read;
    sql_drive(bench, clients, 1, read_next, result);
    sql_close(&clients, 1);
}
