#include "notify.h"

#include <stdlib.h>

#include "base/log.h"
#include "fetch_batch.h"
#include "model/mailbox_name.h"
#include "notify_line.h"
#include "proto/notify_args.h"
#include "reply.h"
#include "selected.h"
#include "server_private.h"

struct notify {
    struct arena arena; /* the spec's */
    struct notify_spec spec;
    const struct notify_group *selected; /* NULL: nothing is told of the selected mailbox */
    struct watcher *watcher;             /* NULL: nor of others */
    struct view_watcher view;            /* of the selected mailbox, ... */
    bool follows;                        /* ... when it is on */
    const void *shortened; /* the picture of which EXPUNGE was last tried to be said */
};

/* What is told of the selected mailbox --------------------------------------------------------- */

unsigned notify_selected_events(const struct session *session)
{
    if (!session->notify)
        return NOTIFY_MESSAGE_EVENTS;
    return session->notify->selected ? session->notify->selected->events : 0;
}

bool notify_is_usual(const struct session *session)
{
    const struct notify *notify = session->notify;
    return !notify || (notify->selected && notify->selected->events == NOTIFY_MESSAGE_EVENTS &&
                       notify->selected->fetch.count == 0);
}

/* Section 6.1.1: the numbers of messages may change at any time. */
static bool is_immediate(const struct session *session)
{
    const struct notify *notify = session->notify;
    return notify && notify->selected && notify->selected->filter == NOTIFY_SELECTED;
}

static void view_changed(void *arg)
{
    struct session *session = arg;
    stream_interrupt(session->stream);
}

void notify_follow(struct session *session)
{
    struct notify *notify = session->notify;
    if (!notify || !session->selected || !notify->selected)
        return;
    const struct selected *selected = session->selected;
    bool owes_expunge = selected->picture_is_own && selected->picture != notify->shortened;
    if (is_immediate(session) && owes_expunge) {
        notify->shortened = selected->picture;
        stream_interrupt(session->stream); /* the command before could not say EXPUNGE */
    }
    if (notify->follows)
        return;
    notify->view = (struct view_watcher){.changed = view_changed, .arg = session};
    view_watch(session->selected->view, &notify->view);
    notify->follows = true;
    stream_interrupt(session->stream);
}

void notify_unfollow(struct session *session)
{
    struct notify *notify = session->notify;
    if (!notify || !notify->follows)
        return;
    view_unwatch(&notify->view);
    notify->follows = false;
}

/* It will not be told what it has not been told until now, as an EXPUNGE that had to wait. */
void notify_left(struct session *session)
{
    const struct selected *selected = session->selected;
    if (session->notify && session->notify->watcher)
        watcher_left(session->notify->watcher, view_mailbox_id(selected->view),
                     selected_told_modseq(selected));
}

static int add_new(const struct selected *selected, uint32_t new_from, struct uidset *uids)
{
    const struct picture *picture = selected->picture;
    int err = 0;
    for (uint32_t seq = picture_seq_from(picture, new_from); seq <= picture_count(picture) && !err;
         seq++)
        err = uidset_add(uids, picture_uid(picture, seq));
    return err ? err : uidset_subtract(uids, &selected->own);
}

static int fetch_new(struct session *session, const struct fetch_spec *spec,
                     const struct uidset *uids)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct uidset marked;
    uidset_init(&marked);
    struct content_request *ahead = NULL;
    const struct fetch_request request = {.session = session,
                                          .grant = selected_grant(session),
                                          .spec = spec,
                                          .uids = uids,
                                          .marked = &marked,
                                          .ahead = &ahead};
    int err = fetch_send(&request, &arena);
    arena_clear(&arena);
    if (!err || reply_is_fatal(err))
        return err;
    session_log(session, LOG_WARNING, "notify", "FETCH", err);
    return 0; /* the client knows that they are there */
}

int notify_tell_new(struct session *session, uint32_t new_from)
{
    struct notify *notify = session->notify;
    struct selected *selected = session->selected;
    if (!notify || !notify->selected || !selected)
        return 0;
    if (picture_uidnext(selected->picture) == new_from)
        return 0;
    struct uidset uids;
    uidset_init(&uids);
    int err = 0;
    if (notify->selected->fetch.count)
        err = add_new(selected, new_from, &uids);
    uidset_clear(&selected->own);
    uidset_init(&selected->own);
    if (!err && !uidset_is_empty(&uids))
        err = fetch_new(session, &notify->selected->fetch, &uids);
    uidset_clear(&uids);
    return err;
}

void notify_own_messages(struct session *session, int64_t mailbox_id, const struct uidset *uids)
{
    struct selected *selected = session->selected;
    if (!session->notify || !selected || view_mailbox_id(selected->view) != mailbox_id)
        return;
    if (uidset_union(&selected->own, uids) != 0)
        session_log(session, LOG_WARNING, "notify", "own messages", -ERR_NO_MEMORY);
}

/* What is told of others ----------------------------------------------------------------------- */

