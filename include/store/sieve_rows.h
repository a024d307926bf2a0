/*
 * Sieve scripts: rows of sieve_scripts. Names come prepared (mail/filter.h).
 */
#ifndef POSTROOM_STORE_SIEVE_ROWS_H
#define POSTROOM_STORE_SIEVE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "store/database.h"

/* Whose scripts, and who is at work. */
struct sieve_owner {
    int64_t user_id; /* 0: a mailbox's */
    int64_t mailbox_id;
    int64_t
        actor_id; /* changes of a mailbox's scripts need this user's `a`; 0: the administrator */
};

struct sieve_row {
    struct slice name;
    uint64_t size;
    bool active;
    int64_t changed_at; /* microseconds */
};
int sieve_rows_list(struct database *database, const struct sieve_owner *owner, struct arena *arena,
                    struct sieve_row **rows_out, size_t *count_out) MUST_CHECK;
/* -ERR_NOT_FOUND */
int sieve_rows_get(struct database *database, const struct sieve_owner *owner, struct slice name,
                   struct arena *arena, struct slice *text_out) MUST_CHECK;

struct sieve_active_row {
    struct slice name;
    struct slice text;
    int64_t author_id;   /* of a user's script the user */
    struct slice login;  /* the author's; empty: gone, disabled, or the administrator */
    bool administrators; /* a mailbox's script that the administrator has written */
};
/* -ERR_NOT_FOUND: none is. */
int sieve_rows_active(struct database *database, const struct sieve_owner *owner,
                      struct arena *arena, struct sieve_active_row *out) MUST_CHECK;
/* What a mailbox asks for at the events of IMAP (RFC 6785), and the address of who caused one:
 * may be empty. -ERR_NOT_FOUND: there is no such script. */
int sieve_rows_for_event(struct database *database, int64_t mailbox_id, int64_t user_id,
                         struct arena *arena, struct sieve_active_row *out,
                         struct slice *email_out) MUST_CHECK;
/* How many scripts there are but the one of that name. */
int sieve_rows_count_others(struct database *database, const struct sieve_owner *owner,
                            struct slice name, uint64_t *out) MUST_CHECK;

/* Changes hold the owner's lock. All: -ERR_NOT_FOUND also when the owner is gone,
 * -ERR_DENIED when the actor has no `a` (any more). */
/* -ERR_LIMIT: that many others are there. */
int sieve_rows_put(struct database *database, const struct sieve_owner *owner, struct slice name,
                   struct slice text, uint32_t scripts_max) MUST_CHECK;
/* Name empty: none is active then. */
int sieve_rows_activate(struct database *database, const struct sieve_owner *owner,
                        struct slice name) MUST_CHECK;
/* -ERR_EXISTS */
int sieve_rows_rename(struct database *database, const struct sieve_owner *owner, struct slice from,
                      struct slice to) MUST_CHECK;
/* -ERR_WRONG_STATE: it is active. */
int sieve_rows_delete(struct database *database, const struct sieve_owner *owner,
                      struct slice name) MUST_CHECK;

#endif
