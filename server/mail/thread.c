/* THREAD: the messages and their records; ORDEREDSUBJECT (RFC 5256 section 3). */
#include "fiber/fiber.h"
#include "order.h"
#include "sort_records.h"
#include "thread_references.h"

struct reading {
    struct arena *arena;
    struct thread_item *items;
    size_t count;
};

static int take(void *arg, const struct entry *entry, const struct sort_record *record)
{
    struct reading *reading = arg;
    struct thread_item *item = &reading->items[reading->count++];
    size_t references = sort_record_reference_count(record);
    item->message.uid = entry->uid;
    item->message.sent_at = sort_sent_second(entry, record);
    item->is_reply = record->is_reply;
    item->id = record->message_id;
    item->subject = arena_copy(reading->arena, record->texts[SORT_TEXT_SUBJECT]);
    item->references = ARENA_ARRAY(reading->arena, references, uint64_t);
    if (!item->subject.data || !item->references)
        return -ERR_NO_MEMORY;
    item->reference_count = references;
    for (size_t i = 0; i < references; i++)
        item->references[i] = sort_record_reference(record, i);
    return 0;
}

static int compare_subjects(const void *arg, uint32_t a, uint32_t b)
{
    const struct thread_item *items = arg;
    int order = slice_compare(items[a].subject, items[b].subject);
    if (order)
        return order;
    int64_t left = items[a].message.sent_at, right = items[b].message.sent_at;
    return (left > right) - (left < right);
}

static void make_threads(struct thread_item *items, const uint32_t *places, size_t count,
                         struct thread_message *root)
{
    struct thread_item *first = NULL;
    for (size_t i = 0; i < count; i++) {
        struct thread_item *item = &items[places[i]];
        bool is_next = first && slice_equal(first->subject, item->subject);
        if (!is_next)
            first = item;
        thread_append(is_next ? &first->message : root, &item->message);
        fiber_breathe();
    }
}

int thread_by_subject(struct thread_item *items, size_t count, struct thread_message *root)
{
    struct arena arena;
    arena_init(&arena, 0);
    uint32_t *places = ARENA_ARRAY(&arena, count, uint32_t);
    int err = places ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        places[i] = (uint32_t)i;
    if (!err)
        err = order_sort(places, count, compare_subjects, items);
    if (!err) {
        make_threads(items, places, count, root);
        err = thread_sort_children(root);
    }
    arena_clear(&arena);
    return err;
}

int thread_run(struct mail *mail, const struct sort_scope *scope, enum thread_algorithm algorithm,
               struct arena *arena, struct thread_message **root_out)
{
    size_t count = (size_t)uidset_size(scope->uids);
    struct thread_message *root = ARENA_NEW(arena, struct thread_message);
    struct reading reading = {.arena = arena,
                              .items = ARENA_ARRAY(arena, count, struct thread_item)};
    int err = root && reading.items ? 0 : -ERR_NO_MEMORY;
    if (!err)
        err = sort_records_each(mail, scope, take, &reading);
    if (!err)
        err = algorithm == THREAD_REFERENCES
                  ? thread_by_references(reading.items, reading.count, arena, root)
                  : thread_by_subject(reading.items, reading.count, root);
    if (!err)
        *root_out = root;
    return err;
}
