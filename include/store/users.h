/*
 * Users and groups: rows of users, groups, group_members. Strings are copied
 * to the caller's arena. Rules (who may, what a name looks like) are mail's.
 */
#ifndef POSTROOM_STORE_USERS_H
#define POSTROOM_STORE_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "store/database.h"

struct user_row {
    int64_t id;
    struct slice login;
    struct slice verifier;
    bool disabled;
    int64_t created_at; /* microseconds since 1970 UTC */
};

/* A mailbox and the modseq it has now. */
struct mailbox_modseq {
    int64_t mailbox_id;
    uint64_t modseq;
};

/* -ERR_NOT_FOUND */
int users_find(struct database *database, struct arena *arena, struct slice login,
               struct user_row *out) MUST_CHECK;
int users_get(struct database *database, struct arena *arena, int64_t id,
              struct user_row *out) MUST_CHECK;
/* -ERR_EXISTS */
int users_insert(struct database *database, struct slice login, struct slice verifier,
                 int64_t *id_out) MUST_CHECK;
int users_set_verifier(struct database *database, int64_t id, struct slice verifier) MUST_CHECK;
int users_set_disabled(struct database *database, int64_t id, bool disabled) MUST_CHECK;
/* Deletes the user with rights, memberships, subscriptions. The user's mailboxes
 * are deleted like any other: kept, as nobody's, until the retention ends.
 * Mailboxes of others on which the user had rights get an "acl" journal row. Those
 * and the deleted ones come back with their new modseq for the feed. */
int users_delete(struct database *database, struct arena *arena, int64_t id, struct slice actor,
                 struct mailbox_modseq **touched_out, size_t *count_out) MUST_CHECK;
int users_list(struct database *database, struct arena *arena, struct user_row **rows_out,
               size_t *count_out) MUST_CHECK;

struct group_row {
    int64_t id;
    struct slice name;
    int64_t members;
};

int groups_find(struct database *database, struct arena *arena, struct slice name,
                struct group_row *out) MUST_CHECK;
int groups_insert(struct database *database, struct slice name, int64_t *id_out) MUST_CHECK;
int groups_list(struct database *database, struct arena *arena, struct group_row **rows_out,
                size_t *count_out) MUST_CHECK;
/* The users in a group / the groups of a user. */
int groups_members(struct database *database, struct arena *arena, int64_t group_id,
                   struct user_row **rows_out, size_t *count_out) MUST_CHECK;
int groups_of_user(struct database *database, struct arena *arena, int64_t user_id,
                   struct group_row **rows_out, size_t *count_out) MUST_CHECK;

/* A change of membership changes rights: every mailbox with a row for the
 * group is locked (ascending), gets a new modseq, rights_modseq and an "acl"
 * journal row, in the same transaction. The mailboxes touched come back with
 * their new modseq for the feed. add: -ERR_EXISTS; remove: -ERR_NOT_FOUND. */
int groups_change_member(struct database *database, struct arena *arena, int64_t group_id,
                         int64_t user_id, bool add, struct slice actor,
                         struct mailbox_modseq **touched_out, size_t *count_out) MUST_CHECK;
int groups_delete(struct database *database, struct arena *arena, int64_t group_id,
                  struct slice actor, struct mailbox_modseq **touched_out,
                  size_t *count_out) MUST_CHECK;

#endif
