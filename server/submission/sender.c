#include "submission/sender.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "dialogue.h"
#include "fiber/fiber.h"
#include "fiber/wait.h"
#include "mail/outgoing.h"
#include "smtp_link.h"

enum {
    COURIERS = 2, /* connections at once; connecting takes one of the thread pool's four */
    PAUSE_MIN = 1,
    PAUSE_MAX = 20, /* seconds between attempts to reach a server that is away */
    DATABASE_PAUSE = 1
};

/* A fiber with a connection of its own, while it has something to send. */
struct courier {
    struct sender *sender;
    struct smtp_link *link; /* NULL: none */
    struct dialogue_server server;
    uint32_t pause; /* seconds, after what failed */
};

struct sender {
    struct mail *mail;
    struct submission_settings settings;
    struct smtp_link_stop stop;
    bool stopping;
    size_t working;
    struct wait_queue wake;
    struct wait_queue ended;
    struct courier couriers[COURIERS];
};

/* What the log says --------------------------------------------------------------------------- */

static void log_mail(enum log_level level, const char *event, const struct outgoing_claim *claim,
                     const char *text)
{
    log_event(level, event, log_number("mail", claim->id), log_slice("kind", claim->mail.kind),
              log_slice("for", claim->mail.written_for), log_slice("from", claim->mail.sender),
              log_slice("to", claim->mail.recipient), log_number("attempt", claim->attempt),
              log_text("text", text));
}

/* The mail stays where it is; another attempt is made after its lease. */
static void log_if_failed(const struct outgoing_claim *claim, int err)
{
    if (err && err != -ERR_STALE)
        log_mail(LOG_ERROR, "outgoing-queue", claim, last_error()->text);
}

/* One mail ------------------------------------------------------------------------------------- */

static void hang_up(struct courier *courier)
{
    if (courier->link)
        dialogue_end(courier->link);
    smtp_link_close(&courier->link);
}

static int reach_server(struct courier *courier)
{
    struct sender *sender = courier->sender;
    if (courier->link)
        return 0;
    int err = smtp_link_open(&sender->settings, &sender->stop, &courier->link);
    if (!err)
        err = dialogue_begin(courier->link, sender->settings.hostname, &courier->server);
    if (err)
        smtp_link_close(&courier->link);
    return err;
}

static void refuse(struct courier *courier, const struct outgoing_claim *claim, const char *text)
{
    bool filed;
    int err = outgoing_refused(courier->sender->mail, claim, slice_cstr(text), &filed);
    if (err)
        log_if_failed(claim, err);
    else
        log_mail(LOG_WARNING, filed ? "outgoing-filed" : "outgoing-failed", claim, text);
}

static void conclude(struct courier *courier, const struct outgoing_claim *claim,
                     const struct dialogue_result *result)
{
    struct mail *mail = courier->sender->mail;
    switch (result->verdict) {
    case DIALOGUE_SENT:
        log_mail(LOG_INFO, "sent", claim, result->text);
        log_if_failed(claim, outgoing_sent(mail, claim));
        return;
    case DIALOGUE_LATER:
        log_mail(LOG_INFO, "outgoing-deferred", claim, result->text);
        log_if_failed(claim, outgoing_retry(mail, claim, slice_cstr(result->text)));
        break;
    case DIALOGUE_NEVER:
        refuse(courier, claim, result->text);
        break;
    }
    hang_up(courier);
}

static void rest(struct courier *courier)
{
    struct sender *sender = courier->sender;
    int64_t until = clock_monotonic_ms() + (int64_t)courier->pause * 1000;
    while (!sender->stopping && clock_monotonic_ms() < until)
        (void)!wait_for(&sender->wake, until);
}

/* The server is away, or has gone in the middle of it: a rest for the courier, too. */
static void not_now(struct courier *courier, const struct outgoing_claim *claim)
{
    struct sender *sender = courier->sender;
    const struct error why = *last_error();
    smtp_link_close(&courier->link);
    if (why.code == ERR_STALE)
        return;
    courier->pause = courier->pause ? courier->pause * 2 : PAUSE_MIN;
    if (courier->pause > PAUSE_MAX)
        courier->pause = PAUSE_MAX;
    if (sender->stopping) {
        log_if_failed(claim, outgoing_give_back(sender->mail, claim, 0, claim->problem));
        return;
    }
    log_mail(LOG_WARNING, "outgoing-deferred", claim, why.text);
    log_if_failed(claim,
                  outgoing_give_back(sender->mail, claim, courier->pause, slice_cstr(why.text)));
    rest(courier);
}

