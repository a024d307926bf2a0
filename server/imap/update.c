#include "update.h"

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
static bool update_is_common(const struct selected *selected, const struct selected_store *store,
                             const struct picture *to, const struct picture *now)
{
    return !store && to == now && !selected->picture_is_own;
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

int update_send(struct session *session, struct picture *now, bool may_expunge,
                const struct selected_store *store)
{
    struct selected *selected = session->selected;
    struct picture *from = selected->picture;
    if (now == from && !store)
        return update_send_keywords(session);
    struct picture *to = NULL;
    int err = 0;
    if (may_expunge)
        to = picture_ref(now);
    else
        err = picture_retain(from, now, &to);
    if (err)
        return err;
    err = update_send_keywords(session);
    bool common = update_is_common(selected, store, to, now);
    if (!err && !(common && update_send_shared(session, to, &err)))
        err = update_send_difference(session, from, to, store, common);
    if (to != now && !selected->picture_is_own)
        selected->whole_modseq = picture_modseq(from);
    selected->picture_is_own = to != now;
    selected->picture = to;
    if (!err)
        err = update_send_recent(session, from);
    picture_unref(&from);
    return err;
}
