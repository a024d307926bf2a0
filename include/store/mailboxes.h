/*
 * Mailboxes: rows of mailboxes, mailbox_state, mailbox_keywords,
 * subscriptions. Paths are below their namespace (model/mailbox_name.h);
 * owner_id 0 stands for shared.
 */
#ifndef POSTROOM_STORE_MAILBOXES_H
#define POSTROOM_STORE_MAILBOXES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "model/flags.h"
#include "model/rights.h"
#include "store/database.h"
#include "store/users.h"

struct mailbox_row {
    int64_t id;
    int64_t owner_id;   /* 0: shared */
    struct slice owner; /* login name, empty when shared */
    struct slice name;  /* path below the namespace */
    uint32_t uidvalidity;
    struct slice special_use; /* "\\Sent", or empty */
    bool seen_per_user;
    rights_mask rights; /* effective rights of the user who asked (see acl_rows.h) */
    uint64_t rights_modseq;
    int64_t rights_until;    /* clock_monotonic_ms() at the first expiry among the rows that made
                                them, by the database's clock; INT64_MAX */
    uint64_t highest_modseq; /* when it was looked up */
    uint32_t first_recent;
    bool auto_subscribe;    /* whoever sees it is subscribed to it */
    int64_t quota_root_id;  /* 0: none */
    int64_t filter_version; /* 0: no script of the mailbox is active */
    bool has_events;        /* a script is asked for at the events of IMAP (RFC 6785) */
};

/* One mailbox by path, with the effective rights of user_id (0: all rights,
 * for postroomctl). -ERR_NOT_FOUND. Fast lane, one statement. */
int mailboxes_find(struct database *database, struct arena *arena, int64_t owner_id,
                   struct slice name, int64_t user_id, struct mailbox_row *out) MUST_CHECK;
int mailboxes_get(struct database *database, struct arena *arena, int64_t mailbox_id,
                  int64_t user_id, struct mailbox_row *out) MUST_CHECK;
/* Which a user uses for that (RFC 6154, in the RFC's spelling), the user's own first; 0: shared
 * ones that all use so. Some may be none that the user sees. */
