#include "mail/watcher.h"

#include <stdlib.h>

#include "lookout.h"
#include "mail/annotation.h"
#include "watcher_names.h"
#include "watcher_private.h"

/* Which rows ------------------------------------------------------------------------------- */

static struct notify_subject subject_of(const struct catalogue_row *row)
{
    return (struct notify_subject){
        .name = row->name, .selectable = row->mailbox_id != 0, .subscribed = row->subscribed};
}

static uint8_t events_of(const struct watcher *watcher, const struct catalogue_row *row)
{
    const struct notify_subject subject = subject_of(row);
    return (uint8_t)notify_spec_events(watcher->spec, &subject);
}

/* Annotations may be read by those who have one of some rights (RFC 5464 section 3.3), but
 * events are for those who may read the mailbox (RFC 5465 section 5). */
bool watchers_want(const struct link *watchers, uint32_t row)
{
    LIST_EACH(watchers, l)
    {
        const struct watcher *watcher = CONTAINER_OF(l, struct watcher, link);
        if (watcher->events[row] & (NOTIFY_MESSAGE_EVENTS | NOTIFY_MAILBOX_METADATA))
            return true;
    }
    return false;
}

void watcher_wake(struct watcher *watcher)
{
    if (watcher->pending_count || watcher->name_count || watcher->over)
        watcher->hooks.news(watcher->hooks.arg);
}

static void set_pending(struct watcher *watcher, uint32_t row, unsigned about)
{
    watcher->pending_count += watcher->pending[row] == 0;
    watcher->pending[row] |= (uint8_t)about;
}

void watcher_tell_messages(struct watcher *watcher, uint32_t row, unsigned about)
{
    unsigned events = watcher->events[row];
    if (!(events & NOTIFY_FLAG_CHANGE))
        about &= WATCH_ALL | WATCH_MESSAGES;
    if (!about || !(events & NOTIFY_MESSAGES) || watcher->over)
        return;
    set_pending(watcher, row, about);
}

void watcher_left(struct watcher *watcher, int64_t mailbox_id, uint64_t modseq)
{
    const struct catalogue *catalogue = watcher->catalogue;
    const struct watched *watched = map_get(&catalogue->lookout->watched, (uint64_t)mailbox_id);
    if (!watched || watched->modseq <= modseq)
        return;
    LIST_EACH(&watched->rows, l)
    {
        const struct catalogue_row *row = CONTAINER_OF(l, struct catalogue_row, link);
        if (row->catalogue == catalogue)
            watcher_tell_messages(watcher, (uint32_t)(row - catalogue->table.rows), WATCH_ALL);
    }
}

/* Moving to another table ------------------------------------------------------------------ */

struct columns {
    uint8_t *events;
    uint8_t *pending;
};

static int new_columns(uint32_t count, struct columns *out)
{
    struct columns columns = {calloc(count + 1, 1), calloc(count + 1, 1)};
    if (!columns.events || !columns.pending) {
        free(columns.events);
        free(columns.pending);
        return fail(ERR_NO_MEMORY, "no memory for what is watched");
    }
    *out = columns;
    return 0;
}

static bool watches_messages(const struct catalogue_row *row, unsigned events)
{
    return row->mailbox_id > 0 && (row->rights & RIGHT_READ) && (events & NOTIFY_MESSAGES);
}

/* Monitoring that begins, begins with how the mailbox is (section 5.9). */
static void move_row(struct watcher *watcher, const struct catalogue_table *before,
                     const struct catalogue_row *after, uint32_t place, struct columns *columns)
{
    columns->events[place] = events_of(watcher, after);
    if (!watches_messages(after, columns->events[place]))
        return;
    const struct catalogue_row *row = catalogue_find(before, after->name);
    bool same = row && row->mailbox_id == after->mailbox_id;
    bool watched = same && watches_messages(row, watcher->events[row - before->rows]);
    if (same)
        columns->pending[place] = watcher->pending[row - before->rows];
    if (!watched)
        columns->pending[place] |= watcher_expects(watcher, after->name) ? WATCH_OWN : WATCH_ALL;
}

static int move(struct watcher *watcher, const struct catalogue_table *before,
                const struct catalogue_table *after)
{
    struct columns columns;
    int err = new_columns(after->count, &columns);
    if (err)
        return err;
    watcher->pending_count = 0;
    for (uint32_t i = 0; i < after->count; i++) {
        move_row(watcher, before, &after->rows[i], i, &columns);
        watcher->pending_count += columns.pending[i] != 0;
    }
    free(watcher->events);
    free(watcher->pending);
    watcher->events = columns.events;
    watcher->pending = columns.pending;
    watcher->next = 0;
    return 0;
}

