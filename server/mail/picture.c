#include "picture.h"

#include <stdlib.h>

#include "fiber/fiber.h"
#include "reader.h"

int picture_new(struct reader *reader, struct snapshot *snapshot, struct seen_bits *seen,
                struct picture **out)
{
    struct picture *picture = malloc(sizeof *picture);
    if (!picture)
        return fail(ERR_NO_MEMORY, "no memory for a picture");
    *picture = (struct picture){
        .refs = 1,
        .snapshot = snapshot_ref(snapshot),
        .seen = seen ? seen_bits_ref(seen) : NULL,
        .reader = reader,
    };
    if (reader)
        reader->refs++;
    *out = picture;
    return 0;
}

struct picture *picture_ref(struct picture *picture)
{
    picture->refs++;
    return picture;
}

void picture_unref(struct picture **picture_in)
{
    struct picture *picture = *picture_in;
    *picture_in = NULL;
    if (!picture || --picture->refs > 0)
        return;
    if (picture->reader) {
        reader_forget_picture(picture->reader, picture);
        reader_release(&picture->reader);
    }
    snapshot_unref(&picture->snapshot);
    seen_bits_unref(&picture->seen);
    free(picture);
}

uint32_t picture_count(const struct picture *picture)
{
    return picture->snapshot->count;
}

uint32_t picture_uidnext(const struct picture *picture)
{
    return picture->snapshot->uidnext;
}

uint64_t picture_modseq(const struct picture *picture)
{
    return picture->snapshot->modseq;
}

bool picture_same_seen(const struct picture *from, const struct picture *to)
{
    return from->seen == to->seen;
}

bool picture_is_private(const struct picture *picture)
{
    return picture->seen != NULL;
}

static struct entry entry_at(const struct picture *picture, struct place place)
{
    const struct fact *fact = snapshot_fact(picture->snapshot, place);
    const struct mark *mark = snapshot_mark(picture->snapshot, place);
    return (struct entry){
        .uid = fact->uid,
        .message_id = fact->message_id,
        .flags = picture_flags(picture, fact->uid, mark),
        .modseq = picture_mark_modseq(picture, fact->uid, mark),
        .size = fact->size,
        .internal_date = fact->internal_date,
    };
}

struct entry picture_entry(const struct picture *picture, uint32_t seq)
{
    return entry_at(picture, snapshot_place(picture->snapshot, seq));
}

uint32_t picture_find(const struct picture *picture, uint32_t uid, struct entry *out)
{
    struct place place;
    uint32_t seq = snapshot_find(picture->snapshot, uid, &place);
    if (seq)
        *out = entry_at(picture, place);
    return seq;
}

uint32_t picture_uid(const struct picture *picture, uint32_t seq)
{
    return snapshot_fact(picture->snapshot, snapshot_place(picture->snapshot, seq))->uid;
}

uint32_t picture_seq(const struct picture *picture, uint32_t uid)
{
    return snapshot_seq(picture->snapshot, uid);
}

uint32_t picture_seq_from(const struct picture *picture, uint32_t uid)
{
    return snapshot_seq_from(picture->snapshot, uid);
}

/* Whether the first `count` messages of the page are known to be seen, without
 * looking at each of them again. */
static bool page_is_seen(const struct picture *picture, struct page *page, uint32_t count)
{
    if (!picture->seen)
        return page_seen_prefix(page, count) == count;
    uint32_t first = page_uid(page, 0), last = page_uid(page, count - 1);
    return last - first == count - 1 && seen_bits_contain_all(picture->seen, first, last);
}

static uint32_t find_unseen(const struct picture *picture)
{
    const struct snapshot *snapshot = picture->snapshot;
    for (uint32_t n = 0; n < snapshot->page_count; n++) {
        struct page *page = snapshot->pages[n].page;
        uint32_t size = snapshot_page_size(snapshot, n);
        if (size == 0 || page_is_seen(picture, page, size))
            continue;
        for (uint32_t i = 0; i < size; i++)
            if (!(picture_flags(picture, page_uid(page, i), &page->marks[i]) & FLAG_SEEN))
                return snapshot->pages[n].before + i + 1;
        fiber_breathe();
    }
    return 0;
}