int mailboxes_of_use(struct database *database, struct arena *arena, int64_t user_id,
                     struct slice use, int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* The mailbox and everything below it in its namespace, whoever may see it. */
int mailboxes_tree(struct database *database, struct arena *arena, int64_t owner_id,
                   struct slice name, int64_t user_id, struct mailbox_row **rows_out,
                   size_t *count_out) MUST_CHECK;

/* The closest existing mailbox above `name` (for the k right and ACL
 * inheritance). -ERR_NOT_FOUND when there is none. */
int mailboxes_nearest_parent(struct database *database, struct arena *arena, int64_t owner_id,
                             struct slice name, int64_t user_id,
                             struct mailbox_row *out) MUST_CHECK;

struct mailbox_creation {
    int64_t owner_id;
    struct slice name;
    struct slice special_use; /* for all; may be empty */
    const struct slice *uses; /* the actor's own */
    size_t use_count;
    bool seen_per_user;
    int64_t parent_id;             /* the closest mailbox above, whose ACL is copied; 0: none */
    uint64_t parent_rights_modseq; /* as of which the actor may */
    int64_t owner_rights_user;     /* gets all rights besides; 0: nobody */
    int64_t actor_id;              /* 0: the administrator */
    struct slice actor, client;
};
/* One transaction under the parent's lock: mailboxes, mailbox_state, acl. -ERR_EXISTS;
 * -ERR_STALE when the parent is not the closest any more, or its rights have changed. */
int mailboxes_create(struct database *database, const struct mailbox_creation *creation,
                     int64_t *id_out, uint32_t *uidvalidity_out) MUST_CHECK;

/* How many mailboxes an owner has, for the limit, and the owner's quota root (0: none). */
int mailboxes_count(struct database *database, int64_t owner_id, uint64_t *count_out,
                    int64_t *quota_root_id_out) MUST_CHECK;

/* Marks it deleted (kept until the retention ends), frees the name, journal
 * row "mailbox", rights_modseq. -ERR_NOT_FOUND; -ERR_STALE when the actor (0: the
 * administrator) has no l and x at that instant. */
int mailboxes_delete(struct database *database, int64_t mailbox_id, int64_t actor_id,
                     struct slice actor, struct slice client, uint64_t *modseq_out) MUST_CHECK;

/* Where a mailbox is, or goes. */
struct mailbox_place {
    int64_t owner_id;
    struct slice name;
};
struct mailbox_renaming {
    int64_t mailbox_id; /* 0: there is none of the name, only what is below it */
    struct mailbox_place from, to;
    int64_t parent_id;       /* the closest mailbox above the new name; 0: none */
    rights_mask needed;      /* on the mailbox, or on the closest ones below the name */
    rights_mask needed_tree; /* on each mailbox that goes along */
    int64_t actor_id;        /* 0: the administrator */
    struct slice actor, client;
};
/* Renames the mailbox and everything below it in one transaction, possibly
 * to another owner's namespace; each gets a journal row "mailbox" and a new
 * rights_modseq. -ERR_EXISTS when a new name is taken. -ERR_STALE when at that instant
 * the mailbox does not have the old name, the parent is not the closest above the
 * new one, or the actor lacks these rights, or l and k on the parent. */
int mailboxes_rename(struct database *database, struct arena *arena,
                     const struct mailbox_renaming *renaming, struct mailbox_modseq **touched_out,
                     size_t *count_out) MUST_CHECK;

/* What STATUS shows, for a user, in one statement on the fast lane. */
struct mailbox_status {
    uint64_t messages, recent, unseen, deleted, bytes;
    uint32_t uidnext, uidvalidity;
    uint64_t highest_modseq;
    uint32_t first_recent;
    uint64_t deleted_bytes; /* of messages with \Deleted; when it was asked for by itself */
};
int mailboxes_status(struct database *database, int64_t mailbox_id, int64_t user_id,
                     struct mailbox_status *out) MUST_CHECK;

/* The one pipelined read that opens every command in a selected mailbox:
 * what has happened since, in the mailbox and to the user? -ERR_NOT_FOUND
 * when mailbox or user are gone. */
struct mailbox_pulse {
    uint64_t highest_modseq;
    uint64_t rights_modseq;
    uint32_t first_recent;
    bool user_disabled;
};
int mailboxes_pulse(struct database *database, int64_t mailbox_id, int64_t user_id,
                    struct mailbox_pulse *out) MUST_CHECK;
/* The same of many at once: `found` tells those that are there. */
struct mailbox_pulse_asked {
    int64_t mailbox_id;
    int64_t user_id;
    bool found;
    struct mailbox_pulse pulse;
};
int mailboxes_pulses(struct database *database, struct mailbox_pulse_asked *asked,
                     size_t count) MUST_CHECK;
/* highest_modseq of many mailboxes, for the hub's sweep; deleted ones are left out. */
int mailboxes_modseqs(struct database *database, struct arena *arena, const int64_t *mailbox_ids,
                      size_t count, struct mailbox_modseq **rows_out, size_t *count_out) MUST_CHECK;

/* Keywords: the table of a mailbox; names in the arena. */
int keywords_load(struct database *database, struct arena *arena, int64_t mailbox_id,
                  struct keyword_table *out) MUST_CHECK;
/* Gives the keywords bits that have none yet (one statement, safe against a
 * second creator), then the whole table as in keywords_load. -ERR_LIMIT when
 * the mailbox has no bit left. */
int keywords_add(struct database *database, struct arena *arena, int64_t mailbox_id,
                 const struct slice *names, size_t count, struct keyword_table *out) MUST_CHECK;

/* Subscriptions by name; adding twice and removing what is not there succeed. Removing
 * that of a mailbox is remembered: it holds against auto_subscribe, too. */
struct subscription_row {
    int64_t owner_id;
    struct slice owner; /* login, empty when shared or the user's own */
    struct slice name;
};
/* -ERR_LIMIT: the user has so many names. */
enum { SUBSCRIPTIONS_MAX = 10000 };
int subscriptions_add(struct database *database, int64_t user_id, int64_t owner_id,
                      struct slice name) MUST_CHECK;
int subscriptions_remove(struct database *database, int64_t user_id, int64_t owner_id,
                         struct slice name) MUST_CHECK;
/* Those that the user has made, and those that auto_subscribe makes. */
int subscriptions_list(struct database *database, struct arena *arena, int64_t user_id,
                       struct subscription_row **rows_out, size_t *count_out) MUST_CHECK;
/* Under the mailbox's lock, with a journal row "mailbox". -ERR_NOT_FOUND. */
int mailboxes_set_auto_subscribe(struct database *database, int64_t mailbox_id, bool automatic,
                                 struct slice actor, struct slice client,
                                 uint64_t *modseq_out) MUST_CHECK;

/* Sets mailbox_state.first_recent to at least `uid` (asynchronously committed:
 * it is a hint), for \Recent. */
int mailboxes_claim_recent(struct database *database, int64_t mailbox_id, uint32_t uid) MUST_CHECK;

#endif
