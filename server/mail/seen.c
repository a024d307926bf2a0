#include "seen.h"

#include <stdlib.h>
#include <string.h>

struct seen_page {
    uint32_t refs;
    uint8_t bits[SEEN_PAGE_OCTETS]; /* most significant bit first */
};

static int no_memory(void)
{
    return fail(ERR_NO_MEMORY, "no memory for \\Seen of a user");
}

static struct seen_page *seen_page_new(const uint8_t *bits)
{
    struct seen_page *page = malloc(sizeof *page);
    if (!page)
        return NULL;
    page->refs = 1;
    if (bits)
        memcpy(page->bits, bits, sizeof page->bits);
    else
        memset(page->bits, 0, sizeof page->bits);
    return page;
}

static void seen_page_unref(struct seen_page *page)
{
    if (--page->refs == 0)
        free(page);
}

/* With room for `room` pages, none yet. */
static struct seen_bits *allocate(size_t room)
{
    struct seen_bits *bits = malloc(sizeof *bits + room * sizeof bits->pages[0]);
    if (bits)
        *bits = (struct seen_bits){.refs = 1};
    return bits;
}

int seen_bits_new(struct seen_bits **out)
{
    struct seen_bits *bits = allocate(0);
    if (!bits)
        return no_memory();
    *out = bits;
    return 0;
}

static int compare_places(const void *a, const void *b)
{
    const struct seen_place *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

int seen_bits_load(const struct seen_page_row *rows, size_t count, struct seen_bits **out)
{
    struct seen_bits *bits = allocate(count);
    if (!bits)
        return no_memory();
    for (size_t i = 0; i < count; i++) {
        struct seen_page *page = seen_page_new(rows[i].bits);
        if (!page) {
            seen_bits_unref(&bits);
            return no_memory();
        }
        bits->pages[bits->count++] = (struct seen_place){rows[i].page, page};
    }
    qsort(bits->pages, bits->count, sizeof bits->pages[0], compare_places);
    *out = bits;
    return 0;
}

struct seen_bits *seen_bits_ref(struct seen_bits *bits)
{
    bits->refs++;
    return bits;
}

void seen_bits_unref(struct seen_bits **bits_in)
{
    struct seen_bits *bits = *bits_in;
    *bits_in = NULL;
    if (!bits || --bits->refs > 0)
        return;
    for (uint32_t i = 0; i < bits->count; i++)
        seen_page_unref(bits->pages[i].page);
    free(bits);
}

/* Index of the first page whose number is >= number. */
static uint32_t find(const struct seen_bits *bits, uint32_t number)
{
    uint32_t low = 0, high = bits->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (bits->pages[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool seen_bits_contain(const struct seen_bits *bits, uint32_t uid)
{
    uint32_t number = uid / SEEN_PAGE_BITS, bit = uid % SEEN_PAGE_BITS;
    uint32_t index = find(bits, number);
    if (index == bits->count || bits->pages[index].number != number)
        return false;
    return bits->pages[index].page->bits[bit / 8] >> (7 - bit % 8) & 1;
}

static void set_bits(struct seen_page *page, uint32_t first, uint32_t last, bool seen)
{
    for (uint32_t bit = first; bit <= last; bit++) {
        uint8_t mask = (uint8_t)(0x80 >> bit % 8);
        if (seen)
            page->bits[bit / 8] |= mask;
        else
            page->bits[bit / 8] &= (uint8_t)~mask;
    }
}

/* What one range makes of page `number` of bits, which is copied when it is
 * shared. Clearing in a page that is not there changes nothing. */
static int change_page(struct seen_bits *bits, uint32_t number, const struct uid_range *range,
                       bool seen)
{
    uint32_t index = find(bits, number);
    bool exists = index < bits->count && bits->pages[index].number == number;
    if (!exists && !seen)
        return 0;
    struct seen_page *old = exists ? bits->pages[index].page : NULL;
    struct seen_page *page = old;
    if (!old || old->refs > 1) {
        page = seen_page_new(old ? old->bits : NULL);
        if (!page)
            return no_memory();
    }
    if (old && page != old)
        seen_page_unref(old);
    if (!exists) {
        memmove(&bits->pages[index + 1], &bits->pages[index],
                (bits->count - index) * sizeof bits->pages[0]);
        bits->count++;
    }
    bits->pages[index] = (struct seen_place){number, page};
    uint32_t start = number * SEEN_PAGE_BITS;
    uint32_t first = range->first > start ? range->first - start : 0;
    uint32_t last = range->last - start;
    set_bits(page, first, last < SEEN_PAGE_BITS ? last : SEEN_PAGE_BITS - 1, seen);
    return 0;
}

/* How many pages the ranges touch, at most. */
static size_t pages_touched(const struct uidset *uids)
{
    size_t pages = 0;
    uint32_t after = 0; /* number of the last page counted, plus one */
    for (size_t i = 0; i < uids->count; i++) {
        uint32_t first = uids->ranges[i].first / SEEN_PAGE_BITS;
        uint32_t last = uids->ranges[i].last / SEEN_PAGE_BITS;
        if (first < after)
            first = after;
        if (last >= first)
            pages += last - first + 1;
        after = last + 1;
    }
    return pages;
}

int seen_bits_change(const struct seen_bits *from, const struct uidset *uids, bool seen,
                     struct seen_bits **out)
{
    struct seen_bits *bits = allocate(from->count + (seen ? pages_touched(uids) : 0));
    if (!bits)
        return no_memory();
    memcpy(bits->pages, from->pages, from->count * sizeof from->pages[0]);
    bits->count = from->count;
    for (uint32_t i = 0; i < bits->count; i++)
        bits->pages[i].page->refs++;
    for (size_t i = 0; i < uids->count; i++) {
        const struct uid_range *range = &uids->ranges[i];
        for (uint32_t n = range->first / SEEN_PAGE_BITS; n <= range->last / SEEN_PAGE_BITS; n++) {
            int err = change_page(bits, n, range, seen);
            if (err) {
                seen_bits_unref(&bits);
                return err;
            }
        }
    }
    *out = bits;
    return 0;
}

static const struct seen_page *page_at(const struct seen_bits *bits, uint32_t index,
                                       uint32_t number)
{
    bool there = index < bits->count && bits->pages[index].number == number;
    return there ? bits->pages[index].page : NULL;
}

bool seen_bits_differ_from(const struct seen_bits *a, const struct seen_bits *b, uint32_t *number)
{
    uint32_t i = find(a, *number), j = find(b, *number);
    while (i < a->count || j < b->count) {
        uint32_t next = i < a->count ? a->pages[i].number : UINT32_MAX;
        if (j < b->count && b->pages[j].number < next)
            next = b->pages[j].number;
        const struct seen_page *left = page_at(a, i, next), *right = page_at(b, j, next);
        if (left != right) {
            *number = next;
            return true;
        }
        i++;
        j++;
    }
    return false;
}
