/*
 * Quota roots (RFC 9208 section 3.2): rows of quota_roots with what their mailboxes
 * hold, which is added up from mailbox_state at each call. A user has a root called
 * "user/LOGIN", for which limits may have been set or not; the other ones are those of
 * shared trees.
 */
#ifndef POSTROOM_STORE_QUOTA_ROWS_H
#define POSTROOM_STORE_QUOTA_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "model/quota.h"
#include "model/uidset.h"
#include "store/database.h"
#include "store/users.h"

struct quota_row {
    int64_t id; /* 0: a user for whom none was set */
    struct slice name;
    int64_t user_id; /* 0: a tree's */
    struct quota_amounts limits;
    struct quota_amounts used;
};

/* That of a user, limits or not. -ERR_NOT_FOUND: no such user. Fast lane, one statement. */
int quota_rows_of_user(struct database *database, struct arena *arena, int64_t user_id,
                       struct quota_row *out) MUST_CHECK;
int quota_rows_get(struct database *database, struct arena *arena, int64_t root_id,
                   struct quota_row *out) MUST_CHECK;
/* A tree's by name, as far as the user (0: the administrator) has l and r on one of its
 * mailboxes, else -ERR_NOT_FOUND; and whether the user administers it, which takes l and a
 * on each mailbox that it was attached to. */
int quota_rows_find(struct database *database, struct arena *arena, struct slice name,
                    int64_t user_id, struct quota_row *out, bool *administers_out) MUST_CHECK;
/* All there are, those of users too: trees first, by name. */
int quota_rows_list(struct database *database, struct arena *arena, struct quota_row **rows_out,
                    size_t *count_out) MUST_CHECK;
/* What a tree of mailboxes would bring to the root of another tree (0: none) or to the
 * root of a user (0: none): not what counts there already or keeps its own root. */
int quota_tree_used(struct database *database, int64_t owner_id, struct slice name, int64_t root_id,
                    int64_t user_id, struct quota_amounts *out) MUST_CHECK;

/* What these expunged messages would bring, by the UIDs that they had or by those that they
 * have in Recently Deleted. */
int quota_expunged(struct database *database, int64_t mailbox_id, const struct uidset *uids,
                   bool uids_are_deleted, struct quota_amounts *out) MUST_CHECK;

/* Changes: each is one transaction, with the mailboxes that hear of it locked. They come
 * back with their new modseq, for the feed. */
struct quota_author {
    int64_t user_id; /* 0: the administrator */
    struct slice actor, client;
};
/* -ERR_NOT_FOUND: no such user. */
int quota_rows_set_for_user(struct database *database, struct arena *arena, int64_t user_id,
                            const struct quota_amounts *limits, const struct quota_author *author,
                            struct mailbox_modseq **touched_out, size_t *count_out) MUST_CHECK;
/* A tree's. -ERR_NOT_FOUND: there is none, or the author does not administer it (any
 * more). */
int quota_rows_set(struct database *database, struct arena *arena, struct slice name,
                   const struct quota_amounts *limits, const struct quota_author *author,
                   struct mailbox_modseq **touched_out, size_t *count_out) MUST_CHECK;
/* The shared mailbox and those below it, but for what has another root attached, get this
 * root, which is made without limits if there is none; data NULL: that of what is above. */
int quota_rows_attach(struct database *database, struct arena *arena, int64_t mailbox_id,
                      struct slice mailbox, struct slice root, const struct quota_author *author,
                      struct mailbox_modseq **touched_out, size_t *count_out) MUST_CHECK;
/* Its mailboxes get the root of what is above them; a user's have no limits of their own
 * any more. */
int quota_rows_delete(struct database *database, struct arena *arena, struct slice name,
                      const struct quota_author *author, struct mailbox_modseq **touched_out,
                      size_t *count_out) MUST_CHECK;

#endif
