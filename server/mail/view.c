#include "mail/view.h"

#include <stdlib.h>

#include "engine.h"
#include "fiber/fiber.h"
#include "grant.h"
#include "picture.h"
#include "reader.h"
#include "view_state.h"

/* Views that nobody has open are kept for the next who comes. */
enum { IDLE_VIEWS_MAX = 64, IDLE_MESSAGES_MAX = 1000 * 1000 };

/* The set -------------------------------------------------------------------------- */

int views_open(struct mail *mail)
{
    struct view_set *set = calloc(1, sizeof *set);
    if (!set)
        return fail(ERR_NO_MEMORY, "no memory for the views");
    map_init(&set->views);
    link_init(&set->idle);
    wait_queue_init(&set->fiber_ended);
    wait_queue_init(&set->recent_now);
    mail->views = set;
    return 0;
}

struct view *views_find(struct mail *mail, int64_t mailbox_id)
{
    return map_get(&mail->views->views, (uint64_t)mailbox_id);
}

int views_list_open(struct mail *mail, int64_t **ids_out, size_t *count_out)
{
    const struct map *views = &mail->views->views;
    int64_t *ids = malloc((views->count + 1) * sizeof *ids);
    if (!ids)
        return fail(ERR_NO_MEMORY, "no memory for a list of views");
    size_t count = 0, cursor = 0;
    uint64_t key;
    for (struct view *view; (view = map_next(views, &cursor, &key));) {
        if (view->openers > 0)
            ids[count++] = view->mailbox_id;
    }
    *ids_out = ids;
    *count_out = count;
    return 0;
}

static int view_new(struct mail *mail, int64_t mailbox_id, struct view **out)
{
    struct view *view = calloc(1, sizeof *view);
    if (!view)
        return fail(ERR_NO_MEMORY, "no memory for a view");
    view->mail = mail;
    view->mailbox_id = mailbox_id;
    link_init(&view->idle);
    map_init(&view->readers);
    link_init(&view->watchers);
    arena_init(&view->keyword_names, 0);
    wait_queue_init(&view->moved);
    int err = map_put(&mail->views->views, (uint64_t)mailbox_id, view);
    if (err) {
        free(view);
        return err;
    }
    *out = view;
    return 0;
}

/* Pictures that outlive their view keep their reader, which forgets the view. */
static void view_free(struct view *view)
{
    map_remove(&view->mail->views->views, (uint64_t)view->mailbox_id);
    size_t cursor = 0;
    uint64_t key;
    for (struct reader *reader; (reader = map_next(&view->readers, &cursor, &key));)
        reader->view = NULL;
    map_clear(&view->readers);
    snapshot_unref(&view->snapshot);
    arena_clear(&view->keyword_names);
    free(view);
}

static uint32_t view_messages(const struct view *view)
{
    return view->snapshot ? view->snapshot->count : 0;
}

static void leave_idle(struct view *view)
{
    if (!link_in_list(&view->idle))
        return;
    link_remove(&view->idle);
    view->mail->views->idle_count--;
    view->mail->views->idle_messages -= view_messages(view);
}

static bool too_many_idle(const struct view_set *set)
{
    return set->idle_count > IDLE_VIEWS_MAX || set->idle_messages > IDLE_MESSAGES_MAX;
}

static void free_oldest_idle(struct view_set *set)
{
    struct view *oldest = CONTAINER_OF(set->idle.next, struct view, idle);
    leave_idle(oldest);
    view_free(oldest);
}

/* Somebody has let go of the view. */
static void settle(struct view *view)
{
    if (view->openers > 0 || view->pins > 0)
        return;
    if (!view->snapshot || view->gone) {
        view_free(view);
        return;
    }
    struct view_set *set = view->mail->views;
    list_add_tail(&set->idle, &view->idle);
    set->idle_count++;
    set->idle_messages += view_messages(view);
    while (too_many_idle(set))
        free_oldest_idle(set);
}

void view_pin(struct view *view)
{
    leave_idle(view);
    view->pins++;
}

void view_unpin(struct view *view)
{
    view->pins--;
    settle(view);
}

int view_spawn(struct view *view, const char *name, void (*main)(void *view))
{
    int err = fiber_spawn(name, main, view, NULL);
    if (err)
        return err;
    view->mail->views->fibers++;
    view_pin(view);
    return 0;
}

