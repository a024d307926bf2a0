/* \Recent: which messages no session has been told of yet. The view counts
 * for this worker; the database, and by it the other workers, is told at once, and
 * where many come one after the other a little later, once for many. */
#include "base/clock.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "store/mailboxes.h"
#include "view_state.h"

enum { RECENT_DELAY_MS = 2000 };

static struct view *next_claimed(struct view_set *set)
{
    size_t cursor = 0;
    uint64_t key;
    for (struct view *view; (view = map_next(&set->views, &cursor, &key));) {
        if (view->recent_claimed)
            return view;
    }
    return NULL;
}

static int write_back(struct view *view)
{
    view->recent_claimed = false;
    view->recent_writing++;
    int err = mailboxes_claim_recent(view->mail->database, view->mailbox_id, view->first_recent);
    view->recent_writing--;
    view_unpin(view);
    return err;
}

static void drop(struct view *view)
{
    view->recent_claimed = false;
    view_unpin(view);
}

void views_flush_recent(struct mail *mail)
{
    int err = 0;
    for (struct view *view; (view = next_claimed(mail->views));) {
        /* Without the database all claims are dropped: then some messages are
         * \Recent once more. */
        if (err)
            drop(view);
        else
            err = write_back(view);
    }
}

int view_settle_recent(struct mail *mail, int64_t mailbox_id, bool *written_out)
{
    struct view *view = views_find(mail, mailbox_id);
    bool unsettled = view && (view->recent_claimed || view->recent_writing);
    int err = 0;
    if (unsettled) { /* who is writing it now is waited for by writing it once more */
        if (!view->recent_claimed)
            view_pin(view);
        err = write_back(view);
    }
    if (!err)
        *written_out = unsettled;
    return err;
}

static void flush_later(void *arg)
{
    struct mail *mail = arg;
    int64_t deadline = clock_monotonic_ms() + RECENT_DELAY_MS;
    while (!mail->views->closing && clock_monotonic_ms() < deadline)
        (void)!wait_for(&mail->views->recent_now, deadline);
    mail->views->recent_flushing = false;
    views_flush_recent(mail);
    mail->views->fibers--;
    wait_wake_all(&mail->views->fiber_ended);
}

static void write_at_once(void *arg)
{
    struct view *view = arg;
    if (view->recent_claimed)
        (void)!write_back(view);
    view_fiber_done(view);
}

/* Nobody waits for it. */
static bool is_written_at_once(struct view *view)
{
    int64_t now = clock_monotonic_ms();
    if (now < view->recent_written_ms + RECENT_DELAY_MS)
        return false;
    view->recent_written_ms = now;
    return view_spawn(view, "recent", write_at_once) == 0;
}

static void claim(struct view *view)
{
    struct view_set *set = view->mail->views;
    view->first_recent = view->snapshot->uidnext;
    if (!view->recent_claimed) {
        view->recent_claimed = true;
        view_pin(view);
    }
    if (set->closing || is_written_at_once(view) || set->recent_flushing)
        return;
    set->recent_flushing = fiber_spawn("recent", flush_later, view->mail, NULL) == 0;
    if (set->recent_flushing)
        set->fibers++;
}

uint32_t view_recent_from(struct view *view, bool claim_them)
{
    uint32_t from = view->first_recent;
    if (claim_them && view->snapshot && from < view->snapshot->uidnext)
        claim(view);
    return from;
}

void view_hear_recent(struct view *view, uint32_t first_recent)
{
    if (view->first_recent < first_recent)
        view->first_recent = first_recent;
}
