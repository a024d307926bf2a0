#include <stdio.h>
#include <stdlib.h>

#include "fiber/fiber.h"
#include "store/mailboxes.h"
#include "workers.h"

/* Shared/Sales: alice may everything, bob reads and writes, carol reads. */
static void make_sales(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lrswipkxtea");
    world_allow(world, "Shared/Sales", "bob", "lrswipte");
    world_allow(world, "Shared/Sales", "carol", "lrs");
}

static void append(struct worker *worker, const struct grant *grant, uint32_t count,
                   flag_mask flags)
{
    struct append_outcome outcome = {0};
    if (CHECK_OK(workers_append(worker->mail, grant, workers_make_messages(count), count, flags,
                                &outcome)))
        uidset_clear(&outcome.uids);
}

/* One worker and alice's grant, as most of these tests want it. */
struct stage {
    struct world *world;
    struct worker worker;
    const struct grant *alice;
};

static void stage_open(struct stage *stage, struct world *world)
{
    make_sales(world);
    stage->world = world;
    worker_start(&stage->worker, false);
    stage->alice = worker_grant(&stage->worker, world, &world->alice, "Shared/Sales");
}

static void stage_close(struct stage *stage)
{
    worker_stop(&stage->worker);
}

/* Loading ------------------------------------------------------------------------------- */

static void shows_what_is_there(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage.worker, stage.alice, 3, FLAG_FLAGGED);
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    struct picture *picture = worker_picture(view, &world->alice);
    CHECK_INT(picture_count(picture), 3);
    CHECK_INT(picture_uidnext(picture), 4);
    struct entry entry = picture_entry(picture, 2);
    CHECK_INT(entry.uid, 2);
    CHECK_U64(entry.flags, FLAG_FLAGGED);
    CHECK_INT(entry.size, 1001);
    CHECK_INT(entry.internal_date, (int64_t)1700000001 * 1000000);
    CHECK(entry.message_id != 0);
    CHECK_U64(view_modseq(view), entry.modseq);
    picture_unref(&picture);
    view_close(&view);
    stage_close(&stage);
}

void test_view_shows_what_is_there(void)
{
    world_run(shows_what_is_there);
}

static void fill_by_sql(int64_t mailbox_id, uint32_t count)
{
    char sql[600];
    int64_t message = workers_make_messages(1);
    snprintf(sql, sizeof sql,
             "INSERT INTO entries (mailbox_id, uid, message_id, flags, modseq, size, internal_date)"
             " SELECT %lld, n, %lld, n %% 8 * 2, 1, n, now() FROM generate_series(1, %u) n",
             (long long)mailbox_id, (long long)message, (unsigned)count);
    world_sql(sql);
    snprintf(sql, sizeof sql,
             "UPDATE mailbox_state SET uidnext = %u, messages = %u WHERE mailbox_id = %lld",
             (unsigned)count + 1, (unsigned)count, (long long)mailbox_id);
    world_sql(sql);
}

static void loads_in_several_batches(struct world *world)
{
    enum { MANY = 20000 };
    struct stage stage;
    stage_open(&stage, world);
    fill_by_sql(grant_mailbox_id(stage.alice), MANY);
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    struct picture *picture = worker_picture(view, &world->alice);
    CHECK_INT(picture_count(picture), MANY);
    int wrong = 0;
    for (uint32_t seq = 1; seq <= picture_count(picture); seq++) {
        struct entry entry = picture_entry(picture, seq);
        wrong += entry.uid != seq || entry.size != seq || entry.flags != seq % 8 * 2;
    }
    CHECK_INT(wrong, 0);
    picture_unref(&picture);
    view_close(&view);
    stage_close(&stage);
}

void test_view_loads_in_several_batches(void)
{
    world_run(loads_in_several_batches);
}

struct opener {
    struct stage *stage;
    struct view *view;
    bool done;
};

static void open_it(void *arg)
{
    struct opener *opener = arg;
    CHECK_OK(view_open(opener->stage->worker.mail, opener->stage->alice, &opener->view));
    opener->done = true;
}

static bool all_done(void *arg)
{
    const struct opener *openers = arg;
    return openers[0].done && openers[1].done && openers[2].done;
}

static void is_loaded_once_for_all(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage.worker, stage.alice, 5, 0);
    struct opener openers[3] = {
        {&stage, NULL, false}, {&stage, NULL, false}, {&stage, NULL, false}};
    for (int i = 0; i < 3; i++)
        CHECK_OK(fiber_spawn("opener", open_it, &openers[i], NULL));
    CHECK(workers_wait(all_done, openers));
    CHECK(openers[0].view && openers[0].view == openers[1].view);
    CHECK(openers[0].view == openers[2].view);
    struct picture *first = worker_picture(openers[0].view, &world->alice);
    struct picture *second = worker_picture(openers[1].view, &world->alice);
    struct picture *other = worker_picture(openers[1].view, &world->bob);
    CHECK(first == second);
    CHECK(first != other);
    CHECK(view_picture_now(openers[0].view, world->carol.user_id) == NULL);
    picture_unref(&first);
    picture_unref(&second);
    picture_unref(&other);
    for (int i = 0; i < 3; i++)
        view_close(&openers[i].view);
    stage_close(&stage);
}

