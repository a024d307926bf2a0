#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

const char *const fixture_users[FIXTURE_USERS] = {
    "bench1", "bench2",  "bench3",  "bench4",  "bench5",  "bench6",  "bench7",  "bench8",
    "bench9", "bench10", "bench11", "bench12", "bench13", "bench14", "bench15", "bench16",
};
const char *const fixture_members[FIXTURE_MEMBERS] = {"bob", "alice"};

/* Messages of one day follow each other; the last day is the newest. */
static void render_date(uint64_t number, char *out, size_t size)
{
    time_t at = (time_t)(1704067200 + number % 365 * 86400); /* from 1 Jan 2024 */
    struct tm broken;
    gmtime_r(&at, &broken);
    strftime(out, size, "%d-%b-%Y %H:%M:%S +0000", &broken);
}

void fixture_append(struct bench *bench, struct client *client, const char *mailbox, uint32_t size,
                    client_done_fn *on_done)
{
    struct letter letter = {bench->serial++, size};
    char date[40], command[256];
    render_date(letter.number, date, sizeof date);
    snprintf(command, sizeof command, "APPEND %s () \"%s\"", mailbox, date);
    struct buffer text;
    buffer_init(&text, 0);
    letter_render(letter, &text);
    client_send_literal(client, on_done, command, buffer_slice(&text));
    buffer_clear(&text);
}

/* Counting ------------------------------------------------------------------------------ */

static void read_status(struct client *client, struct slice response)
{
    size_t at = slice_search(response, SLICE("(MESSAGES "));
    if (at == SIZE_MAX)
        return;
    struct slice number = slice_sub(response, at + strlen("(MESSAGES "), SIZE_MAX);
    number = slice_sub(number, 0, slice_find(number, ')'));
    if (!slice_to_u32(number, client->state))
        bench_die("not a STATUS response: %.*s", SLICE_ARGS(response));
}

uint32_t fixture_count(struct client *client, const char *mailbox)
{
    uint32_t count = UINT32_MAX;
    client->state = &count;
    client->on_response = read_status;
    client_run(client, "STATUS %s (MESSAGES)", mailbox);
    client->on_response = NULL;
    if (count == UINT32_MAX)
        bench_die("no STATUS of %s", mailbox);
    return count;
}

/* Filling -------------------------------------------------------------------------------- */

struct filling {
    struct bench *bench;
    const char *mailbox;
    uint32_t size;
    uint32_t left; /* not sent yet */
};

static void fill_next(struct client *client)
{
    struct filling *filling = client->state;
    if (filling->left == 0)
        return;
    filling->left--;
    fixture_append(filling->bench, client, filling->mailbox, filling->size, fill_next);
}

static void note_listed(struct client *client, struct slice response)
{
    bool *listed = client->state;
    *listed |= slice_starts_with_nocase(response, SLICE("* LIST "));
}

static void make_mailbox(struct client *client, const char *mailbox)
{
    bool listed = false;
    client->state = &listed;
    client->on_response = note_listed;
    client_run(client, "LIST \"\" %s", mailbox);
    client->on_response = NULL;
    if (!listed)
        client_run(client, "CREATE %s", mailbox);
}

void fixture_fill(struct bench *bench, const char *user, const char *mailbox, uint32_t count,
                  uint32_t size)
{
    enum { FILLERS = 16 };
    struct client *clients = clients_open(bench, FILLERS, &user, 1);
    make_mailbox(clients, mailbox);
    uint32_t there = fixture_count(clients, mailbox);
    if (there > count)
        bench_die("%s has %u messages, not %u", mailbox, there, count);
    struct filling filling = {bench, mailbox, size, count - there};
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
}

void fixture_library(struct bench *bench)
{
    fixture_fill(bench, fixture_users[0], FIXTURE_LIBRARY, bench->scale, FIXTURE_LETTER_SIZE);
}

/* Which letter is where ------------------------------------------------------------------- */

uint32_t fixture_uid(struct slice response)
{
    size_t at = slice_search(response, SLICE("UID "));
    if (at == SIZE_MAX)
        return 0;
    size_t end = at += strlen("UID ");
    while (end < response.len && ascii_is_digit(response.data[end]))
        end++;
    uint32_t uid = 0;
    return slice_to_u32(slice_sub(response, at, end - at), &uid) ? uid : 0;
}

static void read_shelf(struct client *client, struct slice response)
{
    struct shelf *shelf = client->state;
    uint32_t sequence;
    if (!response_number(response, "FETCH", &sequence))
        return;
    if (sequence != shelf->count + 1)
        bench_die("message %u comes after %u", sequence, shelf->count);
    shelf->uids = realloc(shelf->uids, sequence * sizeof *shelf->uids);
    shelf->letters = realloc(shelf->letters, sequence * sizeof *shelf->letters);
    if (!shelf->uids || !shelf->letters)
        bench_die("out of memory");
    shelf->uids[shelf->count] = fixture_uid(response);
    if (!letter_recognise(response, &shelf->letters[shelf->count]))
        bench_die("not a letter of ours: %.*s", SLICE_ARGS(response));
    shelf->count++;
}

void fixture_read_shelf(struct client *client, struct shelf *out)
{
    *out = (struct shelf){0};
    client->state = out;
    client->on_response = read_shelf;
    client_run(client, "FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])");
    client->on_response = NULL;
}

void shelf_clear(struct shelf *shelf)
{
    free(shelf->uids);
    free(shelf->letters);
    *shelf = (struct shelf){0};
}
