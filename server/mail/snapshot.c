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
    uint32_t low = 0, high = snapshot->page_count - 1;
    while (low < high) { /* the last page with before < seq */
        uint32_t middle = low + (high - low + 1) / 2;
        if (snapshot->pages[middle].before < seq)
            low = middle;
        else
            high = middle - 1;
    }
    return (struct place){low, seq - 1 - snapshot->pages[low].before};
}

uint32_t snapshot_seq_from(const struct snapshot *snapshot, uint32_t uid)
{
    if (snapshot->page_count == 0)
        return 1;
    uint32_t low = 0, high = snapshot->page_count - 1;
    while (low < high) { /* the last page that begins at or before uid */
        uint32_t middle = low + (high - low + 1) / 2;
        if (snapshot->pages[middle].first_uid <= uid)
            low = middle;
        else
            high = middle - 1;
    }
    const struct snapshot_page *found = &snapshot->pages[low];
    return found->before + page_find(found->page, snapshot_page_size(snapshot, low), uid) + 1;
}

uint32_t snapshot_seq(const struct snapshot *snapshot, uint32_t uid)
{
    uint32_t seq = snapshot_seq_from(snapshot, uid);
    if (seq > snapshot->count)
        return 0;
    return snapshot_fact(snapshot, snapshot_place(snapshot, seq))->uid == uid ? seq : 0;
}
