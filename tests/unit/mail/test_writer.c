#include <stdio.h>
#include <stdlib.h>

#include "fiber/fiber.h"
#include "workers.h"

struct stage {
    struct world *world;
    struct worker worker;
    const struct grant *alice, *bob, *carol;
    struct view *view;
};

static void stage_open(struct stage *stage, struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lrswipkxtea");
    world_allow(world, "Shared/Sales", "bob", "lrswi");
    world_allow(world, "Shared/Sales", "carol", "lri");
    stage->world = world;
    worker_start(&stage->worker, false);
    stage->alice = worker_grant(&stage->worker, world, &world->alice, "Shared/Sales");
    stage->bob = worker_grant(&stage->worker, world, &world->bob, "Shared/Sales");
    stage->carol = worker_grant(&stage->worker, world, &world->carol, "Shared/Sales");
    stage->view = worker_view(&stage->worker, world, &world->alice, "Shared/Sales");
}

static void stage_close(struct stage *stage)
{
    view_close(&stage->view);
    worker_stop(&stage->worker);
}

static void append(struct stage *stage, const struct grant *grant, uint32_t count, flag_mask flags)
{
    struct append_outcome outcome = {0};
    if (CHECK_OK(workers_append(stage->worker.mail, grant, workers_make_messages(count), count,
                                flags, &outcome)))
        uidset_clear(&outcome.uids);
}

static void check_shown(struct stage *stage, const struct actor *actor, const char *expected)
{
    struct picture *picture = worker_picture(stage->view, actor);
    CHECK_STR(workers_render(picture), expected);
    picture_unref(&picture);
}

/* APPEND ---------------------------------------------------------------------------------- */

static void appends(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    struct append_outcome outcome = {0};
    CHECK_OK(workers_append(stage.worker.mail, stage.alice, workers_make_messages(3), 3,
                            FLAG_ANSWERED, &outcome));
    CHECK_INT(outcome.uidvalidity, grant_uidvalidity(stage.alice));
    CHECK(uidset_size(&outcome.uids) == 3 && outcome.uids.ranges[0].first == 1);
    check_shown(&stage, &world->alice, "1:2 2:2 3:2");
    uidset_clear(&outcome.uids);
    CHECK_OK(writer_append(stage.worker.mail, stage.alice, NULL, 0, &outcome));
    CHECK(uidset_is_empty(&outcome.uids));
    stage_close(&stage);
}

void test_writer_appends_and_the_view_shows_it(void)
{
    world_run(appends);
}

static void appends_with_permitted_flags(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    flag_mask all = FLAG_SEEN | FLAG_FLAGGED | FLAG_DELETED;
    append(&stage, stage.alice, 1, all);
    append(&stage, stage.bob, 1, all);   /* no t */
    append(&stage, stage.carol, 1, all); /* i only */
    check_shown(&stage, &world->alice, "1:d 2:4 3:0");
    check_shown(&stage, &world->bob, "1:c 2:5 3:0");
    world_allow(world, "Shared/Sales", "carol", "lrswt");
    const struct grant *carol = worker_grant(&stage.worker, world, &world->carol, "Shared/Sales");
    struct append_outcome outcome;
    CHECK_ERR(workers_append(stage.worker.mail, carol, 1, 1, 0, &outcome), ERR_DENIED);
    stage_close(&stage);
}

void test_writer_drops_flags_that_may_not_be_set(void)
{
    world_run(appends_with_permitted_flags);
}

struct appender {
    struct stage *stage;
    int64_t message_id;
    uint32_t uid;
    int result;
    int *left;
};

static void append_one(void *arg)
{
    struct appender *appender = arg;
    struct append_outcome outcome = {0};
    appender->result = workers_append(appender->stage->worker.mail, appender->stage->alice,
                                      appender->message_id, 1, 0, &outcome);
    if (appender->result == 0)
        appender->uid = outcome.uids.ranges[0].first;
    uidset_clear(&outcome.uids);
    --*appender->left;
}

static bool none_left(void *arg)
{
    return *(int *)arg == 0;
}

enum { APPENDERS = 300 };

static void run_appenders(struct stage *stage, struct appender *appenders, int64_t message_id)
{
    int left = APPENDERS;
    for (int i = 0; i < APPENDERS; i++) {
        appenders[i] = (struct appender){stage, message_id + i, 0, 1, &left};
        CHECK_OK(fiber_spawn("appender", append_one, &appenders[i], NULL));
    }
    CHECK(workers_wait(none_left, &left));
}

static void combines(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    static struct appender appenders[APPENDERS];
    struct database_counters before, after;
    int64_t messages = workers_make_messages(APPENDERS);
    database_counters(stage.worker.database, &before);
    run_appenders(&stage, appenders, messages);
    database_counters(stage.worker.database, &after);
    CHECK(after.round_trips - before.round_trips < APPENDERS / 10);
    struct picture *picture = worker_picture(stage.view, &world->alice);
    CHECK_INT(picture_count(picture), APPENDERS);
    int wrong = 0;
    for (int i = 0; i < APPENDERS; i++) {
        uint32_t seq = picture_seq(picture, appenders[i].uid);
        wrong += seq == 0 || picture_entry(picture, seq).message_id != appenders[i].message_id;
    }
    CHECK_INT(wrong, 0);
    picture_unref(&picture);
    stage_close(&stage);
}

