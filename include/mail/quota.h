/*
 * Quota (RFC 9208): the owner of a mailbox pays for what is in it. A personal mailbox
 * counts for its owner's root, "user/LOGIN", whoever puts messages in; a shared one
 * for the root of the tree it is in, or for none. docs/quota.md says more.
 *
 * What a root's mailboxes hold is added up when it is asked. Where there are no
 * limits nothing is asked: the grant knows whether there is a root.
 */
#ifndef POSTROOM_MAIL_QUOTA_H
#define POSTROOM_MAIL_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/acl.h"
#include "mail/mail.h"
#include "model/quota.h"

/* While there is little room, others who are about to add wait at the same root, of all workers,
 * until this one has done so, or failed. Zeroed it holds nobody up. */
struct quota_gate;
struct quota_hold {
    struct mail *mail; /* NULL: there was room enough */
    struct quota_gate *gate;
};
void quota_let_go(struct quota_hold *hold);

/* Before something is added. -ERR_OVER_QUOTA when one of the limits would be exceeded;
 * the administrator is not stopped. What others add in the same moment does not
 * count yet, but for those who hold, too; without `hold` it is only looked at. The writer and
 * CREATE ask themselves. A grant whose root has changed is stale, as one whose rights have. */
int quota_check(struct mail *mail, const struct grant *grant, const struct quota_amounts *added,
                struct quota_hold *hold) MUST_CHECK;
/* The same for mail from outside, whoever brings it; it is told no numbers. */
int quota_check_delivery(struct mail *mail, const struct grant *grant,
                         const struct quota_amounts *added) MUST_CHECK;
/* Whether quota_check asks anything at all: for who would have to find out what is added. */
bool quota_applies(const struct mail *mail, const struct grant *grant);
/* The same for what leaves `source`: where both count for the same root nothing is added. */
int quota_check_move(struct mail *mail, const struct grant *source, const struct grant *destination,
                     const struct quota_amounts *added, struct quota_hold *hold) MUST_CHECK;

/* The same for what comes in place of `removed` in `source`: for the same root only what
 * there is more counts (RFC 8508 section 3.4). */
int quota_check_replace(struct mail *mail, const struct grant *source,
                        const struct grant *destination, const struct quota_amounts *added,
                        const struct quota_amounts *removed, struct quota_hold *hold) MUST_CHECK;

struct quota {
    struct slice name;
    struct quota_amounts limits;
    struct quota_amounts used;
};

/* GETQUOTAROOT: the root of a mailbox, which needs `r`, or that of one that the actor
 * may create. *found_out false: it has none that the actor may know of, which are the own
 * one and those of shared mailboxes (what others have in private is theirs). */
int quota_of_name(struct mail *mail, const struct actor *actor, struct slice mailbox,
                  struct arena *arena, struct quota *out, bool *found_out) MUST_CHECK;
/* GETQUOTA: -ERR_NOT_FOUND for what GETQUOTAROOT shows of no mailbox. */
int quota_get(struct mail *mail, const struct actor *actor, struct slice root, struct arena *arena,
              struct quota *out) MUST_CHECK;
/* SETQUOTA: of a tree's root, by who has `a` on each mailbox that it was attached to; of a
 * user's only by the administrator. Else -ERR_DENIED, or as above. */
int quota_set(struct mail *mail, const struct actor *actor, struct slice root,
              const struct quota_amounts *limits) MUST_CHECK;

/* For postroomctl. The root of a user is called "user/" and the login, that of a tree as one
 * likes: -ERR_INVALID when clients could take it for something else. */
#define QUOTA_USER_PREFIX "user/"
int quota_list(struct mail *mail, struct arena *arena, struct quota **rows_out,
               size_t *count_out) MUST_CHECK;
/* The shared mailbox and all below it that have no other root attached; mailboxes that
 * come below it later get the root, too. Empty: that of what is above it. */
int quota_attach(struct mail *mail, const struct grant *admin, struct slice root) MUST_CHECK;
int quota_delete(struct mail *mail, const struct actor *admin, struct slice root) MUST_CHECK;

#endif
