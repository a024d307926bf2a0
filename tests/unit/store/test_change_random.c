/*
 * A property: whatever is done to mailboxes, in whatever order, the counters
 * are what counting gives, and who applies the journal row by row has the
 * same picture as who reads the entries.
 */
#include <stdlib.h>
#include <string.h>

#include "store/change.h"
#include "store/entries.h"
#include "store/mailboxes.h"
#include "support/check.h"
#include "table_fixture.h"

enum { STEPS = 250, UIDS = 2000, KEPT = 2 };

/* What a reader of the journal believes. */
struct picture {
    int64_t mailbox;
    bool seen_per_user;
    uint64_t modseq;
    uint32_t uidnext;
    bool present[UIDS];
    bool seen[UIDS];
    flag_mask flags[UIDS];
};

struct world {
    struct database *database;
    int64_t user;
    int64_t message;
    unsigned random;
    struct picture pictures[KEPT];
};

static unsigned pick(struct world *world, unsigned below)
{
    world->random = world->random * 1103515245u + 12345u;
    return (world->random >> 8) % below;
}

static flag_mask pick_flags(struct world *world)
{
    return pick(world, 32) | (pick(world, 4) == 0 ? (flag_mask)1 << 62 : 0);
}

static struct uidset pick_uids(struct world *world, uint32_t uidnext)
{
    struct uidset uids;
    uidset_init(&uids);
    for (unsigned i = 1 + pick(world, 4); i > 0; i--) {
        uint32_t first = 1 + pick(world, uidnext + 5);
        CHECK_OK(uidset_add_range(&uids, first, first + pick(world, 1 + pick(world, 40))));
    }
    return uids;
}

static void apply_uid(struct picture *picture, const struct journal_row *row, uint32_t uid,
                      int64_t user)
{
    switch (row->kind) {
    case JOURNAL_FLAGS:
        CHECK(picture->present[uid]);
        picture->flags[uid] = (picture->flags[uid] & ~row->flags_cleared) | row->flags_set;
        break;
    case JOURNAL_SEEN:
        CHECK_INT(row->user_id, user);
        picture->seen[uid] = row->flags_set & FLAG_SEEN;
        break;
    case JOURNAL_EXPUNGE:
        CHECK(picture->present[uid]);
        picture->present[uid] = picture->seen[uid] = false;
        break;
    default:
        break;
    }
}

static void apply_rows(struct picture *picture, const struct journal_batch *batch, int64_t user)
{
    for (size_t i = 0; i < batch->entry_count; i++) {
        const struct entry_row *entry = &batch->entries[i];
        CHECK(!picture->present[entry->uid]);
        picture->present[entry->uid] = true;
        picture->flags[entry->uid] = entry->flags;
    }
    for (size_t i = 0; i < batch->count; i++) {
        const struct journal_row *row = &batch->rows[i];
        CHECK_U64(row->modseq, picture->modseq + 1);
        picture->modseq = row->modseq;
        for (size_t range = 0; range < row->uids.count; range++)
            for (uint32_t uid = row->uids.ranges[range].first; uid <= row->uids.ranges[range].last;
                 uid++) {
                if (row->kind == JOURNAL_APPEND)
                    picture->uidnext = uid + 1;
                apply_uid(picture, row, uid, user);
            }
    }
}

static void catch_up(struct world *world, struct picture *picture)
{
    struct journal_batch batch;
    if (!CHECK_OK(journal_read(world->database, picture->mailbox, picture->modseq, picture->uidnext,
                               &batch)))
        return;
    CHECK(batch.complete && !batch.gap);
    /* An entry that came and went within the batch is not among the entries. */
    for (size_t i = 0; i < batch.count; i++)
        if (batch.rows[i].kind == JOURNAL_APPEND)
            for (size_t range = 0; range < batch.rows[i].uids.count; range++)
                CHECK(batch.rows[i].uids.ranges[range].first >= picture->uidnext);
    apply_rows(picture, &batch, world->user);
    journal_batch_clear(&batch);
}

/* One message in place of another one, or of none that is there, in this mailbox or the other. */
static void replace(struct world *world)
{
    const struct picture *picture = &world->pictures[pick(world, KEPT)];
    const struct picture *source = &world->pictures[pick(world, KEPT)];
    uint32_t uid = 1 + pick(world, source->uidnext);
    const struct append_item item = {
        .message_id = world->message, .size = pick(world, 5000), .flags = pick_flags(world)};
    struct uidset uids;
    uidset_init(&uids);
    CHECK_OK(uidset_add(&uids, uid));
    struct change change = table_change(CHANGE_REPLACE, picture->mailbox);
    change.seen_per_user = picture->seen_per_user;
    change.user_id = world->user;
    change.source_id = source->mailbox;
    change.uids = &uids;
    change.items = &item;
    change.item_count = 1;
    table_run(world->database, &change);
    CHECK_OK(change.result);
    CHECK_INT(change.row.modseq > 0, source->present[uid]);
    change_clear(&change);
    uidset_clear(&uids);
}

