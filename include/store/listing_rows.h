/*
 * What LIST asks: the mailboxes that a user may see, and the STATUS of many.
 */
#ifndef POSTROOM_STORE_LISTING_ROWS_H
#define POSTROOM_STORE_LISTING_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "model/rights.h"
#include "store/database.h"
#include "store/mailboxes.h"

/* What LIST needs to know of a mailbox that the user may see (`l`). */
struct listing_row {
    int64_t id;
    int64_t owner_id;
    struct slice owner; /* login name, empty when shared or the user's own */
    struct slice name;  /* path below the namespace */
    struct slice special_use;
    rights_mask rights;
    uint64_t rights_modseq; /* 0: was not asked for */
    bool recently_deleted; /* something is there that the user may see (store/recently_deleted.h) */
};
/* All of them, in any order: one indexed statement whose cost follows what the user may
 * see. user_id 0: all there are. */
int mailboxes_visible(struct database *database, struct arena *arena, int64_t user_id,
                      bool with_rights_modseq, struct listing_row **rows_out,
                      size_t *count_out) MUST_CHECK;
/* One of them by its key, and whether the user may see a mailbox below it. */
enum below {
    BELOW_NOTHING,
    BELOW_VISIBLE,
    BELOW_UNKNOWN /* too many would have to be looked at */
};
struct listing_name {
    bool found;
    struct listing_row row;
    enum below below;
};
int mailboxes_listed(struct database *database, struct arena *arena, int64_t owner_id,
                     struct slice name, int64_t user_id, struct listing_name *out) MUST_CHECK;

/* STATUS of many, also of Recently Deleted, in one statement; `found` tells those of which it is
 * known: not of what is gone, or whose rights have changed since they were looked up. recent and
 * unseen are 0 unless they are asked for. */
struct mailbox_status_asked {
    int64_t mailbox_id;
    uint64_t rights_modseq;
    bool found;
    struct mailbox_status status;
};
int mailboxes_statuses(struct database *database, struct mailbox_status_asked *asked, size_t count,
                       int64_t user_id, bool recent, bool unseen) MUST_CHECK;

/* Then, of those that were found and have messages with \Deleted, status.deleted_bytes, which
 * reads their entries. */
int mailboxes_deleted_bytes(struct database *database, struct mailbox_status_asked *asked,
                            size_t count) MUST_CHECK;

#endif
