/* Following a mailbox's history: the engine's hub hears of mailboxes that are open, and
 * not at all in postroomctl; this listens by itself for one. */
#include <stdlib.h>

#include "base/clock.h"
#include "engine.h"
#include "fiber/wait.h"
#include "hub.h"
#include "mail/history.h"

struct history_follower {
    int64_t mailbox_id;
    struct feed *feed;
    bool news; /* something may have come */
    bool stopped;
    struct wait_queue wake;
};

static void tell_news(struct history_follower *follower)
{
    follower->news = true;
    wait_wake_all(&follower->wake);
}

static void hear_mailbox(void *arg, int64_t mailbox_id, uint64_t modseq)
{
    (void)modseq;
    struct history_follower *follower = arg;
    if (mailbox_id == follower->mailbox_id)
        tell_news(follower);
}

static void hear_resumed(void *arg)
{
    tell_news(arg);
}

static void hear_user(void *arg, int64_t user_id)
{
    (void)arg;
    (void)user_id;
}

int history_follow(struct mail *mail, int64_t mailbox_id, struct history_follower **out)
{
    struct history_follower *follower = calloc(1, sizeof *follower);
    if (!follower)
        return fail(ERR_NO_MEMORY, "no memory to follow a mailbox");
    follower->mailbox_id = mailbox_id;
    follower->news = true;
    wait_queue_init(&follower->wake);
    const struct feed_handlers handlers = {
        .arg = follower,
        .mailbox = hear_mailbox,
        .user = hear_user,
        .resumed = hear_resumed,
    };
    int err = feed_open(mail->database, &handlers, &follower->feed);
    if (err) {
        free(follower);
        return err;
    }
    *out = follower;
    return 0;
}

/* Hints may get lost: now and then it is time to look without one. */
bool history_wait(struct history_follower *follower)
{
    int64_t deadline = clock_monotonic_ms() + HUB_SWEEP_MS;
    while (!follower->news && !follower->stopped && clock_monotonic_ms() < deadline)
        (void)!wait_for(&follower->wake, deadline);
    follower->news = false;
    return !follower->stopped;
}

void history_stop(struct history_follower *follower)
{
    follower->stopped = true;
    wait_wake_all(&follower->wake);
}

void history_unfollow(struct history_follower **follower)
{
    if (!*follower)
        return;
    feed_close(&(*follower)->feed);
    free(*follower);
    *follower = NULL;
}
