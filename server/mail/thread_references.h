/*
 * Inside the mail layer: the steps of threading, on messages that have been read.
 */
#ifndef POSTROOM_MAIL_THREAD_REFERENCES_H
#define POSTROOM_MAIL_THREAD_REFERENCES_H

#include "base/arena.h"
#include "thread_tree.h"

/* A message that was found: what threading asks of it. */
struct thread_item {
    struct thread_message message; /* first: its place in the tree */
    struct slice subject;          /* the base subject, ready to compare */
    bool is_reply;
    uint64_t id; /* 0: none */
    uint64_t *references;
    size_t reference_count;
};

/* Both make the items, in the order of the mailbox, children of `root` and of each other
 * (RFC 5256 section 3). New messages without UID are made in `arena`. */
int thread_by_references(struct thread_item *items, size_t count, struct arena *arena,
                         struct thread_message *root) MUST_CHECK;
int thread_by_subject(struct thread_item *items, size_t count,
                      struct thread_message *root) MUST_CHECK;

#endif