static void deal_with(struct courier *courier, const struct outgoing_claim *claim)
{
    struct sender *sender = courier->sender;
    if (claim->refused || claim->expired) {
        const char *expired = "it could not be sent in submission.lifetime";
        struct slice why = claim->refused ? claim->problem : slice_cstr(expired);
        char text[OUTGOING_PROBLEM_MAX + 1] = "";
        memcpy(text, why.data, slice_sub(why, 0, OUTGOING_PROBLEM_MAX).len);
        refuse(courier, claim, text);
        return;
    }
    struct dialogue_result result;
    int err = reach_server(courier);
    if (!err)
        err = dialogue_send(courier->link, &courier->server, sender->mail, claim, &result);
    if (err) {
        not_now(courier, claim);
        return;
    }
    courier->pause = 0;
    conclude(courier, claim, &result);
}

/* Life ----------------------------------------------------------------------------------------- */

static void take_one(struct courier *courier)
{
    struct sender *sender = courier->sender;
    struct outgoing_claim claim;
    struct arena arena;
    arena_init(&arena, 0);
    int err = *sender->settings.url ? outgoing_take(sender->mail, &arena, &claim)
                                    : -ERR_NOT_FOUND; /* nobody to send it to any more */
    if (!err)
        deal_with(courier, &claim);
    arena_clear(&arena);
    if (!err || sender->stopping)
        return;
    hang_up(courier);
    if (err == -ERR_NOT_FOUND) {
        outgoing_wait(sender->mail);
        return;
    }
    courier->pause = DATABASE_PAUSE; /* the database is away, which others log */
    rest(courier);
}

static void live(void *arg)
{
    struct courier *courier = arg;
    struct sender *sender = courier->sender;
    while (!sender->stopping)
        take_one(courier);
    hang_up(courier);
    sender->working--;
    wait_wake_all(&sender->ended);
}

static int start(struct sender *sender)
{
    int err = smtp_link_global_init();
    for (size_t i = 0; i < COURIERS && !err; i++) {
        sender->couriers[i].sender = sender;
        err = fiber_spawn("courier", live, &sender->couriers[i], NULL);
        sender->working += !err;
    }
    return err;
}

int sender_new(struct mail *mail, const struct submission_settings *settings, struct sender **out)
{
    struct sender *sender = calloc(1, sizeof *sender);
    if (!sender)
        return fail(ERR_NO_MEMORY, "no memory for the sender");
    sender->mail = mail;
    sender->settings = *settings;
    sender->stop.deadline = INT64_MAX;
    atomic_init(&sender->stop.connects_not, false);
    wait_queue_init(&sender->wake);
    wait_queue_init(&sender->ended);
    *out = sender;
    return start(sender);
}

void sender_reload(struct sender *sender, const struct submission_settings *settings)
{
    sender->settings = *settings;
    outgoing_wake(sender->mail);
}

static void await_end(struct sender *sender, int64_t deadline)
{
    while (sender->working && wait_for(&sender->ended, deadline) == 0)
        continue;
}

void sender_stop(struct sender *sender, uint32_t timeout_ms)
{
    sender->stopping = true;
    sender->stop.deadline = clock_monotonic_ms() + timeout_ms;
    atomic_store(&sender->stop.connects_not, true);
    wait_wake_all(&sender->wake);
    outgoing_wake(sender->mail);
    for (size_t i = 0; i < COURIERS; i++)
        if (sender->couriers[i].link)
            smtp_link_interrupt(sender->couriers[i].link);
    await_end(sender, sender->stop.deadline + 2000);
}

size_t sender_couriers(const struct sender *sender)
{
    return sender->working;
}

void sender_free(struct sender **sender_in)
{
    struct sender *sender = *sender_in;
    *sender_in = NULL;
    if (!sender)
        return;
    smtp_link_global_cleanup();
    free(sender);
}
