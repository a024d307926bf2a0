#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

const char *const fixture_users[FIXTURE_USERS] = {
    "bench1", "bench2",  "bench3",  "bench4",  "bench5",  "bench6",  "bench7",  "bench8",
    "bench9", "bench10", "bench11", "bench12", "bench13", "bench14", "bench15", "bench16",
};
const char *const fixture_members[FIXTURE_MEMBERS] = {"bob", "alice"};

const char *fixture_recipient(unsigned i)
{
    static char logins[FIXTURE_RECIPIENTS][8];
    if (i >= FIXTURE_RECIPIENTS)
        bench_die("there is no recipient %u", i + 1);
    snprintf(logins[i], sizeof logins[i], "lmtp%u", i + 1);
    return logins[i];
}

/* Messages of one day follow each other; the last day is the newest. */
static void render_date(uint64_t number, char *out, size_t size)
{
    time_t at = (time_t)(1704067200 + number % 365 * 86400); /* from 1 Jan 2024 */
    struct tm broken;
    gmtime_r(&at, &broken);
    strftime(out, size, "%d-%b-%Y %H:%M:%S +0000", &broken);
}

struct letter fixture_letter(struct bench *bench, uint32_t size)
{
    uint64_t number = bench->serial++;
    return size == FIXTURE_RICH ? letter_rich(number)
                                : (struct letter){.number = number, .size = size};
}

/* Many small ones, few large ones, 65.7 KB on average. A hundred have them all, whoever
 * sends which. */
static uint32_t mixed_size(uint64_t i)
{
    enum { KB = 1024, HUNDRED = 100, STRIDE = 37 };
    static const struct {
        uint32_t share;
        uint32_t size;
    } kinds[] = {{60, 4 * KB}, {25, 16 * KB}, {10, 100 * KB}, {4, 400 * KB}, {1, 3328 * KB}};
    uint32_t place = (uint32_t)(i * STRIDE % HUNDRED), kind = 0;
    while (place >= kinds[kind].share)
        place -= kinds[kind++].share;
    return kinds[kind].size;
}

uint32_t fixture_size(uint32_t size, uint64_t i)
{
    return size == FIXTURE_MIX ? mixed_size(i) : size;
}

void fixture_add_letter(struct client *client, struct letter letter)
{
    char date[40];
    render_date(letter.number, date, sizeof date);
    struct buffer text;
    buffer_init(&text, 0);
    letter_render(letter, &text);
    client_add(client, " () \"%s\" ", date);
    client_add_literal(client, buffer_slice(&text));
    buffer_clear(&text);
}

struct letter fixture_append(struct bench *bench, struct client *client, const char *mailbox,
                             uint32_t size, client_done_fn *on_done)
{
    struct letter letter = fixture_letter(bench, size);
    client_begin(client, on_done);
    client_add(client, "APPEND %s", mailbox);
    fixture_add_letter(client, letter);
    client_finish(client);
    return letter;
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
