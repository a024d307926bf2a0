#include "seen.h"

#include <stdlib.h>
#include <string.h>

#include "fiber/fiber.h"
#include "store/history.h"

/* A mailbox that changes a million times a second reaches it in 71 years. */
#define SEEN_MODSEQ_MAX (((uint64_t)1 << 51) - 1)

/* From bit `first` on to the next run, \Seen has changed last at modseq. */
struct seen_run {
    uint64_t first : 13;
    uint64_t modseq : 51;
};

struct seen_page {
    uint32_t refs;
    uint32_t run_count;             /* 0: modseqs are not known, or nothing has ever changed */
    struct seen_run *runs;          /* ascending, the first one from bit 0 */
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
    *page = (struct seen_page){.refs = 1};
    if (bits)
        memcpy(page->bits, bits, sizeof page->bits);
    else
        memset(page->bits, 0, sizeof page->bits);
    return page;
}

/* Of NULL: an empty one. */
static struct seen_page *seen_page_copy(const struct seen_page *from)
{
    struct seen_page *page = seen_page_new(from ? from->bits : NULL);
    if (!page || !from || from->run_count == 0)
        return page;
    size_t size = from->run_count * sizeof *from->runs;
    page->runs = malloc(size);
    if (!page->runs) {
        free(page);
        return NULL;
    }
    memcpy(page->runs, from->runs, size);
    page->run_count = from->run_count;
    return page;
}

