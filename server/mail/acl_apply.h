/*
 * Inside acl_apply(): what a plan names is looked up and locked (acl_apply_names.c,
 * acl_apply_targets.c), then compared with what there is (acl_apply_difference.c).
 * Everything is in the caller's arena.
 */
#ifndef POSTROOM_MAIL_ACL_APPLY_H
#define POSTROOM_MAIL_ACL_APPLY_H

#include "engine.h"
#include "identifier.h"
#include "mail/acl_plan.h"
#include "mailbox_target.h"
#include "store/acl_batch.h"

struct apply_row {
    const struct planned_row *planned;
    struct identifier identifier; /* prepared */
    int64_t id;                   /* of the user or group; 0: anyone */
};

struct apply_target {
    const struct planned_mailbox *planned;
    struct apply_row *rows; /* planned->row_count; the targets of a tree share them */
    struct slice name;      /* as the actor sees it */
    int64_t id;             /* 0: not made yet */
    int64_t owner_id;
    struct mailbox_target place; /* of one that is to be made */
    bool made;
};

struct apply_member {
    struct slice login; /* prepared */
    int64_t id;
};

struct apply_group {
    const struct planned_group *planned;
    struct apply_member *members; /* planned->member_count */
    struct slice name;            /* prepared */
    int64_t id;
    bool made;
};

struct apply {
    struct mail *mail;
    const struct actor *actor;
    const struct acl_plan *plan;
    struct arena *arena;
    struct acl_batch *batch;
    struct apply_group *groups; /* plan->group_count */
    struct apply_target *targets;
    size_t target_count;
    struct buffer differences; /* struct acl_difference */
    struct buffer users;       /* int64_t: whose groups change */
};

/* The last error again, with the place in the plan where the mistake is. */
int apply_fail_at(const struct apply *apply, int line, int err) MUST_CHECK;

/* Before the transaction: names are prepared, mailboxes found, `a` is asked for. */
int apply_prepare_groups(struct apply *apply) MUST_CHECK;
int apply_find_targets(struct apply *apply) MUST_CHECK;
int apply_prepare_rows(struct apply *apply, const struct planned_mailbox *planned,
                       struct apply_row **rows_out) MUST_CHECK;

/* In it: locks; what the plan has made is there after that. */
int apply_lock_names(struct apply *apply) MUST_CHECK;
int apply_lock_targets(struct apply *apply) MUST_CHECK;
/* Those whose rows are planned, or (heirs) those that take the rows of the mailbox above, as
 * they are at the end. */
int apply_make_targets(struct apply *apply, bool heirs) MUST_CHECK;

/* Notes the differences and queues what makes up for them. */
int apply_groups(struct apply *apply) MUST_CHECK;
int apply_rows(struct apply *apply) MUST_CHECK;

#endif
