/*
 * Who did what in a mailbox, when, and from where: the journal, told for people
 * (docs/history.md). Also of a deleted mailbox, as long as it can be given back. The
 * administrator's business: others are -ERR_DENIED.
 */
#ifndef POSTROOM_MAIL_HISTORY_H
#define POSTROOM_MAIL_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/mail.h"
#include "store/history_rows.h"

struct history_event {
    uint64_t modseq;
    int64_t at;                 /* microseconds */
    struct slice actor, client; /* login or "postroomctl"; remote address, may be empty */
    const char *what;           /* "append", "move", "rights" … */
    struct slice uids;          /* "3:5,7", may be empty, as may be the rest */
    struct slice flags;         /* "+\Flagged -work"; "=(\Seen work)": these and no others */
    struct slice reader;        /* whose \Seen */
    struct slice other;         /* where it was copied or moved from, or moved to */
    bool to_other;              /* moved to */
    struct slice other_uids;    /* the UIDs there */
    struct slice subject;       /* of the message, when it is one */
    struct slice detail;
};

/* Those after modseq `after` in ascending order, at most HISTORY_BATCH: go on after the
 * last one until there are fewer. */
enum { HISTORY_BATCH = 500 };
int history_read(struct mail *mail, const struct actor *actor, int64_t mailbox_id,
                 const struct history_filter *filter, uint64_t after, struct arena *arena,
                 struct history_event **events_out, size_t *count_out) MUST_CHECK;

/* Hearing of what comes. Open it before reading what there is. */
struct history_follower;
int history_follow(struct mail *mail, int64_t mailbox_id, struct history_follower **out) MUST_CHECK;
/* Parks until something may have come since the last call; false: it was stopped. */
bool history_wait(struct history_follower *follower);
/* Ends the waiting, now and for ever; from a callback, too. */
void history_stop(struct history_follower *follower);
void history_unfollow(struct history_follower **follower);

#endif
