#include "update_shared.h"

#include <stdio.h>

#include "notify.h"
#include "recent.h"
#include "server_private.h"

static struct update_key key_for_everybody(const struct session *session,
                                           const struct picture *from, const struct picture *to)
{
    return (struct update_key){
        .mailbox_id = view_mailbox_id(session->selected->view),
        .enabled = session->enabled & ENABLED_SHAPES_NEWS,
        .from = picture_modseq(from),
        .to = picture_modseq(to),
    };
}

static int64_t private_user(const struct session *session, const struct picture *to)
{
    return picture_is_private(to) ? session->actor.user_id : 0;
}

/* Where \Seen is per user, all who saw and see the same messages are told the
 * same as long as no flags are shown. */
const struct update_text *update_shared_find(const struct session *session,
                                             const struct picture *to)
{
    const struct update_cache *cache = session->server->updates;
    const struct picture *from = session->selected->picture;
    struct update_key key = key_for_everybody(session, from, to);
    const struct update_text *text = NULL;
    if (picture_same_seen(from, to))
        text = update_cache_find(cache, &key);
    key.user_id = private_user(session, to);
    if (!text && key.user_id)
        text = update_cache_find(cache, &key);
    return text;
}

bool update_shared_fits(const struct session *session, const struct update_text *text)
{
    return !text->says || uidset_is_empty(&session->selected->recent);
}

static void keep(struct update_cache *cache, struct update_key key, int64_t private_user,
                 const struct update *update)
{
    bool for_everybody =
        !(update->says & UPDATE_SAYS_FETCH) && picture_same_seen(update->from, update->to);
    key.user_id = for_everybody ? 0 : private_user;
    const struct update_text text = {buffer_slice(&update->out), update->says};
    update_cache_put(cache, &key, &text);
}

void update_shared_keep(const struct session *session, const struct update *update)
{
    if (update->says && !uidset_is_empty(&session->selected->recent))
        return;
    keep(session->server->updates, key_for_everybody(session, update->from, update->to),
         private_user(session, update->to), update);
}

/* Telling -------------------------------------------------------------------------------- */

/* RFC 3501 section 7.3.2: after EXISTS, how many are \Recent for this session. */
static void tell_recent(struct session *session, uint32_t new_from)
{
    struct selected *selected = session->selected;
    if (picture_uidnext(selected->picture) == new_from)
        return;
    uint64_t before = uidset_size(&selected->recent);
    int err = recent_take(selected, new_from);
    uint64_t count = uidset_size(&selected->recent);
    if (err || count == before)
        return; /* it is not told, which is no harm: \Recent is a hint */
    char line[48];
    int len = snprintf(line, sizeof line, "* %llu RECENT\r\n", (unsigned long long)count);
    stream_send_now(session->stream, slice_of(line, (size_t)len));
}

static enum update_told tell_picture(struct session *session, struct picture *now)
{
    struct selected *selected = session->selected;
    if (now == selected->picture)
        return UPDATE_TOLD;
    const struct update_text *text = update_shared_find(session, now);
    if (!text)
        return UPDATE_NOT_RENDERED;
    if (!update_shared_fits(session, text))
        return UPDATE_NEEDS_SESSION;
    uint32_t new_from = picture_uidnext(selected->picture);
    picture_unref(&selected->picture);
    selected->picture = picture_ref(now);
    stream_send_now(session->stream, text->lines);
    tell_recent(session, new_from);
    return UPDATE_TOLD;
}

/* It waits in IDLE and nothing but the mailbox's messages has changed for it. */
static bool can_be_told(const struct session *session)
{
    const struct selected *selected = session->selected;
    if (!session->idling || !notify_is_usual(session) || session->seat.check_user ||
        session->seat.stopping || !selected || selected->picture_is_own ||
        !stream_is_quiet(session->stream))
        return false;
    const struct view *view = selected->view;
    return !view_is_gone(view) && view_modseq(view) >= selected->seen_modseq &&
           view_keywords_version(view) == selected->keywords_version &&
           !grant_is_stale(selected->grant, view_rights_modseq(view));
}

enum update_told update_tell(struct session *session)
{
    if (!can_be_told(session))
        return UPDATE_NEEDS_SESSION;
    struct picture *now = view_picture_now(session->selected->view, session->actor.user_id);
    if (!now)
        return UPDATE_NEEDS_SESSION;
    enum update_told told = tell_picture(session, now);
    picture_unref(&now);
    return told;
}

int update_shared_render(const struct session *session)
{
    struct picture *to = view_picture_now(session->selected->view, session->actor.user_id);
    if (!to)
        return fail(ERR_STALE, "the messages the user has seen are not loaded");
    struct picture *from = picture_ref(session->selected->picture);
    struct update_key key = key_for_everybody(session, from, to);
    int64_t user = private_user(session, to);
    struct update_cache *cache = session->server->updates;
    struct update update;
    int err = update_begin(&update, session, from, to);
    if (!err) {
        err = update_render(&update);
        if (!err)
            err = buffer_check(&update.out);
        if (!err)
            keep(cache, key, user, &update);
        update_end(&update);
    }
    picture_unref(&from);
    picture_unref(&to);
    return err;
}
