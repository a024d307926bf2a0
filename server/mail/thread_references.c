/* THREAD=REFERENCES, step by step (RFC 5256 section 3). */
#include "thread_references.h"

#include "base/map.h"
#include "fiber/fiber.h"

struct threading {
    struct thread_item *items;
    size_t count;
    struct arena *arena;
    struct thread_message *root;
    struct map by_id;      /* id to thread_item */
    struct map by_subject; /* hash of a subject to subject_row */
};

/* Step 1: parents by references ----------------------------------------------------------- */

/* The first message of an id has it; others with the same have none. */
static int enter_ids(struct threading *threading)
{
    int err = 0;
    for (size_t i = 0; i < threading->count && !err; i++) {
        struct thread_item *item = &threading->items[i];
        if (item->id && map_get(&threading->by_id, item->id))
            item->id = 0;
        if (item->id)
            err = map_put(&threading->by_id, item->id, item);
        fiber_breathe();
    }
    return err;
}

/* The message of an id, or one without UID that stands for it. */
static int find_message(struct threading *threading, uint64_t id, struct thread_message **out)
{
    struct thread_item *item = map_get(&threading->by_id, id);
    if (!item) {
        item = ARENA_NEW(threading->arena, struct thread_item);
        if (!item)
            return -ERR_NO_MEMORY;
        item->subject = SLICE_EMPTY;
        int err = map_put(&threading->by_id, id, item);
        if (err)
            return err;
    }
    *out = &item->message;
    return 0;
}

static int link_references(struct threading *threading, struct thread_item *item)
{
    struct thread_message *message = &item->message, *parent = NULL;
    int err = 0;
    for (size_t i = 0; i < item->reference_count && !err; i++) {
        struct thread_message *child;
        err = find_message(threading, item->references[i], &child);
        if (err)
            return err;
        if (parent && !child->parent && !thread_is_within(parent, child))
            thread_append(parent, child);
        parent = child;
        fiber_breathe();
    }
    /* The last reference is the message's parent, whatever others have made of it. */
    thread_detach(message);
    if (parent && !thread_is_within(parent, message))
        thread_append(parent, message);
    return err;
}

/* Steps 2 and 3: the root, and no messages that nobody has ------------------------------------ */

static void gather(struct threading *threading)
{
    size_t cursor = 0;
    uint64_t id;
    for (size_t i = 0; i < threading->count; i++)
        if (!threading->items[i].message.parent)
            thread_append(threading->root, &threading->items[i].message);
    for (struct thread_item *item; (item = map_next(&threading->by_id, &cursor, &id));) {
        if (!item->message.uid && !item->message.parent)
            thread_append(threading->root, &item->message);
        fiber_breathe();
    }
}

static void prune_one(const struct thread_message *root, struct thread_message *message)
{
    bool has_one = message->first_child && message->first_child == message->last_child;
    if (message->uid)
        return;
    if (!message->first_child)
        thread_detach(message);
    else if (message->parent != root || has_one)
        thread_replace_by_children(message);
}

static void prune(const struct thread_message *root)
{
    struct thread_message *message = thread_next_from_below(root, NULL);
    while (message) {
        struct thread_message *next = thread_next_from_below(root, message);
        prune_one(root, message);
        message = next;
    }
}

/* Step 5: threads with the same subject ---------------------------------------------------- */

struct subject_row {
    struct slice subject;
    struct thread_message *message;
    struct subject_row *next; /* with the same hash */
};

static const struct thread_item *item_of(const struct thread_message *message)
{
    return (const struct thread_item *)message;
}

static struct slice thread_subject(const struct thread_message *message)
{
    if (!message->uid)
        message = message->first_child;
    return item_of(message)->subject;
}

static bool is_reply(const struct thread_message *message)
{
    return message->uid && item_of(message)->is_reply;
}

static struct subject_row *find_subject(const struct threading *threading, struct slice subject)
{
    struct subject_row *row = map_get(&threading->by_subject, slice_hash(subject));
    while (row && !slice_equal(row->subject, subject))
        row = row->next;
    return row;
}

