#include "catalogue.h"

#include <stdlib.h>

#include "listing_lines.h"
#include "lookout.h"
#include "store/watch_rows.h"
#include "watcher_private.h"

struct listed_mailbox catalogue_listed(const struct catalogue_row *row)
{
    return (struct listed_mailbox){
        .name = row->name,
        .exists = row->mailbox_id != 0,
        .subscribed = row->subscribed,
        .has_children = row->has_children,
        .no_inferiors = row->no_inferiors,
        .special_use = row->special_use,
        .mailbox_id = row->mailbox_id,
        .rights = row->rights,
    };
}

static struct catalogue_row make_row(struct catalogue *catalogue, const struct listed_mailbox *from)
{
    return (struct catalogue_row){
        .name = from->name,
        .special_use = from->special_use,
        .mailbox_id = from->mailbox_id,
        .catalogue = catalogue,
        .rights = from->rights,
        .subscribed = from->subscribed,
        .has_children = from->has_children,
        .no_inferiors = from->no_inferiors,
    };
}

void catalogue_table_clear(struct catalogue_table *table)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (table->rows[i].mailbox)
            lookout_leave(&table->rows[i]);
    free(table->rows);
    arena_clear(&table->arena);
    *table = (struct catalogue_table){.rows = NULL};
    arena_init(&table->arena, 0);
}

static int compare_name(const void *key, const void *element)
{
    const struct slice *name = key;
    const struct catalogue_row *row = element;
    return listing_compare(*name, row->name);
}

struct catalogue_row *catalogue_find(const struct catalogue_table *table, struct slice name)
{
    if (table->count == 0)
        return NULL;
    return bsearch(&name, table->rows, table->count, sizeof table->rows[0], compare_name);
}

/* Loading ----------------------------------------------------------------------------------- */

static int make_table(struct catalogue *catalogue, const struct listed_mailbox *listed,
                      size_t count, struct catalogue_table *out)
{
    struct catalogue_row *rows = calloc(count ? count : 1, sizeof *rows);
    if (!rows)
        return fail(ERR_NO_MEMORY, "no memory for names that are watched");
    for (size_t i = 0; i < count; i++) {
        rows[i] = make_row(catalogue, &listed[i]);
        link_init(&rows[i].link);
    }
    out->rows = rows;
    out->count = (uint32_t)count;
    return 0;
}

/* Names and uses as short as they are: the rest of what LIST needs goes. */
static int copy_texts(struct catalogue_table *table)
{
    for (uint32_t i = 0; i < table->count; i++) {
        struct catalogue_row *row = &table->rows[i];
        bool has_use = row->special_use.len > 0;
        row->name = arena_copy(&table->arena, row->name);
        row->special_use = has_use ? arena_copy(&table->arena, row->special_use) : SLICE_EMPTY;
        if (!row->name.data || !row->special_use.data)
            return -ERR_NO_MEMORY;
    }
    return 0;
}

static int read_table(struct catalogue *catalogue, struct catalogue_table *out)
{
    struct mail *mail = catalogue->lookout->mail;
    const struct slice all = SLICE("*");
    const struct list_query query = {.reference = SLICE_EMPTY,
                                     .patterns = &all,
                                     .pattern_count = 1,
                                     .select = LIST_ALSO_SUBSCRIBED,
                                     .tells = LIST_TELLS_SUBSCRIBED};
    struct arena scratch;
    arena_init(&scratch, 0);
    struct listed_mailbox *listed;
    size_t count;
    int err =
        watch_read_rights_until(mail->database, catalogue->actor.user_id, &catalogue->rights_until);
    if (!err)
        err = mailbox_list(mail, &catalogue->actor, &query, &scratch, &listed, &count);
    if (!err)
        err = make_table(catalogue, listed, count, out);
    if (!err)
        err = copy_texts(out);
    arena_clear(&scratch);
    return err;
}

int catalogue_follow(struct catalogue *catalogue)
{
    int err = 0;
    for (uint32_t i = 0; i < catalogue->table.count && !err; i++) {
        struct catalogue_row *row = &catalogue->table.rows[i];
        bool wanted = row->mailbox_id > 0 && (row->rights & RIGHT_READ) &&
                      watchers_want(&catalogue->watchers, i);
        if (wanted && !row->mailbox)
            err = lookout_follow(catalogue->lookout, row);
        else if (!wanted && row->mailbox)
            lookout_leave(row);
        if (!row->mailbox)
            row->unseen_known = false;
    }
    return err;
}

