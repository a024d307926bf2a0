/*
 * Rights (RFC 4314). Whoever wants to do something in a mailbox needs a
 * grant, and only acl_check() and its sisters can make one: a forgotten check
 * does not compile.
 *
 * There is one denial: a mailbox on which the actor has no `l` is
 * -ERR_NOT_FOUND with the same text as one that does not exist. With `l` but
 * without what is needed it is -ERR_DENIED.
 */
#ifndef POSTROOM_MAIL_ACL_H
#define POSTROOM_MAIL_ACL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/mail.h"
#include "model/mailbox_name.h"
#include "model/rights.h"

/* "This actor may do this in this mailbox", as of rights_modseq. Lives in the
 * arena it was made in. */
struct grant;

/* The mailbox `name` as the actor sees it (model/mailbox_name.h). `needed`:
 * rights that must all be held, besides `l`, which everything needs: RIGHTS_NONE
 * asks for nothing but that. A name that no mailbox can have is -ERR_NOT_FOUND. */
int acl_check(struct mail *mail, const struct actor *actor, struct slice name, rights_mask needed,
              struct arena *arena, const struct grant **out) MUST_CHECK;
int acl_check_id(struct mail *mail, const struct actor *actor, int64_t mailbox_id,
                 rights_mask needed, struct arena *arena, const struct grant **out) MUST_CHECK;
/* The same question for a name that is to be created: needs `k` on the
 * closest existing mailbox above it; at the top level, only the own
 * namespace's owner (and the administrator) may. The grant is one for that parent,
 * NULL at the top level of the own namespace. */
int acl_check_create(struct mail *mail, const struct actor *actor, const struct mailbox_path *path,
                     struct arena *arena, const struct grant **parent_out) MUST_CHECK;

/* A copy with fewer rights, in another arena: for a selected mailbox. NULL when out
 * of memory. */
const struct grant *grant_restrict(const struct grant *grant, rights_mask keep,
                                   struct arena *arena);

int64_t grant_mailbox_id(const struct grant *grant);
int64_t grant_owner_id(const struct grant *grant);  /* 0: shared */
struct slice grant_name(const struct grant *grant); /* as the actor sees it */
const struct mailbox_path *grant_path(const struct grant *grant);
uint32_t grant_uidvalidity(const struct grant *grant);
bool grant_seen_per_user(const struct grant *grant);
struct slice grant_special_use(const struct grant *grant);
const struct actor *grant_actor(const struct grant *grant);
rights_mask grant_rights(const struct grant *grant);
bool grant_has(const struct grant *grant, rights_mask needed);
uint64_t grant_rights_modseq(const struct grant *grant);
/* clock_monotonic_ms() when the first of the rows that counted expires; INT64_MAX: none does. */
int64_t grant_rights_until(const struct grant *grant);
/* Whether it has to be asked for again: rights changed since, or a row that
 * counted has expired. */
bool grant_is_stale(const struct grant *grant, uint64_t rights_modseq);
/* 0, or -ERR_DENIED (-ERR_NOT_FOUND without l) in the one wording. */
int grant_require(const struct grant *grant, rights_mask needed) MUST_CHECK;

/* Identifiers as RFC 4314 writes them: "bob", "group:sales", "anyone", each
 * with "-" before it for negative rights. */
struct acl_entry {
    struct slice identifier; /* arena */
    rights_mask rights;
    int64_t expires_at;      /* microseconds; INT64_MAX: never */
    struct slice granted_by; /* empty for what the owner keeps */
};
/* GETACL: needs `a`. What has expired is left out; the owner is always
 * there, with what the owner keeps. */
int acl_list(struct mail *mail, const struct grant *grant, struct arena *arena,
             struct acl_entry **entries_out, size_t *count_out) MUST_CHECK;
/* One change of an entry. */
struct acl_modification {
    struct slice identifier;
    enum rights_change change;
    rights_mask rights;
    int64_t expires_at; /* microseconds; INT64_MAX: never, and with + and - as the entry has it */
    bool force;         /* even when nobody is left who could administer a shared mailbox */
};
/* SETACL, DELETEACL and postroomctl: needs `a`, which is asked for again under the
 * mailbox's lock: -ERR_STALE. What others change meanwhile in the same entry stays: "+w"
 * and "+t" both count. -ERR_SYNTAX for an identifier that is empty or can't be prepared
 * (identifier.h), -ERR_INVALID with a clear text for one that is nobody,
 * -ERR_WRONG_STATE when it would take `a` from the last who administers a shared
 * mailbox: then only postroomctl could (with force it does). Where nobody does, that may
 * stay so. Seen at once by open sessions. */
int acl_modify(struct mail *mail, const struct grant *grant,
               const struct acl_modification *modification) MUST_CHECK;
/* Shorthands, without an end and without force. */
int acl_set(struct mail *mail, const struct grant *grant, struct slice identifier,
            enum rights_change change, rights_mask rights) MUST_CHECK;
int acl_delete(struct mail *mail, const struct grant *grant, struct slice identifier) MUST_CHECK;
/* LISTRIGHTS: what the identifier always has here, the rest can be granted
 * one by one (nothing is coupled). */
int acl_list_rights(struct mail *mail, const struct grant *grant, struct slice identifier,
                    rights_mask *always_out) MUST_CHECK;

/* postroomctl acl explain: each row with whether it concerns the user, and
 * what comes out. */
struct acl_reason {
    struct slice identifier;
    rights_mask rights;
    bool applies; /* is about the user, a group of theirs, or anyone */
    bool negative;
    bool expired;
    struct slice granted_by;
    int64_t granted_at; /* microseconds since 1970 */
    int64_t expires_at; /* INT64_MAX: never */
};
struct acl_explanation {
    struct slice login;
    bool disabled; /* and therefore may not even log in */
    struct acl_reason *reasons;
    size_t count;
    bool owner;
    rights_mask effective;
};
int acl_explain(struct mail *mail, const struct grant *admin, struct slice login,
                struct arena *arena, struct acl_explanation *out) MUST_CHECK;

#endif
