/*
 * Rows of acl. Effective rights (union of the positive rows of the user, the
 * user's groups and anyone, minus the union of the negative ones; expired rows
 * don't count; the owner always has RIGHTS_OWNER_KEEPS) are computed in SQL
 * by mailboxes_find and its sisters.
 */
#ifndef POSTROOM_STORE_ACL_ROWS_H
#define POSTROOM_STORE_ACL_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "model/rights.h"
#include "store/database.h"

enum acl_kind { ACL_USER, ACL_GROUP, ACL_ANYONE };

struct acl_row {
    enum acl_kind kind;
    int64_t id;        /* of user or group; 0 for anyone */
    struct slice name; /* login or group name; empty for anyone */
    bool negative;
    rights_mask rights;
    struct slice granted_by;
    int64_t granted_at;
    int64_t expires_at; /* microseconds; INT64_MAX: never */
    bool concerns_user; /* acl_rows_explain: the row applies to the user */
    bool expired;
};

int acl_rows_list(struct database *database, struct arena *arena, int64_t mailbox_id,
                  struct acl_row **rows_out, size_t *count_out) MUST_CHECK;
/* The same, with concerns_user set for this user. */
int acl_rows_explain(struct database *database, struct arena *arena, int64_t mailbox_id,
                     int64_t user_id, struct acl_row **rows_out, size_t *count_out) MUST_CHECK;

struct acl_change {
    int64_t mailbox_id;
    enum acl_kind kind;
    int64_t id;
    bool negative;
    enum rights_change change; /* applied to what the row has at that instant: two
                                  administrators' "+w" and "+t" both stay */
    rights_mask rights;
    int64_t expires_at;     /* INT64_MAX: never; with ADD and REMOVE: as it is in the row */
    bool keep_administered; /* refused when it leaves nobody who administers the mailbox */
    int64_t actor_id;       /* 0: the administrator on the command line */
    struct slice actor, client;
};
/* One transaction under the mailbox's lock: row upserted (deleted when no
 * right is left), new modseq and rights_modseq, journal row "acl" whose
 * detail has identifier, before and after. When nothing had to change nothing is
 * written. modseq_out, the mailbox's highest, is for the feed. -ERR_NOT_FOUND: no such
 * mailbox. -ERR_STALE: at that instant the actor lacks l or a, or the user or group
 * is gone. -ERR_WRONG_STATE: see keep_administered. */
int acl_rows_change(struct database *database, const struct acl_change *change,
                    uint64_t *modseq_out) MUST_CHECK;

#endif
