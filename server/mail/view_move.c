#include "view_move.h"

#include "engine.h"
#include "fiber/fiber.h"
#include "reader.h"
#include "store/entry_stream.h"
#include "store/mailboxes.h"
#include "store/recently_deleted.h"

int view_move_begin(struct view_move *move, struct view *view)
{
    *move = (struct view_move){
        .view = view,
        .rights_modseq = view->rights_modseq,
        .first_recent = view->first_recent,
        .seen_per_user = view->seen_per_user,
    };
    snapshot_builder_init(&move->builder);
    return view->snapshot ? snapshot_builder_start(&move->builder, view->snapshot) : 0;
}

void view_move_abandon(struct view_move *move)
{
    snapshot_builder_clear(&move->builder);
    readers_discard(move->view);
}

/* Loading ----------------------------------------------------------------------- */

struct load {
    struct view_move *move;
    int err;
};

static void load_row(void *arg, const struct entry_row *entry)
{
    struct load *load = arg;
    if (load->err)
        return;
    load->err = snapshot_builder_append(&load->move->builder, entry);
    load->move->flags |= entry->flags;
}

/* Each batch sees the mailbox at a moment of its own. That does no harm: what
 * happened since `state` is in the journal, and applying a row to messages that
 * show it already changes nothing. */
static int load_entries(struct view_move *move, const struct mailbox_state *state)
{
    const struct view *view = move->view;
    struct load load = {.move = move};
    struct entry_stream *stream;
    int err = entry_stream_open(view->mail->database, view->mailbox_id, state, &stream);
    if (err)
        return err;
    uint32_t count;
    for (bool more = true; !err && more;) {
        err = entry_stream_next(stream, load_row, &load, &count, &more);
        if (!err)
            err = load.err;
        fiber_breathe();
    }
    entry_stream_close(&stream);
    return err;
}

int view_move_load(struct view_move *move)
{
    struct mailbox_state state;
    int err = entries_state(move->view->mail->database, move->view->mailbox_id, &state);
    if (err)
        return err;
    snapshot_builder_clear(&move->builder);
    err = load_entries(move, &state);
    if (err)
        return err;
    if (move->builder.uidnext < state.uidnext)
        move->builder.uidnext = state.uidnext;
    move->builder.modseq = state.highest_modseq;
    move->rights_modseq = state.rights_modseq;
    move->seen_per_user = state.seen_per_user;
    if (move->first_recent < state.first_recent)
        move->first_recent = state.first_recent;
    return 0;
}

/* Applying rows ------------------------------------------------------------------- */

struct entry_list {
    const struct entry_row *entries;
    size_t count;
};

/* The first entry whose UID is >= uid. */
static size_t find_entry(const struct entry_list *list, uint32_t uid)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->entries[middle].uid < uid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Messages below uidnext are in the view, or went before it saw them. So did
 * those that are not among the entries. */
static int apply_append_range(struct view_move *move, const struct uid_range *range,
                              const struct entry_list *list)
{
    uint32_t first = range->first > move->builder.uidnext ? range->first : move->builder.uidnext;
    for (size_t i = find_entry(list, first); i < list->count; i++) {
        const struct entry_row *entry = &list->entries[i];
        if (entry->uid > range->last)
            break;
        int err = snapshot_builder_append(&move->builder, entry);
        if (err)
            return err;
        move->flags |= entry->flags;
        fiber_breathe();
    }
    if (move->builder.uidnext <= range->last)
        move->builder.uidnext = range->last + 1;
    return 0;
}

static int apply_append(struct view_move *move, const struct journal_row *row,
                        const struct entry_list *list)
{
    /* To whom what comes there is \Seen is in no row. */
    if (is_recently_deleted(move->view->mailbox_id))
        readers_mark_outdated(move->view);
    for (size_t i = 0; i < row->uids.count; i++) {
        int err = apply_append_range(move, &row->uids.ranges[i], list);
        if (err)
            return err;
    }
    return 0;
}

static int apply_flags(struct view_move *move, const struct journal_row *row,
                       const struct entry_list *list)
{
    (void)list;
    const struct mark_change change = {row->flags_cleared, row->flags_set, row->modseq};
    move->flags |= row->flags_set;
    return snapshot_builder_mark(&move->builder, &row->uids, &change);
}

static int apply_seen(struct view_move *move, const struct journal_row *row,
                      const struct entry_list *list)
{
    (void)list;
    struct reader *reader = map_get(&move->view->readers, (uint64_t)row->user_id);
    if (!move->seen_per_user || !reader)
        return 0;
    return reader_change(reader, &row->uids, (row->flags_set & FLAG_SEEN) != 0, row->modseq);
}

static int apply_expunge(struct view_move *move, const struct journal_row *row,
                         const struct entry_list *list)
{
    (void)list;
    return snapshot_builder_expunge(&move->builder, &row->uids);
}

static int apply_acl(struct view_move *move, const struct journal_row *row,
                     const struct entry_list *list)
{
    (void)list;
    if (move->rights_modseq < row->modseq)
        move->rights_modseq = row->modseq;
    return 0;
}

static int apply_mailbox(struct view_move *move, const struct journal_row *row,
                         const struct entry_list *list)
{
    move->settings_changed = true;
    return apply_acl(move, row, list);
}