void test_view_is_loaded_once_for_all(void)
{
    world_run(is_loaded_once_for_all);
}

static void needs_the_right_to_read(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    world_allow(world, "Shared/Sales", "carol", "l");
    struct view *view = NULL;
    const struct grant *carol = worker_grant(&stage.worker, world, &world->carol, "Shared/Sales");
    CHECK_ERR(view_open(stage.worker.mail, carol, &view), ERR_DENIED);
    CHECK(!view);
    stage_close(&stage);
}

void test_view_needs_the_right_to_read(void)
{
    world_run(needs_the_right_to_read);
}

static void outlived_by_a_picture(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage.worker, stage.alice, 2, FLAG_SEEN);
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    struct picture *picture = worker_picture(view, &world->alice);
    view_close(&view);
    stage_close(&stage);
    CHECK_STR(workers_render(picture), "1:1 2:1");
    picture_unref(&picture);
}

void test_view_may_be_outlived_by_a_picture(void)
{
    world_run(outlived_by_a_picture);
}

/* Catching up ------------------------------------------------------------------------------ */

static void catches_up(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    struct worker other;
    worker_start(&other, false); /* the first one hears nothing of what it does */
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    append(&other, stage.alice, 4, 0);
    CHECK_OK(workers_store(other.mail, stage.alice, 2, 3, FLAG_CHANGE_ADD, FLAG_DELETED));
    CHECK_OK(workers_store(other.mail, stage.alice, 3, 4, FLAG_CHANGE_ADD, FLAG_FLAGGED));
    CHECK_OK(workers_store(other.mail, stage.alice, 3, 3, FLAG_CHANGE_REMOVE, FLAG_DELETED));
    CHECK_OK(workers_expunge(other.mail, stage.alice));
    struct view *theirs = worker_view(&other, world, &world->alice, "Shared/Sales");
    uint64_t modseq = view_modseq(theirs);
    CHECK(view_modseq(view) < modseq);
    CHECK_OK(view_catch_up(view, modseq));
    CHECK_U64(view_modseq(view), modseq);
    struct picture *picture = worker_picture(view, &world->alice);
    CHECK_STR(workers_render(picture), "1:0 3:4 4:4");
    CHECK_ERR(view_catch_up(view, modseq + 1), ERR_UNAVAILABLE);
    picture_unref(&picture);
    view_close(&theirs);
    view_close(&view);
    worker_stop(&other);
    stage_close(&stage);
}

void test_view_catches_up_with_other_workers(void)
{
    world_run(catches_up);
}

static void loads_anew_after_a_gap(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    struct worker other;
    worker_start(&other, false);
    append(&stage.worker, stage.alice, 3, FLAG_SEEN);
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    struct picture *old = worker_picture(view, &world->alice);
    CHECK_OK(workers_store(other.mail, stage.alice, 1, 1, FLAG_CHANGE_ADD, FLAG_DRAFT));
    CHECK_OK(workers_store(other.mail, stage.alice, 2, 2, FLAG_CHANGE_REMOVE, FLAG_SEEN));
    append(&other, stage.alice, 1, 0);
    world_sql("DELETE FROM journal");
    struct view *theirs = worker_view(&other, world, &world->alice, "Shared/Sales");
    CHECK_OK(view_catch_up(view, view_modseq(theirs)));
    struct picture *picture = worker_picture(view, &world->alice);
    CHECK_STR(workers_render(picture), "1:11 2:0 3:1 4:0");
    CHECK_STR(workers_render(old), "1:1 2:1 3:1");
    picture_unref(&old);
    picture_unref(&picture);
    view_close(&theirs);
    view_close(&view);
    worker_stop(&other);
    stage_close(&stage);
}

void test_view_loads_anew_after_a_gap_in_the_journal(void)
{
    world_run(loads_anew_after_a_gap);
}

static void catches_up_when_opened_again(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    struct worker other;
    worker_start(&other, false);
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    const struct view *kept = view;
    view_close(&view);
    append(&other, stage.alice, 2, 0);
    view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    CHECK(view == kept);
    struct picture *picture = worker_picture(view, &world->alice);
    CHECK_STR(workers_render(picture), "1:0 2:0");
    picture_unref(&picture);
    view_close(&view);
    worker_stop(&other);
    stage_close(&stage);
}

void test_view_catches_up_when_opened_again(void)
{
    world_run(catches_up_when_opened_again);
}

static void notices_rights_and_the_end(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    uint64_t before = view_rights_modseq(view);
    world_allow(world, "Shared/Sales", "carol", "lr");
    CHECK_OK(view_catch_up(view, view_modseq(view) + 1));
    CHECK(view_rights_modseq(view) > before);
    CHECK(!view_is_gone(view));
    world_sql("UPDATE mailboxes SET deleted_at = now() WHERE name = 'Sales'");
    CHECK_ERR(view_catch_up(view, view_modseq(view) + 1), ERR_NOT_FOUND);
    CHECK(view_is_gone(view));
    struct view *again = NULL;
    CHECK_ERR(view_open(stage.worker.mail, stage.alice, &again), ERR_NOT_FOUND);
    view_close(&view);
    stage_close(&stage);
}

