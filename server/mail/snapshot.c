#include "snapshot.h"

#include <stdlib.h>

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
    snapshot->refs++;
    return snapshot;
}

void snapshot_unref(struct snapshot **snapshot_in)
{
    struct snapshot *snapshot = *snapshot_in;
    *snapshot_in = NULL;
    if (!snapshot || --snapshot->refs > 0)
        return;
    for (uint32_t i = 0; i < snapshot->page_count; i++)
        page_unref(&snapshot->pages[i].page);
    free(snapshot);
}

uint32_t snapshot_page_size(const struct snapshot *snapshot, uint32_t page)
{
    uint32_t end =
        page + 1 < snapshot->page_count ? snapshot->pages[page + 1].before : snapshot->count;
    return end - snapshot->pages[page].before;
}

struct place snapshot_place(const struct snapshot *snapshot, uint32_t seq)
{
    uint32_t low = (seq - 1) / PAGE_ENTRIES; /* if all pages before it are full, else later */
    uint32_t high = snapshot->page_count - 1;
    if (low < high && snapshot->pages[low + 1].before >= seq)
        high = low;
    while (low < high) { /* the last page with before < seq */
        uint32_t middle = low + (high - low + 1) / 2;
        if (snapshot->pages[middle].before < seq)
            low = middle;
        else
            high = middle - 1;
    }
    return (struct place){low, seq - 1 - snapshot->pages[low].before};
}

/* Where it would be if no message were gone: a first guess. */
static uint32_t page_without_gaps(const struct snapshot *snapshot, uint32_t uid)
{
    uint32_t first = snapshot->pages[0].first_uid;
    uint32_t guess = uid > first ? (uid - first) / PAGE_ENTRIES : 0;
    return guess < snapshot->page_count ? guess : snapshot->page_count - 1;
}

/* Of the first message whose UID is >= uid; index may be the page's size. There is a page. */
static struct place find_from(const struct snapshot *snapshot, uint32_t uid)
{
    uint32_t low = 0, high = snapshot->page_count - 1;
    uint32_t guess = page_without_gaps(snapshot, uid);
    if (snapshot->pages[guess].first_uid <= uid)
        low = guess;
    if (guess < high && snapshot->pages[guess + 1].first_uid > uid)
        high = guess;
    while (low < high) { /* the last page that begins at or before uid */
        uint32_t middle = low + (high - low + 1) / 2;
        if (snapshot->pages[middle].first_uid <= uid)
            low = middle;
        else
            high = middle - 1;
    }
    uint32_t size = snapshot_page_size(snapshot, low);
    return (struct place){low, page_find(snapshot->pages[low].page, size, uid)};
}

static uint32_t place_seq(const struct snapshot *snapshot, struct place place)
{
    return snapshot->pages[place.page].before + place.index + 1;
}

uint32_t snapshot_seq_from(const struct snapshot *snapshot, uint32_t uid)
{
    return snapshot->page_count ? place_seq(snapshot, find_from(snapshot, uid)) : 1;
}

uint32_t snapshot_find(const struct snapshot *snapshot, uint32_t uid, struct place *out)
{
    if (snapshot->page_count == 0)
        return 0;
    struct place place = find_from(snapshot, uid);
    if (place.index == snapshot_page_size(snapshot, place.page) ||
        snapshot_fact(snapshot, place)->uid != uid)
        return 0;
    *out = place;
    return place_seq(snapshot, place);
}

uint32_t snapshot_seq(const struct snapshot *snapshot, uint32_t uid)
{
    struct place place;
    return snapshot_find(snapshot, uid, &place);
}
