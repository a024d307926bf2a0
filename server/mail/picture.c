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

struct entry picture_entry(const struct picture *picture, uint32_t seq)
{
    struct place place = snapshot_place(picture->snapshot, seq);
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

/* Counted once a picture and then remembered. */
static void count_unseen(struct picture *picture)
{
    const struct snapshot *snapshot = picture->snapshot;
    uint32_t unseen = 0, first = 0;
    for (uint32_t n = 0; n < snapshot->page_count; n++) {
        const struct page *page = snapshot->pages[n].page;
        uint32_t size = snapshot_page_size(snapshot, n);
        for (uint32_t i = 0; i < size; i++) {
            if (picture_flags(picture, page_uid(page, i), &page->marks[i]) & FLAG_SEEN)
                continue;
            unseen++;
            if (first == 0)
                first = snapshot->pages[n].before + i + 1;
        }
        fiber_breathe();
    }
    picture->unseen = unseen;
    picture->first_unseen = first;
    picture->unseen_known = true;
}

uint32_t picture_unseen(const struct picture *picture, uint32_t *first_seq_out)
{
    if (!picture->unseen_known)
        count_unseen((struct picture *)picture); /* what is visible of it stays the same */
    *first_seq_out = picture->first_unseen;
    return picture->unseen;
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
        if (range->last > snapshot->count)
            return fail(ERR_INVALID, "message number %u is beyond the %u there are",
                        (unsigned)range->last, (unsigned)snapshot->count);
        return add_uids(snapshot, range->first, range->last, uids);
    }
    uint32_t first = snapshot_seq_from(snapshot, range->first);
    uint32_t behind = range->last == UINT32_MAX ? snapshot->count + 1
                                                : snapshot_seq_from(snapshot, range->last + 1);
    return first < behind ? add_uids(snapshot, first, behind - 1, uids) : 0;
}

int picture_resolve(const struct picture *picture, const struct sequence_set *sequence, bool is_uid,
                    struct uidset *uids_out)
{
    uint32_t count = picture->snapshot->count;
    uint32_t largest = is_uid && count > 0 ? picture_uid(picture, count) : count;
    struct uidset wanted;
    uidset_init(&wanted);
    struct uidset uids;
    uidset_init(&uids);
    int err = sequence_set_resolve(sequence, largest, &wanted);
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