/* One that cannot move has nothing more to tell. */
int watchers_move(struct link *watchers, const struct catalogue_table *before,
                  const struct catalogue_table *after)
{
    int err = 0;
    LIST_EACH(watchers, l)
    {
        int failed = move(CONTAINER_OF(l, struct watcher, link), before, after);
        err = failed ? failed : err;
    }
    return err;
}

/* What to tell first ------------------------------------------------------------------------ */

static int begin_row(struct watcher *watcher, uint32_t place)
{
    const struct catalogue_row *row = &watcher->catalogue->table.rows[place];
    watcher->events[place] = events_of(watcher, row);
    unsigned events = watcher->events[place];
    if (row->mailbox_id <= 0 || !events)
        return 0;
    if (!(row->rights & RIGHT_READ))
        return watcher_add_name(watcher, row, SLICE_EMPTY);
    if (watcher->spec->status && (events & NOTIFY_MESSAGES))
        set_pending(watcher, place, WATCH_ALL);
    return 0;
}

static int begin(struct watcher *watcher)
{
    struct catalogue *catalogue = watcher->catalogue;
    uint32_t count = catalogue->table.count;
    if (count > (uint64_t)watcher->names_max * 10)
        return fail(ERR_LIMIT, "There are %u mailboxes, more than can be watched", count);
    struct columns columns;
    int err = new_columns(count, &columns);
    if (err)
        return err;
    watcher->events = columns.events;
    watcher->pending = columns.pending;
    for (uint32_t i = 0; i < count && !err; i++)
        err = begin_row(watcher, i);
    if (err)
        return err;
    list_add_tail(&catalogue->watchers, &watcher->link);
    return catalogue_follow(catalogue);
}

int watcher_new(struct mail *mail, const struct actor *actor, const struct notify_spec *spec,
                uint32_t names_max, const struct watcher_hooks *hooks, struct watcher **out)
{
    struct lookout *lookout;
    int err = lookout_start(mail, &lookout);
    if (err)
        return err;
    struct watcher *watcher = calloc(1, sizeof *watcher);
    if (!watcher)
        return fail(ERR_NO_MEMORY, "no memory to watch mailboxes");
    watcher->spec = spec;
    watcher->names_max = names_max;
    watcher->hooks = *hooks;
    link_init(&watcher->link);
    link_init(&watcher->names);
    link_init(&watcher->expected);
    err = catalogue_hold(lookout, actor, &watcher->catalogue);
    if (!err)
        err = catalogue_load(watcher->catalogue);
    if (!err)
        err = begin(watcher);
    if (!err)
        err = lookout_await(watcher->catalogue);
    if (err) {
        watcher_free(&watcher);
        return err;
    }
    *out = watcher;
    return 0;
}

void watcher_free(struct watcher **handle)
{
    struct watcher *watcher = *handle;
    *handle = NULL;
    if (!watcher)
        return;
    link_remove(&watcher->link);
    watcher_forget_names(watcher);
    if (watcher->catalogue) {
        int err = catalogue_follow(watcher->catalogue); /* only leaves some: can't fail */
        (void)err;
        catalogue_leave(&watcher->catalogue);
    }
    free(watcher->events);
    free(watcher->pending);
    free(watcher);
}

/* Telling ----------------------------------------------------------------------------------- */

static bool next_status(struct watcher *watcher, int64_t selected_id, struct watch_item *out)
{
    const struct catalogue_table *table = &watcher->catalogue->table;
    for (uint32_t looked = 0; looked < table->count && watcher->pending_count; looked++) {
        uint32_t place = watcher->next;
        watcher->next = place + 1 < table->count ? place + 1 : 0;
        const struct catalogue_row *row = &table->rows[place];
        unsigned about = watcher->pending[place];
        if (!about || (row->mailbox && (row->mailbox->modseq == 0 || !row->unseen_known)))
            continue;
        watcher->pending[place] = 0;
        watcher->pending_count--;
        if (!row->mailbox || row->mailbox_id == selected_id)
            continue;
        if (about == WATCH_OWN && row->mailbox->uidnext == 1)
            continue; /* as the client has made it */
        if (about & WATCH_OWN)
            about = WATCH_ALL;
        *out = (struct watch_item){
            .kind = WATCH_STATUS,
            .mailbox = catalogue_listed(row),
            .about = about,
            .events = watcher->events[place],
            .status = {.messages = row->mailbox->messages,
                       .uidnext = row->mailbox->uidnext,
                       .uidvalidity = row->mailbox->uidvalidity,
                       .unseen = row->unseen,
                       .highest_modseq = row->mailbox->modseq},
        };
        return true;
    }
    return false;
}

bool watcher_next(struct watcher *watcher, int64_t selected_id, struct watch_item *out)
{
    if (watcher->over)
        return false;
    return watcher_next_name(watcher, out) || next_status(watcher, selected_id, out);
}

bool watcher_is_over(const struct watcher *watcher)
{
    return watcher->over;
}
