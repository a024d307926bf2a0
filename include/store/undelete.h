/*
 * What the retention keeps: rows of expunged, and deleted mailboxes. Expunged messages
 * are given back by a change (store/change.h, CHANGE_RESTORE).
 */
#ifndef POSTROOM_STORE_UNDELETE_H
#define POSTROOM_STORE_UNDELETE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "model/flags.h"
#include "model/uidset.h"
#include "store/database.h"

struct expunged_row {
    uint32_t uid; /* it had */
    int64_t message_id;
    flag_mask flags;
    uint64_t size;
    int64_t internal_date; /* microseconds, as is the next */
    int64_t expunged_at;
    uint64_t modseq;            /* at which it went */
    struct slice actor, client; /* empty: the journal does not go back that far */
};

struct expunged_filter {
    struct slice actor;        /* empty: anybody */
    int64_t since, until;      /* INT64_MAX: any */
    const struct uidset *uids; /* NULL: any */
};
/* Up to `limit` with UIDs of from_uid or higher, in ascending order. */
int expunged_find(struct database *database, struct arena *arena, int64_t mailbox_id,
                  const struct expunged_filter *filter, uint32_t from_uid, uint32_t limit,
                  struct expunged_row **rows_out, size_t *count_out) MUST_CHECK;

struct deleted_mailbox_row {
    int64_t id;
    int64_t deleted_at;
    uint64_t messages;
    struct slice actor, client; /* who deleted it; empty as above */
};
/* Those that had this name when they were deleted, the youngest first. */
int mailboxes_deleted(struct database *database, struct arena *arena, int64_t owner_id,
                      struct slice name, struct deleted_mailbox_row **rows_out,
                      size_t *count_out) MUST_CHECK;

/* It is there again as it was, under this name of this owner; journal row "mailbox",
 * rights_modseq. -ERR_NOT_FOUND: it is not deleted, or gone; -ERR_EXISTS: the name is taken. */
int mailboxes_undelete(struct database *database, int64_t mailbox_id, int64_t owner_id,
                       struct slice name, struct slice actor, struct slice client,
                       uint64_t *modseq_out) MUST_CHECK;

/* The retention of a mailbox in days, -1: the configuration's. *modseq_out is the mailbox's
 * highest, which is the old one when nothing had to change. -ERR_NOT_FOUND. */
enum { RETENTION_DAYS_MAX = 36500 };
int mailboxes_retention(struct database *database, int64_t mailbox_id,
                        int32_t *days_out) MUST_CHECK;
int mailboxes_set_retention(struct database *database, int64_t mailbox_id, int32_t days,
                            struct slice actor, struct slice client,
                            uint64_t *modseq_out) MUST_CHECK;

#endif
