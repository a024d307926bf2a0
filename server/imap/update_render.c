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
    const struct session *session = update->session;
    bool recent = session && uidset_contains(&session->selected->recent, uid);
    update->says |= UPDATE_SAYS_FETCH;
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

int update_begin(struct update *update, const struct session *session, const struct picture *from,
                 const struct picture *to)
{
    *update = (struct update){.from = from, .to = to};
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
    if (!uidset_is_empty(&update->difference.expunged))
        update->says |= UPDATE_SAYS_EXPUNGE;
    err = update_render_expunged(update);
    if (err)
        return err;
    if (update->difference.appended)
        buffer_printf(&update->out, "* %u EXISTS\r\n", picture_count(update->to));
    return update_render_changed(update);
}

void update_end(struct update *update)
{
    picture_difference_clear(&update->difference);
    buffer_clear(&update->out);
    arena_clear(&update->arena);
}
