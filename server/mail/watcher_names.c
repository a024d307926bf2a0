#include "watcher_names.h"

#include <stdlib.h>

#include "lookout.h"
#include "model/mailbox_name.h"

/* One change. The texts are behind it. */
struct waiting_name {
    struct link link;
    enum watch_kind kind;
    struct listed_mailbox mailbox;
    struct slice old_name;
    struct slice entries;
    uint64_t loads; /* of the catalogue, when it was queued */
};

/* What the client is going to change itself, until a load that began after it. */
struct expected_name {
    struct link link;
    enum watch_expected what;
    uint64_t loads;
    size_t len;
    char name[];
};

/* Waiting ----------------------------------------------------------------------------------- */

static void end(struct watcher *watcher)
{
    watcher_forget_names(watcher);
    watcher->over = true;
    watcher->hooks.news(watcher->hooks.arg);
}

static struct slice put_text(char **at, struct slice text)
{
    char *start = *at;
    if (text.len)
        memcpy(start, text.data, text.len);
    *at += text.len;
    return slice_of(start, text.len);
}

static int add(struct watcher *watcher, const struct waiting_name *what)
{
    if (watcher->over)
        return 0;
    if (watcher->name_count == watcher->names_max) {
        end(watcher);
        return 0;
    }
    size_t texts = what->mailbox.name.len + what->mailbox.special_use.len + what->old_name.len +
                   what->entries.len;
    struct waiting_name *name = malloc(sizeof *name + texts);
    if (!name)
        return fail(ERR_NO_MEMORY, "no memory for news of a mailbox");
    *name = *what;
    char *at = (char *)(name + 1);
    name->mailbox.name = put_text(&at, what->mailbox.name);
    name->mailbox.special_use = put_text(&at, what->mailbox.special_use);
    name->old_name = put_text(&at, what->old_name);
    name->entries = put_text(&at, what->entries);
    name->loads = watcher->catalogue->loads;
    list_add_tail(&watcher->names, &name->link);
    watcher->name_count++;
    watcher->hooks.news(watcher->hooks.arg);
    return 0;
}

int watcher_add_name(struct watcher *watcher, const struct catalogue_row *row,
                     struct slice old_name)
{
    const struct waiting_name name = {
        .kind = WATCH_NAME, .mailbox = catalogue_listed(row), .old_name = old_name};
    return add(watcher, &name);
}

/* What cannot be kept in mind cannot be told either. */
static void add_or_end(struct watcher *watcher, const struct waiting_name *name)
{
    if (add(watcher, name) != 0)
        end(watcher);
}

void watcher_tell_entries(struct watcher *watcher, const struct catalogue_row *row,
                          struct slice entries)
{
    struct waiting_name name = {.kind = WATCH_METADATA, .entries = entries};
    if (row)
        name.mailbox = catalogue_listed(row);
    add_or_end(watcher, &name);
}

static void drop(struct waiting_name **name)
{
    free(*name);
    *name = NULL;
}

bool watcher_next_name(struct watcher *watcher, struct watch_item *out)
{
    drop(&watcher->told);
    if (list_empty(&watcher->names))
        return false;
    struct waiting_name *name = CONTAINER_OF(watcher->names.next, struct waiting_name, link);
    link_remove(&name->link);
    watcher->name_count--;
    watcher->told = name;
    bool readable = name->mailbox.rights & RIGHT_READ;
    *out = (struct watch_item){
        .kind = name->kind,
        .mailbox = name->mailbox,
        .old_name = name->old_name,
        .entries = name->entries,
        .no_access = name->mailbox.exists && !readable,
    };
    return true;
}

/* What has changed --------------------------------------------------------------------------- */

