/*
 * Inside the mail layer: what a grant holds. Only acl_check.c makes one, from
 * a row that the database has just computed the actor's rights into.
 *
 * Everything a grant points to, the actor's names included, is in the arena
 * that the grant is in.
 */
#ifndef POSTROOM_MAIL_GRANT_H
#define POSTROOM_MAIL_GRANT_H

#include "mail/acl.h"

struct grant {
    int64_t mailbox_id;
    int64_t owner_id;  /* 0: shared */
    struct slice name; /* as the actor sees it */
    struct mailbox_path path;
    uint32_t uidvalidity;
    bool seen_per_user;
    struct slice special_use; /* may be empty */
    struct actor actor;
    rights_mask rights;
    uint64_t rights_modseq;
    int64_t rights_until;    /* clock_monotonic_ms() when the first row that counted expires */
    uint64_t highest_modseq; /* of the mailbox, in the same look-up */
    uint32_t first_recent;
    int64_t quota_root_id; /* 0: none; mail/quota.h */
    bool has_events;       /* mail/filter_event.h */
};

/* Where all the texts are that it points to. */
enum { GRANT_TEXTS = 6 };
void grant_texts(struct grant *grant, struct slice **texts_out);

#endif
