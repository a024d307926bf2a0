/*
 * Intrusive doubly linked list: the link lives in the element, the list owns
 * nothing. A link that is in no list points to itself.
 */
#ifndef POSTROOM_BASE_LIST_H
#define POSTROOM_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct link {
    struct link *prev;
    struct link *next;
};

#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

static inline void link_init(struct link *l)
{
    l->prev = l->next = l;
}

/* The list head is a link too. */
static inline bool list_empty(const struct link *head)
{
    return head->next == head;
}

static inline bool link_in_list(const struct link *l)
{
    return l->next != l;
}

static inline void list_add_tail(struct link *head, struct link *l)
{
    l->prev = head->prev;
    l->next = head;
    head->prev->next = l;
    head->prev = l;
}

static inline void link_remove(struct link *l)
{
    l->prev->next = l->next;
    l->next->prev = l->prev;
    link_init(l);
}

/* Moves all elements of `from` to the tail of `to`; `from` is empty then. */
static inline void list_move_all(struct link *to, struct link *from)
{
    if (list_empty(from))
        return;
    from->next->prev = to->prev;
    from->prev->next = to;
    to->prev->next = from->next;
    to->prev = from->prev;
    link_init(from);
}

#define LIST_EACH(head, l) for (struct link *l = (head)->next; l != (head); l = l->next)
/* The body may remove `l`, and only `l`. */
#define LIST_EACH_SAFE(head, l)                                                                    \
    for (struct link *l = (head)->next, *l##_next = l->next; l != (head);                          \
         l = l##_next, l##_next = l->next)

#endif
