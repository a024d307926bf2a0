#include <stdlib.h>
#include <string.h>

#include "fiber/fiber.h"
#include "snapshot.h"

/* Neighbours that together hold no more than this become one page, so that
 * a mailbox that shrinks does not keep a page for every few messages. */
enum { PAGE_MERGE_MAX = PAGE_ENTRIES / 2 };

static int no_memory(void)
{
    return fail(ERR_NO_MEMORY, "no memory for a mailbox");
}

void snapshot_builder_init(struct snapshot_builder *builder)
{
    *builder = (struct snapshot_builder){.uidnext = 1};
}

void snapshot_builder_clear(struct snapshot_builder *builder)
{
    for (uint32_t i = 0; i < builder->page_count; i++)
        page_unref(&builder->pages[i].page);
    free(builder->pages);
    free(builder->sizes);
    snapshot_builder_init(builder);
}

static int reserve(struct snapshot_builder *builder, uint32_t pages)
{
    if (pages <= builder->page_room)
        return 0;
    uint32_t room = builder->page_room * 2 > pages ? builder->page_room * 2 : pages + 4;
    struct snapshot_page *grown = realloc(builder->pages, room * sizeof *grown);
    if (!grown)
        return no_memory();
    builder->pages = grown;
    uint32_t *sizes = realloc(builder->sizes, room * sizeof *sizes);
    if (!sizes)
        return no_memory();
    builder->sizes = sizes;
    builder->page_room = room;
    return 0;
}

int snapshot_builder_start(struct snapshot_builder *builder, const struct snapshot *snapshot)
{
    int err = reserve(builder, snapshot->page_count + 1);
    if (err)
        return err;
    for (uint32_t i = 0; i < snapshot->page_count; i++) {
        builder->pages[i] = snapshot->pages[i];
        page_ref(builder->pages[i].page);
        builder->sizes[i] = snapshot_page_size(snapshot, i);
    }
    builder->page_count = snapshot->page_count;
    builder->count = snapshot->count;
    builder->uidnext = snapshot->uidnext;
    builder->modseq = snapshot->modseq;
    return 0;
}

int snapshot_builder_finish(struct snapshot_builder *builder, struct snapshot **out)
{
    size_t pages_size = builder->page_count * sizeof builder->pages[0];
    struct snapshot *snapshot = malloc(sizeof *snapshot + pages_size);
    if (!snapshot)
        return no_memory();
    *snapshot = (struct snapshot){
        .refs = 1,
        .count = builder->count,
        .uidnext = builder->uidnext,
        .page_count = builder->page_count,
        .modseq = builder->modseq,
    };
    uint32_t before = 0;
    for (uint32_t i = 0; i < builder->page_count; i++) {
        snapshot->pages[i] = builder->pages[i];
        snapshot->pages[i].before = before;
        before += builder->sizes[i];
    }
    builder->page_count = 0; /* the references are the snapshot's now */
    snapshot_builder_clear(builder);
    *out = snapshot;
    return 0;
}

/* Takes over the caller's reference. */
static void push(struct snapshot_builder *builder, struct page *page, uint32_t size)
{
    builder->pages[builder->page_count] = (struct snapshot_page){
        .page = page,
        .first_uid = size > 0 ? page_uid(page, 0) : 0,
    };
    builder->sizes[builder->page_count++] = size;
    builder->count += size;
}

int snapshot_builder_share(struct snapshot_builder *builder, struct page *page, uint32_t count)
{
    int err = reserve(builder, builder->page_count + 1);
    if (err)
        return err;
    push(builder, page_ref(page), count);
    return 0;
}

int snapshot_builder_open_page(struct snapshot_builder *builder, uint32_t capacity)
{
    int err = reserve(builder, builder->page_count + 1);
    if (err)
        return err;
    struct page *page;
    err = page_new(capacity, &page);
    if (err)
        return err;
    push(builder, page, 0);
    return 0;
}

/* Makes room for one more message in the last page, or opens another. */
static int make_room(struct snapshot_builder *builder)
{
    if (builder->page_count == 0)
        return snapshot_builder_open_page(builder, PAGE_ENTRIES_MIN);
    struct page **last = &builder->pages[builder->page_count - 1].page;
    uint32_t size = builder->sizes[builder->page_count - 1];
    if (page_can_append(*last, size))
        return 0;
    if (size == PAGE_ENTRIES)
        return snapshot_builder_open_page(builder, PAGE_ENTRIES);
    struct page *larger;
    int err = page_copy(*last, size, size + 1, &larger);
    if (err)
        return err;
    page_unref(last);
    *last = larger;
    return 0;
}

static void count_appended(struct snapshot_builder *builder, uint32_t uid)
{
    uint32_t last = builder->page_count - 1;
    if (builder->sizes[last]++ == 0)
        builder->pages[last].first_uid = uid;
    builder->count++;
    if (uid >= builder->uidnext)
        builder->uidnext = uid + 1;
}

int snapshot_builder_append(struct snapshot_builder *builder, const struct entry_row *entry)
{
    int err = make_room(builder);
    if (err)
        return err;
    page_append(builder->pages[builder->page_count - 1].page, entry);
    count_appended(builder, entry->uid);
    return 0;
}

int snapshot_builder_add(struct snapshot_builder *builder, const struct fact *fact,
                         const struct mark *mark)
{
    int err = make_room(builder);
    if (err)
        return err;
    page_append_item(builder->pages[builder->page_count - 1].page, fact, mark);
    count_appended(builder, fact->uid);
    return 0;
}

