/* What has changed since a modseq, as far as a picture can tell (RFC 7162). Pages
 * in which nothing has are not looked at. */
#include "fiber/fiber.h"
#include "picture.h"

static int add_marked(const struct snapshot *snapshot, uint64_t modseq, struct uidset *uids)
{
    int err = 0;
    for (uint32_t n = 0; n < snapshot->page_count && !err; n++) {
        const struct page *page = snapshot->pages[n].page;
        if (page->modseq_bound <= modseq)
            continue;
        uint32_t size = snapshot_page_size(snapshot, n);
        for (uint32_t i = 0; i < size && !err; i++) {
            if (page->marks[i].modseq > modseq)
                err = uidset_add(uids, page_uid(page, i));
        }
        fiber_breathe();
    }
    return err;
}

/* Those of a range of UIDs that are there, or (missing) that are not. */
static int add_range(const struct snapshot *snapshot, const struct uid_range *range, bool missing,
                     struct uidset *uids)
{
    uint64_t next = range->first; /* the first one not yet decided on */
    int err = 0;
    uint32_t seq = snapshot_seq_from(snapshot, range->first);
    for (; seq <= snapshot->count && !err; seq++) {
        uint32_t uid = snapshot_fact(snapshot, snapshot_place(snapshot, seq))->uid;
        if (uid > range->last)
            break;
        if (!missing)
            err = uidset_add(uids, uid);
        else if (uid > next)
            err = uidset_add_range(uids, (uint32_t)next, uid - 1);
        next = (uint64_t)uid + 1;
        fiber_breathe();
    }
    if (missing && !err && next <= range->last)
        err = uidset_add_range(uids, (uint32_t)next, range->last);
    return err;
}

static int add_ranges(const struct snapshot *snapshot, const struct uidset *ranges, bool missing,
                      struct uidset *uids)
{
    int err = 0;
    for (size_t i = 0; i < ranges->count && !err; i++)
        err = add_range(snapshot, &ranges->ranges[i], missing, uids);
    return err;
}

static int add_seen(const struct picture *picture, uint64_t modseq, struct uidset *uids)
{
    struct uidset changed, there;
    uidset_init(&changed);
    uidset_init(&there);
    int err = seen_bits_changed_since(picture->seen, modseq, &changed);
    if (!err)
        err = add_ranges(picture->snapshot, &changed, false, &there);
    if (!err)
        err = uidset_union(uids, &there);
    uidset_clear(&there);
    uidset_clear(&changed);
    return err;
}

int picture_changed_since(const struct picture *picture, uint64_t modseq, struct uidset *uids_out)
{
    struct uidset uids;
    uidset_init(&uids);
    int err = add_marked(picture->snapshot, modseq, &uids);
    if (!err && picture->seen)
        err = add_seen(picture, modseq, &uids);
    if (err)
        uidset_clear(&uids);
    else
        *uids_out = uids;
    return err;
}

int picture_missing(const struct picture *picture, const struct uidset *uids,
                    struct uidset *uids_out)
{
    struct uidset missing;
    uidset_init(&missing);
    int err = add_ranges(picture->snapshot, uids, true, &missing);
    if (err)
        uidset_clear(&missing);
    else
        *uids_out = missing;
    return err;
}
