/*
 * Inside the mail layer: where Recently Deleted (mail/recently_deleted.h) comes into the
 * look-up of mailboxes.
 */
#ifndef POSTROOM_MAIL_RECENTLY_DELETED_ROW_H
#define POSTROOM_MAIL_RECENTLY_DELETED_ROW_H

#include "base/arena.h"
#include "mail/recently_deleted.h"
#include "store/mailboxes.h"
#include "store/recently_deleted.h"

/* mailboxes_find() and mailboxes_get() for Recently Deleted: a row as if it were one, with
 * the rights that count there. -ERR_NOT_FOUND: the path is none, there is no mailbox above
 * it, or the user lacks a right on that. */
int recently_deleted_find(struct mail *mail, struct arena *arena, int64_t owner_id,
                          struct slice path, int64_t user_id, struct mailbox_row *out) MUST_CHECK;
int recently_deleted_get(struct mail *mail, struct arena *arena, int64_t id, int64_t user_id,
                         struct mailbox_row *out) MUST_CHECK;

/* The row of a mailbox as the one of its Recently Deleted; its name is in the arena.
 * -ERR_NOT_FOUND as above. */
int recently_deleted_row(const struct mail *mail, struct arena *arena,
                         struct mailbox_row *row) MUST_CHECK;

/* Whether it has a place below that path: there is a limit to the length of names. */
bool recently_deleted_fits(struct slice path);
/* The path of the mailbox that one is Recently Deleted of; false: of none. */
bool recently_deleted_above(const struct mail *mail, struct slice path, struct slice *above_out);
/* "path/Recently Deleted" in the arena; data NULL: no memory. */
struct slice recently_deleted_below(struct arena *arena, struct slice path);

/* -ERR_INVALID when nothing may be made under this path: a level below the first has the
 * name (ASCII case ignored). */
int recently_deleted_check_new(const struct mail *mail, struct slice path) MUST_CHECK;

#endif