uint32_t picture_first_unseen(const struct picture *picture_in)
{
    struct picture *picture =
        (struct picture *)picture_in; /* what is visible of it stays the same */
    if (!picture->first_unseen_known) {
        picture->first_unseen = find_unseen(picture);
        picture->first_unseen_known = true;
    }
    return picture->first_unseen;
}

/* Flags that a message of the page may have. */
static flag_mask page_flags(const struct picture *picture, const struct page *page)
{
    return picture->seen ? page->flags_bound | FLAG_SEEN : page->flags_bound;
}

int picture_with_flags(const struct picture *picture, flag_mask flags, const struct uidset *among,
                       struct uidset *uids)
{
    const struct snapshot *snapshot = picture->snapshot;
    int err = 0;
    for (uint32_t n = 0; n < snapshot->page_count && !err; n++) {
        const struct page *page = snapshot->pages[n].page;
        if (flags & ~page_flags(picture, page))
            continue;
        uint32_t size = snapshot_page_size(snapshot, n);
        for (uint32_t i = 0; i < size && !err; i++) {
            uint32_t uid = page_uid(page, i);
            if ((picture_flags(picture, uid, &page->marks[i]) & flags) != flags)
                continue;
            if (!among || uidset_contains(among, uid))
                err = uidset_add(uids, uid);
        }
        fiber_breathe();
    }
    return err;
}

/* Adds the UIDs of the messages first..last (sequence numbers). */
static int add_uids(const struct snapshot *snapshot, uint32_t first, uint32_t last,
                    struct uidset *uids)
{
    for (uint32_t seq = first; seq <= last;) {
        struct place place = snapshot_place(snapshot, seq);
        const struct page *page = snapshot->pages[place.page].page;
        uint32_t end = snapshot_page_size(snapshot, place.page);
        for (uint32_t i = place.index; i < end && seq <= last; i++, seq++) {
            int err = uidset_add(uids, page_uid(page, i));
            if (err)
                return err;
        }
        fiber_breathe();
    }
    return 0;
}

static int resolve_range(const struct picture *picture, const struct uid_range *range, bool is_uid,
                         struct uidset *uids)
{
    const struct snapshot *snapshot = picture->snapshot;
    if (!is_uid) {
        uint32_t last = range->last < snapshot->count ? range->last : snapshot->count;
        return range->first <= last ? add_uids(snapshot, range->first, last, uids) : 0;
    }
    uint32_t first = snapshot_seq_from(snapshot, range->first);
    uint32_t behind = range->last == UINT32_MAX ? snapshot->count + 1
                                                : snapshot_seq_from(snapshot, range->last + 1);
    return first < behind ? add_uids(snapshot, first, behind - 1, uids) : 0;
}

static int check_numbers(const struct picture *picture, const struct uidset *wanted)
{
    uint32_t count = picture->snapshot->count;
    uint32_t last = wanted->count > 0 ? wanted->ranges[wanted->count - 1].last : 0;
    if (last > count)
        return fail(ERR_INVALID, "message number %u is beyond the %u there are", (unsigned)last,
                    (unsigned)count);
    return 0;
}

static int resolve(const struct picture *picture, const struct sequence_set *sequence, bool is_uid,
                   bool must_exist, struct uidset *uids_out)
{
    uint32_t count = picture->snapshot->count;
    uint32_t largest = is_uid && count > 0 ? picture_uid(picture, count) : count;
    struct uidset wanted;
    uidset_init(&wanted);
    struct uidset uids;
    uidset_init(&uids);
    int err = sequence_set_resolve(sequence, largest, &wanted);
    if (!err && must_exist)
        err = check_numbers(picture, &wanted);
    for (size_t i = 0; i < wanted.count && !err; i++)
        err = resolve_range(picture, &wanted.ranges[i], is_uid, &uids);
    uidset_clear(&wanted);
    if (err) {
        uidset_clear(&uids);
        return err;
    }
    *uids_out = uids;
    return 0;
}

int picture_resolve(const struct picture *picture, const struct sequence_set *sequence, bool is_uid,
                    struct uidset *uids_out)
{
    return resolve(picture, sequence, is_uid, !is_uid, uids_out);
}

int picture_match(const struct picture *picture, const struct sequence_set *sequence, bool is_uid,
                  struct uidset *uids_out)
{
    return resolve(picture, sequence, is_uid, false, uids_out);
}