void test_writer_combines_what_waits(void)
{
    world_run(combines);
}

static void one_failure_is_its_own(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    static struct appender appenders[APPENDERS];
    int64_t messages = workers_make_messages(APPENDERS);
    char sql[80];
    snprintf(sql, sizeof sql, "DELETE FROM messages WHERE id = %lld", (long long)messages + 50);
    world_sql(sql);
    run_appenders(&stage, appenders, messages);
    int failed = 0;
    for (int i = 0; i < APPENDERS; i++)
        failed += appenders[i].result != 0;
    CHECK_INT(failed, 1);
    CHECK(appenders[50].result < 0);
    struct picture *picture = worker_picture(stage.view, &world->alice);
    CHECK_INT(picture_count(picture), APPENDERS - 1);
    picture_unref(&picture);
    stage_close(&stage);
}

void test_writer_spares_the_others_when_one_fails(void)
{
    world_run(one_failure_is_its_own);
}

static void refuses_stale_grants(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage, stage.alice, 1, 0);
    world_allow(world, "Shared/Sales", "bob", "lr");
    struct append_outcome outcome;
    CHECK_ERR(
        workers_append(stage.worker.mail, stage.bob, workers_make_messages(1), 1, 0, &outcome),
        ERR_STALE);
    CHECK_ERR(workers_store(stage.worker.mail, stage.bob, 1, 1, FLAG_CHANGE_ADD, FLAG_FLAGGED),
              ERR_STALE);
    CHECK_OK(view_catch_up(stage.view, view_modseq(stage.view) + 1));
    check_shown(&stage, &world->alice, "1:0");
    stage_close(&stage);
}

void test_writer_refuses_a_grant_that_rests_on_old_rights(void)
{
    world_run(refuses_stale_grants);
}

/* STORE ------------------------------------------------------------------------------------- */

static int store(struct stage *stage, const struct grant *grant, enum flag_change change,
                 flag_mask flags)
{
    return workers_store(stage->worker.mail, grant, 1, 2, change, flags);
}

static void stores(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage, stage.alice, 3, FLAG_DRAFT);
    CHECK_OK(store(&stage, stage.alice, FLAG_CHANGE_ADD, FLAG_SEEN | FLAG_FLAGGED));
    check_shown(&stage, &world->alice, "1:15 2:15 3:10");
    check_shown(&stage, &world->bob, "1:14 2:14 3:10");
    CHECK_OK(store(&stage, stage.alice, FLAG_CHANGE_REMOVE, FLAG_SEEN));
    check_shown(&stage, &world->alice, "1:14 2:14 3:10");
    CHECK_OK(store(&stage, stage.alice, FLAG_CHANGE_SET, FLAG_SEEN | FLAG_DELETED));
    check_shown(&stage, &world->alice, "1:9 2:9 3:10");
    CHECK_OK(store(&stage, stage.alice, FLAG_CHANGE_SET, 0));
    check_shown(&stage, &world->alice, "1:0 2:0 3:10");
    uint64_t modseq = view_modseq(stage.view);
    CHECK_OK(store(&stage, stage.alice, FLAG_CHANGE_REMOVE, FLAG_FLAGGED));
    CHECK_U64(view_modseq(stage.view), modseq); /* nothing changed, nothing was written */
    CHECK_OK(store(&stage, stage.alice, FLAG_CHANGE_ADD, 0));
    stage_close(&stage);
}

void test_writer_stores_shared_and_private_flags(void)
{
    world_run(stores);
}

static void stores_what_is_permitted(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage, stage.alice, 2, FLAG_DELETED);
    CHECK_OK(store(&stage, stage.bob, FLAG_CHANGE_SET, FLAG_FLAGGED)); /* \Deleted stays */
    check_shown(&stage, &world->bob, "1:c 2:c");
    CHECK_ERR(store(&stage, stage.bob, FLAG_CHANGE_REMOVE, FLAG_DELETED), ERR_DENIED);
    CHECK_ERR(store(&stage, stage.carol, FLAG_CHANGE_ADD, FLAG_SEEN | FLAG_DELETED), ERR_DENIED);
    CHECK_ERR(store(&stage, stage.carol, FLAG_CHANGE_SET, 0), ERR_DENIED);
    check_shown(&stage, &world->bob, "1:c 2:c");
    stage_close(&stage);
}

void test_writer_stores_only_what_the_rights_permit(void)
{
    world_run(stores_what_is_permitted);
}