static void seen_page_unref(struct seen_page *page)
{
    if (--page->refs > 0)
        return;
    free(page->runs);
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

/* Whether bits from..to (inclusive) of the page are all set. */
static bool are_set(const struct seen_page *page, uint32_t from, uint32_t to)
{
    for (uint32_t bit = from; bit <= to;) {
        if (bit % 8 == 0 && to - bit >= 7) {
            if (page->bits[bit / 8] != 0xff)
                return false;
            bit += 8;
        } else {
            if (!(page->bits[bit / 8] >> (7 - bit % 8) & 1))
                return false;
            bit++;
        }
    }
    return true;
}

bool seen_bits_contain_all(const struct seen_bits *bits, uint32_t first, uint32_t last)
{
    for (uint64_t uid = first; uid <= last;) {
        uint32_t number = (uint32_t)(uid / SEEN_PAGE_BITS);
        uint64_t end = ((uint64_t)number + 1) * SEEN_PAGE_BITS - 1;
        uint32_t index = find(bits, number);
        if (index == bits->count || bits->pages[index].number != number)
            return false;
        uint32_t to = (uint32_t)((last < end ? last : end) % SEEN_PAGE_BITS);
        if (!are_set(bits->pages[index].page, (uint32_t)(uid % SEEN_PAGE_BITS), to))
            return false;
        uid = end + 1;
    }
    return true;
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

/* What a change does to one page. */
struct page_change {
    uint32_t start; /* the UID of bit 0 */
    const struct uid_range *ranges;
    size_t count; /* of the ranges that reach into the page */
    bool seen;
    uint64_t modseq;
};

/* The part of a range that is in the page, as bits. */
static struct uid_range bits_of(const struct page_change *change, size_t range)
{
    uint32_t first = change->ranges[range].first, last = change->ranges[range].last;
    first = first > change->start ? first - change->start : 0;
    last -= change->start;
    return (struct uid_range){first, last < SEEN_PAGE_BITS ? last : SEEN_PAGE_BITS - 1};
}

/* Runs under construction, in ascending order. */
struct run_list {
    struct seen_run *runs;
    uint32_t count;
};

static void put_run(struct run_list *list, uint32_t first, uint64_t modseq)
{
    if (list->count > 0 && list->runs[list->count - 1].modseq == modseq)
        return;
    struct seen_run *run = &list->runs[list->count++];
    run->first = first & (SEEN_PAGE_BITS - 1);
    run->modseq = modseq & SEEN_MODSEQ_MAX;
}

/* The run that a bit is in; run_count is not 0. */
static uint32_t find_run(const struct seen_page *page, uint32_t bit)
{
    uint32_t low = 0, high = page->run_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (page->runs[middle].first <= bit)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void put_old_runs(struct run_list *list, const struct seen_page *page, uint32_t from,
                         uint32_t to)
{
    if (from >= to)
        return;
    if (page->run_count == 0) {
        put_run(list, from, 0);
        return;
    }
    uint32_t i = find_run(page, from);
    put_run(list, from, page->runs[i].modseq);
    while (++i < page->run_count && page->runs[i].first < to)
        put_run(list, page->runs[i].first, page->runs[i].modseq);
}

/* Lays the change over the page's runs. */
static int change_runs(struct seen_page *page, const struct page_change *change)
{
    size_t room = page->run_count + 2 * change->count + 1;
    struct run_list list = {.runs = malloc(room * sizeof *list.runs)};
    if (!list.runs)
        return no_memory();
    uint32_t at = 0;
    for (size_t i = 0; i < change->count; i++) {
        struct uid_range bits = bits_of(change, i);
        put_old_runs(&list, page, at, bits.first);
        put_run(&list, bits.first, change->modseq);
        at = bits.last + 1;
    }
    put_old_runs(&list, page, at, SEEN_PAGE_BITS);
    free(page->runs);
    page->runs = list.runs;
    page->run_count = list.count;
    return 0;
}

/* A page of `bits` that nobody else has, in the place of page `number`; NULL: no memory. */
static struct seen_page *own_page(struct seen_bits *bits, uint32_t number)
{
    uint32_t index = find(bits, number);
    bool exists = index < bits->count && bits->pages[index].number == number;
    struct seen_page *page = seen_page_copy(exists ? bits->pages[index].page : NULL);
    if (!page)
        return NULL;
    if (exists) {
        seen_page_unref(bits->pages[index].page);
    } else {
        memmove(&bits->pages[index + 1], &bits->pages[index],
                (bits->count - index) * sizeof bits->pages[0]);
        bits->count++;
    }
    bits->pages[index] = (struct seen_place){number, page};
    return page;
}

static bool has_page(const struct seen_bits *bits, uint32_t number)
{
    uint32_t index = find(bits, number);
    return index < bits->count && bits->pages[index].number == number;
}

/* Clearing in a page that is not there changes nothing. */
static int change_page(struct seen_bits *bits, uint32_t number, const struct page_change *change)
{
    if (!change->seen && !has_page(bits, number))
        return 0;
    struct seen_page *page = own_page(bits, number);
    if (!page)
        return no_memory();
    for (size_t i = 0; i < change->count; i++) {
        struct uid_range range = bits_of(change, i);
        set_bits(page, range.first, range.last, change->seen);
    }
    return bits->knows_modseqs ? change_runs(page, change) : 0;
}

/* How many of the ranges from `first` on begin before the end of page `number`. */
static size_t ranges_in_page(const struct uidset *uids, size_t first, uint32_t number)
{
    size_t i = first;
    while (i < uids->count && uids->ranges[i].first / SEEN_PAGE_BITS <= number)
        i++;
    return i - first;
}

static int change_pages(struct seen_bits *bits, const struct uidset *uids, bool seen,
                        uint64_t modseq)
{
    size_t range = 0;
    uint32_t number = 0;
    while (range < uids->count) {
        uint32_t begins = uids->ranges[range].first / SEEN_PAGE_BITS;
        if (number < begins)
            number = begins;
        const struct page_change change = {
            .start = number * SEEN_PAGE_BITS,
            .ranges = &uids->ranges[range],
            .count = ranges_in_page(uids, range, number),
            .seen = seen,
            .modseq = modseq,
        };
        int err = change_page(bits, number, &change);
        if (err)
            return err;
        while (range < uids->count && uids->ranges[range].last / SEEN_PAGE_BITS <= number)
            range++;
        number++;
    }
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
                     uint64_t modseq, struct seen_bits **out)
{
    struct seen_bits *bits = allocate(from->count + (seen ? pages_touched(uids) : 0));
    if (!bits)
        return no_memory();
    memcpy(bits->pages, from->pages, from->count * sizeof from->pages[0]);
    bits->count = from->count;
    bits->knows_modseqs = from->knows_modseqs;
    for (uint32_t i = 0; i < bits->count; i++)
        bits->pages[i].page->refs++;
    int err = change_pages(bits, uids, seen, modseq);
    if (err)
        seen_bits_unref(&bits);
    else
        *out = bits;
    return err;
}

/* Modseqs ---------------------------------------------------------------------------- */

uint64_t seen_bits_modseq(const struct seen_bits *bits, uint32_t uid)
{
    uint32_t number = uid / SEEN_PAGE_BITS;
    uint32_t index = find(bits, number);
    if (index == bits->count || bits->pages[index].number != number)
        return 0;
    const struct seen_page *page = bits->pages[index].page;
    return page->run_count ? page->runs[find_run(page, uid % SEEN_PAGE_BITS)].modseq : 0;
}

int seen_bits_changed_since(const struct seen_bits *bits, uint64_t modseq, struct uidset *uids)
{
    int err = 0;
    for (uint32_t n = 0; n < bits->count; n++) {
        const struct seen_page *page = bits->pages[n].page;
        uint32_t start = bits->pages[n].number * SEEN_PAGE_BITS;
        for (uint32_t i = 0; i < page->run_count && !err; i++) {
            uint32_t end = i + 1 < page->run_count ? page->runs[i + 1].first : SEEN_PAGE_BITS;
            if (page->runs[i].modseq > modseq)
                err = uidset_add_range(uids, start + page->runs[i].first, start + end - 1);
        }
    }
    return err;
}

static uint64_t modseq_before_history(const struct seen_history *history, uint32_t number)
{
    for (size_t i = 0; i < history->page_count; i++) {
        if (history->pages[i].page == number)
            return history->pages[i].modseq;
    }
    return 0;
}

/* The index of the first range that ends at or behind uid. */
static size_t find_range(const struct uidset *uids, uint32_t uid)
{
    size_t low = 0, high = uids->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (uids->ranges[middle].last < uid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The modseq of each bit of a page: what happened later overwrites. */
static void spread_history(const struct seen_history *history, uint32_t number, uint64_t *modseqs)
{
    uint64_t before = modseq_before_history(history, number);
    for (uint32_t bit = 0; bit < SEEN_PAGE_BITS; bit++)
        modseqs[bit] = before;
    for (size_t row = 0; row < history->row_count; row++) {
        const struct uidset *uids = &history->rows[row].uids;
        size_t first = find_range(uids, number * SEEN_PAGE_BITS);
        const struct page_change change = {
            .start = number * SEEN_PAGE_BITS,
            .ranges = uids->ranges + first,
            .count = ranges_in_page(uids, first, number),
        };
        for (size_t i = 0; i < change.count; i++) {
            struct uid_range bits = bits_of(&change, i);
            for (uint32_t bit = bits.first; bit <= bits.last; bit++)
                modseqs[bit] = history->rows[row].modseq;
        }
    }
}

static int learn_runs(struct seen_page *page, const uint64_t *modseqs)
{
    uint32_t count = 1;
    for (uint32_t bit = 1; bit < SEEN_PAGE_BITS; bit++)
        count += modseqs[bit] != modseqs[bit - 1];
    page->runs = malloc(count * sizeof *page->runs);
    if (!page->runs)
        return no_memory();
    struct run_list list = {.runs = page->runs};
    for (uint32_t bit = 0; bit < SEEN_PAGE_BITS; bit++)
        put_run(&list, bit, modseqs[bit]);
    page->run_count = list.count;
    return 0;
}

static int know_pages(const struct seen_bits *from, const struct seen_history *history,
                      uint64_t *modseqs, struct seen_bits *bits)
{
    for (uint32_t i = 0; i < from->count; i++) {
        struct seen_page *page = seen_page_new(from->pages[i].page->bits);
        if (!page)
            return no_memory();
        bits->pages[bits->count++] = (struct seen_place){from->pages[i].number, page};
        spread_history(history, from->pages[i].number, modseqs);
        int err = learn_runs(page, modseqs);
        if (err)
            return err;
        fiber_breathe();
    }
    return 0;
}

int seen_bits_know(const struct seen_bits *from, const struct seen_history *history,
                   struct seen_bits **out)
{
    struct seen_bits *bits = allocate(from->count);
    uint64_t *modseqs = malloc(SEEN_PAGE_BITS * sizeof *modseqs);
    int err = bits && modseqs ? know_pages(from, history, modseqs, bits) : no_memory();
    free(modseqs);
    if (err) {
        seen_bits_unref(&bits);
        return err;
    }
    bits->knows_modseqs = true;
    *out = bits;
    return 0;
}

/* Comparing -------------------------------------------------------------------------- */

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
