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
    struct place place = snapshot_place(snapshot, snapshot_seq(snapshot, uid));
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
    if (!has_missing(retention) || retention->uid >= end)
        return snapshot_builder_share(&retention->builder, page, size);
    int err = snapshot_builder_open_page(&retention->builder, size + 1);
    for (uint32_t i = 0; i < size && !err; i++) {
        err = add_missing_before(retention, page_uid(page, i));
        if (!err)
            err =
                snapshot_builder_add(&retention->builder, &page->facts->items[i], &page->marks[i]);
    }
    return err ? err : add_missing_before(retention, end);
}

static int build(struct retention *retention)
{
    if (retention->to->page_count == 0)
        return add_missing_before(retention, (uint64_t)UINT32_MAX + 1);
    int err = 0;
    for (uint32_t n = 0; n < retention->to->page_count && !err; n++) {
        err = add_page(retention, n);
        fiber_breathe();
    }
    return err;
}

static int retain(const struct picture *from, const struct picture *to,
                  const struct uidset *missing, struct picture **out)
{
    struct retention retention = {
        .from = from->snapshot,
        .to = to->snapshot,
        .missing = missing,
        .uid = missing->ranges[0].first,
    };
    snapshot_builder_init(&retention.builder);
    int err = build(&retention);
    if (!err) {
        retention.builder.uidnext = to->snapshot->uidnext;
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
        err = retain(from, to, &difference.expunged, out);
    picture_difference_clear(&difference);
    return err;
}
