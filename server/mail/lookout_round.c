#include "lookout_round.h"

#include <stdlib.h>

#include "acl_check.h"
#include "base/clock.h"
#include "fiber/fiber.h"
#include "store/watch_rows.h"
#include "watcher_private.h"

struct round {
    struct lookout *lookout;
    struct arena arena;
    struct watch_mailbox *mailboxes;
    size_t count;
};

/* Mailboxes --------------------------------------------------------------------------------- */

static int take_mailboxes(struct round *round)
{
    round->mailboxes = ARENA_ARRAY(&round->arena, LOOKOUT_BATCH, struct watch_mailbox);
    if (!round->mailboxes)
        return -ERR_NO_MEMORY;
    struct link *dirty = &round->lookout->dirty;
    while (!list_empty(dirty) && round->count < LOOKOUT_BATCH) {
        struct watched *watched = CONTAINER_OF(dirty->next, struct watched, dirty);
        link_remove(&watched->dirty);
        round->mailboxes[round->count++] = (struct watch_mailbox){
            .mailbox_id = watched->mailbox_id,
            .since = watched->modseq ? watched->modseq : WATCH_NO_NEWS,
        };
    }
    return 0;
}

static void give_back_mailboxes(const struct round *round)
{
    struct lookout *lookout = round->lookout;
    for (size_t i = 0; i < round->count; i++) {
        struct watched *watched =
            map_get(&lookout->watched, (uint64_t)round->mailboxes[i].mailbox_id);
        if (watched && !link_in_list(&watched->dirty))
            list_add_tail(&lookout->dirty, &watched->dirty);
    }
}

static int read_mailboxes(struct round *round)
{
    struct lookout *lookout = round->lookout;
    int err = take_mailboxes(round);
    if (!err && round->count)
        err = watch_read_mailboxes(lookout->mail->database, &round->arena, round->mailboxes,
                                   round->count);
    for (size_t i = 0; i < round->count && !err; i++) {
        const struct watch_mailbox *mailbox = &round->mailboxes[i];
        if (!mailbox->found || mailbox->names_changed)
            err = map_put(&lookout->names, (uint64_t)mailbox->mailbox_id, lookout);
    }
    return err;
}

/* Names and rights --------------------------------------------------------------------------- */

struct question {
    int64_t *ids;
    size_t count;
};

static int list_keys(const struct map *map, struct arena *arena, struct question *out)
{
    struct question question = {ARENA_ARRAY(arena, map->count, int64_t), 0};
    if (!question.ids)
        return -ERR_NO_MEMORY;
    size_t cursor = 0;
    uint64_t id;
    while (map_next(map, &cursor, &id))
        question.ids[question.count++] = (int64_t)id;
    *out = question;
    return 0;
}

