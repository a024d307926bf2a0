/*
 * Views: a worker's picture of a mailbox, shared by all its sessions.
 *
 * A *view* follows one mailbox: loaded once, then kept current from the
 * journal, by the writer of this worker directly and by the hub's hints for
 * everybody else's changes. It always holds exactly the state at one modseq.
 *
 * A *picture* is an immutable, refcounted state of the view as one user sees
 * it: entries (shared by all users, in copy-on-write pages) and, where \Seen
 * is per user, that user's bits. Sessions hold the picture their client
 * knows, and move to a younger one at the end of a command; from the
 * difference of the two the untagged responses are made.
 */
#ifndef POSTROOM_MAIL_VIEW_H
#define POSTROOM_MAIL_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/list.h"
#include "mail/acl.h"
#include "mail/mail.h"
#include "model/flags.h"
#include "model/uidset.h"

struct view;
struct picture;

/* What is known of one message. */
struct entry {
    uint32_t uid;
    int64_t message_id;
    flag_mask flags; /* with the user's own \Seen in bit 0 */
    uint64_t modseq; /* of the last change of these flags: see view_picture_with_modseqs */
    uint64_t size;
    int64_t internal_date; /* microseconds since 1970 UTC */
};

/* Opens the mailbox's view (loading it, or joining a load under way), for a
 * grant with `r`. Each open needs one view_close. */
int view_open(struct mail *mail, const struct grant *grant, struct view **out) MUST_CHECK;
/* The same for a grant that was asked for just now: a view that is loaded already is brought to
 * where the mailbox was then, and nothing else is asked. */
int view_open_now(struct mail *mail, const struct grant *grant, struct view **out) MUST_CHECK;
/* A view nobody has open stays for a while, then goes. */
void view_close(struct view **view);

int64_t view_mailbox_id(const struct view *view);
/* The modseq the view is at, and that of the last change of rights it has seen. */
uint64_t view_modseq(const struct view *view);
uint64_t view_rights_modseq(const struct view *view);
/* The mailbox was deleted. */
bool view_is_gone(const struct view *view);
/* Keyword names by bit; stays valid until the next park. */
const struct keyword_table *view_keywords(const struct view *view);
/* The same as they are now, in the arena. */
int view_copy_keywords(const struct view *view, struct arena *arena,
                       struct keyword_table *out) MUST_CHECK;
/* Counts up when a keyword is added: clients want a new FLAGS response. */
uint32_t view_keywords_version(const struct view *view);

/* Reads the journal until the view is at `modseq` or later. Parks. Several
 * callers share one read. */
int view_catch_up(struct view *view, uint64_t modseq) MUST_CHECK;

/* The current picture for a user, refcounted. For a per-user mailbox the
 * first call for a user loads its \Seen bits (parks). */
int view_picture(struct view *view, int64_t user_id, struct picture **out) MUST_CHECK;
/* The same without parking: only when the user's bits are loaded, which they
 * are while anybody holds a picture of that user; else NULL. */
struct picture *view_picture_now(struct view *view, int64_t user_id);
/* Where \Seen is per user, pictures know only on demand when the user has changed it:
 * this one, and all later ones of this user as long as anybody holds one. Then
 * entry.modseq says so, and picture_changed_since; before, they only know of
 * what is common to all. Parks. */
int view_picture_with_modseqs(struct view *view, int64_t user_id, struct picture **out) MUST_CHECK;
struct picture *picture_ref(struct picture *picture);
void picture_unref(struct picture **picture);

/* Sessions that want to know when the view moves on (IDLE). changed() runs
 * in whichever fiber or callback moved it: it must only wake somebody. */
struct view_watcher {
    struct link link;
    void (*changed)(void *arg);
    void *arg;
};
void view_watch(struct view *view, struct view_watcher *watcher);
void view_unwatch(struct view_watcher *watcher);

