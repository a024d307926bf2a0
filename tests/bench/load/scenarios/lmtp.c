/* lmtp: messages delivered from outside, to one mailbox or to many. */
#include <stdio.h>
#include <stdlib.h>

#include "../client.h"
#include "../fixture.h"
#include "../lmtp.h"
#include "../scenario.h"
#include "../sql.h"
#include "inserts.h"

/* Octets that a server writes before a message: Return-Path, Delivered-To, Received. */
enum { TRACE_SIZE = 250 };

struct mailbox {
    uint32_t before; /* messages that it had */
    uint32_t sent;
};

struct sending {
    const struct scenario *scenario;
    struct bench *bench;
    uint64_t first_number; /* of the letters that are sent here */
    uint64_t sent;
    uint64_t octets;
    struct mailbox *mailboxes;
};

/* Of one connection. */
struct sender {
    struct sending *sending;
    uint64_t sent;
};

static void send_next(struct lmtp *lmtp);

static void delivered(struct lmtp *lmtp)
{
    if (lmtp_goes_on(lmtp))
        send_next(lmtp);
}

static void announced(struct lmtp *lmtp)
{
    struct sender *sender = lmtp->state;
    struct sending *sending = sender->sending;
    uint32_t size = fixture_size(sending->scenario->size, sending->sent++);
    sending->octets += size;
    lmtp_send(lmtp, fixture_letter(sending->bench, size), delivered);
}

static void send_next(struct lmtp *lmtp)
{
    struct sender *sender = lmtp->state;
    struct sending *sending = sender->sending;
    unsigned mailbox = inserts_turn(lmtp->number, sending->scenario->connections, sender->sent++,
                                    sending->scenario->count);
    sending->mailboxes[mailbox].sent++;
    char address[64];
    snprintf(address, sizeof address, "%s@" FIXTURE_DOMAIN, fixture_recipient(mailbox));
    lmtp_announce(lmtp, address, announced);
}

/* What has come ---------------------------------------------------------------------------------
 */

static struct client *open_readers(const struct scenario *scenario, const struct bench *bench)
{
    const char *users[FIXTURE_RECIPIENTS];
    for (unsigned i = 0; i < scenario->count; i++)
        users[i] = fixture_recipient(i);
    return clients_open(bench, scenario->count, users, scenario->count);
}

static void count_before(struct sending *sending)
{
    struct client *readers = open_readers(sending->scenario, sending->bench);
    for (unsigned i = 0; i < sending->scenario->count; i++)
        sending->mailboxes[i].before = fixture_count(&readers[i], "INBOX");
    clients_close(&readers, sending->scenario->count);
}

/* The newest message is one that was sent here, octet by octet but for what stands
 * before its first Received field: that is the servers' own to write. */
static void compare_newest(struct client *client, struct slice response)
{
    const struct sending *sending = client->state;
    uint32_t number;
    struct letter letter;
    if (!response_number(response, "FETCH", &number))
        return;
    if (!letter_recognise(response, &letter) || letter.number < sending->first_number)
        bench_die("%s has another newest message: %.*s", client->user,
                  SLICE_ARGS(slice_sub(response, 0, 1000)));
    struct buffer text;
    buffer_init(&text, 0);
    letter_render(letter, &text);
    struct slice sent = buffer_slice(&text);
    sent = slice_sub(sent, slice_search(sent, SLICE("Received:")), SIZE_MAX);
    struct slice got = slice_sub(response, 0, response.len - strlen(")"));
    if (!slice_ends_with(got, sent))
        bench_die("the newest message of %s is not what was sent", client->user);
    buffer_clear(&text);
    client->on_response = NULL;
}

static void check_mailbox(struct sending *sending, struct client *reader,
                          const struct mailbox *mailbox)
{
    uint32_t count = fixture_count(reader, "INBOX");
    if (count != mailbox->before + mailbox->sent)
        bench_die("%s: %u messages were delivered, %u are there", reader->user, mailbox->sent,
                  count - mailbox->before);
    if (mailbox->sent == 0)
        return;
    client_run(reader, "EXAMINE INBOX");
    reader->state = sending;
    reader->on_response = compare_newest;
    client_run(reader, "FETCH * (BODY.PEEK[])");
    if (reader->on_response)
        bench_die("the newest message of %s did not come", reader->user);
}

static void check_all(struct sending *sending)
{
    struct client *readers = open_readers(sending->scenario, sending->bench);
    for (unsigned i = 0; i < sending->scenario->count; i++)
        check_mailbox(sending, &readers[i], &sending->mailboxes[i]);
    clients_close(&readers, sending->scenario->count);
}

void run_lmtp(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    struct sending sending = {.scenario = scenario, .bench = bench, .first_number = bench->serial};
    sending.mailboxes = bench_allocate(scenario->count, sizeof *sending.mailboxes);
    count_before(&sending);
    struct sender *senders = bench_allocate(scenario->connections, sizeof *senders);
    struct lmtp *clients = lmtp_open(bench, scenario->connections);
    for (unsigned i = 0; i < scenario->connections; i++) {
        senders[i].sending = &sending;
        clients[i].state = &senders[i];
    }
    lmtp_drive(bench, clients, scenario->connections, send_next, result);
    lmtp_close(&clients, scenario->connections);
    check_all(&sending);
    result_figure(result, "mb_per_second", (double)sending.octets / 1e6 / result->seconds);
    free(senders);
    free(sending.mailboxes);
}

/* As SQL ------------------------------------------------------------------------------------ */

void baseline_lmtp(const struct scenario *scenario, struct bench *bench, struct result *result)
{
    int64_t *mailboxes = bench_allocate(scenario->count, sizeof *mailboxes);
    for (unsigned i = 0; i < scenario->count; i++)
        mailboxes[i] = sql_mailbox(bench, fixture_recipient(i), "INBOX");
    struct inserts inserts = {.bench = bench,
                              .connections = scenario->connections,
                              .mailboxes = mailboxes,
                              .mailbox_count = scenario->count,
                              .size = scenario->size,
                              .head = TRACE_SIZE,
                              .batch = 1};
    inserts_run(&inserts, result);
    result_figure(result, "mb_per_second", (double)inserts.octets / 1e6 / result->seconds);
    free(mailboxes);
}
