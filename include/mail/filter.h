/*
 * Filters: the Sieve scripts (mail/sieve.h) of users and of shared mailboxes. A user's active
 * script files what comes to the user; a shared mailbox's what comes to the mailbox, for all who
 * work there. A user's scripts are the user's to manage, a mailbox's of whoever holds `a` there.
 *
 * Scripts live in the table sieve_scripts; one of an owner's is active, or none. Names are UTF-8,
 * at most FILTER_NAME_MAX octets, without control characters (RFC 5804 section 1.6), compared
 * in NFC.
 *
 * A script acts with the rights of its author: a user's with the user's, a mailbox's with those
 * that whoever wrote it has when it runs. Of an author who was deleted only those of `anyone`
 * are left; a script of the administrator's may what the administrator may.
 */
#ifndef POSTROOM_MAIL_FILTER_H
#define POSTROOM_MAIL_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/slice.h"
#include "mail/acl.h"
#include "mail/mail.h"
#include "mail/sieve.h"

enum { FILTER_NAME_MAX = 512 };

/* Whose scripts: exactly one of the first two is set. */
struct filter_owner {
    int64_t user_id;
    int64_t mailbox_id;
    int64_t actor_id; /* who manages them; 0: the administrator */
};

/* The owner for an actor who wants to manage a shared mailbox's scripts, or, name empty, the
 * actor's own. -ERR_NOT_FOUND (also without `l`), -ERR_DENIED without `a`, which changes ask
 * for again: then they are -ERR_DENIED or, when the owner is gone, -ERR_NOT_FOUND. */
int filter_owner_find(struct mail *mail, const struct actor *actor, struct slice mailbox,
                      struct arena *arena, struct filter_owner *out) MUST_CHECK;

struct filter_script {
    struct slice name;
    uint64_t size;
    bool active;
    int64_t changed; /* microseconds since 1970 */
};
/* What scripts may require here: as sieve_extensions() has it, but nothing that sends mail where
 * there is no mail server. */
void filter_extensions(struct mail *mail, struct buffer *out);
/* Whether the owner's script has met the identifier in so many seconds (RFC 7352). */
int filter_has_met(struct mail *mail, const struct filter_owner *owner, struct slice handle_and_id,
                   uint32_t seconds, bool *out) MUST_CHECK;
/* In the order of names. */
int filter_list(struct mail *mail, const struct filter_owner *owner, struct arena *arena,
                struct filter_script **out, size_t *count_out) MUST_CHECK;
/* -ERR_NOT_FOUND. */
int filter_get(struct mail *mail, const struct filter_owner *owner, struct slice name,
               struct arena *arena, struct slice *text_out) MUST_CHECK;
/* Whether there is room for a script of that size (HAVESPACE): -ERR_TOO_BIG (one script's
 * size), -ERR_LIMIT (number of scripts). A script of that name would be replaced. */
int filter_have_space(struct mail *mail, const struct filter_owner *owner, struct slice name,
                      uint64_t size) MUST_CHECK;
/* Compiles with the owner's other scripts for include, stores nothing. -ERR_SYNTAX. */
int filter_check(struct mail *mail, const struct filter_owner *owner, struct slice text,
                 struct sieve_problem *problem_out) MUST_CHECK;
/* The same, and gives the program: what would be stored, to be run for nobody; sieve_program_free()
 * it. Who owns nothing (all 0) has no other scripts. */
int filter_rehearse(struct mail *mail, const struct filter_owner *owner, struct slice text,
                    struct sieve_program **out, struct sieve_problem *problem_out) MUST_CHECK;
/* Checks and stores, replacing one of that name. -ERR_SYNTAX with the problem, -ERR_INVALID
 * (name), and those of filter_have_space. Who: for the log. */
int filter_put(struct mail *mail, const struct filter_owner *owner, struct slice name,
               struct slice text, struct sieve_problem *problem_out) MUST_CHECK;
/* Name empty: none is active then. -ERR_NOT_FOUND, -ERR_SYNTAX: also what is for the events of
 * IMAP (RFC 6785), which a mailbox asks for. */
int filter_activate(struct mail *mail, const struct filter_owner *owner,
                    struct slice name) MUST_CHECK;
/* -ERR_NOT_FOUND; -ERR_EXISTS when `to` is taken. An active script stays active. */
int filter_rename(struct mail *mail, const struct filter_owner *owner, struct slice from,
                  struct slice to) MUST_CHECK;
/* -ERR_NOT_FOUND; -ERR_WRONG_STATE: it is active. */
int filter_delete(struct mail *mail, const struct filter_owner *owner,
                  struct slice name) MUST_CHECK;

#endif