/* \Recent (RFC 3501 section 2.3.2): UIDs >= the answer that have not been
 * \Recent for anybody yet; with `claim` they are this session's now (not for
 * EXAMINE). Exact within a worker, soon written back for the others. */
uint32_t view_recent_from(struct view *view, bool claim);
/* UIDs below have been \Recent for somebody, maybe elsewhere. */
void view_hear_recent(struct view *view, uint32_t first_recent);

/* Reading a picture. Sequence numbers start at 1. Those that go over many
 * messages (unseen, resolve, changed_since, missing, difference, retain) let other fibers run now
 * and then: hold a reference. */
uint32_t picture_count(const struct picture *picture);
uint32_t picture_uidnext(const struct picture *picture);
uint64_t picture_modseq(const struct picture *picture);
/* seq must be 1..count. */
struct entry picture_entry(const struct picture *picture, uint32_t seq);
/* Only the uid: cheaper. */
uint32_t picture_uid(const struct picture *picture, uint32_t seq);
/* The sequence number of a uid, 0 when it is not there. */
uint32_t picture_seq(const struct picture *picture, uint32_t uid);
/* The same, and its entry; *out stays as it is when it is not there. */
uint32_t picture_find(const struct picture *picture, uint32_t uid, struct entry *out);
/* The first sequence number whose uid is >= uid; count + 1 when none. */
uint32_t picture_seq_from(const struct picture *picture, uint32_t uid);
/* Adds the UIDs of the messages that have all these flags; `among` may be NULL. */
int picture_with_flags(const struct picture *picture, flag_mask flags, const struct uidset *among,
                       struct uidset *uids) MUST_CHECK;
/* The number of the first message without \Seen for the user; 0: none. */
uint32_t picture_first_unseen(const struct picture *picture);
/* Message numbers or UIDs as the client wrote them, as the UIDs that exist
 * in this picture. For numbers: -ERR_INVALID when one is beyond the count
 * (RFC 3501 section 9, seq-number). */
int picture_resolve(const struct picture *picture, const struct sequence_set *sequence, bool is_uid,
                    struct uidset *uids_out) MUST_CHECK;
/* The same as a search key: a number beyond the count is no message's. */
int picture_match(const struct picture *picture, const struct sequence_set *sequence, bool is_uid,
                  struct uidset *uids_out) MUST_CHECK;

/* Whether no \Seen that is the user's own has changed between two pictures of
 * the same view and user. */
bool picture_same_seen(const struct picture *from, const struct picture *to);
/* Whether it shows \Seen as one user has it, and not as everybody does. */
bool picture_is_private(const struct picture *picture);

/* The messages with a modseq above this one; costs what has changed, not what is there. */
int picture_changed_since(const struct picture *picture, uint64_t modseq,
                          struct uidset *uids_out) MUST_CHECK;
/* Those of uids that no message has. */
int picture_missing(const struct picture *picture, const struct uidset *uids,
                    struct uidset *uids_out) MUST_CHECK;

/* The difference of two pictures of the same view and user, `to` younger. */
struct picture_difference {
    struct uidset expunged; /* UIDs in from and not in to */
    struct uidset changed;  /* UIDs in both whose flags or modseqs differ */
    uint32_t appended;      /* messages in to behind the last that from knew */
};
int picture_difference(const struct picture *from, const struct picture *to,
                       struct picture_difference *out) MUST_CHECK;
void picture_difference_clear(struct picture_difference *difference);
/* `to`, with the messages that `from` has and `to` has not kept in their
 * places: what a session moves to while EXPUNGE may not be sent (RFC 3501
 * section 7.4.1). */
int picture_retain(struct picture *from, struct picture *to, struct picture **out) MUST_CHECK;
/* The same without the messages that only `to` has: for a session that wants to know neither
 * of those that came nor of those that went. */
int picture_hold(struct picture *from, struct picture *to, struct picture **out) MUST_CHECK;

#endif
