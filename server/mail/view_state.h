/*
 * Inside of a view (mail/view.h). view.c finds, opens and keeps views,
 * view_move.c is the only one that changes what a view shows, view_catch_up.c
 * decides who moves it and when, reader.c has what is private to a user.
 *
 * A view moves in one fiber at a time (`moving`). That fiber may park while
 * it builds the next state aside; it publishes without parking, so that
 * nobody ever sees half of a move.
 */
#ifndef POSTROOM_MAIL_VIEW_STATE_H
#define POSTROOM_MAIL_VIEW_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/map.h"
#include "fiber/wait.h"
#include "mail/view.h"
#include "snapshot.h"

struct view {
    struct mail *mail;
    int64_t mailbox_id;
    uint32_t openers; /* view_open not yet closed */
    uint32_t pins;    /* fibers of ours at work on it */
    struct link idle; /* in view_set.idle while it has neither */

    struct snapshot *snapshot; /* NULL until loaded */
    uint64_t rights_modseq;
    bool seen_per_user;
    bool gone;          /* the mailbox was deleted */
    struct map readers; /* user_id → struct reader */
    struct link watchers;

    struct keyword_table keywords;
    struct arena keyword_names; /* what the table points to */
    flag_mask keywords_known;   /* bits that the table has been asked for */
    uint32_t keywords_version;

    uint32_t first_recent;
    bool recent_claimed;       /* not yet written back */
    uint32_t recent_writing;   /* fibers that are at it */
    int64_t recent_written_ms; /* when one was last written at once */

    bool moving;
    struct wait_queue moved; /* whoever waits for the end of a move */
    uint64_t failures;       /* of moves so far */
    struct error failure;    /* the last one, for those who waited for it */

    uint64_t wanted; /* the highest modseq heard of */
    bool following;  /* a fiber moves it there */
};

/* All views of an engine. */
struct view_set {
    struct map views; /* mailbox_id → struct view */
    struct link idle; /* nobody has them open; longest ago first */
    uint32_t idle_count;
    uint64_t idle_messages;
    uint32_t fibers; /* of ours, that hold pins */
    struct wait_queue fiber_ended;
    bool recent_flushing;         /* a fiber is going to write \Recent claims back */
    struct wait_queue recent_now; /* … at once: the engine closes */
    bool closing;
};

/* For mail.c. */
int views_open(struct mail *mail) MUST_CHECK;
/* Ends the fibers, frees all views. Parks. */
void views_close(struct mail *mail);

/* The view of a mailbox if there is one. */
struct view *views_find(struct mail *mail, int64_t mailbox_id);
/* Ids of the views that somebody has open; malloc'd. */
int views_list_open(struct mail *mail, int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* The view may not go away while a fiber works on it. */
void view_pin(struct view *view);
void view_unpin(struct view *view);
/* Runs main(view) in a fiber that has the view pinned; main ends with view_fiber_done(). */
int view_spawn(struct view *view, const char *name, void (*main)(void *view)) MUST_CHECK;
void view_fiber_done(struct view *view);

static inline uint64_t view_modseq_or_zero(const struct view *view)
{
    return view->snapshot ? view->snapshot->modseq : 0;
}

/* A hint: the mailbox has reached modseq. Moves an open view there in a
 * fiber of its own. Never parks. */
void view_follow(struct view *view, uint64_t modseq);
/* Looks into the database, whatever is known: for opening, and for mailboxes
 * that seem to be gone. Parks. */
int view_refresh(struct view *view) MUST_CHECK;
/* Loads it unless it is; *led_out: this call has read everything itself, so
 * that the view is as young as the call. Parks. */
int view_ensure_loaded(struct view *view, bool *led_out) MUST_CHECK;

/* What a batch of the writer did in this mailbox: rows ascending, and the
 * messages its appends brought, ascending. */
struct view_news {
    const struct journal_row *const *rows;
    size_t row_count;
    const struct entry_row *entries;
    size_t entry_count;
    uint64_t last; /* the modseq the mailbox has reached by this batch */
    bool complete; /* nothing is missing: neither rows up to last nor entries */
};
/* Moves the view to news->last or further. Parks. */
int view_absorb(struct view *view, const struct view_news *news) MUST_CHECK;

/* A younger keyword table than the view has; copied. */
int view_learn_keywords(struct view *view, const struct keyword_table *table) MUST_CHECK;

/* view_recent.c: writes claims back that nobody has yet. Parks. */
void views_flush_recent(struct mail *mail);
/* What was claimed of one mailbox, so that the database can count what is left; whether there
 * was something. Parks. */
int view_settle_recent(struct mail *mail, int64_t mailbox_id, bool *written_out) MUST_CHECK;

#endif
