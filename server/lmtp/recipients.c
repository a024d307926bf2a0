#include "recipients.h"

#include "fiber/fiber.h"

enum { COURIERS = 16 };

/* Fibers that bring one message to its recipients. */
struct round {
    struct lmtp_session *session;
    const struct intake_result *message;
    struct lmtp_recipient *first;                    /* not taken yet, nor any before it */
    const struct lmtp_recipient *underway[COURIERS]; /* NULL: that courier has none */
    unsigned couriers;                               /* so many have begun */
    unsigned working;
    struct wait_queue done;
};

/* They may lead to the same mailbox: there one goes after the other, so that a duplicate
 * is seen. */
static bool may_meet(const struct destination *one, const struct destination *other)
{
    if (one->user_id || other->user_id)
        return one->user_id == other->user_id;
    return one->mailbox_id == other->mailbox_id || one->shared.len || other->shared.len;
}

static bool must_wait(const struct round *round, const struct lmtp_recipient *recipient)
{
    for (unsigned i = 0; i < round->couriers; i++)
        if (round->underway[i] &&
            may_meet(&round->underway[i]->destination, &recipient->destination))
            return true;
    return false;
}

/* The next, or NULL: whoever is left is for a courier that is underway to the same place. */
static struct lmtp_recipient *take_next(struct round *round)
{
    while (round->first && round->first->taken)
        round->first = round->first->next;
    for (struct lmtp_recipient *recipient = round->first; recipient; recipient = recipient->next) {
        if (recipient->taken || must_wait(round, recipient))
            continue;
        recipient->taken = true;
        return recipient;
    }
    return NULL;
}

static void note_failure(struct lmtp_recipient *recipient, int err)
{
    recipient->failure = err;
    if (err)
        recipient->reason = *last_error();
}

static void log_report(const struct lmtp_session *session, const struct lmtp_recipient *recipient,
                       const struct delivery_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        log_event(LOG_INFO, "filter", log_text("session", session->id),
                  log_slice("address", recipient->path), log_slice("text", report->notes[i]));
}

static void deliver_to(const struct lmtp_session *session, struct lmtp_recipient *recipient,
                       const struct intake_result *message)
{
    struct delivery delivery = lmtp_delivery(session);
    delivery.envelope_from = session->transaction.sender;
    delivery.envelope_to = recipient->path;
    delivery.trace_size = session->transaction.trace_size;
    struct delivery_report report;
    struct arena arena;
    arena_init(&arena, 0);
    note_failure(recipient, delivery_put(session->server->mail, &delivery, &recipient->destination,
                                         message, &arena, &report));
    log_report(session, recipient, &report);
    arena_clear(&arena);
}

static void deliver_all(struct round *round)
{
    const struct lmtp_recipient **underway = &round->underway[round->couriers++];
    struct lmtp_recipient *recipient;
    while ((recipient = take_next(round))) {
        *underway = recipient;
        deliver_to(round->session, recipient, round->message);
        *underway = NULL;
    }
}

static void courier_main(void *arg)
{
    struct round *round = arg;
    deliver_all(round);
    if (--round->working == 0)
        wait_wake_all(&round->done);
}

/* Without memory for more couriers there are fewer. */
static void send_couriers(struct round *round)
{
    size_t wanted = round->session->transaction.recipient_count;
    while (round->working + 1 < COURIERS && round->working + 1 < wanted &&
           fiber_spawn("lmtp courier", courier_main, round, NULL) == 0)
        round->working++;
}

void recipients_deliver(struct lmtp_session *session, const struct intake_result *message)
{
    struct round round = {
        .session = session, .message = message, .first = session->transaction.first};
    wait_queue_init(&round.done);
    send_couriers(&round);
    deliver_all(&round);
    while (round.working)
        (void)!wait_for(&round.done, WAIT_FOREVER);
}

void recipients_refuse(struct lmtp_session *session, int err)
{
    struct lmtp_recipient *recipient = session->transaction.first;
    for (; recipient; recipient = recipient->next)
        note_failure(recipient, err);
}

static int answer(struct lmtp_session *session, const struct lmtp_recipient *recipient)
{
    const struct error *reason = &recipient->reason;
    if (recipient->failure)
        return lmtp_reply_error(
            session, fail_sql(reason->code, reason->sqlstate, "%s", reason->text), recipient->path);
    lmtp_log(session, LOG_INFO, "delivered", recipient->path, 0);
    return lmtp_reply(session, 250, "2.1.5", "<%.*s> Saved", SLICE_ARGS(recipient->path));
}

int recipients_answer(struct lmtp_session *session)
{
    int err = 0;
    const struct lmtp_recipient *recipient = session->transaction.first;
    for (; recipient && !err; recipient = recipient->next)
        err = answer(session, recipient);
    return err;
}
