#include "thread_tree.h"

#include <stdlib.h>

#include "fiber/fiber.h"
#include "order.h"

void thread_append(struct thread_message *parent, struct thread_message *child)
{
    child->parent = parent;
    child->previous = parent->last_child;
    child->next = NULL;
    if (parent->last_child)
        parent->last_child->next = child;
    else
        parent->first_child = child;
    parent->last_child = child;
}

void thread_detach(struct thread_message *child)
{
    struct thread_message *parent = child->parent;
    if (!parent)
        return;
    if (child->previous)
        child->previous->next = child->next;
    else
        parent->first_child = child->next;
    if (child->next)
        child->next->previous = child->previous;
    else
        parent->last_child = child->previous;
    child->parent = child->next = child->previous = NULL;
}

/* Between `before` (NULL: in front) and what follows it. */
static void insert_behind(struct thread_message *parent, struct thread_message *before,
                          struct thread_message *child)
{
    struct thread_message *behind = before ? before->next : parent->first_child;
    child->parent = parent;
    child->previous = before;
    child->next = behind;
    if (before)
        before->next = child;
    else
        parent->first_child = child;
    if (behind)
        behind->previous = child;
    else
        parent->last_child = child;
}

void thread_replace_by_children(struct thread_message *message)
{
    struct thread_message *parent = message->parent, *before = message->previous;
    thread_detach(message);
    while (message->first_child) {
        struct thread_message *child = message->first_child;
        thread_detach(child);
        insert_behind(parent, before, child);
        before = child;
    }
}

bool thread_is_within(const struct thread_message *message, const struct thread_message *above)
{
    if (!above->first_child)
        return message == above;
    for (; message && message != above; message = message->parent)
        fiber_breathe();
    return message != NULL;
}

static const struct thread_message *dated(const struct thread_message *message)
{
    while (!message->uid && message->first_child)
        message = message->first_child;
    return message;
}

int64_t thread_date(const struct thread_message *message)
{
    return dated(message)->sent_at;
}

static int compare(const void *arg, uint32_t a, uint32_t b)
{
    struct thread_message *const *siblings = arg;
    const struct thread_message *left = dated(siblings[a]), *right = dated(siblings[b]);
    if (left->sent_at != right->sent_at)
        return left->sent_at < right->sent_at ? -1 : 1;
    return (left->uid > right->uid) - (left->uid < right->uid);
}

static int sort_siblings(struct thread_message *parent, size_t count)
{
    struct thread_message **siblings = malloc(count * sizeof *siblings);
    uint32_t *places = malloc(count * sizeof *places);
    int err = siblings && places ? 0 : fail(ERR_NO_MEMORY, "no memory for %zu threads", count);
    size_t n = 0;
    for (struct thread_message *child = parent->first_child; child && !err; child = child->next) {
        places[n] = (uint32_t)n;
        siblings[n++] = child;
    }
    if (!err)
        err = order_sort(places, count, compare, siblings);
    for (size_t i = 0; i < count && !err; i++) {
        thread_detach(siblings[places[i]]);
        thread_append(parent, siblings[places[i]]);
    }
    free(siblings);
    free(places);
    return err;
}

int thread_sort_children(struct thread_message *parent)
{
    size_t count = 0;
    for (const struct thread_message *child = parent->first_child; child; child = child->next)
        count++;
    return count > 1 ? sort_siblings(parent, count) : 0;
}

static struct thread_message *deepest_first(struct thread_message *message)
{
    while (message->first_child)
        message = message->first_child;
    return message;
}

struct thread_message *thread_next_from_below(const struct thread_message *root,
                                              const struct thread_message *message)
{
    fiber_breathe();
    if (!message)
        return root->first_child ? deepest_first(root->first_child) : NULL;
    if (message->next)
        return deepest_first(message->next);
    return message->parent == root ? NULL : message->parent;
}