/* What is in the mailbox, and who may what there, is as before. */
static int apply_metadata(struct view_move *move, const struct journal_row *row,
                          const struct entry_list *list)
{
    (void)move;
    (void)row;
    (void)list;
    return 0;
}

int view_move_apply(struct view_move *move, const struct journal_row *row,
                    const struct entry_row *entries, size_t entry_count)
{
    static int (*const apply[])(struct view_move *, const struct journal_row *,
                                const struct entry_list *) = {
        [JOURNAL_APPEND] = apply_append,     [JOURNAL_FLAGS] = apply_flags,
        [JOURNAL_SEEN] = apply_seen,         [JOURNAL_EXPUNGE] = apply_expunge,
        [JOURNAL_ACL] = apply_acl,           [JOURNAL_MAILBOX] = apply_mailbox,
        [JOURNAL_METADATA] = apply_metadata,
    };
    const struct entry_list list = {entries, entry_count};
    int err = apply[row->kind](move, row, &list);
    if (!err)
        move->builder.modseq = row->modseq;
    return err;
}

/* Following the journal ------------------------------------------------------------ */

static int apply_batch(struct view_move *move, const struct journal_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        int err = view_move_apply(move, &batch->rows[i], batch->entries, batch->entry_count);
        if (err)
            return err;
        fiber_breathe();
    }
    return 0;
}

/* One read of the journal. *again_out: there is more to read. */
static int follow_once(struct view_move *move, bool *gap_out, bool *again_out)
{
    const struct view *view = move->view;
    struct journal_batch batch;
    int err = journal_read(view->mail->database, view->mailbox_id, move->builder.modseq,
                           move->builder.uidnext, &batch);
    if (err)
        return err;
    *gap_out = batch.gap || (batch.count > 0 && batch.rows[0].modseq != move->builder.modseq + 1);
    *again_out = !batch.complete;
    if (!*gap_out)
        err = apply_batch(move, &batch);
    journal_batch_clear(&batch);
    return err;
}

int view_move_follow(struct view_move *move)
{
    bool loaded_anew = false;
    for (bool again = true; again;) {
        bool gap;
        int err = follow_once(move, &gap, &again);
        if (err)
            return err;
        if (!gap)
            continue;
        if (loaded_anew)
            return fail(ERR_UNAVAILABLE, "the journal is swept faster than it can be read");
        loaded_anew = again = true;
        readers_discard(move->view);
        readers_mark_outdated(move->view);
        err = view_move_load(move);
        if (err)
            return err;
    }
    return 0;
}

/* Publishing ------------------------------------------------------------------------- */

static int read_keywords(const struct view_move *move)
{
    struct view *view = move->view;
    flag_mask unknown = move->flags & ~FLAGS_SYSTEM & ~view->keywords_known;
    if (!unknown)
        return 0;
    struct arena arena;
    arena_init(&arena, 0);
    struct keyword_table table;
    int err = keywords_load(view->mail->database, &arena, view->mailbox_id, &table);
    if (!err)
        err = view_learn_keywords(view, &table);
    if (!err)
        view->keywords_known |= unknown; /* a bit without a name is asked for once */
    arena_clear(&arena);
    return err;
}

/* Whether \Seen is per user is more than a row of the journal can tell: the flags of
 * every message mean something else. */
static int read_settings(struct view_move *move)
{
    struct view *view = move->view;
    while (move->settings_changed) {
        move->settings_changed = false;
        struct mailbox_state state;
        int err = entries_state(view->mail->database, view->mailbox_id, &state);
        move->gone = err == -ERR_NOT_FOUND;
        if (move->gone || err)
            return move->gone ? 0 : err;
        if (state.seen_per_user == move->seen_per_user)
            return 0;
        readers_discard(view);
        err = view_move_load(move);
        if (!err)
            err = view_move_follow(move);
        if (err)
            return err;
    }
    return 0;
}

/* A watcher may unwatch itself or others, and watch again. */
void view_tell_watchers(struct view *view)
{
    struct link pending;
    link_init(&pending);
    list_move_all(&pending, &view->watchers);
    while (!list_empty(&pending)) {
        struct view_watcher *watcher = CONTAINER_OF(pending.next, struct view_watcher, link);
        link_remove(&watcher->link);
        list_add_tail(&view->watchers, &watcher->link);
        watcher->changed(watcher->arg);
    }
}

int view_move_publish(struct view_move *move)
{
    struct view *view = move->view;
    int err = read_settings(move);
    if (!err)
        err = read_keywords(move);
    if (!err)
        err = readers_refresh(view, move->builder.modseq);
    struct snapshot *snapshot;
    if (!err)
        err = snapshot_builder_finish(&move->builder, &snapshot);
    if (err)
        return err;
    snapshot_unref(&view->snapshot);
    view->snapshot = snapshot;
    view->rights_modseq = move->rights_modseq;
    if (view->seen_per_user != move->seen_per_user)
        readers_forget(view);
    view->seen_per_user = move->seen_per_user;
    view->gone = view->gone || move->gone;
    if (view->first_recent < move->first_recent)
        view->first_recent = move->first_recent;
    readers_publish(view);
    view_tell_watchers(view);
    return 0;
}