static int compare_ids(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static bool is_asked(const struct question *question, int64_t id)
{
    return bsearch(&id, question->ids, question->count, sizeof id, compare_ids) != NULL;
}

/* What may be seen by one user: rows of the answer. */
struct sight {
    const struct watch_visible *rows;
    size_t count;
};

static const struct watch_visible *find_visible(const struct sight *sight, int64_t mailbox_id)
{
    for (size_t i = 0; i < sight->count; i++)
        if (sight->rows[i].mailbox_id == mailbox_id)
            return &sight->rows[i];
    return NULL;
}

static bool has_name(const struct catalogue *catalogue, const struct watch_visible *visible,
                     struct slice name)
{
    struct mailbox_path path =
        path_of_row(&catalogue->actor, visible->owner_id, visible->owner, visible->name);
    struct buffer shown;
    buffer_init(&shown, 0);
    mailbox_path_render(&path, &shown);
    bool same = buffer_check(&shown) == 0 && slice_equal(buffer_slice(&shown), name);
    buffer_clear(&shown);
    return same;
}

/* Whether the catalogue says of all that was asked about what the user may see now. */
static bool is_true(const struct catalogue *catalogue, const struct question *question,
                    const struct sight *sight)
{
    size_t known = 0;
    for (uint32_t i = 0; i < catalogue->table.count; i++) {
        const struct catalogue_row *row = &catalogue->table.rows[i];
        if (row->mailbox_id <= 0 || !is_asked(question, row->mailbox_id))
            continue;
        const struct watch_visible *visible = find_visible(sight, row->mailbox_id);
        if (!visible || visible->rights != row->rights || !has_name(catalogue, visible, row->name))
            return false;
        known++;
    }
    return known == sight->count;
}

static struct sight sight_of(const struct watch_visible *rows, size_t count, int64_t user_id)
{
    struct sight sight = {NULL, 0};
    for (size_t i = 0; i < count; i++) {
        if (rows[i].user_id != user_id)
            continue;
        if (!sight.rows)
            sight.rows = &rows[i];
        sight.count++;
    }
    return sight;
}

static int check_names(struct round *round)
{
    struct lookout *lookout = round->lookout;
    struct question mailboxes, users;
    if (!lookout->catalogues.count)
        map_clear(&lookout->names); /* nobody wants to know */
    if (!lookout->names.count)
        return 0;
    int err = list_keys(&lookout->names, &round->arena, &mailboxes);
    if (!err)
        err = list_keys(&lookout->catalogues, &round->arena, &users);
    if (err)
        return err;
    map_clear(&lookout->names);
    qsort(mailboxes.ids, mailboxes.count, sizeof mailboxes.ids[0], compare_ids);
    struct watch_visible *rows;
    size_t count;
    err = watch_read_visible(lookout->mail->database, &round->arena, mailboxes.ids, mailboxes.count,
                             users.ids, users.count, &rows, &count);
    for (size_t i = 0; i < users.count; i++) {
        struct catalogue *catalogue = map_get(&lookout->catalogues, (uint64_t)users.ids[i]);
        if (!catalogue)
            continue;
        struct sight sight = {NULL, 0};
        if (!err)
            sight = sight_of(rows, count, users.ids[i]);
        if (err || catalogue->loading || watchers_expect_some(&catalogue->watchers) ||
            !is_true(catalogue, &mailboxes, &sight))
            catalogue->dirty = true;
        fiber_breathe();
    }
    return err;
}

/* Rights that have expired are found by loading, too. */
static int load_catalogues(struct round *round)
{
    struct lookout *lookout = round->lookout;
    struct question users;
    int err = list_keys(&lookout->catalogues, &round->arena, &users);
    for (size_t i = 0; i < users.count && !err; i++) {
        struct catalogue *catalogue = map_get(&lookout->catalogues, (uint64_t)users.ids[i]);
        if (catalogue && (catalogue->dirty || catalogue->rights_until <= clock_monotonic_ms()))
            err = catalogue_load(catalogue);
    }
    return err;
}

/* What is unseen ----------------------------------------------------------------------------- */

static bool wants_flags(const struct catalogue_row *row)
{
    uint32_t place = (uint32_t)(row - row->catalogue->table.rows);
    LIST_EACH(&row->catalogue->watchers, l)
    {
        const struct watcher *watcher = CONTAINER_OF(l, struct watcher, link);
        if (watcher->events[place] & NOTIFY_FLAG_CHANGE)
            return true;
    }
    return false;
}

/* Of those who want to know it; two passes: how many, and who. */
static size_t list_readers(const struct round *round, struct watch_unseen *asked)
{
    size_t count = 0;
    for (size_t i = 0; i < round->count; i++) {
        const struct watch_mailbox *mailbox = &round->mailboxes[i];
        const struct watched *watched =
            map_get(&round->lookout->watched, (uint64_t)mailbox->mailbox_id);
        if (!watched || !mailbox->found || !mailbox->seen_per_user)
            continue;
        LIST_EACH(&watched->rows, l)
        {
            const struct catalogue_row *row = CONTAINER_OF(l, struct catalogue_row, link);
            if (!wants_flags(row))
                continue;
            if (asked)
                asked[count] = (struct watch_unseen){.mailbox_id = mailbox->mailbox_id,
                                                     .user_id = row->catalogue->actor.user_id};
            count++;
        }
    }
    return count;
}

static int read_unseen(struct round *round, struct watch_unseen **out, size_t *count_out)
{
    size_t count = list_readers(round, NULL);
    struct watch_unseen *asked = ARENA_ARRAY(&round->arena, count, struct watch_unseen);
    if (!asked)
        return -ERR_NO_MEMORY;
    (void)list_readers(round, asked);
    int err = count ? watch_read_unseen(round->lookout->mail->database, asked, count) : 0;
    if (err)
        return err;
    *out = asked;
    *count_out = count;
    return 0;
}

/* Publishing --------------------------------------------------------------------------------- */

static bool names_user(struct slice ids, int64_t user_id)
{
    while (ids.len) {
        size_t end = slice_find(ids, ' ');
        uint64_t id;
        if (slice_to_u64(slice_sub(ids, 0, end), &id) && (int64_t)id == user_id)
            return true;
        ids = slice_sub(ids, end + 1, ids.len);
    }
    return false;
}

static unsigned news_for(const struct watch_mailbox *mailbox, const struct catalogue_row *row,
                         uint32_t unseen)
{
    bool flags =
        mailbox->flags_changed || names_user(mailbox->readers, row->catalogue->actor.user_id);
    return (mailbox->messages_moved ? WATCH_MESSAGES : 0U) | (flags ? WATCH_FLAGS : 0U) |
           (flags && unseen != row->unseen ? WATCH_UNSEEN : 0U);
}

static void tell_entries(struct watcher *watcher, const struct catalogue_row *row,
                         struct slice lines)
{
    while (lines.len) {
        size_t end = slice_find(lines, '\n');
        struct slice line = slice_sub(lines, 0, end);
        size_t space = slice_find(line, ' ');
        uint64_t user_id;
        if (slice_to_u64(slice_sub(line, 0, space), &user_id) &&
            (user_id == 0 || (int64_t)user_id == row->catalogue->actor.user_id))
            watcher_tell_entries(watcher, row, slice_sub(line, space + 1, line.len));
        lines = slice_sub(lines, end + 1, lines.len);
    }
}

static void tell_row(const struct watch_mailbox *mailbox, struct catalogue_row *row,
                     uint32_t unseen)
{
    uint32_t place = (uint32_t)(row - row->catalogue->table.rows);
    unsigned about = news_for(mailbox, row, unseen);
    row->unseen = unseen;
    row->unseen_known = true;
    LIST_EACH(&row->catalogue->watchers, l)
    {
        struct watcher *watcher = CONTAINER_OF(l, struct watcher, link);
        if (watcher->events[place] & NOTIFY_MAILBOX_METADATA)
            tell_entries(watcher, row, mailbox->entries);
        watcher_tell_messages(watcher, place, about);
        watcher_wake(watcher);
    }
}

static uint32_t unseen_of(const struct watch_mailbox *mailbox, const struct catalogue_row *row,
                          const struct watch_unseen *asked, size_t count)
{
    if (!mailbox->seen_per_user)
        return (uint32_t)(mailbox->messages - mailbox->seen);
    for (size_t i = 0; i < count; i++)
        if (asked[i].mailbox_id == mailbox->mailbox_id &&
            asked[i].user_id == row->catalogue->actor.user_id)
            return (uint32_t)asked[i].unseen;
    return row->unseen;
}

static void publish(struct watched *watched, const struct watch_mailbox *mailbox,
                    const struct watch_unseen *asked, size_t count)
{
    watched->modseq = mailbox->modseq;
    watched->messages = mailbox->messages;
    watched->seen = mailbox->seen;
    watched->uidvalidity = mailbox->uidvalidity;
    watched->uidnext = mailbox->uidnext;
    watched->seen_per_user = mailbox->seen_per_user;
    /* The rows of asked that are about this mailbox follow each other, in the order of its rows. */
    while (count && asked->mailbox_id != mailbox->mailbox_id) {
        asked++;
        count--;
    }
    LIST_EACH(&watched->rows, l)
    {
        struct catalogue_row *row = CONTAINER_OF(l, struct catalogue_row, link);
        tell_row(mailbox, row, unseen_of(mailbox, row, asked, count));
    }
}

static int publish_all(struct round *round)
{
    struct watch_unseen *asked;
    size_t count;
    int err = read_unseen(round, &asked, &count);
    for (size_t i = 0; i < round->count && !err; i++) {
        const struct watch_mailbox *mailbox = &round->mailboxes[i];
        struct watched *watched = map_get(&round->lookout->watched, (uint64_t)mailbox->mailbox_id);
        if (watched && mailbox->found)
            publish(watched, mailbox, asked, count);
    }
    return err;
}

/* The server --------------------------------------------------------------------------------- */

static void tell_server(const struct lookout *lookout, const struct watch_server *news)
{
    size_t cursor = 0;
    uint64_t user_id;
    const struct catalogue *catalogue;
    while ((catalogue = map_next(&lookout->catalogues, &cursor, &user_id))) {
        if (news->user_id && news->user_id != (int64_t)user_id)
            continue;
        LIST_EACH(&catalogue->watchers, l)
        {
            struct watcher *watcher = CONTAINER_OF(l, struct watcher, link);
            if (notify_spec_any_events(watcher->spec) & NOTIFY_SERVER_METADATA)
                watcher_tell_entries(watcher, NULL, news->entries);
        }
    }
}

static int read_server(struct round *round)
{
    struct lookout *lookout = round->lookout;
    if (!lookout->server_dirty)
        return 0;
    lookout->server_dirty = false;
    struct watch_server *rows;
    size_t count;
    uint64_t since = lookout->server_known ? lookout->server_modseq : WATCH_NO_NEWS;
    int err = watch_read_server(lookout->mail->database, &round->arena, since, &rows, &count,
                                &lookout->server_modseq);
    if (err) {
        lookout->server_dirty = true;
        return err;
    }
    lookout->server_known = true;
    for (size_t i = 0; i < count; i++)
        tell_server(lookout, &rows[i]);
    return 0;
}

int lookout_round(struct lookout *lookout)
{
    struct round round = {.lookout = lookout};
    arena_init(&round.arena, 0);
    int err = read_mailboxes(&round);
    if (!err)
        err = check_names(&round);
    if (!err)
        err = load_catalogues(&round);
    if (!err)
        err = publish_all(&round);
    if (err)
        give_back_mailboxes(&round);
    if (!err)
        err = read_server(&round);
    arena_clear(&round.arena);
    return err;
}
