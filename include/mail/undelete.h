/*
 * What was expunged or deleted can be given back until the retention ends.
 *
 * Messages are found here with who took them away and when, and restored with the flags,
 * dates and content they had and a new UID, through the writer: open sessions see them
 * come like new mail. A deleted mailbox comes back as it was.
 */
#ifndef POSTROOM_MAIL_UNDELETE_H
#define POSTROOM_MAIL_UNDELETE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/acl.h"
#include "mail/mail.h"
#include "mail/writer.h"
#include "model/uidset.h"
#include "store/undelete.h"

struct undelete_filter {
    struct slice by;           /* the login of who expunged it; empty: anybody */
    int64_t since;             /* expunged at this time or later, microseconds; INT64_MAX: any */
    int64_t until;             /* and before this; INT64_MAX: any */
    struct slice subject;      /* is part of the subject, as in SEARCH; empty: any */
    const struct uidset *uids; /* the UIDs they had; NULL: any */
};

/* A message that can be given back. */
struct expunged_message {
    struct expunged_row row; /* flags in the bits of its mailbox */
    struct slice subject;    /* decoded */
};

/* Those of them with UIDs of `from_uid` or higher, in ascending order, at most
 * UNDELETE_BATCH. *next_out is the from_uid to go on with, 0 when there are no more.
 * Needs `r`, `e` and `t`. */
enum { UNDELETE_BATCH = 1000 };
int undelete_find(struct mail *mail, const struct grant *grant,
                  const struct undelete_filter *filter, uint32_t from_uid, struct arena *arena,
                  struct expunged_message **rows_out, size_t *count_out,
                  uint32_t *next_out) MUST_CHECK;

/* Gives back these messages of `source`, by the UIDs they had there (at most
 * UNDELETE_BATCH) or, when that is Recently Deleted, by those they have in it, into `destination`,
 * which may be the same mailbox; one transaction. Needs `e` and `t` on source and `i` on
 * destination; -ERR_STALE when that has changed. Those that are not there any more are left out: of
 * two who give back at the same time each message comes once.
 *
 * items: flags for each of uids in ascending order, in the destination's bits, as for
 * writer_move; NULL, for the same mailbox only: those they had. \Deleted is always left
 * out, and so is what the actor may not set. In the same mailbox they are \Seen again for
 * each user for whom they were, where that is per user.
 *
 * restored_out: which of the UIDs; out->uids: the new ones in the same order. */
int undelete_restore(struct mail *mail, const struct grant *source, const struct uidset *uids,
                     const struct grant *destination, const struct append_item *items,
                     struct uidset *restored_out, struct append_outcome *out) MUST_CHECK;

/* Mailboxes, which is the administrator's business: others are -ERR_DENIED ---------------- */

/* Those that had this name when they were deleted, the youngest first. */
int mailbox_list_deleted(struct mail *mail, const struct actor *actor, struct slice name,
                         struct arena *arena, struct deleted_mailbox_row **rows_out,
                         size_t *count_out) MUST_CHECK;
/* One of them comes back under this name with its messages, UIDVALIDITY, rights and
 * subscriptions. -ERR_EXISTS: there is a mailbox of that name; -ERR_NOT_FOUND. */
int mailbox_undelete(struct mail *mail, const struct actor *actor, int64_t mailbox_id,
                     struct slice name) MUST_CHECK;

/* For how many days what is expunged here can be given back, and the mailbox itself;
 * RETENTION_DEFAULT: as long as the configuration says. Needs `a`. -ERR_INVALID. */
enum { RETENTION_DEFAULT = -1 };
int mailbox_retention(struct mail *mail, const struct grant *grant, int32_t *days_out) MUST_CHECK;
int mailbox_set_retention(struct mail *mail, const struct grant *grant, int32_t days) MUST_CHECK;

#endif
