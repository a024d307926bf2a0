#include "page.h"

#include <stdlib.h>
#include <string.h>

static int no_memory(void)
{
    return fail(ERR_NO_MEMORY, "no memory for a page of a mailbox");
}

static uint32_t round_capacity(uint32_t capacity)
{
    uint32_t rounded = PAGE_ENTRIES_MIN;
    while (rounded < capacity && rounded < PAGE_ENTRIES)
        rounded *= 2;
    return rounded;
}

static struct page *page_allocate(uint32_t capacity)
{
    struct page *page = malloc(sizeof *page + capacity * sizeof page->marks[0]);
    if (page)
        *page = (struct page){.refs = 1, .capacity = capacity};
    return page;
}

int page_new(uint32_t capacity, struct page **out)
{
    capacity = round_capacity(capacity);
    struct page *page = page_allocate(capacity);
    struct fact_block *facts = malloc(sizeof *facts + capacity * sizeof facts->items[0]);
    if (!page || !facts) {
        free(page);
        free(facts);
        return no_memory();
    }
    facts->refs = 1;
    facts->used = 0;
    page->facts = facts;
    *out = page;
    return 0;
}

int page_copy_marks(const struct page *page, uint32_t count, struct page **out)
{
    struct page *copy = page_allocate(page->capacity);
    if (!copy)
        return no_memory();
    copy->facts = page->facts;
    copy->facts->refs++;
    copy->used = count;
    copy->modseq_bound = page->modseq_bound;
    copy->flags_bound = page->flags_bound;
    copy->seen_prefix = page->seen_prefix < count ? page->seen_prefix : count;
    memcpy(copy->marks, page->marks, count * sizeof page->marks[0]);
    *out = copy;
    return 0;
}

int page_copy(const struct page *page, uint32_t count, uint32_t capacity, struct page **out)
{
    struct page *copy;
    int err = page_new(capacity, &copy);
    if (err)
        return err;
    copy->used = copy->facts->used = count;
    copy->modseq_bound = page->modseq_bound;
    copy->flags_bound = page->flags_bound;
    copy->seen_prefix = page->seen_prefix < count ? page->seen_prefix : count;
    memcpy(copy->marks, page->marks, count * sizeof page->marks[0]);
    memcpy(copy->facts->items, page->facts->items, count * sizeof page->facts->items[0]);
    *out = copy;
    return 0;
}

struct page *page_ref(struct page *page)
{
    page->refs++;
    return page;
}

void page_unref(struct page **page_in)
{
    struct page *page = *page_in;
    *page_in = NULL;
    if (!page || --page->refs > 0)
        return;
    if (--page->facts->refs == 0)
        free(page->facts);
    free(page);
}

uint32_t page_seen_prefix(struct page *page, uint32_t count)
{
    while (page->seen_prefix < count && page->marks[page->seen_prefix].flags & FLAG_SEEN)
        page->seen_prefix++;
    return page->seen_prefix < count ? page->seen_prefix : count;
}

bool page_can_append(const struct page *page, uint32_t count)
{
    return page->used == count && page->facts->used == count && count < page->capacity;
}

void page_append_item(struct page *page, const struct fact *fact, const struct mark *mark)
{
    page->facts->items[page->facts->used++] = *fact;
    page->marks[page->used++] = *mark;
    if (page->modseq_bound < mark->modseq)
        page->modseq_bound = mark->modseq;
    page->flags_bound |= mark->flags;
}

void page_append(struct page *page, const struct entry_row *entry)
{
    struct fact fact = {
        .message_id = entry->message_id,
        .internal_date = entry->internal_date,
        .uid = entry->uid,
        .size = entry->size < UINT32_MAX ? (uint32_t)entry->size : UINT32_MAX,
    };
    struct mark mark = {.flags = entry->flags, .modseq = entry->modseq};
    page_append_item(page, &fact, &mark);
}

static flag_mask flags_in(const struct page *page)
{
    flag_mask all = 0;
    for (uint32_t i = 0; i < page->used; i++)
        all |= page->marks[i].flags;
    return all;
}

void page_mark(struct page *page, uint32_t start, uint32_t end, const struct mark_change *change)
{
    if (page->modseq_bound < change->modseq)
        page->modseq_bound = change->modseq;
    if (page->seen_prefix > start)
        page->seen_prefix = start;
    for (uint32_t i = start; i < end; i++) {
        struct mark *mark = &page->marks[i];
        if (mark->modseq < change->modseq)
            *mark = (struct mark){(mark->flags & ~change->cleared) | change->set, change->modseq};
    }
    page->flags_bound =
        page->flags_bound & change->cleared ? flags_in(page) : page->flags_bound | change->set;
}

/* UIDs ascend by one at least, which says between which places one can be; where none is
 * gone, that is one place. */
uint32_t page_find(const struct page *page, uint32_t count, uint32_t uid)
{
    if (count == 0 || uid <= page_uid(page, 0))
        return 0;
    uint32_t last = page_uid(page, count - 1);
    if (uid > last)
        return count;
    uint32_t high = uid - page_uid(page, 0);
    uint32_t low = last - uid < count - 1 ? count - 1 - (last - uid) : 0;
    if (high > count - 1)
        high = count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (page_uid(page, middle) < uid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