/* The first page that may hold a UID >= uid. */
static uint32_t page_from(const struct snapshot_builder *builder, uint32_t uid)
{
    uint32_t low = 0, high = builder->page_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (builder->pages[middle].first_uid <= uid)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? low - 1 : 0;
}

/* Only the builder holds a page with one reference; others are copied first. */
static int make_marks_writable(struct snapshot_builder *builder, uint32_t number)
{
    struct page **page = &builder->pages[number].page;
    if ((*page)->refs == 1)
        return 0;
    struct page *copy;
    int err = page_copy_marks(*page, builder->sizes[number], &copy);
    if (err)
        return err;
    page_unref(page);
    *page = copy;
    return 0;
}

/* The part of one page that is in one range; end is exclusive. */
static int mark_slice(struct snapshot_builder *builder, uint32_t number, uint32_t start,
                      uint32_t end, const struct mark_change *change)
{
    int err = make_marks_writable(builder, number);
    if (err)
        return err;
    page_mark(builder->pages[number].page, start, end, change);
    return 0;
}

/* Index behind the last message of the page whose UID is <= uid. */
static uint32_t page_end(const struct page *page, uint32_t size, uint32_t uid)
{
    return uid == UINT32_MAX ? size : page_find(page, size, uid + 1);
}

static int mark_range(struct snapshot_builder *builder, const struct uid_range *range,
                      const struct mark_change *change)
{
    for (uint32_t n = page_from(builder, range->first); n < builder->page_count; n++) {
        if (builder->pages[n].first_uid > range->last)
            break;
        const struct page *page = builder->pages[n].page;
        uint32_t start = page_find(page, builder->sizes[n], range->first);
        uint32_t end = page_end(page, builder->sizes[n], range->last);
        if (start < end) {
            int err = mark_slice(builder, n, start, end, change);
            if (err)
                return err;
        }
        fiber_breathe();
    }
    return 0;
}

int snapshot_builder_mark(struct snapshot_builder *builder, const struct uidset *uids,
                          const struct mark_change *change)
{
    for (size_t i = 0; i < uids->count; i++) {
        int err = mark_range(builder, &uids->ranges[i], change);
        if (err)
            return err;
    }
    return 0;
}

static void copy_items(struct page *to, const struct page *from, uint32_t start, uint32_t end)
{
    for (uint32_t i = start; i < end; i++)
        page_append_item(to, &from->facts->items[i], &from->marks[i]);
}

/* What is left of a page without the UIDs; *range moves on through the
 * ranges. *out is NULL when nothing is left, `page` itself (referenced once
 * more) when all is. */
static int page_without(struct page *page, uint32_t size, const struct uidset *uids, size_t *range,
                        struct page **out, uint32_t *size_out)
{
    struct page *left = NULL;
    uint32_t kept_to = 0; /* messages before this index have been decided on */
    uint32_t last_uid = page_uid(page, size - 1);
    for (; *range < uids->count && uids->ranges[*range].first <= last_uid; (*range)++) {
        uint32_t start = page_find(page, size, uids->ranges[*range].first);
        uint32_t end = page_end(page, size, uids->ranges[*range].last);
        if (start < end && !left) {
            int err = page_new(size, &left);
            if (err)
                return err;
        }
        if (start < end) {
            copy_items(left, page, kept_to, start);
            kept_to = end;
        }
        if (uids->ranges[*range].last > last_uid)
            break; /* it goes on in the next page */
    }
    if (!left) {
        *out = page_ref(page);
        *size_out = size;
        return 0;
    }
    copy_items(left, page, kept_to, size);
    *size_out = left->used;
    if (left->used == 0)
        page_unref(&left);
    *out = left;
    return 0;
}

/* Adds a page to the result, into its last page when both are small. Takes
 * over the reference, also on failure. */
static int push_merged(struct snapshot_builder *result, struct page *page, uint32_t size)
{
    uint32_t last = result->page_count - 1;
    if (result->page_count == 0 || result->sizes[last] + size > PAGE_MERGE_MAX) {
        push(result, page, size);
        return 0;
    }
    struct page *merged;
    int err = page_copy(result->pages[last].page, result->sizes[last], result->sizes[last] + size,
                        &merged);
    if (!err) {
        copy_items(merged, page, 0, size);
        page_unref(&result->pages[last].page);
        result->pages[last].page = merged;
        result->sizes[last] += size;
        result->count += size;
    }
    page_unref(&page);
    return err;
}

int snapshot_builder_expunge(struct snapshot_builder *builder, const struct uidset *uids)
{
    struct snapshot_builder result;
    snapshot_builder_init(&result);
    result.uidnext = builder->uidnext;
    result.modseq = builder->modseq;
    int err = reserve(&result, builder->page_count + 1);
    size_t range = 0;
    for (uint32_t n = 0; n < builder->page_count && !err; n++) {
        struct page *left;
        uint32_t size;
        err = page_without(builder->pages[n].page, builder->sizes[n], uids, &range, &left, &size);
        if (!err && left)
            err = push_merged(&result, left, size);
        fiber_breathe();
    }
    if (err) {
        snapshot_builder_clear(&result);
        return err;
    }
    snapshot_builder_clear(builder);
    *builder = result;
    return 0;
}