static void step(struct world *world)
{
    if (pick(world, 4) == 0) {
        replace(world);
        return;
    }
    unsigned which = pick(world, KEPT);
    struct picture *picture = &world->pictures[which];
    struct picture *source = &world->pictures[1 - which];
    static const enum change_kind kinds[] = {CHANGE_APPEND, CHANGE_APPEND,  CHANGE_FLAGS,
                                             CHANGE_FLAGS,  CHANGE_SEEN,    CHANGE_SEEN,
                                             CHANGE_MOVE,   CHANGE_EXPUNGE, CHANGE_EXPUNGE};
    struct change change = table_change(kinds[pick(world, 9)], picture->mailbox);
    if (change.kind == CHANGE_SEEN && !picture->seen_per_user)
        change.kind = CHANGE_FLAGS;
    struct append_item items[200];
    struct uidset uids = pick_uids(world, picture->uidnext);
    change.seen_per_user = picture->seen_per_user;
    change.user_id = world->user;
    change.uids = &uids;
    change.items = items;
    change.source_id = pick(world, 3) ? source->mailbox : picture->mailbox;
    change.item_count = change.kind == CHANGE_MOVE ? uidset_size(&uids) : 1 + pick(world, 8);
    for (size_t i = 0; i < change.item_count; i++)
        items[i] = (struct append_item){
            .message_id = world->message, .size = pick(world, 5000), .flags = pick_flags(world)};
    if (change.kind == CHANGE_SEEN) {
        *(pick(world, 2) ? &change.flags_set : &change.flags_cleared) = FLAG_SEEN;
    } else {
        change.flags_set = pick_flags(world);
        change.flags_cleared = pick_flags(world) & ~change.flags_set;
    }
    change.only_deleted = pick(world, 3) > 0;
    table_run(world->database, &change);
    CHECK_OK(change.result);
    change_clear(&change);
    uidset_clear(&uids);
}

struct comparison {
    const struct picture *picture;
    size_t count;
};

static void compare_entry(void *arg, const struct entry_row *entry)
{
    struct comparison *comparison = arg;
    const struct picture *picture = comparison->picture;
    comparison->count++;
    CHECK(picture->present[entry->uid]);
    CHECK_U64(picture->flags[entry->uid], entry->flags);
}

static void compare(struct world *world, const struct picture *picture)
{
    struct comparison comparison = {.picture = picture};
    uint32_t count;
    CHECK_OK(entries_read(world->database, picture->mailbox, 1, UIDS, compare_entry, &comparison,
                          &count));
    size_t present = 0;
    size_t seen = 0;
    for (uint32_t uid = 0; uid < UIDS; uid++) {
        present += picture->present[uid];
        seen += picture->present[uid] &&
                (picture->seen_per_user ? picture->seen[uid] : picture->flags[uid] & FLAG_SEEN);
    }
    CHECK_INT(comparison.count, present);
    struct mailbox_status status;
    CHECK_OK(mailboxes_status(world->database, picture->mailbox, world->user, &status));
    CHECK_U64(status.messages, present);
    CHECK_U64(status.unseen, present - seen);
    CHECK_U64(status.uidnext, picture->uidnext);
    CHECK_U64(status.highest_modseq, picture->modseq);
}

static void compare_seen(struct world *world, const struct picture *picture)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct seen_page_row *pages;
    size_t count = 0;
    CHECK_OK(
        seen_pages_read(world->database, &arena, picture->mailbox, world->user, &pages, &count));
    for (uint32_t uid = 0; count && uid < UIDS; uid++)
        CHECK_INT((pages[0].bits[uid / 8] >> (7 - uid % 8)) & 1, picture->seen[uid]);
    arena_clear(&arena);
}

static void random_body(struct database *database)
{
    struct world *world = calloc(1, sizeof *world);
    *world = (struct world){.database = database, .random = 4711};
    world->user = table_user(database);
    world->message = table_message(database, 100);
    for (size_t i = 0; i < KEPT; i++) {
        struct picture *picture = &world->pictures[i];
        picture->seen_per_user = i == 0;
        picture->mailbox = table_mailbox(database, 0, picture->seen_per_user);
        picture->modseq = picture->uidnext = 1;
    }
    for (int i = 0; i < STEPS; i++) {
        step(world);
        for (size_t k = 0; k < KEPT; k++)
            catch_up(world, &world->pictures[k]);
    }
    for (size_t i = 0; i < KEPT; i++) {
        compare(world, &world->pictures[i]);
        compare_seen(world, &world->pictures[i]);
        table_is_sound(world->pictures[i].mailbox);
    }
    free(world);
}

void test_change_random_steps_leave_journal_and_counters_true(void)
{
    store_run(random_body);
}
