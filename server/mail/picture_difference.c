#include "fiber/fiber.h"
#include "picture.h"

/* A place that walks through a snapshot. */
struct walk {
    const struct snapshot *snapshot;
    struct place at;
    uint32_t size; /* of the page it is in */
};

static void walk_start(struct walk *walk, const struct snapshot *snapshot)
{
    *walk = (struct walk){.snapshot = snapshot};
    if (snapshot->page_count > 0)
        walk->size = snapshot_page_size(snapshot, 0);
}

static bool walk_ended(const struct walk *walk)
{
    return walk->at.page == walk->snapshot->page_count;
}

static void walk_on(struct walk *walk, uint32_t messages)
{
    walk->at.index += messages;
    if (walk->at.index < walk->size)
        return;
    walk->at = (struct place){walk->at.page + 1, 0};
    if (!walk_ended(walk))
        walk->size = snapshot_page_size(walk->snapshot, walk->at.page);
    fiber_breathe();
}

static uint32_t walk_uid(const struct walk *walk)
{
    return snapshot_fact(walk->snapshot, walk->at)->uid;
}

static const struct page *walk_page(const struct walk *walk)
{
    return walk->snapshot->pages[walk->at.page].page;
}

/* Two snapshots that stand at the start of the same page have the messages of
 * the smaller part in common. False when they don't. */
static bool skip_shared(struct walk *from, struct walk *to)
{
    if (from->at.index != 0 || to->at.index != 0 || walk_page(from) != walk_page(to))
        return false;
    uint32_t common = from->size < to->size ? from->size : to->size;
    walk_on(from, common);
    walk_on(to, common);
    return true;
}

static bool mark_differs(const struct mark *old, const struct mark *new, flag_mask compared)
{
    return ((old->flags ^ new->flags) & compared) || old->modseq != new->modseq;
}

/* Messages that went and shared flags that changed. */
static int compare_entries(const struct picture *from_picture, const struct picture *to_picture,
                           struct picture_difference *difference)
{
    flag_mask compared = to_picture->seen ? ~FLAG_SEEN : ~(flag_mask)0;
    struct walk from, to;
    walk_start(&from, from_picture->snapshot);
    walk_start(&to, to_picture->snapshot);
    int err = 0;
    while (!walk_ended(&from) && !err) {
        if (walk_ended(&to) || walk_uid(&from) < walk_uid(&to)) {
            err = uidset_add(&difference->expunged, walk_uid(&from));
            walk_on(&from, 1);
        } else if (walk_uid(&from) > walk_uid(&to)) {
            walk_on(&to, 1);
        } else if (!skip_shared(&from, &to)) {
            if (mark_differs(snapshot_mark(from.snapshot, from.at),
                             snapshot_mark(to.snapshot, to.at), compared))
                err = uidset_add(&difference->changed, walk_uid(&to));
            walk_on(&from, 1);
            walk_on(&to, 1);
        }
    }
    return err;
}

/* When both know modseqs, a bit that is what it was before may have changed, too. */
static bool seen_differs(const struct seen_bits *from, const struct seen_bits *to, uint32_t uid)
{
    if (seen_bits_contain(from, uid) != seen_bits_contain(to, uid))
        return true;
    return from->knows_modseqs && seen_bits_modseq(from, uid) != seen_bits_modseq(to, uid);
}

/* \Seen of the messages that both pictures have and whose bits are in page
 * `number`. */
static int compare_seen_page(const struct picture *from, const struct picture *to, uint32_t number,
                             struct uidset *changed)
{
    uint64_t end = ((uint64_t)number + 1) * SEEN_PAGE_BITS;
    if (end > from->snapshot->uidnext)
        end = from->snapshot->uidnext; /* younger ones are not in `from` */
    uint32_t seq = snapshot_seq_from(to->snapshot, number * SEEN_PAGE_BITS);
    for (; seq <= to->snapshot->count; seq++) {
        uint32_t uid = picture_uid(to, seq);
        if (uid >= end)
            break;
        if (!seen_differs(from->seen, to->seen, uid))
            continue;
        int err = uidset_add(changed, uid);
        if (err)
            return err;
    }
    fiber_breathe();
    return 0;
}

static int compare_seen(const struct picture *from, const struct picture *to,
                        struct uidset *changed)
{
    if (!from->seen || !to->seen || from->seen == to->seen)
        return 0;
    struct uidset seen_changed;
    uidset_init(&seen_changed);
    int err = 0;
    for (uint32_t n = 0; !err && seen_bits_differ_from(from->seen, to->seen, &n); n++)
        err = compare_seen_page(from, to, n, &seen_changed);
    if (!err)
        err = uidset_union(changed, &seen_changed);
    uidset_clear(&seen_changed);
    return err;
}

int picture_difference(const struct picture *from, const struct picture *to,
                       struct picture_difference *out)
{
    struct picture_difference difference = {.appended = 0};
    uidset_init(&difference.expunged);
    uidset_init(&difference.changed);
    int err = 0;
    if (from->snapshot != to->snapshot)
        err = compare_entries(from, to, &difference);
    if (!err)
        err = compare_seen(from, to, &difference.changed);
    if (err) {
        picture_difference_clear(&difference);
        return err;
    }
    uint32_t first_new = snapshot_seq_from(to->snapshot, from->snapshot->uidnext);
    difference.appended = to->snapshot->count + 1 - first_new;
    *out = difference;
    return 0;
}

void picture_difference_clear(struct picture_difference *difference)
{
    uidset_clear(&difference->expunged);
    uidset_clear(&difference->changed);
    difference->appended = 0;
}
