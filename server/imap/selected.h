/*
 * The selected mailbox of a session: the view it follows, the picture its
 * client knows, and the grant under which it may look.
 */
#ifndef POSTROOM_IMAP_SELECTED_H
#define POSTROOM_IMAP_SELECTED_H

#include <stdbool.h>
#include <stdint.h>

#include "audience.h"
#include "base/arena.h"
#include "mail/acl.h"
#include "mail/view.h"
#include "session.h"

struct command;

struct selected {
    struct session *session;
    struct arena arena;        /* the grant's; cleared at each new grant */
    const struct grant *grant; /* restricted to reading when read_only */
    struct view *view;
    struct picture *picture;    /* what the client knows */
    bool picture_is_own;        /* it keeps messages that are gone: nobody else is at this state */
    struct uidset recent;       /* UIDs that are \Recent in this session */
    struct uidset own;          /* UIDs that the client has made itself (notify.c) */
    struct picture *flags_from; /* the last one whose flags the client was told, when it does not
                                   want to know of changes; NULL: it was told all */
    struct uidset saved;        /* "$": by SEARCH RETURN (SAVE); some may be gone (RFC 5182) */
    uint32_t recent_until;      /* new UIDs below are \Recent here (recent.c) */
    bool read_only;             /* EXAMINE, or no right to write anything */
    bool examined;              /* by EXAMINE */
    uint64_t whole_modseq;      /* while picture_is_own: of the last one that was not */
    uint64_t seen_modseq;       /* the sync that closes the command must reach this */
    uint32_t keywords_version;  /* of the last FLAGS response */
    struct audience_place place;
};

/* SELECT and EXAMINE after the rights check: replaces what was selected.
 * On failure nothing is selected (RFC 3501 section 6.3.1). */
int selected_open(struct session *session, const struct grant *grant, bool examine) MUST_CHECK;
/* Leaves the mailbox silently; does nothing when none is selected. The state
 * becomes STATE_AUTHENTICATED. */
void selected_close(struct session *session);

const struct grant *selected_grant(const struct session *session);
bool selected_is_read_only(const struct session *session);
/* Read-only but for MOVE: what was deleted, selected by SELECT (mail/recently_deleted.h). */
bool selected_gives_back(const struct session *session);

/* The messages that the client means, as UIDs; "$" without those that are gone. A number that no
 * message has is a mistake of the client: -ERR_SYNTAX (RFC 3501 section 9, seq-number). */
int selected_resolve(const struct session *session, const struct sequence_set *sequence,
                     bool is_uid, struct uidset *uids) MUST_CHECK;

/* The UIDs of what has \Deleted now, among these (NULL: all); uidset_clear() them.
 * *modseq_out (may be NULL): when that was. */
int selected_deleted(const struct session *session, const struct uidset *among, struct uidset *uids,
                     uint64_t *modseq_out) MUST_CHECK;
/* The mailbox as it was when the command started, or younger; the client may
 * not know of it yet. picture_unref() it. */
int selected_current(const struct session *session, struct picture **out) MUST_CHECK;

/* At the start of a command: one pulse (mail/pulse.h); a changed ACL gives a
 * new grant. When the mailbox may not be read any more, it is closed
 * with "* OK [CLOSED]" and -ERR_NOT_FOUND or -ERR_DENIED. 0 when nothing is selected. */
int selected_refresh(struct session *session) MUST_CHECK;
/* Whether the grant still holds, as far as this worker knows. */
bool selected_holds(const struct session *session);
/* The mailbox has reached this modseq: the command's end shows it. */
void selected_expect_modseq(struct session *session, uint64_t modseq);
/* The writer said stale: whatever the pulse says, ask for the rights anew; fails like
 * selected_refresh(). */
int selected_expect_change(struct session *session) MUST_CHECK;

/* Flags that STORE (or \Seen by FETCH) has just changed for this client: how the
 * closing sync tells it. */
struct selected_store {
    const struct uidset *uids;
    enum flag_change change;
    flag_mask flags;  /* those that could be changed */
    flag_mask may;    /* flags_changeable() of the actor */
    bool silent;      /* the client knows the result: tell it only what differs from it */
    bool conditional; /* UNCHANGEDSINCE: tell the modseq of each of them */
    const struct uidset *refused; /* then those that it left alone: told as they are; else NULL */
    const struct picture *shown;  /* FETCH has shown them as they are in this one; else NULL */
};

/* Brings the client up to date: untagged EXPUNGE (when allowed), EXISTS,
 * RECENT, FLAGS, FETCH. Ends with the picture the database had when the command
 * started, or younger. */
int selected_sync(struct session *session, bool may_expunge) MUST_CHECK;
/* The same right after a STORE. */
int selected_sync_store(struct session *session, bool may_expunge,
                        const struct selected_store *store) MUST_CHECK;

/* The modseq up to which the client has been told all changes: HIGHESTMODSEQ (RFC 7162).
 * While an EXPUNGE may not be said yet, it stays below that one's. */
uint64_t selected_told_modseq(const struct selected *selected);
/* After the sync that closes a command: in the code of its tagged OK when the
 * command wants that, and by itself when the modseqs that the client has seen are
 * higher than what it may take for known (RFC 7162 section 3.2). */
int selected_tell_modseq(struct session *session, struct command *command) MUST_CHECK;
/* A sync while no command ends, with HIGHESTMODSEQ likewise. */
int selected_show(struct session *session, bool may_expunge) MUST_CHECK;

/* Counts and keywords as SELECT shows them: "* FLAGS", "* OK [PERMANENTFLAGS". */
void selected_render_flags(struct selected *selected, struct buffer *out);

/* The view's keywords as they are now, for work that may park. */
int selected_copy_keywords(const struct session *session, struct arena *arena,
                           struct keyword_table *out) MUST_CHECK;

#endif
