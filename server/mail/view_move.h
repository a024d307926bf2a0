/*
 * A move of a view from one state to a younger one: built aside, then
 * published in one step. Only for the fiber that has the view `moving`.
 */
#ifndef POSTROOM_MAIL_VIEW_MOVE_H
#define POSTROOM_MAIL_VIEW_MOVE_H

#include "view_state.h"

struct view_move {
    struct view *view;
    struct snapshot_builder builder;
    flag_mask flags; /* all bits that came along */
    uint64_t rights_modseq;
    uint32_t first_recent;
    bool seen_per_user;
    bool settings_changed; /* the mailbox row was touched: it may be deleted */
    bool gone;
};

/* From what the view shows now. */
int view_move_begin(struct view_move *move, struct view *view) MUST_CHECK;
/* Frees what was built and not published. */
void view_move_abandon(struct view_move *move);
/* Reads the whole mailbox, whatever was built before. Parks. */
int view_move_load(struct view_move *move) MUST_CHECK;
/* Reads and applies the journal to its end; loads anew when the journal does
 * not reach back that far. Parks. */
int view_move_follow(struct view_move *move) MUST_CHECK;
/* Applies one row; the messages an append brings are looked for in entries. */
int view_move_apply(struct view_move *move, const struct journal_row *row,
                    const struct entry_row *entries, size_t entry_count) MUST_CHECK;
/* Reads what the new state needs besides (keyword names, \Seen of users), then
 * publishes it and tells the watchers. Parks before, not while it publishes. */
int view_move_publish(struct view_move *move) MUST_CHECK;

/* The view shows something else, or its mailbox is gone. */
void view_tell_watchers(struct view *view);

#endif