static int64_t selected_mailbox(const struct session *session)
{
    return session->selected ? view_mailbox_id(session->selected->view) : 0;
}

enum { NOTIFY_PIECE = 16 << 10 };

/* Section 5.8: as if NOTIFY NONE had come. */
static int tell_overflow(struct session *session)
{
    struct notify *notify = session->notify;
    notify_unfollow(session);
    notify->selected = NULL;
    watcher_free(&notify->watcher);
    session_log(session, LOG_INFO, "notify", "overflow", 0);
    return reply_line(session, "* OK [NOTIFICATIONOVERFLOW] Too much has happened: you are not "
                               "notified any more");
}

int notify_tell(struct session *session)
{
    struct notify *notify = session->notify;
    if (!notify || !notify->watcher)
        return 0;
    struct buffer lines;
    buffer_init(&lines, 0);
    int err = 0;
    struct watch_item item;
    while (!err && watcher_next(notify->watcher, selected_mailbox(session), &item)) {
        notify_line_render(session, &item, &lines);
        if (lines.len < NOTIFY_PIECE)
            continue;
        err = reply_buffer(session, &lines);
        buffer_reset(&lines);
    }
    if (!err)
        err = reply_buffer(session, &lines);
    buffer_clear(&lines);
    if (!err && watcher_is_over(notify->watcher))
        err = tell_overflow(session);
    return err;
}

int notify_show(struct session *session)
{
    if (!session->notify)
        return 0;
    int err = session->selected ? selected_show(session, is_immediate(session)) : 0;
    return err ? err : notify_tell(session);
}

void notify_own_name(struct session *session, struct slice name, enum watch_expected what)
{
    if (!session->notify || !session->notify->watcher)
        return;
    struct arena arena;
    arena_init(&arena, 0);
    struct mailbox_path path;
    struct buffer shown;
    buffer_init(&shown, 0);
    if (mailbox_path_parse(&arena, name, session->actor.login, &path) == 0) {
        if (what == WATCH_EXPECT_NONE && mailbox_path_is_inbox(&path))
            what = WATCH_EXPECT_MAILBOX; /* it was renamed, and is still there */
        mailbox_path_render(&path, &shown);
        watcher_expect_name(session->notify->watcher, buffer_slice(&shown), what);
    }
    buffer_clear(&shown);
    arena_clear(&arena);
}

/* NOTIFY --------------------------------------------------------------------------------------- */

/* As LIST shows it; a name that cannot be is none of a mailbox. */
static int normalise(const struct session *session, struct slice *name, struct arena *arena)
{
    struct mailbox_path path;
    if (mailbox_path_parse(arena, *name, session->actor.login, &path))
        return 0;
    struct buffer shown;
    buffer_init(&shown, 0);
    mailbox_path_render(&path, &shown);
    return buffer_keep(&shown, arena, name);
}

/* In memory of its own, since it stays longer than the command. */
static int copy_spec(const struct session *session, const struct lexer *arguments,
                     struct notify *notify)
{
    struct lexer lexer = *arguments;
    lexer.arena = &notify->arena;
    lexer.text = arena_copy(&notify->arena, arguments->text);
    if (!lexer.text.data)
        return -ERR_NO_MEMORY;
    int err = notify_args_parse(&lexer, &notify->spec);
    for (size_t i = 0; i < notify->spec.count && !err; i++) {
        const struct notify_group *group = &notify->spec.groups[i];
        for (size_t n = 0; n < group->count && !err; n++)
            err = normalise(session, &group->names[n], &notify->arena);
    }
    notify->selected = notify_selected_group(&notify->spec);
    return err;
}

static void notify_free(struct notify **notify)
{
    if (!*notify)
        return;
    watcher_free(&(*notify)->watcher);
    arena_clear(&(*notify)->arena);
    free(*notify);
    *notify = NULL;
}

static int notify_new(struct session *session, const struct lexer *arguments, struct notify **out)
{
    struct notify *notify = calloc(1, sizeof *notify);
    if (!notify)
        return fail(ERR_NO_MEMORY, "no memory for NOTIFY");
    arena_init(&notify->arena, 0);
    int err = copy_spec(session, arguments, notify);
    const struct watcher_hooks hooks = {.arg = session, .news = view_changed};
    if (!err && notify_spec_any_events(&notify->spec))
        err = watcher_new(session->mail, &session->actor, &notify->spec,
                          session->server->settings.notifications_max, &hooks, &notify->watcher);
    if (err) {
        notify_free(&notify);
        return err;
    }
    *out = notify;
    return 0;
}

void notify_forget(struct session *session)
{
    notify_unfollow(session);
    notify_free(&session->notify);
}

/* Section 3.1: what has gathered is told, whatever was told so far. */
int notify_set(struct session *session, const struct lexer *arguments)
{
    struct notify *notify = NULL;
    int err = notify_new(session, arguments, &notify);
    if (err)
        return err;
    notify_forget(session);
    if (session->selected)
        err = selected_sync(session, true);
    session->notify = notify;
    return err ? err : notify_tell(session);
}
