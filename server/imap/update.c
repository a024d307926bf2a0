#include "update.h"

#include "notify.h"
#include "recent.h"
#include "reply.h"
#include "server_private.h"
#include "update_shared.h"

/* The lines for this session alone, or the first of many. */
static int update_send_difference(struct session *session, const struct picture *from,
                                  const struct picture *to, const struct selected_store *store,
                                  bool shareable)
{
    struct update update;
    int err = update_begin(&update, session, from, to);
    if (err)
        return err;
    update.session = session;
    update.store = store;
    update.flags_are_own = !(notify_selected_events(session) & NOTIFY_FLAG_CHANGE);
    err = update_render(&update);
    if (!err)
        err = reply_buffer(session, &update.out);
    if (!err)
        err = recent_forget(session->selected, &update.difference.expunged);
    if (!err && shareable && !update.sent_some)
        update_shared_keep(session, &update);
    update_end(&update);
    return err;
}

static int update_send_recent(struct session *session, const struct picture *from)
{
    struct selected *selected = session->selected;
    if (picture_uidnext(selected->picture) == picture_uidnext(from))
        return 0;
    uint64_t before = uidset_size(&selected->recent);
    int err = recent_take(selected, picture_uidnext(from));
    uint64_t count = uidset_size(&selected->recent);
    if (err || count == before)
        return err;
    return reply_line(session, "* %llu RECENT", (unsigned long long)count);
}

static int update_send_keywords(struct session *session)
{
    struct selected *selected = session->selected;
    if (selected->keywords_version == view_keywords_version(selected->view))
        return 0;
    struct buffer line;
    buffer_init(&line, 0);
    selected_render_flags(selected, &line);
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

/* Whether this session's lines are those of others at the same picture too. */
static bool update_is_common(const struct session *session, const struct selected_store *store,
                             const struct picture *to, const struct picture *now)
{
    return !store && to == now && !session->selected->picture_is_own && notify_is_usual(session);
}

/* What somebody has rendered already; false when it is to be rendered for this session. The
 * cache may replace it while a slow client is waited for. */
static bool update_send_shared(struct session *session, const struct picture *to, int *err_out)
{
    const struct update_text *text = update_shared_find(session, to);
    if (!text || !update_shared_fits(session, text) ||
        stream_pending(session->stream) + text->lines.len > STREAM_OUTPUT_HIGH)
        return false;
    *err_out = stream_write(session->stream, text->lines);
    return true;
}

/* As far as the client may, and wants to, be brought there. */
static int update_aim(const struct session *session, struct picture *now, bool may_expunge,
                      struct picture **to_out)
{
    struct picture *from = session->selected->picture;
    if (!(notify_selected_events(session) & NOTIFY_MESSAGES))
        return picture_hold(from, now, to_out);
    if (!may_expunge)
        return picture_retain(from, now, to_out);
    *to_out = picture_ref(now);
    return 0;
}

/* From when it wants to know again, flags are told that have changed meanwhile (RFC 5465
 * section 3.1). */
static int update_tell_missed(struct session *session, const struct picture *to)
{
    struct selected *selected = session->selected;
    bool wants_flags = notify_selected_events(session) & NOTIFY_FLAG_CHANGE;
    if (!wants_flags && !selected->flags_from)
        selected->flags_from = picture_ref(selected->picture);
    if (!wants_flags || !selected->flags_from)
        return 0;
    struct update update;
    int err = update_begin(&update, session, selected->flags_from, to);
    if (err)
        return err;
    update.session = session;
    err = update_render_flags(&update);
    if (!err)
        err = reply_buffer(session, &update.out);
    update_end(&update);
    picture_unref(&selected->flags_from);
    return err;
}

int update_send(struct session *session, struct picture *now, bool may_expunge,
                const struct selected_store *store)
{
    struct selected *selected = session->selected;
    struct picture *from = selected->picture;
    if (now == from && !store && !selected->flags_from)
        return update_send_keywords(session);
    if (!notify_selected_events(session) && !store)
        return 0; /* later, if the client wants to know again */
    struct picture *to = NULL;
    int err = update_aim(session, now, may_expunge, &to);
    if (err)
        return err;
    err = update_send_keywords(session);
    bool common = update_is_common(session, store, to, now);
    if (!err && !(common && update_send_shared(session, to, &err)))
        err = update_send_difference(session, from, to, store, common);
    if (!err)
        err = update_tell_missed(session, to);
    if (to != now && !selected->picture_is_own)
        selected->whole_modseq = picture_modseq(from);
    selected->picture_is_own = to != now;
    selected->picture = to;
    if (!err)
        err = update_send_recent(session, from);
    picture_unref(&from);
    return err;
}