void test_view_notices_changed_rights_and_deletion(void)
{
    world_run(notices_rights_and_the_end);
}

static void learns_keywords(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    struct worker other;
    worker_start(&other, false);
    append(&stage.worker, stage.alice, 1, 0);
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    uint32_t version = view_keywords_version(view);
    struct slice names[] = {SLICE("$Forwarded")};
    const struct flag_names wanted = {0, names, 1};
    flag_mask bit = 0;
    CHECK_OK(writer_resolve_flags(other.mail, stage.alice, &wanted, &bit));
    CHECK_U64(bit, (flag_mask)1 << FLAG_KEYWORD_FIRST);
    CHECK_OK(workers_store(other.mail, stage.alice, 1, 1, FLAG_CHANGE_ADD, bit));
    CHECK_OK(view_catch_up(view, view_modseq(view) + 1));
    CHECK(view_keywords_version(view) != version);
    CHECK_U64(keyword_find(view_keywords(view), SLICE("$forwarded")), bit);
    view_close(&view);
    worker_stop(&other);
    stage_close(&stage);
}

void test_view_learns_keywords(void)
{
    world_run(learns_keywords);
}

/* Users ---------------------------------------------------------------------------------- */

static void keeps_seen_private(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    struct worker other;
    worker_start(&other, false);
    append(&stage.worker, stage.alice, 3, 0);
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    struct picture *alice = worker_picture(view, &world->alice);
    struct picture *bob = worker_picture(view, &world->bob);
    const struct grant *carol = worker_grant(&other, world, &world->carol, "Shared/Sales");
    CHECK_OK(workers_store(other.mail, stage.alice, 1, 2, FLAG_CHANGE_ADD, FLAG_SEEN));
    CHECK_OK(workers_store(other.mail, carol, 3, 3, FLAG_CHANGE_ADD, FLAG_SEEN));
    CHECK_OK(view_catch_up(view, view_modseq(view) + 2));
    struct picture *alice_now = view_picture_now(view, world->alice.user_id);
    struct picture *bob_now = view_picture_now(view, world->bob.user_id);
    struct picture *carol_now = worker_picture(view, &world->carol);
    CHECK_STR(workers_render(alice_now), "1:1 2:1 3:0");
    CHECK_STR(workers_render(bob_now), "1:0 2:0 3:0");
    CHECK_STR(workers_render(carol_now), "1:0 2:0 3:1");
    CHECK_STR(workers_render(alice), "1:0 2:0 3:0");
    CHECK_INT(picture_first_unseen(alice_now), 3);
    struct picture *all[] = {alice, bob, alice_now, bob_now, carol_now};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        picture_unref(&all[i]);
    view_close(&view);
    worker_stop(&other);
    stage_close(&stage);
}

void test_view_keeps_seen_private(void)
{
    world_run(keeps_seen_private);
}

/* \Recent ---------------------------------------------------------------------------------- */

static void gives_recent_to_one(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage.worker, stage.alice, 3, 0);
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    CHECK_INT(view_recent_from(view, false), 1);
    CHECK_INT(view_recent_from(view, true), 1);
    CHECK_INT(view_recent_from(view, true), 4);
    append(&stage.worker, stage.alice, 1, 0);
    CHECK_INT(view_recent_from(view, true), 4);
    CHECK_INT(view_recent_from(view, false), 5);
    view_close(&view);
    stage_close(&stage);
    CHECK_INT(world_sql("SELECT max(first_recent) FROM mailbox_state"), 5);
}

void test_view_gives_recent_to_one_session(void)
{
    world_run(gives_recent_to_one);
}

/* Watching ----------------------------------------------------------------------------------- */

struct guard {
    struct view_watcher watcher;
    struct guard *other; /* is to be unwatched */
    int calls;
};

static void unwatch_other(void *arg)
{
    struct guard *guard = arg;
    guard->calls++;
    if (guard->other)
        view_unwatch(&guard->other->watcher);
}

static void tells_watchers(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    struct guard guards[3] = {0};
    for (int i = 0; i < 3; i++) {
        guards[i].watcher = (struct view_watcher){.changed = unwatch_other, .arg = &guards[i]};
        view_watch(view, &guards[i].watcher);
    }
    append(&stage.worker, stage.alice, 1, 0);
    CHECK_INT(guards[0].calls + guards[1].calls + guards[2].calls, 3);
    guards[0].other = &guards[1];
    append(&stage.worker, stage.alice, 1, 0);
    CHECK_INT(guards[0].calls, 2);
    CHECK_INT(guards[1].calls, 1);
    CHECK_INT(guards[2].calls, 2);
    guards[0].other = &guards[0];
    append(&stage.worker, stage.alice, 1, 0);
    CHECK_INT(guards[0].calls, 3);
    CHECK_INT(guards[2].calls, 3);
    view_unwatch(&guards[2].watcher);
    view_close(&view);
    stage_close(&stage);
}

void test_view_tells_watchers_that_come_and_go(void)
{
    world_run(tells_watchers);
}
