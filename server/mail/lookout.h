/*
 * Inside the mail layer: the lookout of a worker, one fiber that finds out for all who watch
 * (mail/watcher.h) what has happened.
 *
 * Hints of the hub mark what may have changed; a round asks for many mailboxes at once, and
 * rounds keep a distance, so that what it costs follows neither the number of watches nor that
 * of changes. A mailbox that is watched is known by its modseq, as everywhere: a hint too many
 * does no harm, and one that was lost is made good by the hub's sweep.
 *
 * In a round rights come first. What a mailbox's journal says of rights and names makes the
 * catalogues of those concerned be loaded anew before the numbers are published, so that nobody
 * is told what he may not know any more.
 */
#ifndef POSTROOM_MAIL_LOOKOUT_H
#define POSTROOM_MAIL_LOOKOUT_H

#include "base/list.h"
#include "base/map.h"
#include "catalogue.h"
#include "engine.h"
#include "fiber/wait.h"

/* A mailbox that somebody watches. */
struct watched {
    struct lookout *lookout;
    int64_t mailbox_id;
    struct link rows;  /* struct catalogue_row.link: of those who may read it */
    struct link dirty; /* in lookout.dirty, or in none */
    uint64_t modseq;   /* of the numbers; 0: not known yet */
    uint64_t messages, seen;
    uint32_t uidvalidity, uidnext;
    bool seen_per_user;
};

enum { LOOKOUT_GAP_MS = 100, LOOKOUT_BATCH = 1000 };

struct lookout {
    struct mail *mail;
    struct map watched;     /* mailbox_id → struct watched */
    struct map catalogues;  /* user_id → struct catalogue */
    struct link dirty;      /* struct watched.dirty */
    struct map names;       /* ids of mailboxes whose names or rights may have changed */
    uint64_t server_modseq; /* of server_journal */
    bool server_known;
    bool server_dirty;
    uint64_t swept; /* place of the sweep in `watched` */
    bool running;   /* its fiber lives */
    bool working;   /* in a round */
    bool hurry;     /* somebody waits for the next one */
    bool stopping;
    uint64_t rounds, failures; /* ended so far */
    struct wait_queue wake;    /* its fiber */
    struct wait_queue ended;   /* a round, or the fiber */
};

/* The worker's, with its fiber. */
int lookout_start(struct mail *mail, struct lookout **out) MUST_CHECK;
void lookout_stop(struct mail *mail);
void lookout_close(struct mail *mail);

/* Hints; none of them parks, and all may come when there is no lookout. */
void lookout_hear_mailbox(struct mail *mail, int64_t mailbox_id, uint64_t modseq);
void lookout_hear_names(struct mail *mail, int64_t mailbox_id);
void lookout_hear_user(struct mail *mail, int64_t user_id); /* 0: anybody */
void lookout_hear_server(struct mail *mail);
/* Hints may have been lost. */
void lookout_doubt(struct mail *mail);
/* From the hub's sweep: looks at the next LOOKOUT_BATCH mailboxes. */
void lookout_sweep(struct mail *mail);

/* For catalogues: follows a mailbox for one more row, or for one less. */
int lookout_follow(struct lookout *lookout, struct catalogue_row *row) MUST_CHECK;
void lookout_leave(struct catalogue_row *row);
/* Parks until it is known how the mailboxes of a catalogue are. */
int lookout_await(struct catalogue *catalogue) MUST_CHECK;

#endif
