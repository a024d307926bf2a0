#include "update.h"

#include "fiber/fiber.h"
#include "proto/writer.h"
#include "recent.h"
#include "reply.h"
#include "server_private.h"
#include "update_cache.h"

/* Text goes to the stream in pieces of about this size. */
enum { UPDATE_PIECE = 32 * 1024 };

/* One rendering under way. */
struct update {
    struct session *session;
    const struct picture *from;
    const struct picture *to;
    struct picture_difference difference;
    const struct selected_store *store;
    struct keyword_table keywords; /* the view's, copied: rendering may park */
    struct arena arena;
    struct buffer out;
    bool sent_some; /* out was emptied: not the whole text any more */
};

static int update_pass_on(struct update *update)
{
    fiber_breathe();
    if (update->out.len < UPDATE_PIECE)
        return 0;
    int err = reply_buffer(update->session, &update->out);
    buffer_reset(&update->out);
    update->sent_some = true;
    return err;
}

/* Highest first, so that the numbers are those the client has now. */
static int update_render_expunged(struct update *update)
{
    const struct uidset *gone = &update->difference.expunged;
    for (size_t i = gone->count; i-- > 0;) {
        const struct uid_range *range = &gone->ranges[i];
        uint32_t seq = picture_seq(update->from, range->last);
        uint32_t count = range->last - range->first + 1;
        for (uint32_t n = 0; n < count; n++) {
            buffer_printf(&update->out, "* %u EXPUNGE\r\n", seq - n);
            int err = update_pass_on(update);
            if (err)
                return err;
        }
    }
    return 0;
}

/* What the client thinks a message's flags are. */
static flag_mask update_believed(const struct update *update, uint32_t uid, flag_mask old)
{
    const struct selected_store *store = update->store;
    if (store && store->silent && uidset_contains(store->uids, uid))
        return flag_change_apply(old, store->change, store->flags, store->may);
    return old;
}

static int update_render_message(struct update *update, uint32_t uid)
{
    uint32_t seq = picture_seq(update->to, uid);
    uint32_t old_seq = picture_seq(update->from, uid);
    if (!seq || !old_seq)
        return 0;
    flag_mask flags = picture_entry(update->to, seq).flags;
    const struct selected_store *store = update->store;
    bool asked_for = store && !store->silent && uidset_contains(store->uids, uid);
    if (!asked_for &&
        flags == update_believed(update, uid, picture_entry(update->from, old_seq).flags))
        return 0;
    bool recent = uidset_contains(&update->session->selected->recent, uid);
    buffer_printf(&update->out, "* %u FETCH (UID %u FLAGS ", seq, uid);
    write_flags(&update->out, flags, &update->keywords, recent);
    buffer_add_cstr(&update->out, ")\r\n");
    return update_pass_on(update);
}

static int update_render_changed(struct update *update)
{
    struct uidset *uids = &update->difference.changed;
    int err = update->store ? uidset_union(uids, update->store->uids) : 0;
    for (size_t i = 0; !err && i < uids->count; i++) {
        uint64_t uid = uids->ranges[i].first;
        for (; !err && uid <= uids->ranges[i].last; uid++)
            err = update_render_message(update, (uint32_t)uid);
    }
    return err;
}

static int update_render(struct update *update)
{
    int err = update_render_expunged(update);
    if (err)
        return err;
    if (update->difference.appended)
        buffer_printf(&update->out, "* %u EXISTS\r\n", picture_count(update->to));
    return update_render_changed(update);
}

/* The lines that any session at `from` would get to reach `to`. */
static int update_send_difference(struct session *session, const struct picture *from,
                                  const struct picture *to, const struct selected_store *store,
                                  const struct update_key *key)
{
    struct update update = {.session = session, .from = from, .to = to, .store = store};
    buffer_init(&update.out, 0);
    arena_init(&update.arena, 0);
    int err = picture_difference(from, to, &update.difference);
    if (err)
        return err;
    err = selected_copy_keywords(session, &update.arena, &update.keywords);
    if (!err)
        err = update_render(&update);
    if (!err)
        err = reply_buffer(session, &update.out);
    if (!err)
        err = recent_forget(session->selected, &update.difference.expunged);
    if (!err && key && !update.sent_some)
        update_cache_put(session->server->updates, key, buffer_slice(&update.out));
    picture_difference_clear(&update.difference);
    buffer_clear(&update.out);
    arena_clear(&update.arena);
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

/* Whether this session's lines are those of everybody at the same state. */
static bool update_is_common(const struct selected *selected, const struct selected_store *store,
                             const struct picture *to, const struct picture *now)
{
    return !store && to == now && !selected->picture_is_own && uidset_is_empty(&selected->recent);
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
    struct update_key key = {
        .mailbox_id = view_mailbox_id(selected->view),
        .user_id = grant_seen_per_user(selected->grant) ? session->actor.user_id : 0,
        .from = picture_modseq(from),
        .to = picture_modseq(to),
    };
    bool common = update_is_common(selected, store, to, now);
    struct slice text =
        common ? update_cache_find(session->server->updates, &key) : (struct slice){0, 0};
    if (!err && text.data)
        err = stream_write(session->stream, text);
    else if (!err)
        err = update_send_difference(session, from, to, store, common ? &key : NULL);
    selected->picture_is_own = to != now;
    selected->picture = to;
    if (!err)
        err = update_send_recent(session, from);
    picture_unref(&from);
    return err;
}