static int enter_subject(struct threading *threading, struct slice subject,
                         struct thread_message *message)
{
    struct subject_row *row = ARENA_NEW(threading->arena, struct subject_row);
    if (!row)
        return -ERR_NO_MEMORY;
    *row = (struct subject_row){subject, message,
                                map_get(&threading->by_subject, slice_hash(subject))};
    return map_put(&threading->by_subject, slice_hash(subject), row);
}

/* Step 5.B */
static int fill_subjects(struct threading *threading)
{
    int err = 0;
    struct thread_message *message = threading->root->first_child;
    for (; message && !err; message = message->next) {
        fiber_breathe();
        struct slice subject = thread_subject(message);
        if (!subject.len)
            continue;
        struct subject_row *row = find_subject(threading, subject);
        if (!row)
            err = enter_subject(threading, subject, message);
        else if (row->message->uid &&
                 (!message->uid || (is_reply(row->message) && !is_reply(message))))
            row->message = message;
    }
    return err;
}

static int join_as_siblings(struct threading *threading, struct subject_row *row,
                            struct thread_message *message)
{
    struct thread_item *item = ARENA_NEW(threading->arena, struct thread_item);
    if (!item)
        return -ERR_NO_MEMORY;
    item->subject = SLICE_EMPTY;
    struct thread_message *other = row->message;
    thread_append(threading->root, &item->message);
    thread_detach(other);
    thread_append(&item->message, other);
    thread_detach(message);
    thread_append(&item->message, message);
    row->message = &item->message;
    return 0;
}

/* Step 5.C.iv */
static int merge(struct threading *threading, struct subject_row *row,
                 struct thread_message *message)
{
    struct thread_message *other = row->message;
    bool other_is_dummy = !other->uid, is_dummy = !message->uid;
    if (other_is_dummy && is_dummy) {
        while (message->first_child) {
            struct thread_message *child = message->first_child;
            thread_detach(child);
            thread_append(other, child);
        }
        thread_detach(message);
    } else if (other_is_dummy || (is_reply(message) && !is_reply(other))) {
        thread_detach(message);
        thread_append(other, message);
    } else {
        return join_as_siblings(threading, row, message);
    }
    return 0;
}

static int merge_subjects(struct threading *threading)
{
    int err = 0;
    struct thread_message *last = threading->root->last_child, *next;
    for (struct thread_message *message = threading->root->first_child; message && !err;
         message = next) {
        next = message == last ? NULL : message->next;
        fiber_breathe();
        struct slice subject = thread_subject(message);
        struct subject_row *row = subject.len ? find_subject(threading, subject) : NULL;
        if (row && row->message != message)
            err = merge(threading, row, message);
    }
    return err;
}

/* Steps 4 and 6 ------------------------------------------------------------------------------ */

/* From below: each is sorted before what its parent is sorted by is asked for. */
static int sort_all(struct thread_message *root)
{
    int err = 0;
    for (struct thread_message *message = NULL;
         !err && (message = thread_next_from_below(root, message));)
        err = thread_sort_children(message);
    return err ? err : thread_sort_children(root);
}

static int sort_threads(struct thread_message *root)
{
    int err = 0;
    struct thread_message *message = root->first_child;
    for (; message && !err; message = message->next)
        err = message->uid ? 0 : thread_sort_children(message);
    return err ? err : thread_sort_children(root);
}

static int run_steps(struct threading *threading)
{
    int err = enter_ids(threading);
    for (size_t i = 0; i < threading->count && !err; i++)
        err = link_references(threading, &threading->items[i]);
    if (err)
        return err;
    gather(threading);
    prune(threading->root);
    err = sort_threads(threading->root);
    if (!err)
        err = fill_subjects(threading);
    if (!err)
        err = merge_subjects(threading);
    return err ? err : sort_all(threading->root);
}

int thread_by_references(struct thread_item *items, size_t count, struct arena *arena,
                         struct thread_message *root)
{
    struct threading threading = {.items = items, .count = count, .arena = arena, .root = root};
    map_init(&threading.by_id);
    map_init(&threading.by_subject);
    int err = run_steps(&threading);
    map_clear(&threading.by_id);
    map_clear(&threading.by_subject);
    return err;
}
