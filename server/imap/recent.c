#include "recent.h"

#include "mail/recently_deleted.h"

/* The picture's messages with UIDs from `first` up to, not including, `behind`. */
static int take_range(struct selected *selected, uint64_t first, uint64_t behind)
{
    const struct picture *picture = selected->picture;
    if (first >= behind)
        return 0;
    int err = 0;
    for (uint32_t seq = picture_seq_from(picture, (uint32_t)first);
         !err && seq <= picture_count(picture); seq++) {
        uint32_t uid = picture_uid(picture, seq);
        if (uid >= behind)
            break;
        err = uidset_add(&selected->recent, uid);
    }
    return err;
}

int recent_take(struct selected *selected, uint32_t from_uid)
{
    if (selected->session->enabled & ENABLED_REV2)
        return 0; /* RFC 9051 has no \Recent: it is left to sessions that know it */
    const uint64_t behind_all = (uint64_t)UINT32_MAX + 1;
    bool claim = !selected->examined && !grant_is_recently_deleted(selected->grant);
    uint32_t unclaimed = view_recent_from(selected->view, claim);
    int err = take_range(selected, from_uid, selected->recent_until);
    if (!err)
        err = take_range(selected, from_uid > unclaimed ? from_uid : unclaimed, behind_all);
    /* The view may be ahead of the picture: what was claimed there is still to come. */
    selected->recent_until = claim ? view_recent_from(selected->view, false) : 0;
    return err;
}

int recent_forget(struct selected *selected, const struct uidset *expunged)
{
    if (uidset_is_empty(&selected->recent) || uidset_is_empty(expunged))
        return 0;
    struct uidset left;
    uidset_init(&left);
    int err = 0;
    for (size_t i = 0; i < selected->recent.count; i++) {
        uint64_t uid = selected->recent.ranges[i].first;
        for (; !err && uid <= selected->recent.ranges[i].last; uid++)
            if (!uidset_contains(expunged, (uint32_t)uid))
                err = uidset_add(&left, (uint32_t)uid);
    }
    if (err) {
        uidset_clear(&left);
        return err;
    }
    uidset_clear(&selected->recent);
    selected->recent = left;
    return 0;
}
