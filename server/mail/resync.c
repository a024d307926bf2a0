#include "mail/resync.h"

#include "engine.h"
#include "store/history.h"
#include "store/recently_deleted.h"

/* What the client asks about, of the UIDs that were given so far. */
static int start_from_known(const struct picture *picture, const struct resync_request *request,
                            uint32_t first, struct uidset *uids)
{
    uint32_t last = picture_uidnext(picture) - 1;
    if (first > last)
        return 0;
    int err = uidset_add_range(uids, first, last);
    if (!err && request->known)
        err = uidset_intersect(uids, request->known);
    return err;
}

static int candidates(struct mail *mail, const struct grant *grant, const struct picture *picture,
                      const struct resync_request *request, struct uidset *uids)
{
    struct history_span span = {grant_mailbox_id(grant), request->since, picture_modseq(picture)};
    bool complete = span.since >= span.until;
    int err = 0;
    if (is_recently_deleted(span.mailbox_id)) /* not looked for in the journal */
        uidset_init(uids);
    else
        err = history_expunged(mail->database, &span, &complete, uids);
    if (err)
        return err;
    if (!complete)
        return start_from_known(picture, request, request->checked_to + 1, uids);
    return request->known ? uidset_intersect(uids, request->known) : 0;
}

int resync_vanished(struct mail *mail, const struct grant *grant, const struct picture *picture,
                    const struct resync_request *request, struct uidset *uids_out)
{
    int err = grant_require(grant, RIGHT_READ);
    if (err)
        return err;
    struct uidset uids;
    uidset_init(&uids);
    err = candidates(mail, grant, picture, request, &uids);
    if (!err)
        err = picture_missing(picture, &uids, uids_out);
    uidset_clear(&uids);
    return err;
}

/* How many messages from number `seq` on have the UIDs from `uid` on, of `count`.
 * When one has, all before it have: where UIDs are given in ascending order, nothing
 * in between can have gone. */
static uint32_t matching(const struct picture *picture, uint32_t seq, uint32_t uid, uint32_t count)
{
    uint32_t low = 0, high = count; /* low match; those from high on do not */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2; /* the last of middle + 1 messages */
        bool there = (uint64_t)seq + middle <= picture_count(picture);
        if (there && picture_uid(picture, seq + middle) == uid + middle)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t resync_match(const struct picture *picture, const struct uidset *numbers,
                      const struct uidset *uids)
{
    uint32_t highest = 0;
    size_t i = 0, j = 0;
    uint32_t into_i = 0, into_j = 0; /* of the two ranges, taken already */
    while (i < numbers->count && j < uids->count) {
        uint32_t seq = numbers->ranges[i].first + into_i, uid = uids->ranges[j].first + into_j;
        uint32_t left_i = numbers->ranges[i].last - seq, left_j = uids->ranges[j].last - uid;
        uint32_t more = left_i < left_j ? left_i : left_j; /* pairs after this one */
        uint32_t found = more == UINT32_MAX ? 0 : matching(picture, seq, uid, more + 1);
        if (found)
            highest = uid + found - 1;
        into_i = left_i == more ? 0 : into_i + more + 1;
        into_j = left_j == more ? 0 : into_j + more + 1;
        i += left_i == more;
        j += left_j == more;
    }
    return highest;
}
