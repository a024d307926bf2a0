/*
 * SORT and THREAD (RFC 5256): the order and the families of messages that a search has
 * found. Both let other fibers run; the caller holds the picture. They need a grant with `r`.
 */
#ifndef POSTROOM_MAIL_SORT_H
#define POSTROOM_MAIL_SORT_H

#include "mail/acl.h"
#include "mail/view.h"
#include "model/progress.h"
#include "model/sort.h"

struct sort_scope {
    const struct grant *grant;
    const struct picture *picture;
    const struct uidset *uids;       /* which messages: all are in the picture */
    struct progress_count *progress; /* counts those whose records are read; may be NULL */
};

/* The UIDs in their order, in `arena`. -ERR_NO_MEMORY: the keys of so many are too much. */
int sort_run(struct mail *mail, const struct sort_scope *scope, const struct sort_program *program,
             struct arena *arena, uint32_t **uids_out) MUST_CHECK;

/* A message in a forest of threads; siblings in their order. */
struct thread_message {
    uint32_t uid; /* 0: one that was not found, or does not exist, above those below it */
    int64_t sent_at;
    struct thread_message *parent; /* NULL: the root */
    struct thread_message *first_child;
    struct thread_message *last_child;
    struct thread_message *next; /* sibling */
    struct thread_message *previous;
};

/* *root_out has the threads as its children; all of them are in `arena`. -ERR_NO_MEMORY: so
 * many are too much for it. */
int thread_run(struct mail *mail, const struct sort_scope *scope, enum thread_algorithm algorithm,
               struct arena *arena, struct thread_message **root_out) MUST_CHECK;

#endif