static bool is_queued(const struct watcher *watcher, struct slice name)
{
    for (const struct link *l = watcher->names.prev; l != &watcher->names; l = l->prev) {
        const struct waiting_name *waiting = CONTAINER_OF(l, struct waiting_name, link);
        if (waiting->loads != watcher->catalogue->loads)
            return false;
        if (waiting->kind == WATCH_NAME && slice_equal(waiting->mailbox.name, name))
            return true;
    }
    return false;
}

/* As it is now; `gone` says what it was called when it is nothing any more. */
static void tell_name(struct watcher *watcher, struct slice gone, const struct catalogue_row *now,
                      struct slice old_name)
{
    struct waiting_name name = {.kind = WATCH_NAME, .old_name = old_name};
    if (now)
        name.mailbox = catalogue_listed(now);
    else
        name.mailbox.name = gone;
    if (old_name.len || !is_queued(watcher, name.mailbox.name))
        add_or_end(watcher, &name);
}

static unsigned events_of(const struct watcher *watcher, const struct catalogue_row *row)
{
    if (!row)
        return 0;
    const struct notify_subject subject = {
        .name = row->name, .selectable = true, .subscribed = row->subscribed};
    return notify_spec_events(watcher->spec, &subject);
}

/* Section 5.4: the direct parent is affected, whether it exists or not. */
static void tell_parent(struct watcher *watcher, struct slice name)
{
    size_t at = name.len;
    while (at > 0 && name.data[at - 1] != MAILBOX_SEPARATOR)
        at--;
    if (at < 2)
        return;
    struct slice parent = slice_sub(name, 0, at - 1);
    const struct catalogue_row *now = catalogue_find(&watcher->catalogue->table, parent);
    const struct notify_subject subject = {
        .name = parent, .selectable = true, .subscribed = now && now->subscribed};
    if (notify_spec_events(watcher->spec, &subject) & NOTIFY_MAILBOX_NAME)
        tell_name(watcher, parent, now, SLICE_EMPTY);
}

static const unsigned change_events[] = {
    [CATALOGUE_CREATED] = NOTIFY_MAILBOX_NAME,
    [CATALOGUE_DELETED] = NOTIFY_MAILBOX_NAME,
    [CATALOGUE_RENAMED] = NOTIFY_MAILBOX_NAME,
    [CATALOGUE_SUBSCRIPTION] = NOTIFY_SUBSCRIPTION_CHANGE,
    [CATALOGUE_ACCESS] = NOTIFY_MESSAGE_EVENTS | NOTIFY_MAILBOX_METADATA,
};

/* The old name, unless it is known to be nobody's, or is another mailbox's by now. */
static struct slice old_name_of(const struct watcher *watcher, const struct catalogue_row *before)
{
    const struct catalogue_row *now = catalogue_find(&watcher->catalogue->table, before->name);
    bool taken = now && now->mailbox_id;
    return taken || watcher_expects(watcher, before->name) ? SLICE_EMPTY : before->name;
}

static void tell_renamed(struct watcher *watcher, const struct catalogue_row *before,
                         const struct catalogue_row *after)
{
    if (!watcher_expects(watcher, after->name))
        tell_name(watcher, after->name, after, old_name_of(watcher, before));
    else if (!watcher_expects(watcher, before->name)) /* somebody else has put it there */
        tell_name(watcher, before->name, catalogue_find(&watcher->catalogue->table, before->name),
                  SLICE_EMPTY);
}

static void tell(struct watcher *watcher, const struct catalogue_change *change)
{
    const struct catalogue_row *before = change->before, *after = change->after;
    unsigned events = events_of(watcher, before) | events_of(watcher, after);
    const struct catalogue_row *any = after ? after : before;
    if (!(events & change_events[change->kind]))
        return;
    if (change->kind == CATALOGUE_RENAMED) {
        tell_renamed(watcher, before, after);
        return;
    }
    if (watcher_expects(watcher, any->name))
        return;
    tell_name(watcher, any->name, after, SLICE_EMPTY);
    if (change->kind == CATALOGUE_CREATED || change->kind == CATALOGUE_DELETED)
        tell_parent(watcher, any->name);
}

