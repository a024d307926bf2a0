/*
 * Changes of rights, members and mailboxes that happen together or not at all: one
 * transaction. First everybody who is named is locked, users, then groups, then all
 * mailboxes; what is read after that stays true until the end. Nobody sees anything
 * of it before the commit, and nothing is left of it without one.
 */
#ifndef POSTROOM_STORE_ACL_BATCH_H
#define POSTROOM_STORE_ACL_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "store/acl_rows.h"
#include "store/database.h"
#include "store/mailboxes.h"

struct acl_batch;

/* actor and client go into the journal; they must outlive the batch. */
int acl_batch_begin(struct database *database, struct slice actor, struct slice client,
                    struct acl_batch **out) MUST_CHECK;
/* Undoes what was not committed; frees. */
void acl_batch_end(struct acl_batch **batch);

struct batch_name {
    int64_t id;
    struct slice name; /* login or group name */
    bool made;         /* a group that was not there */
};
/* Those that exist, in the arena. */
int acl_batch_lock_users(struct acl_batch *batch, const struct slice *logins, size_t count,
                         struct arena *arena, struct batch_name **rows_out,
                         size_t *count_out) MUST_CHECK;
/* To give them rights. */
int acl_batch_lock_groups(struct acl_batch *batch, const struct slice *names, size_t count,
                          struct arena *arena, struct batch_name **rows_out,
                          size_t *count_out) MUST_CHECK;
/* To change who is in them; those that are missing are made. */
int acl_batch_make_groups(struct acl_batch *batch, const struct slice *names, size_t count,
                          struct arena *arena, struct batch_name **rows_out,
                          size_t *count_out) MUST_CHECK;
/* Whoever has rights on the mailbox, which new ones below it are going to take from it. */
int acl_batch_lock_heirs(struct acl_batch *batch, int64_t parent_id) MUST_CHECK;
/* The mailboxes, and all on which one of the groups has rights. */
int acl_batch_lock_mailboxes(struct acl_batch *batch, const int64_t *mailbox_ids, size_t count,
                             const int64_t *group_ids, size_t group_count) MUST_CHECK;
/* The parent, if any, must be locked or made in this batch. Errors of mailboxes_create. */
int acl_batch_create_mailbox(struct acl_batch *batch, const struct mailbox_creation *creation,
                             int64_t *id_out) MUST_CHECK;

struct batch_row {
    int64_t mailbox_id;
    struct acl_row row;
};
int acl_batch_rows(struct acl_batch *batch, const int64_t *mailbox_ids, size_t count,
                   struct arena *arena, struct batch_row **rows_out, size_t *count_out) MUST_CHECK;
struct batch_member {
    int64_t group_id;
    int64_t user_id;
    struct slice login;
};
int acl_batch_members(struct acl_batch *batch, const int64_t *group_ids, size_t count,
                      struct arena *arena, struct batch_member **rows_out,
                      size_t *count_out) MUST_CHECK;
/* Which of the (shared) mailboxes have somebody who can administer them. */
int acl_batch_administered(struct acl_batch *batch, const int64_t *mailbox_ids, size_t count,
                           bool *out) MUST_CHECK;

/* The changes: carried out at the latest by the commit. Their own actor and client are
 * not looked at, nor keep_administered. */
int acl_batch_change(struct acl_batch *batch, const struct acl_change *change) MUST_CHECK;
int acl_batch_change_member(struct acl_batch *batch, int64_t group_id, int64_t user_id,
                            bool add) MUST_CHECK;

/* The mailboxes that were touched and their modseqs, each once, for the feed.
 * -ERR_NOT_FOUND: a mailbox was deleted meanwhile. -ERR_STALE: who or what a change is
 * about has gone. */
int acl_batch_commit(struct acl_batch *batch, struct arena *arena,
                     struct mailbox_modseq **touched_out, size_t *count_out) MUST_CHECK;

#endif
