/* headers: what a mail program shows in a list of messages, compared octet by octet. */
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../scenario.h"
#include "../sql.h"
#include "batches.h"

static const char *const field_names[] = {"From:", "To:", "Subject:", "Date:", "Message-ID:"};
enum { FIELD_NAMES = sizeof field_names / sizeof *field_names };

struct headers {
    struct shelf shelf;
    struct buffer text; /* what of each header was asked for */
    size_t *starts;     /* of each in text, and the end of the last */
    uint32_t come;
};

/* Whether a line begins one of the fields; a folded line belongs to the last one. */
static bool is_wanted(struct slice line, bool was_wanted)
{
    if (*line.data == ' ' || *line.data == '\t')
        return was_wanted;
    for (unsigned i = 0; i < FIELD_NAMES; i++)
        if (slice_starts_with_nocase(line, slice_cstr(field_names[i])))
            return true;
    return false;
}

static void add_wanted(struct slice message, struct buffer *out)
{
    bool wanted = false;
    for (size_t at = 0, end; message.data[at] != '\r'; at = end) {
        end = at + slice_find(slice_sub(message, at, SIZE_MAX), '\n') + 1;
        struct slice line = slice_sub(message, at, end - at);
        wanted = is_wanted(line, wanted);
        if (wanted)
            buffer_add(out, line);
    }
    buffer_add_cstr(out, "\r\n");
}

static void render_shelf(struct headers *headers)
{
    struct buffer message;
    buffer_init(&message, 0);
    buffer_init(&headers->text, 0);
    headers->starts = bench_allocate(headers->shelf.count + 1, sizeof *headers->starts);
    for (uint32_t i = 0; i < headers->shelf.count; i++) {
        buffer_reset(&message);
        letter_render(headers->shelf.letters[i], &message);
        add_wanted(buffer_slice(&message), &headers->text);
        headers->starts[i + 1] = headers->text.len;
    }
    buffer_clear(&message);
}

/* Over IMAP ------------------------------------------------------------------------------- */

static void compare(struct client *client, struct slice response)
{
    struct headers *headers = client->state;
    uint32_t number;
    if (!response_number(response, "FETCH", &number))
        return;
    if (number != headers->come + 1 || number > headers->shelf.count)
        bench_die("message %u comes after %u", number, headers->come);
    size_t start = headers->starts[headers->come++];
    struct slice expected =
        slice_of(headers->text.data + start, headers->starts[headers->come] - start);
    size_t line = slice_find(response, '\n');
    if (!slice_equal(slice_sub(response, line + 1, expected.len), expected))
        bench_die("the header of message %u differs: %.*s", number, SLICE_ARGS(response));
}

static void fetch_next(struct client *client);

static void fetched(struct client *client)
{
    struct headers *headers = client->state;
    if (headers->come != headers->shelf.count)
        bench_die("%u headers have come, not %u", headers->come, headers->shelf.count);
    if (client_goes_on(client))
        fetch_next(client);
}

static void fetch_next(struct client *client)
{
    ((struct headers *)client->state)->come = 0;
    client_send(client, fetched,
                "FETCH 1:* (BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE MESSAGE-ID)])");
}

void run_headers(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    fixture_fill(bench, fixture_users[0], scenario->mailbox, scenario_count(scenario, bench),
                 FIXTURE_RICH);
    struct headers headers = {0};
    struct client *clients = clients_open(bench, 1, fixture_users, 1);
    client_run(clients, "SELECT %s", scenario->mailbox);
    fixture_read_shelf(clients, &headers.shelf);
    render_shelf(&headers);
    clients->state = &headers;
    clients->on_response = compare;
    clients_drive(clients, 1, fetch_next, result);
    clients_close(&clients, 1);
    shelf_clear(&headers.shelf);
    buffer_clear(&headers.text);
    free(headers.starts);
}

/* As SQL ------------------------------------------------------------------------------------ */

enum { WANT_HEADER = 1 };

static void read_next(struct sql_client *client)
{
    const struct batches *batches = client->state;
    batches_queue(batches, client, WANT_HEADER);
    sql_go(client);
}

static void all_read(struct sql_client *client)
{
    const struct batches *batches = client->state;
    if (client->rows != batches->messages)
        bench_die("%llu rows were read", (unsigned long long)client->rows);
    if (sql_goes_on(client))
        read_next(client);
}

void baseline_headers(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    static const char *const statements[] = {"messages_get", NULL};
    struct batches batches;
    batches_load(bench, fixture_users[0], scenario->mailbox, &batches);
    struct sql_client *clients = sql_open(bench, 1, SQL_PLANS_OF_SERVER, statements);
    clients->state = &batches;
    clients->on_done = all_read;
    sql_drive(bench, clients, 1, read_next, result);
    sql_close(&clients, 1);
    batches_clear(&batches);
}