void watchers_tell_change(struct link *watchers, const struct catalogue_change *change)
{
    LIST_EACH(watchers, l)
    tell(CONTAINER_OF(l, struct watcher, link), change);
}

/* What the client does itself ----------------------------------------------------------------- */

void watcher_expect_name(struct watcher *watcher, struct slice name, enum watch_expected what)
{
    struct expected_name *expected = malloc(sizeof *expected + name.len);
    if (!expected)
        return; /* then it is told what it knows */
    expected->what = what;
    expected->loads = watcher->catalogue->loads;
    expected->len = name.len;
    if (name.len)
        memcpy(expected->name, name.data, name.len);
    list_add_tail(&watcher->expected, &expected->link);
}

bool watcher_expects(const struct watcher *watcher, struct slice name)
{
    LIST_EACH(&watcher->expected, l)
    {
        const struct expected_name *expected = CONTAINER_OF(l, struct expected_name, link);
        if (slice_equal(slice_of(expected->name, expected->len), name))
            return true;
    }
    return false;
}

/* Somebody else has done something to the name since. */
static bool is_otherwise(enum watch_expected what, const struct catalogue_row *now)
{
    bool exists = now && now->mailbox_id;
    if (what == WATCH_EXPECT_SUBSCRIPTION)
        return false;
    return what == WATCH_EXPECT_NONE ? exists : !exists || !(now->rights & RIGHT_READ);
}

static void check_expected(struct watcher *watcher, const struct expected_name *expected)
{
    struct slice name = slice_of(expected->name, expected->len);
    const struct catalogue_row *now = catalogue_find(&watcher->catalogue->table, name);
    const struct notify_subject subject = {.name = name, .selectable = true};
    if (is_otherwise(expected->what, now) &&
        notify_spec_events(watcher->spec, &subject) & NOTIFY_MAILBOX_NAME)
        tell_name(watcher, name, now, SLICE_EMPTY);
}

static bool is_made_again(const struct watcher *watcher, const struct expected_name *what)
{
    LIST_EACH(&watcher->expected, l)
    {
        const struct expected_name *expected = CONTAINER_OF(l, struct expected_name, link);
        if (expected->what != WATCH_EXPECT_SUBSCRIPTION &&
            slice_equal(slice_of(expected->name, expected->len), slice_of(what->name, what->len)))
            return true;
    }
    return false;
}

/* Of a name that was expected more than once the last counts. */
static void forget_expected(struct watcher *watcher, uint64_t loads)
{
    LIST_EACH_SAFE(&watcher->expected, l)
    {
        struct expected_name *expected = CONTAINER_OF(l, struct expected_name, link);
        if (expected->loads >= loads)
            continue;
        link_remove(&expected->link);
        if (!is_made_again(watcher, expected))
            check_expected(watcher, expected);
        free(expected);
        if (watcher->over)
            return; /* with all that was expected */
    }
}

void watchers_forget_expected(struct link *watchers, uint64_t loads)
{
    LIST_EACH(watchers, l)
    forget_expected(CONTAINER_OF(l, struct watcher, link), loads);
}

bool watchers_expect_some(const struct link *watchers)
{
    LIST_EACH(watchers, l)
    if (!list_empty(&CONTAINER_OF(l, struct watcher, link)->expected))
        return true;
    return false;
}

void watcher_forget_names(struct watcher *watcher)
{
    drop(&watcher->told);
    LIST_EACH_SAFE(&watcher->names, l)
    {
        struct waiting_name *name = CONTAINER_OF(l, struct waiting_name, link);
        link_remove(&name->link);
        drop(&name);
    }
    watcher->name_count = 0;
    LIST_EACH_SAFE(&watcher->expected, l)
    {
        struct expected_name *expected = CONTAINER_OF(l, struct expected_name, link);
        link_remove(&expected->link);
        free(expected);
    }
}
