#include "update_render.h"

#include "fiber/fiber.h"
#include "proto/writer.h"
#include "reply.h"
#include "update_cache.h"

/* Text goes to the stream in pieces of about this size. */
enum { UPDATE_PIECE = 32 * 1024 };

static int update_pass_on(struct update *update)
{
    fiber_breathe();
    if (!update->session && update->out.len > UPDATE_CACHE_TEXT_MAX)
        return fail(ERR_LIMIT, "more than %d octets of news for all", UPDATE_CACHE_TEXT_MAX);
    if (!update->session || update->out.len < UPDATE_PIECE)
        return 0;
    int err = reply_buffer(update->session, &update->out);
    buffer_reset(&update->out);
    update->sent_some = true;
    return err;
}

/* Highest first, so that the numbers are those the client has now. */
static int update_render_expunges(struct update *update)
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

/* RFC 7162 section 3.2.10, RFC 9586 section 3.5 */
static int update_render_vanished(struct update *update)
{
    buffer_add_cstr(&update->out, "* VANISHED ");
    uidset_render(&update->difference.expunged, &update->out);
    buffer_add_cstr(&update->out, "\r\n");
    return update_pass_on(update);
}

static int update_render_expunged(struct update *update)
{
    if (uidset_is_empty(&update->difference.expunged))
        return 0;
    update->says |= UPDATE_SAYS_EXPUNGE;
    bool vanish = update->enabled & (ENABLED_QRESYNC | ENABLED_UIDONLY);
    return vanish ? update_render_vanished(update) : update_render_expunges(update);
}

/* What the client thinks of a message. */
static struct entry update_believed(const struct update *update, struct entry old)
{
    const struct selected_store *store = update->store;
    if (!store || !uidset_contains(store->uids, old.uid))
        return old;
    if (store->shown && picture_find(store->shown, old.uid, &old))
        return old;
    if (store->silent)
        old.flags = flag_change_apply(old.flags, store->change, store->flags, store->may);
    return old;
}

/* What a FETCH line has, besides UID. */
enum { SHOWS_NOTHING = 0, SHOWS_FLAGS = 1, SHOWS_MODSEQ = 2 };

/* For a change of its own that it knows the result of, a client is told the modseq alone
 * (RFC 7162 section 3.1.3). */
static unsigned update_shows(const struct update *update, const struct entry *now,
                             const struct entry *believed)
{
    const struct selected_store *store = update->store;
    bool own = store && uidset_contains(store->uids, now->uid);
    bool refused = store && store->refused && uidset_contains(store->refused, now->uid);
    bool asked_for = (own && !store->silent) || refused;
    bool flags_differ = now->flags != believed->flags;
    if (!(update->enabled & ENABLED_CONDSTORE))
        return asked_for || flags_differ ? SHOWS_FLAGS : SHOWS_NOTHING;
    bool modseq_differs = now->modseq != believed->modseq || (own && store->conditional);
    if (!asked_for && !flags_differ && !modseq_differs)
        return SHOWS_NOTHING;
    return own && !asked_for && !flags_differ ? SHOWS_MODSEQ : SHOWS_FLAGS | SHOWS_MODSEQ;
}

static int update_render_message(struct update *update, uint32_t uid)
{
    struct entry now, old;
    uint32_t seq = picture_find(update->to, uid, &now);
    if (!seq || !picture_find(update->from, uid, &old))
        return 0;
    struct entry believed = update_believed(update, old);
    unsigned shows = update_shows(update, &now, &believed);
    if (!shows)
        return 0;
    const struct session *session = update->session;
    bool recent = session && uidset_contains(&session->selected->recent, uid);
    update->says |= UPDATE_SAYS_FETCH;
    reply_fetch_begin(update->enabled, seq, uid, &update->out);
    const char *separator = "";
    if (!(update->enabled & ENABLED_UIDONLY)) {
        buffer_printf(&update->out, "UID %u", uid);
        separator = " ";
    }
    if (shows & SHOWS_FLAGS) {
        buffer_printf(&update->out, "%sFLAGS ", separator);
        write_flags(&update->out, now.flags, &update->keywords, recent);
        separator = " ";
    }
    if (shows & SHOWS_MODSEQ)
        buffer_printf(&update->out, "%sMODSEQ (%llu)", separator, (unsigned long long)now.modseq);
    buffer_add_cstr(&update->out, ")\r\n");
    return update_pass_on(update);
}

static int update_render_changed(struct update *update)
{
    struct uidset *uids = &update->difference.changed;
    const struct selected_store *store = update->store;
    if (update->flags_are_own) {
        uidset_clear(uids);
        uidset_init(uids);
    }
    int err = store ? uidset_union(uids, store->uids) : 0;
    if (!err && store && store->refused)
        err = uidset_union(uids, store->refused);
    for (size_t i = 0; !err && i < uids->count; i++) {
        uint64_t uid = uids->ranges[i].first;
        for (; !err && uid <= uids->ranges[i].last; uid++)
            err = update_render_message(update, (uint32_t)uid);
    }
    return err;
}

int update_begin(struct update *update, const struct session *session, const struct picture *from,
                 const struct picture *to)
{
    *update = (struct update){.from = from, .to = to, .enabled = session->enabled};
    buffer_init(&update->out, 0);
    arena_init(&update->arena, 0);
    int err = selected_copy_keywords(session, &update->arena, &update->keywords);
    if (err)
        arena_clear(&update->arena);
    return err;
}

int update_render(struct update *update)
{
    int err = picture_difference(update->from, update->to, &update->difference);
    if (err)
        return err;
    err = update_render_expunged(update);
    if (err)
        return err;
    if (update->difference.appended)
        buffer_printf(&update->out, "* %u EXISTS\r\n", picture_count(update->to));
    return update_render_changed(update);
}

int update_render_flags(struct update *update)
{
    int err = picture_difference(update->from, update->to, &update->difference);
    return err ? err : update_render_changed(update);
}

void update_end(struct update *update)
{
    picture_difference_clear(&update->difference);
    buffer_clear(&update->out);
    arena_clear(&update->arena);
}
