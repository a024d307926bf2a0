#include "janitor.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/digest.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "fiber/wait.h"
#include "store/deliveries.h"
#include "store/messages.h"
#include "store/outgoing_rows.h"

enum {
    ROUND_MS = 60 * 60 * 1000,
    PAUSE_MS = 50, /* between batches: mail comes first */
    BATCH = 200,
    UPLOAD_HOURS = 24,
    ORPHAN_HOURS = 48
};

struct janitor {
    bool living;
    bool stopping;
    struct wait_queue wake;
    struct wait_queue ended;
};

enum { HOUR_SECONDS = 3600 };

typedef int sweep_function(struct database *database, int64_t age, uint32_t limit,
                           uint32_t *done_out);

static void rest(struct janitor *janitor, int64_t ms)
{
    int64_t until = clock_monotonic_ms() + ms;
    while (!janitor->stopping && clock_monotonic_ms() < until)
        (void)!wait_for(&janitor->wake, until);
}

/* A failure ends the sweep; the next round goes on where it was. */
static bool goes_on(struct mail *mail, int err, uint32_t done)
{
    if (err || done < BATCH)
        return false;
    rest(mail->janitor, PAUSE_MS);
    return !mail->janitor->stopping;
}

static void sweep(struct mail *mail, sweep_function *function, int64_t keep_hours)
{
    uint32_t done = 0;
    int err;
    do
        err = function(mail->database, keep_hours * HOUR_SECONDS, BATCH, &done);
    while (goes_on(mail, err, done));
}

static void sweep_journal(struct mail *mail, int64_t keep_hours)
{
    int64_t mailbox_id = 0;
    uint32_t done = 0;
    int err;
    do
        err = journal_sweep(mail->database, keep_hours * HOUR_SECONDS, BATCH, &mailbox_id, &done);
    while (goes_on(mail, err, done));
}

static int sweep_expunged_seen(struct database *database, int64_t age, uint32_t limit,
                               uint32_t *done_out)
{
    (void)age; /* it follows what sweep_expunged has left */
    return messages_sweep_expunged_seen(database, limit, done_out);
}

static int forget_outgoing(struct database *database, int64_t age, uint32_t limit,
                           uint32_t *done_out)
{
    (void)age; /* each has its own time */
    return outgoing_rows_forget(database, limit, done_out);
}

static int forget_identifiers(struct database *database, int64_t age, uint32_t limit,
                              uint32_t *done_out)
{
    (void)age; /* likewise */
    return identifiers_sweep(database, limit, done_out);
}

void janitor_sweep(struct mail *mail)
{
    const struct mail_settings *settings = &mail->settings;
    /* Who expunged a message is asked for as long as it can be given back. */
    uint32_t journal_days = settings->journal_days > settings->retention_days
                                ? settings->journal_days
                                : settings->retention_days;
    sweep(mail, messages_sweep_uploads, UPLOAD_HOURS);
    sweep(mail, messages_sweep_orphans, ORPHAN_HOURS);
    sweep(mail, messages_sweep_expunged, (int64_t)settings->retention_days * 24);
    sweep(mail, sweep_expunged_seen, 0);
    sweep(mail, forget_outgoing, 0);
    sweep(mail, forget_identifiers, 0);
    sweep_journal(mail, (int64_t)journal_days * 24);
}

/* Workers that started together should not sweep together. */
static int64_t first_delay_ms(void)
{
    uint32_t random;
    random_octets(&random, sizeof random);
    return random % ROUND_MS;
}

static void live(void *arg)
{
    struct mail *mail = arg;
    struct janitor *janitor = mail->janitor;
    rest(janitor, first_delay_ms());
    while (!janitor->stopping) {
        janitor_sweep(mail);
        rest(janitor, ROUND_MS);
    }
    janitor->living = false;
    wait_wake_all(&janitor->ended);
}

int janitor_open(struct mail *mail)
{
    struct janitor *janitor = calloc(1, sizeof *janitor);
    if (!janitor)
        return fail(ERR_NO_MEMORY, "no memory for the janitor");
    wait_queue_init(&janitor->wake);
    wait_queue_init(&janitor->ended);
    mail->janitor = janitor;
    if (!mail->settings.listen)
        return 0; /* postroomctl does not stay long enough */
    int err = fiber_spawn("janitor", live, mail, NULL);
    if (err) {
        janitor_close(mail);
        return err;
    }
    janitor->living = true;
    return 0;
}

void janitor_close(struct mail *mail)
{
    struct janitor *janitor = mail->janitor;
    if (!janitor)
        return;
    janitor->stopping = true;
    wait_wake_all(&janitor->wake);
    while (janitor->living)
        (void)!wait_for(&janitor->ended, WAIT_FOREVER);
    free(janitor);
    mail->janitor = NULL;
}