void view_fiber_done(struct view *view)
{
    struct view_set *set = view->mail->views;
    view_unpin(view);
    set->fibers--;
    wait_wake_all(&set->fiber_ended);
}

void views_close(struct mail *mail)
{
    struct view_set *set = mail->views;
    if (!set)
        return;
    set->closing = true;
    wait_wake_all(&set->recent_now);
    while (set->fibers > 0)
        (void)!wait_for(&set->fiber_ended, WAIT_FOREVER);
    views_flush_recent(mail);
    while (!list_empty(&set->idle))
        free_oldest_idle(set);
    map_clear(&set->views);
    free(set);
    mail->views = NULL;
}

/* Opening --------------------------------------------------------------------------- */

static int get_or_add(struct mail *mail, int64_t mailbox_id, struct view **out)
{
    *out = views_find(mail, mailbox_id);
    return *out ? 0 : view_new(mail, mailbox_id, out);
}

static int open_loaded(struct mail *mail, const struct grant *grant,
                       int (*refresh)(struct view *view, const struct grant *grant),
                       struct view **out)
{
    int err = grant_require(grant, RIGHT_READ);
    if (err)
        return err;
    struct view *view;
    err = get_or_add(mail, grant_mailbox_id(grant), &view);
    if (err)
        return err;
    leave_idle(view);
    view->openers++;
    view->gone = false; /* the grant found the mailbox: it may have been given back */
    bool led;
    err = view_ensure_loaded(view, &led);
    if (!err && !led)
        err = refresh(view, grant);
    if (err) {
        view_close(&view);
        return err;
    }
    *out = view;
    return 0;
}

static int refresh_by_state(struct view *view, const struct grant *grant)
{
    (void)grant;
    return view_refresh(view);
}

int view_open(struct mail *mail, const struct grant *grant, struct view **out)
{
    return open_loaded(mail, grant, refresh_by_state, out);
}

static int refresh_by_grant(struct view *view, const struct grant *grant)
{
    if (view->first_recent < grant->first_recent)
        view->first_recent = grant->first_recent;
    return view_catch_up(view, grant->highest_modseq);
}

int view_open_now(struct mail *mail, const struct grant *grant, struct view **out)
{
    return open_loaded(mail, grant, refresh_by_grant, out);
}

void view_close(struct view **view_in)
{
    struct view *view = *view_in;
    *view_in = NULL;
    if (!view)
        return;
    view->openers--;
    settle(view);
}

/* What it shows ------------------------------------------------------------------------ */

int64_t view_mailbox_id(const struct view *view)
{
    return view->mailbox_id;
}

uint64_t view_modseq(const struct view *view)
{
    return view->snapshot->modseq;
}

uint64_t view_rights_modseq(const struct view *view)
{
    return view->rights_modseq;
}

bool view_is_gone(const struct view *view)
{
    return view->gone;
}

static int64_t reader_id(const struct view *view, int64_t user_id)
{
    return view->seen_per_user ? user_id : READER_EVERYBODY;
}

/* While the bits are read, \Seen may become somebody else's. */
static int ready_picture(struct view *view, int64_t user_id, int (*prepare)(struct reader *reader),
                         struct picture **out)
{
    for (;;) {
        struct reader *reader;
        int err = reader_hold(view, reader_id(view, user_id), &reader);
        if (err)
            return err;
        err = prepare(reader);
        bool ready = !err && reader_find(view, reader_id(view, user_id)) == reader;
        if (ready)
            err = reader_picture(reader, out);
        reader_release(&reader);
        if (err || ready)
            return err;
    }
}

int view_picture(struct view *view, int64_t user_id, struct picture **out)
{
    return ready_picture(view, user_id, reader_load, out);
}

int view_picture_with_modseqs(struct view *view, int64_t user_id, struct picture **out)
{
    return ready_picture(view, user_id, reader_know_modseqs, out);
}

struct picture *view_picture_now(struct view *view, int64_t user_id)
{
    struct reader *reader = reader_find(view, reader_id(view, user_id));
    struct picture *picture;
    if (!reader || reader_picture(reader, &picture) != 0)
        return NULL;
    return picture;
}

/* Watching ------------------------------------------------------------------------------ */

void view_watch(struct view *view, struct view_watcher *watcher)
{
    link_init(&watcher->link);
    list_add_tail(&view->watchers, &watcher->link);
}

void view_unwatch(struct view_watcher *watcher)
{
    link_remove(&watcher->link);
}
