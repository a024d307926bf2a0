/*
 * Inside the mail layer: who pays, and whether there is room.
 */
#ifndef POSTROOM_MAIL_QUOTA_PAYER_H
#define POSTROOM_MAIL_QUOTA_PAYER_H

#include "mail/quota.h"
#include "store/quota_rows.h"

struct payer {
    int64_t user_id; /* of a personal mailbox its owner; 0: shared */
    int64_t root_id; /* 0: none, or none was set for the user */
};

static inline bool payer_equal(struct payer one, struct payer other)
{
    return one.user_id ? one.user_id == other.user_id
                       : !other.user_id && one.root_id == other.root_id;
}

/* Whether there may be limits: else nothing need be asked. */
bool payer_is_limited(const struct mail *mail, struct payer payer);
/* The limits in force, for a user for whom none were set. */
void payer_apply_default(const struct mail *mail, struct quota_row *row);
/* -ERR_NOT_FOUND: the root, or the user, is gone. With the limits in force. */
int payer_load(struct mail *mail, struct payer payer, struct arena *arena,
               struct quota_row *out) MUST_CHECK;
/* -ERR_OVER_QUOTA, which tells a viewer who may know it how much there is: a user's id, or
 * VIEWER_OUTSIDE. */
enum { VIEWER_OUTSIDE = -1 };
int payer_check(struct mail *mail, int64_t viewer_id, struct payer payer,
                const struct quota_amounts *added, struct quota_hold *hold) MUST_CHECK;

#endif
