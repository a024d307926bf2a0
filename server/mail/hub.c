#include "hub.h"

#include <stdlib.h>

#include "base/clock.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "fiber/wait.h"
#include "lookout.h"
#include "mail/outgoing.h"
#include "store/mailboxes.h"
#include "store/recently_deleted.h"
#include "view_state.h"

struct hub {
    struct feed *feed;
    bool sweeping; /* the fiber lives */
    bool sweep_now;
    bool stopping;
    struct wait_queue wake; /* the sweeping fiber */
    struct wait_queue ended;
};

static void follow(struct mail *mail, int64_t id, uint64_t modseq)
{
    struct view *view = views_find(mail, id);
    if (view)
        view_follow(view, modseq);
}

static void follow_both(struct mail *mail, int64_t mailbox_id, uint64_t modseq)
{
    follow(mail, mailbox_id, modseq);
    follow(mail, recently_deleted_of(mailbox_id), modseq);
}

static void hear_mailbox(void *arg, int64_t mailbox_id, uint64_t modseq)
{
    struct mail *mail = arg;
    if (mail->views)
        follow_both(mail, mailbox_id, modseq);
    lookout_hear_mailbox(mail, mailbox_id, modseq);
}

static void hear_names(void *arg, int64_t mailbox_id)
{
    lookout_hear_names(arg, mailbox_id);
}

static void hear_subscriptions(void *arg, int64_t user_id)
{
    lookout_hear_user(arg, user_id);
}

static void hear_server(void *arg)
{
    lookout_hear_server(arg);
}

static void hear_outgoing(void *arg)
{
    outgoing_wake(arg);
}

static void hear_user(void *arg, int64_t user_id)
{
    struct mail *mail = arg;
    lookout_hear_user(mail, user_id);
    if (mail->settings.user_changed)
        mail->settings.user_changed(mail->settings.arg, user_id);
}

static void hear_resumed(void *arg)
{
    struct mail *mail = arg;
    if (!mail->hub)
        return; /* the very first connection: there is no view yet */
    lookout_doubt(mail);
    mail->hub->sweep_now = true;
    wait_wake_all(&mail->hub->wake);
    if (mail->settings.user_changed)
        mail->settings.user_changed(mail->settings.arg, 0);
}

/* Sweeping ------------------------------------------------------------------------------ */

static int compare_ids(const void *a, const void *b)
{
    const struct mailbox_modseq *left = a, *right = b;
    return (left->mailbox_id > right->mailbox_id) - (left->mailbox_id < right->mailbox_id);
}

/* A mailbox that is not among the rows was deleted; its view finds out by
 * looking for a change that is not there. */
static void compare(struct mail *mail, int64_t mailbox_id, const struct mailbox_modseq *rows,
                    size_t count)
{
    struct view *view = views_find(mail, mailbox_id);
    if (!view)
        return;
    const struct mailbox_modseq key = {.mailbox_id = mailbox_id};
    const struct mailbox_modseq *row = bsearch(&key, rows, count, sizeof key, compare_ids);
    view_follow(view, row ? row->modseq : view_modseq_or_zero(view) + 1);
}

static void compare_all(struct mail *mail, const int64_t *ids, size_t id_count,
                        struct mailbox_modseq *rows, size_t count)
{
    if (count > 0)
        qsort(rows, count, sizeof rows[0], compare_ids);
    for (size_t i = 0; i < id_count; i++) {
        compare(mail, ids[i], rows, count);
        fiber_breathe();
    }
}

static int sweep(struct mail *mail)
{
    int64_t *ids;
    size_t id_count;
    int err = views_list_open(mail, &ids, &id_count);
    if (err)
        return err;
    struct arena arena;
    arena_init(&arena, 0);
    struct mailbox_modseq *rows;
    size_t count;
    if (id_count > 0)
        err = mailboxes_modseqs(mail->database, &arena, ids, id_count, &rows, &count);
    if (id_count > 0 && !err)
        compare_all(mail, ids, id_count, rows, count);
    arena_clear(&arena);
    free(ids);
    return err;
}

static void sweep_forever(void *arg)
{
    struct mail *mail = arg;
    struct hub *hub = mail->hub;
    int64_t next = clock_monotonic_ms() + HUB_SWEEP_MS;
    while (!hub->stopping) {
        if (!hub->sweep_now && clock_monotonic_ms() < next) {
            (void)!wait_for(&hub->wake, next);
            continue;
        }
        hub->sweep_now = false;
        int err = sweep(mail);
        lookout_sweep(mail);
        next = clock_monotonic_ms() + (err ? HUB_RETRY_MS : HUB_SWEEP_MS);
    }
    hub->sweeping = false;
    wait_wake_all(&hub->ended);
}

/* Life --------------------------------------------------------------------------------- */

int hub_open(struct mail *mail)
{
    struct hub *hub = calloc(1, sizeof *hub);
    if (!hub)
        return fail(ERR_NO_MEMORY, "no memory for the hub");
    wait_queue_init(&hub->wake);
    wait_queue_init(&hub->ended);
    const struct feed_handlers handlers = {
        .arg = mail,
        .mailbox = hear_mailbox,
        .user = hear_user,
        .names = hear_names,
        .subscriptions = hear_subscriptions,
        .server = hear_server,
        .outgoing = hear_outgoing,
        .resumed = hear_resumed,
    };
    bool listen = mail->settings.listen;
    int err = feed_open(mail->database, listen ? &handlers : NULL, &hub->feed);
    if (err) {
        free(hub);
        return err;
    }
    mail->hub = hub;
    if (listen) {
        err = fiber_spawn("hub sweep", sweep_forever, mail, NULL);
        hub->sweeping = err == 0;
    }
    if (err)
        hub_close(mail);
    return err;
}

void hub_stop(struct mail *mail)
{
    struct hub *hub = mail->hub;
    if (!hub)
        return;
    hub->stopping = true;
    wait_wake_all(&hub->wake);
    while (hub->sweeping)
        (void)!wait_for(&hub->ended, WAIT_FOREVER);
}

void hub_close(struct mail *mail)
{
    struct hub *hub = mail->hub;
    if (!hub)
        return;
    hub_stop(mail);
    (void)!feed_flush(hub->feed, HUB_FLUSH_MS); /* hints: the sweep of others makes good */
    feed_close(&hub->feed);
    free(hub);
    mail->hub = NULL;
}

void hub_tell(struct mail *mail, int64_t mailbox_id, uint64_t modseq)
{
    feed_send_mailbox(mail->hub->feed, mailbox_id, modseq);
}

void mail_announce(struct mail *mail, int64_t mailbox_id, uint64_t modseq)
{
    hub_tell(mail, mailbox_id, modseq);
    feed_send_names(mail->hub->feed, mailbox_id);
    follow_both(mail, mailbox_id, modseq);
}

void mail_announce_all(struct mail *mail, const struct mailbox_modseq *mailboxes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mail_announce(mail, mailboxes[i].mailbox_id, mailboxes[i].modseq);
}

void mail_announce_user(struct mail *mail, int64_t user_id)
{
    feed_send_user(mail->hub->feed, user_id);
}

void mail_announce_subscriptions(struct mail *mail, int64_t user_id)
{
    feed_send_subscriptions(mail->hub->feed, user_id);
}

void mail_announce_server(struct mail *mail)
{
    feed_send_server(mail->hub->feed);
}

void mail_announce_outgoing(struct mail *mail)
{
    feed_send_outgoing(mail->hub->feed);
}