static void resolves_flags(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    struct slice names[] = {SLICE("$Junk"), SLICE("Later")};
    const struct flag_names both = {FLAG_SEEN, names, 2}, one = {0, names + 1, 1};
    flag_mask flags = 0;
    CHECK_OK(writer_resolve_flags(stage.worker.mail, stage.carol, &both, &flags));
    CHECK_U64(flags, FLAG_SEEN); /* carol may not make keywords */
    CHECK_OK(writer_resolve_flags(stage.worker.mail, stage.alice, &one, &flags));
    CHECK_U64(flags, (flag_mask)1 << FLAG_KEYWORD_FIRST);
    CHECK_OK(writer_resolve_flags(stage.worker.mail, stage.alice, &both, &flags));
    CHECK_U64(flags, FLAG_SEEN | (flag_mask)3 << FLAG_KEYWORD_FIRST);
    CHECK_INT(view_keywords(stage.view)->count, 2);
    struct database_counters before, after;
    database_counters(stage.worker.database, &before);
    CHECK_OK(writer_resolve_flags(stage.worker.mail, stage.carol, &both, &flags));
    CHECK_U64(flags, FLAG_SEEN | (flag_mask)3 << FLAG_KEYWORD_FIRST);
    database_counters(stage.worker.database, &after);
    CHECK_U64(after.statements, before.statements); /* the view knows them */
    stage_close(&stage);
}

void test_writer_resolves_keywords(void)
{
    world_run(resolves_flags);
}

/* EXPUNGE and MOVE ----------------------------------------------------------------------------- */

static void expunges(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage, stage.alice, 4, FLAG_DELETED);
    append(&stage, stage.alice, 1, 0);
    struct uidset some, gone;
    uidset_init(&some);
    CHECK_OK(uidset_add_range(&some, 2, 2));
    CHECK_OK(uidset_add_range(&some, 5, 9));
    CHECK_ERR(writer_expunge(stage.worker.mail, stage.bob, &some, 0, &gone), ERR_DENIED);
    CHECK_OK(writer_expunge(stage.worker.mail, stage.alice, &some, 0, &gone));
    CHECK(uidset_size(&gone) == 1 && uidset_contains(&gone, 2));
    uidset_clear(&gone);
    check_shown(&stage, &world->alice, "1:8 3:8 4:8 5:0");
    CHECK_OK(writer_expunge(stage.worker.mail, stage.alice, NULL, 0, &gone));
    CHECK_INT(uidset_size(&gone), 3);
    uidset_clear(&gone);
    check_shown(&stage, &world->alice, "5:0");
    CHECK_OK(writer_expunge(stage.worker.mail, stage.alice, NULL, 0, NULL));
    uidset_clear(&some);
    stage_close(&stage);
}

void test_writer_expunges_what_is_marked(void)
{
    world_run(expunges);
}

static void moves(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    world_create(world, "Shared/Done");
    world_allow(world, "Shared/Done", "alice", "lrswipkxtea");
    const struct grant *done = worker_grant(&stage.worker, world, &world->alice, "Shared/Done");
    struct view *there = worker_view(&stage.worker, world, &world->alice, "Shared/Done");
    append(&stage, stage.alice, 4, 0);
    struct picture *before = worker_picture(stage.view, &world->alice);
    struct uidset uids, moved;
    uidset_init(&uids);
    CHECK_OK(uidset_add_range(&uids, 2, 3));
    CHECK_OK(uidset_add(&uids, 9)); /* is not there any more */
    const struct append_item items[3] = {{.flags = FLAG_SEEN}, {.flags = FLAG_FLAGGED}, {0}};
    struct append_outcome outcome;
    CHECK_OK(writer_move(stage.worker.mail, stage.alice, &uids, 0, done, items, &moved, &outcome));
    CHECK_INT(uidset_size(&moved), 2);
    CHECK(uidset_contains(&moved, 2) && uidset_contains(&moved, 3));
    CHECK_INT(uidset_size(&outcome.uids), 2);
    CHECK_INT(outcome.uidvalidity, grant_uidvalidity(done));
    check_shown(&stage, &world->alice, "1:0 4:0");
    struct picture *picture = worker_picture(there, &world->alice);
    CHECK_STR(workers_render(picture), "1:1 2:4");
    CHECK_INT(picture_entry(picture, 2).message_id, picture_entry(before, 3).message_id);
    uidset_clear(&moved);
    uidset_clear(&outcome.uids);
    CHECK_OK(writer_move(stage.worker.mail, done, &uids, 0, done, items, &moved, &outcome));
    CHECK_INT(uidset_size(&moved), 1);
    CHECK(uidset_contains(&moved, 2) && uidset_contains(&outcome.uids, 3));
    picture_unref(&picture);
    picture = worker_picture(there, &world->alice);
    CHECK_STR(workers_render(picture), "1:1 3:1");
    CHECK_ERR(writer_move(stage.worker.mail, stage.bob, &uids, 0, done, items, &moved, &outcome),
              ERR_DENIED);
    uidset_clear(&moved);
    uidset_clear(&outcome.uids);
    uidset_clear(&uids);
    picture_unref(&before);
    picture_unref(&picture);
    view_close(&there);
    stage_close(&stage);
}

void test_writer_moves_between_mailboxes(void)
{
    world_run(moves);
}
