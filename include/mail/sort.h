/*
 * SORT and THREAD (RFC 5256): the order and the families of messages that a search has
 * found. Both let other fibers run; the caller holds the picture. They need a grant with `r`.
 */
#ifndef POSTROOM_MAIL_SORT_H
#define POSTROOM_MAIL_SORT_H

#include "mail/acl.h"
#include "mail/view.h"
#include "model/sort.h"

struct sort_scope {
    const struct grant *grant;
    const struct picture *picture;
    const struct uidset *uids; /* which messages: all are in the picture */
};

/* The UIDs in their order, in `arena`. -ERR_NO_MEMORY: the keys of so many are too much. */
int sort_run(struct mail *mail, const struct sort_scope *scope, const struct sort_program *program,
             struct arena *arena, uint32_t **uids_out) MUST_CHECK;

#endif
