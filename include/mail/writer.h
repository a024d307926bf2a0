/*
 * The writer: every change of a mailbox's contents goes through here.
 *
 * One queue a mailbox and worker. The first who comes leads: it commits
 * everything queued as one transaction (store/change.h), applies it to this
 * worker's view, tells the hub, and wakes the others, each with its own
 * result. When a function returns 0 the change is committed and flushed, and
 * the worker's view shows it. What adds messages is -ERR_OVER_QUOTA when who pays for
 * the mailbox has no room (mail/quota.h).
 *
 * Rights are checked against the grant, and the grant against the database
 * under the lock: -ERR_STALE when rights have changed since (ask for a new
 * grant and try again).
 */
#ifndef POSTROOM_MAIL_WRITER_H
#define POSTROOM_MAIL_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "mail/acl.h"
#include "mail/mail.h"
#include "mail/view.h"
#include "model/flags.h"
#include "model/uidset.h"
#include "store/change.h"

/* Where messages came to: for [APPENDUID] and [COPYUID] (RFC 4315). */
struct append_outcome {
    uint32_t uidvalidity;
    struct uidset uids; /* ascending in the order of the items; uidset_clear() it */
};

/* Flags by name as masks of this mailbox; keywords without a bit get one when
 * the actor may write them (else they are left out). -ERR_LIMIT. */
int writer_resolve_flags(struct mail *mail, const struct grant *grant,
                         const struct flag_names *names, flag_mask *out) MUST_CHECK;

/* APPEND: needs `i`. Flags the actor may not set are dropped. */
int writer_append(struct mail *mail, const struct grant *grant, const struct append_item *items,
                  size_t count, struct append_outcome *out) MUST_CHECK;

/* Of a change of one message the caller may say at which modseq the mailbox is that it
 * knows (modseq, source_modseq): then the writer finds out under the lock what a pulse
 * would have told, and it is -ERR_STALE when the mailbox is at any other, or when this is
 * no small change now (store/change_small.h). 0: a pulse was read. */

/* COPY: the same with an item for each of uids in ascending order, which the journal
 * says they were in `source`. That its content may be read is the caller's to check. */
int writer_copy(struct mail *mail, const struct grant *source, const struct uidset *uids,
                uint64_t source_modseq, const struct grant *destination,
                const struct append_item *items, struct append_outcome *out) MUST_CHECK;

/* STORE: flags outside flags_changeable(rights) are left as they are; when
 * that leaves nothing to change, -ERR_DENIED. \Seen goes to the user's own
 * bits where it is per user. *modseq_out (may be NULL): what the mailbox
 * had reached when it was changed; 0: not known. */
int writer_store(struct mail *mail, const struct grant *grant, const struct uidset *uids,
                 enum flag_change change, flag_mask flags, uint64_t *modseq_out) MUST_CHECK;

/* STORE (UNCHANGEDSINCE n) (RFC 7162 section 3.1.3): a message in which one of the
 * flags has changed after modseq n is left alone and refused. What has changed up
 * to the picture's modseq is looked up, what has since is found under the lock.
 * For adding and removing flags only these count, for setting them all do. The
 * picture must know modseqs (mail/view.h). refused_out: uidset_clear() it. */
int writer_store_unchanged(struct mail *mail, const struct grant *grant,
                           const struct picture *picture, const struct uidset *uids,
                           enum flag_change change, flag_mask flags, uint64_t unchanged_since,
                           struct uidset *refused_out) MUST_CHECK;

/* EXPUNGE of the messages with \Deleted, of all or of these uids: needs `e`.
 * gone_out: uidset_clear() it; may be NULL. */
int writer_expunge(struct mail *mail, const struct grant *grant, const struct uidset *uids,
                   uint64_t modseq, struct uidset *gone_out) MUST_CHECK;

/* MOVE (RFC 6851): needs `r`, `t`, `e` on source and `i` on destination. items: flags
 * for each of uids in ascending order, in the destination's bits; all else in them may be
 * zero, then the worker's view of the destination reads it.
 * moved_out: which uids of the source went (others were gone already). */
int writer_move(struct mail *mail, const struct grant *source, const struct uidset *uids,
                uint64_t source_modseq, const struct grant *destination,
                const struct append_item *items, struct uidset *moved_out,
                struct append_outcome *out) MUST_CHECK;

/* REPLACE (RFC 8508): needs `t` and `e` on source and `i` on destination, which may be the
 * same mailbox. `item` comes to the one and `replaced` goes from the other, or neither:
 * -ERR_NOT_FOUND when it is gone already. */
int writer_replace(struct mail *mail, const struct grant *source, const struct entry *replaced,
                   const struct grant *destination, const struct append_item *item,
                   struct append_outcome *out) MUST_CHECK;

#endif
