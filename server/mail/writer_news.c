#include "writer_news.h"

#include <stdlib.h>

#include "engine.h"
#include "hub.h"
#include "indexer.h"
#include "store/recently_deleted.h"
#include "view_state.h"

/* A row that the batch wrote, and the change it came of. */
struct note {
    int64_t mailbox_id;
    const struct journal_row *row;
    const struct change *change;
};

enum { NOTES_PER_CHANGE = 3 };

struct writer_news {
    struct note *notes;
    const struct journal_row **rows;
    size_t count;
};

int writer_news_new(size_t changes, struct writer_news **out)
{
    struct writer_news *news = calloc(1, sizeof *news);
    if (!news)
        return fail(ERR_NO_MEMORY, "no memory for a batch of changes");
    news->notes = malloc(changes * NOTES_PER_CHANGE * sizeof *news->notes);
    news->rows = malloc(changes * NOTES_PER_CHANGE * sizeof *news->rows);
    if (!news->notes || !news->rows) {
        writer_news_free(&news);
        return fail(ERR_NO_MEMORY, "no memory for a batch of changes");
    }
    *out = news;
    return 0;
}

void writer_news_free(struct writer_news **news)
{
    if (!*news)
        return;
    free((*news)->notes);
    free((*news)->rows);
    free(*news);
    *news = NULL;
}

static void add_note(struct writer_news *news, int64_t mailbox_id, const struct journal_row *row,
                     const struct change *change)
{
    if (row->modseq != 0)
        news->notes[news->count++] = (struct note){mailbox_id, row, change};
}

static int compare_notes(const void *a, const void *b)
{
    const struct note *left = a, *right = b;
    if (left->mailbox_id != right->mailbox_id)
        return left->mailbox_id < right->mailbox_id ? -1 : 1;
    return (left->row->modseq > right->row->modseq) - (left->row->modseq < right->row->modseq);
}

static void collect(struct writer_news *news, struct change **changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct change *change = changes[i];
        if (change->result)
            continue;
        add_note(news, change->mailbox_id, &change->row, change);
        add_note(news, change->mailbox_id, &change->seen_row, change);
        add_note(news, change->source_id, &change->source_row, change);
    }
    qsort(news->notes, news->count, sizeof news->notes[0], compare_notes);
}

/* Messages that came to a mailbox ------------------------------------------------------ */

/* The items have everything but the UIDs, which are in the row. (Those of a RESTORE
 * don't: the messages come from what was expunged.) */
static size_t make_entries(const struct note *note, struct entry_row *entries)
{
    const struct change *change = note->change;
    flag_mask shared = change->seen_per_user ? ~FLAG_SEEN : ~(flag_mask)0;
    size_t made = 0;
    for (size_t i = 0; i < note->row->uids.count; i++) {
        struct uid_range range = note->row->uids.ranges[i];
        for (uint64_t uid = range.first; uid <= range.last && made < change->item_count; uid++) {
            const struct append_item *item = &change->items[made];
            entries[made++] = (struct entry_row){
                .uid = (uint32_t)uid,
                .message_id = item->content ? note->change->message_id : item->message_id,
                .flags = item->flags & shared,
                .modseq = note->row->modseq,
                .size = item->size,
                .internal_date = item->internal_date,
            };
        }
    }
    return made;
}

static size_t count_items(const struct note *notes, size_t count)
{
    size_t items = 0;
    for (size_t i = 0; i < count; i++) {
        if (notes[i].row->kind == JOURNAL_APPEND)
            items += notes[i].change->item_count;
    }
    return items;
}

/* Of content whose outcome was looked up the journal does not say which it became, and of
 * messages that were moved which did not come, for they were gone. The mover of messages
 * need not say what they are. */
static bool knows_messages(const struct change *change)
{
    if (change->kind == CHANGE_MOVE)
        return change->items[0].message_id && uidset_size(&change->row.uids) == change->item_count;
    bool brings = change->kind == CHANGE_APPEND || change->kind == CHANGE_REPLACE;
    return brings && !(change->items[0].content && change->message_id == 0);
}

/* False when some are not known here. */
static bool collect_entries(const struct note *notes, size_t count, struct entry_row *entries,
                            size_t *made_out)
{
    size_t made = 0;
    for (size_t i = 0; i < count; i++) {
        if (notes[i].row->kind != JOURNAL_APPEND)
            continue;
        if (!knows_messages(notes[i].change))
            return false;
        made += make_entries(&notes[i], entries + made);
    }
    *made_out = made;
    return true;
}

/* Spreading ------------------------------------------------------------------------------- */

static void tell_view(struct view *view, const struct writer_news *news, const struct note *notes,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        news->rows[i] = notes[i].row;
    size_t items = count_items(notes, count);
    struct entry_row *entries = malloc((items + 1) * sizeof *entries);
    struct view_news told = {
        .rows = news->rows,
        .row_count = count,
        .entries = entries,
        .last = notes[count - 1].row->modseq,
    };
    if (entries)
        told.complete = collect_entries(notes, count, entries, &told.entry_count);
    view_pin(view);
    if (view_absorb(view, &told) != 0)
        view_follow(view, told.last); /* committed all the same */
    view_unpin(view);
    free(entries);
}

static void tell_indexer(struct mail *mail, const struct note *notes, size_t count)
{
    uint64_t messages = 0;
    for (size_t i = 0; i < count; i++)
        if (notes[i].row->kind == JOURNAL_APPEND)
            messages += uidset_size(&notes[i].row->uids);
    if (messages)
        indexer_note(mail, notes->mailbox_id, messages);
}

/* Recently Deleted reads the journal for itself. Who gives something back from there shall
 * see it go before the command ends. */
static void tell_deleted(struct view *view, const struct note *notes, size_t count)
{
    uint64_t last = notes[count - 1].row->modseq;
    bool restores = false;
    for (size_t i = 0; i < count; i++)
        restores = restores || notes[i].change->kind == CHANGE_RESTORE;
    view_pin(view);
    if (!restores || view_catch_up(view, last) != 0)
        view_follow(view, last);
    view_unpin(view);
}

static void tell_mailbox(const struct writer_news *news, struct mail *mail,
                         const struct note *notes, size_t count)
{
    hub_tell(mail, notes->mailbox_id, notes[count - 1].row->modseq);
    tell_indexer(mail, notes, count);
    struct view *view = views_find(mail, notes->mailbox_id);
    if (view)
        tell_view(view, news, notes, count);
    struct view *deleted = views_find(mail, recently_deleted_of(notes->mailbox_id));
    if (deleted)
        tell_deleted(deleted, notes, count);
}

void writer_news_spread(struct writer_news *news, struct mail *mail, struct change **changes,
                        size_t count)
{
    collect(news, changes, count);
    for (size_t start = 0; start < news->count;) {
        size_t end = start + 1;
        while (end < news->count && news->notes[end].mailbox_id == news->notes[start].mailbox_id)
            end++;
        tell_mailbox(news, mail, &news->notes[start], end - start);
        start = end;
    }
}
