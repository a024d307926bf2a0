#include "writer_known.h"

#include "engine.h"
#include "fiber/fiber.h"
#include "view_state.h"

/* The flags that the change is about, before and after. */
struct effect {
    flag_mask before;
    flag_mask after;
};

static struct effect effect_on(const struct change *change, flag_mask flags)
{
    flag_mask looked_at = change->kind == CHANGE_SEEN ? FLAG_SEEN
                          : change->seen_per_user     ? ~FLAG_SEEN
                                                      : ~(flag_mask)0;
    flag_mask before = flags & looked_at;
    flag_mask after = ((flags & ~change->flags_cleared) | change->flags_set) & looked_at;
    return (struct effect){before, after};
}

static int64_t added(struct effect effect, flag_mask flag)
{
    return (effect.after & flag ? 1 : 0) - (effect.before & flag ? 1 : 0);
}

static int look_at_range(const struct picture *picture, struct uid_range range,
                         struct change *change, struct uidset *known)
{
    uint32_t count = picture_count(picture);
    int err = 0;
    for (uint32_t seq = picture_seq_from(picture, range.first); seq <= count && !err; seq++) {
        struct entry entry = picture_entry(picture, seq);
        if (entry.uid > range.last)
            break;
        struct effect effect = effect_on(change, entry.flags);
        fiber_breathe();
        if (effect.before == effect.after)
            continue;
        change->deleted_added += added(effect, FLAG_DELETED);
        change->seen_added += added(effect, FLAG_SEEN);
        err = uidset_add(known, entry.uid);
    }
    return err;
}

/* Whether most messages from the first to the last of them are among them. */
static bool is_in_a_row(const struct picture *picture, const struct uidset *uids)
{
    if (uidset_is_empty(uids))
        return false;
    uint32_t first = picture_seq(picture, uids->ranges[0].first);
    uint32_t last = picture_seq(picture, uids->ranges[uids->count - 1].last);
    return 2 * uidset_size(uids) > last - first + 1;
}

int writer_use_view(struct mail *mail, int64_t user_id, struct change *change, struct uidset *known)
{
    struct view *view = views_find(mail, change->mailbox_id);
    struct picture *picture = view ? view_picture_now(view, user_id) : NULL;
    if (!picture)
        return 0;
    int err = 0;
    for (size_t i = 0; i < change->uids->count && !err; i++)
        err = look_at_range(picture, change->uids->ranges[i], change, known);
    if (!err) {
        change->known_uids = known;
        change->known_modseq = picture_modseq(picture);
        change->known_in_a_row = is_in_a_row(picture, known);
    }
    picture_unref(&picture);
    return err;
}
