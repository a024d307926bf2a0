#include "fiber/fiber.h"
#include "picture.h"

/* Making the picture: the pages of `to`, and into those the messages that
 * only `from` has. */
struct retention {
    const struct snapshot *from;
    const struct snapshot *to;
    const struct uidset *missing; /* in from and not in to */
    size_t range;                 /* the next of missing: range and UID */
    uint32_t uid;
    uint64_t end; /* messages of `to` from this UID on are left out */
    struct snapshot_builder builder;
};

static bool has_missing(const struct retention *retention)
{
    return retention->range < retention->missing->count;
}

static void next_missing(struct retention *retention)
{
    const struct uid_range *range = &retention->missing->ranges[retention->range];
    if (retention->uid < range->last)
        retention->uid++;
    else if (++retention->range < retention->missing->count)
        retention->uid = retention->missing->ranges[retention->range].first;
}

static int add_from(struct retention *retention, const struct snapshot *snapshot, uint32_t uid)
{
    struct place place = {0};
    if (!snapshot_find(snapshot, uid, &place))
        return fail(ERR_INTERNAL, "UID %u was there, and is not", uid);
    return snapshot_builder_add(&retention->builder, snapshot_fact(snapshot, place),
                                snapshot_mark(snapshot, place));
}

/* The missing messages before `uid`. */
static int add_missing_before(struct retention *retention, uint64_t uid)
{
    int err = 0;
    while (!err && has_missing(retention) && retention->uid < uid) {
        err = add_from(retention, retention->from, retention->uid);
        next_missing(retention);
    }
    return err;
}

/* One page of `to` with what belongs between its messages and before the
 * next page; shared as it is when that is nothing. */
static int add_page(struct retention *retention, uint32_t number)
{
    const struct snapshot *to = retention->to;
    struct page *page = to->pages[number].page;
    uint32_t size = snapshot_page_size(to, number);
    uint64_t end =
        number + 1 < to->page_count ? to->pages[number + 1].first_uid : (uint64_t)UINT32_MAX + 1;
    if (page_uid(page, 0) >= retention->end)
        return 0;
    bool whole = page_uid(page, size - 1) < retention->end;
    if (whole && (!has_missing(retention) || retention->uid >= end))
        return snapshot_builder_share(&retention->builder, page, size);
    int err = snapshot_builder_open_page(&retention->builder, size + 1);
    for (uint32_t i = 0; i < size && !err; i++) {
        if (page_uid(page, i) >= retention->end)
            break;
        err = add_missing_before(retention, page_uid(page, i));
        if (!err)
            err =
                snapshot_builder_add(&retention->builder, &page->facts->items[i], &page->marks[i]);
    }
    return err ? err : add_missing_before(retention, end);
}

static int build(struct retention *retention)
{
    int err = 0;
    for (uint32_t n = 0; n < retention->to->page_count && !err; n++) {
        err = add_page(retention, n);
        fiber_breathe();
    }
    return err ? err : add_missing_before(retention, (uint64_t)UINT32_MAX + 1);
}

static int retain(const struct picture *from, const struct picture *to,
                  const struct uidset *missing, uint64_t end, struct picture **out)
{
    struct retention retention = {
        .from = from->snapshot,
        .to = to->snapshot,
        .missing = missing,
        .uid = missing->count ? missing->ranges[0].first : 0,
        .end = end,
    };
    snapshot_builder_init(&retention.builder);
    int err = build(&retention);
    if (!err) {
        uint32_t uidnext = to->snapshot->uidnext;
        retention.builder.uidnext = uidnext < end ? uidnext : (uint32_t)end;
        retention.builder.modseq = to->snapshot->modseq;
        struct snapshot *snapshot;
        err = snapshot_builder_finish(&retention.builder, &snapshot);
        if (!err) {
            err = picture_new(to->reader, snapshot, to->seen, out);
            snapshot_unref(&snapshot);
        }
    }
    snapshot_builder_clear(&retention.builder);
    return err;
}

int picture_retain(struct picture *from, struct picture *to, struct picture **out)
{
    struct picture_difference difference;
    int err = picture_difference(from, to, &difference);
    if (err)
        return err;
    if (uidset_is_empty(&difference.expunged))
        *out = picture_ref(to);
    else
        err = retain(from, to, &difference.expunged, (uint64_t)UINT32_MAX + 1, out);
    picture_difference_clear(&difference);
    return err;
}

int picture_hold(struct picture *from, struct picture *to, struct picture **out)
{
    struct picture_difference difference;
    int err = picture_difference(from, to, &difference);
    if (err)
        return err;
    if (uidset_is_empty(&difference.expunged) && difference.appended == 0)
        *out = picture_ref(to);
    else
        err = retain(from, to, &difference.expunged, picture_uidnext(from), out);
    picture_difference_clear(&difference);
    return err;
}
