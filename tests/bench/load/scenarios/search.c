/* search: by flag, by date, by a word in the subject or anywhere. */
#include <stdio.h>
#include <string.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"

/* A tenth of the library has \Flagged. */
enum { FLAGGED_SHARE = 10, DECEMBER = 335 /* days of 2024 before it */ };

static bool is_flagged(const struct shelf *shelf, uint32_t i)
{
    return i < shelf->count / FLAGGED_SHARE;
}

static bool is_of_december(const struct shelf *shelf, uint32_t i)
{
    return shelf->letters[i].number % 365 >= DECEMBER;
}

static bool is_rare(const struct shelf *shelf, uint32_t i)
{
    return letter_is_rare(shelf->letters[i]);
}

static bool is_common(const struct shelf *shelf, uint32_t i)
{
    return letter_is_common(shelf->letters[i]);
}

static bool is_rare_in_text(const struct shelf *shelf, uint32_t i)
{
    return letter_is_rare_in_text(shelf->letters[i]);
}

static bool is_common_in_text(const struct shelf *shelf, uint32_t i)
{
    return letter_is_common_in_text(shelf->letters[i]);
}

#define SUBJECT_SQL(word)                                                                          \
    "search=SELECT e.uid FROM entries e JOIN messages m ON m.id = e.message_id"                    \
    " WHERE e.mailbox_id = $1::bigint"                                                             \
    " AND convert_from(m.envelope, 'UTF8') ILIKE '%" word "%' ORDER BY e.uid"
/* The octets as they are: decoding is left out. */
#define TEXT_SQL(word)                                                                             \
    "search=SELECT e.uid FROM entries e JOIN message_chunks c ON c.message_id = e.message_id"      \
    " WHERE e.mailbox_id = $1::bigint"                                                             \
    " AND convert_from(c.octets, 'UTF8') ILIKE '%" word "%' ORDER BY e.uid"

static const struct question {
    const char *name;
    const char *mailbox;
    const char *keys;
    const char *sql;
    bool (*hits)(const struct shelf *shelf, uint32_t i);
} questions[] = {
    {"flag", FIXTURE_LIBRARY, "FLAGGED",
     "search=SELECT uid FROM entries WHERE mailbox_id = $1::bigint AND flags & 4 <> 0"
     " ORDER BY uid",
     is_flagged},
    {"date", FIXTURE_LIBRARY, "SINCE 1-Dec-2024",
     "search=SELECT uid FROM entries WHERE mailbox_id = $1::bigint"
     " AND internal_date >= '2024-12-01 00:00:00+00' ORDER BY uid",
     is_of_december},
    {"subject-rare", FIXTURE_MONTH, "SUBJECT " LETTER_RARE_WORD, SUBJECT_SQL(LETTER_RARE_WORD),
     is_rare},
    {"subject-often", FIXTURE_MONTH, "SUBJECT " LETTER_COMMON_WORD, SUBJECT_SQL(LETTER_COMMON_WORD),
     is_common},
    {"text-rare", FIXTURE_MONTH, "TEXT " LETTER_RARE_IN_TEXT, TEXT_SQL(LETTER_RARE_IN_TEXT),
     is_rare_in_text},
    {"text-often", FIXTURE_MONTH, "TEXT " LETTER_COMMON_IN_TEXT, TEXT_SQL(LETTER_COMMON_IN_TEXT),
     is_common_in_text},
};

static const struct question *question_find(const char *name)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (strcmp(questions[i].name, name) == 0)
            return &questions[i];
    bench_die("there is no question %s", name);
}

/* Over IMAP ------------------------------------------------------------------------------- */

struct search {
    const struct question *question;
    struct buffer expected; /* the whole response */
    bool come;
};

static void compare(struct client *client, struct slice response)
{
    struct search *search = client->state;
    if (!slice_starts_with(response, SLICE("* SEARCH")))
        return;
    if (!slice_equal(slice_trim(response), buffer_slice(&search->expected)))
        bench_die("SEARCH %s found something else", search->question->keys);
    search->come = true;
}

static void search_next(struct client *client);

static void searched(struct client *client)
{
    struct search *search = client->state;
    if (!search->come)
        bench_die("SEARCH found nothing");
    if (client_goes_on(client))
        search_next(client);
}

static void search_next(struct client *client)
{
    struct search *search = client->state;
    search->come = false;
    client_send(client, searched, "UID SEARCH %s", search->question->keys);
}

static void render_expected(const struct shelf *shelf, struct search *search)
{
    buffer_init(&search->expected, 0);
    buffer_add_cstr(&search->expected, "* SEARCH");
    for (uint32_t i = 0; i < shelf->count; i++)
        if (search->question->hits(shelf, i))
            buffer_printf(&search->expected, " %u", shelf->uids[i]);
}

static void open_library(struct bench *bench, struct client *client)
{
    fixture_library(bench);
    client_run(client, "SELECT %s", FIXTURE_LIBRARY);
    client_run(client, "STORE 1:* -FLAGS.SILENT (\\Flagged)");
    client_run(client, "STORE 1:%u +FLAGS.SILENT (\\Flagged)", bench->scale / FLAGGED_SHARE);
}

static void open_month(struct bench *bench, struct client *client)
{
    fixture_fill(bench, fixture_users[0], FIXTURE_MONTH, bench->scale, FIXTURE_RICH);
    client_run(client, "SELECT %s", FIXTURE_MONTH);
}

void run_search(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct search search = {.question = question_find(scenario->query)};
    struct shelf shelf;
    struct client *clients = clients_open(bench, 1, fixture_users, 1);
    if (strcmp(search.question->mailbox, FIXTURE_LIBRARY) == 0)
        open_library(bench, clients);
    else
        open_month(bench, clients);
    client_run(clients, "SEARCH %s", search.question->keys);
    sql_await_index(bench, fixture_users[0], search.question->mailbox);
    fixture_read_shelf(clients, &shelf);
    render_expected(&shelf, &search);
    clients->state = &search;
    clients->on_response = compare;
    clients_drive(clients, 1, search_next, result);
    clients_close(&clients, 1);
    shelf_clear(&shelf);
    buffer_clear(&search.expected);
}

/* As SQL ------------------------------------------------------------------------------------ */

static void query_next(struct sql_client *client)
{
    struct sql_params params = {0};
    sql_number(&params, *(const int64_t *)client->state);
    sql_queue(client, "search", &params);
    sql_go(client);
}

static void queried(struct sql_client *client)
{
    if (client->rows == 0)
        bench_die("nothing was found");
    if (sql_goes_on(client))
        query_next(client);
}

void baseline_search(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    const struct question *question = question_find(scenario->query);
    const char *const statements[] = {question->sql, NULL};
    int64_t mailbox_id = sql_mailbox(bench, fixture_users[0], question->mailbox);
    struct sql_client *clients = sql_open(bench, 1, SQL_PLANS_FREE, statements);
    clients->state = &mailbox_id;
    clients->on_done = queried;
    sql_drive(bench, clients, 1, query_next, result);
    sql_close(&clients, 1);
}
