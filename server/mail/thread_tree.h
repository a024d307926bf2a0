/*
 * Inside the mail layer: a tree of messages whose links are consistent at all times, as
 * THREAD needs it (RFC 5256 section 3).
 */
#ifndef POSTROOM_MAIL_THREAD_TREE_H
#define POSTROOM_MAIL_THREAD_TREE_H

#include "mail/sort.h"

/* Makes it the last child; it must have no parent. */
void thread_append(struct thread_message *parent, struct thread_message *child);
void thread_detach(struct thread_message *child);
/* Its children take its place among its siblings; it is detached. */
void thread_replace_by_children(struct thread_message *message);
/* Whether `message` is `above` or one below it. */
bool thread_is_within(const struct thread_message *message, const struct thread_message *above);

/* The date that it is sorted by: of a message that is not there that of its first child. */
int64_t thread_date(const struct thread_message *message);
/* Sorts the children by date, then by number. */
int thread_sort_children(struct thread_message *parent) MUST_CHECK;

/* The next one in a walk through all below `root` in which each message comes after those
 * below it; NULL: that was the last. Begins with NULL. The one it is given may be moved
 * among its siblings before, if `next` was asked for first. */
struct thread_message *thread_next_from_below(const struct thread_message *root,
                                              const struct thread_message *message);

#endif