/* What is in both tables stays known: the new row takes the place of the old one. */
static void inherit(struct catalogue_table *before, struct catalogue_table *after)
{
    for (uint32_t i = 0; i < after->count; i++) {
        struct catalogue_row *row = &after->rows[i];
        struct catalogue_row *old = catalogue_find(before, row->name);
        if (!old || !old->mailbox || old->mailbox_id != row->mailbox_id)
            continue;
        row->unseen = old->unseen;
        row->unseen_known = old->unseen_known;
        row->mailbox = old->mailbox;
        old->mailbox = NULL;
        link_remove(&old->link);
        list_add_tail(&row->mailbox->rows, &row->link);
    }
}

static int replace_table(struct catalogue *catalogue, struct catalogue_table *table)
{
    struct arena scratch;
    arena_init(&scratch, 0);
    struct catalogue_change *changes;
    size_t count;
    int err = catalogue_compare(&catalogue->table, table, &scratch, &changes, &count);
    if (!err)
        err = watchers_move(&catalogue->watchers, &catalogue->table, table);
    if (!err) {
        struct catalogue_table before = catalogue->table;
        catalogue->table = *table;
        *table = before;
        inherit(table, &catalogue->table);
        err = catalogue_follow(catalogue);
        for (size_t i = 0; i < count; i++)
            watchers_tell_change(&catalogue->watchers, &changes[i]);
    }
    arena_clear(&scratch);
    return err;
}

static bool is_same_row(const struct catalogue_row *a, const struct catalogue_row *b)
{
    return a->mailbox_id == b->mailbox_id && a->rights == b->rights &&
           a->subscribed == b->subscribed && a->has_children == b->has_children &&
           a->no_inferiors == b->no_inferiors && slice_equal(a->name, b->name) &&
           slice_equal(a->special_use, b->special_use);
}

/* Each watch that begins looks anew, and mostly finds what is known: that must not cost what
 * all the others would. */
static bool is_same(const struct catalogue_table *a, const struct catalogue_table *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!is_same_row(&a->rows[i], &b->rows[i]))
            return false;
    return true;
}

static int load(struct catalogue *catalogue)
{
    catalogue->dirty = false;
    catalogue->loads++;
    struct catalogue_table table = {.rows = NULL};
    arena_init(&table.arena, 0);
    int err = read_table(catalogue, &table);
    if (!err && !is_same(&catalogue->table, &table))
        err = replace_table(catalogue, &table);
    catalogue_table_clear(&table);
    if (err)
        catalogue->dirty = true;
    else
        watchers_forget_expected(&catalogue->watchers, catalogue->loads);
    return err;
}

int catalogue_load(struct catalogue *catalogue)
{
    catalogue->holders++; /* whoever waits has to find it afterwards */
    while (catalogue->loading)
        (void)!wait_for(&catalogue->loaded, WAIT_FOREVER);
    catalogue->loading = true;
    int err = load(catalogue);
    catalogue->loading = false;
    wait_wake_all(&catalogue->loaded);
    catalogue_leave(&catalogue);
    return err;
}

/* Life -------------------------------------------------------------------------------------- */

static int catalogue_new(struct lookout *lookout, const struct actor *actor, struct catalogue **out)
{
    struct catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (!catalogue)
        return fail(ERR_NO_MEMORY, "no memory for names that are watched");
    catalogue->lookout = lookout;
    catalogue->rights_until = INT64_MAX;
    arena_init(&catalogue->arena, 0);
    arena_init(&catalogue->table.arena, 0);
    link_init(&catalogue->watchers);
    wait_queue_init(&catalogue->loaded);
    catalogue->actor = (struct actor){.user_id = actor->user_id,
                                      .login = arena_copy(&catalogue->arena, actor->login),
                                      .client = SLICE_EMPTY};
    int err = catalogue->actor.login.data ? 0 : -ERR_NO_MEMORY;
    if (!err)
        err = map_put(&lookout->catalogues, (uint64_t)actor->user_id, catalogue);
    if (err) {
        arena_clear(&catalogue->arena);
        free(catalogue);
        return err;
    }
    *out = catalogue;
    return 0;
}

int catalogue_hold(struct lookout *lookout, const struct actor *actor, struct catalogue **out)
{
    struct catalogue *catalogue = map_get(&lookout->catalogues, (uint64_t)actor->user_id);
    int err = catalogue ? 0 : catalogue_new(lookout, actor, &catalogue);
    if (err)
        return err;
    catalogue->holders++;
    *out = catalogue;
    return 0;
}

void catalogue_leave(struct catalogue **handle)
{
    struct catalogue *catalogue = *handle;
    *handle = NULL;
    if (--catalogue->holders > 0)
        return;
    (void)map_remove(&catalogue->lookout->catalogues, (uint64_t)catalogue->actor.user_id);
    catalogue_table_clear(&catalogue->table);
    arena_clear(&catalogue->table.arena);
    arena_clear(&catalogue->arena);
    free(catalogue);
}
