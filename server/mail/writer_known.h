/*
 * What the worker knows of a change before it asks: its view shows which
 * messages would change. When the mailbox is still where the view is, once it is
 * locked, the database need not find that out again, which for a whole mailbox
 * takes longer than the change itself.
 */
#ifndef POSTROOM_MAIL_WRITER_KNOWN_H
#define POSTROOM_MAIL_WRITER_KNOWN_H

#include "base/error.h"
#include "store/change.h"

struct mail;

/* If there is a view to look at: puts those of change->uids that would change into
 * `known`, an initialised set, and fills in what the change then knows. For FLAGS
 * and SEEN of `user_id`; lets other fibers run now and then. */
int writer_use_view(struct mail *mail, int64_t user_id, struct change *change,
                    struct uidset *known) MUST_CHECK;

#endif
