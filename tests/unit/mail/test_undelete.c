#include "mail/undelete.h"

#include <stdio.h>

#include "fiber/fiber.h"
#include "mail/mailbox.h"
#include "workers.h"

struct stage {
    struct world *world;
    struct worker worker;
    const struct grant *admin, *alice;
    struct view *view;
};

static void stage_open(struct stage *stage, struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lrswipkxtea");
    world_allow(world, "Shared/Sales", "bob", "lrs");
    stage->world = world;
    worker_start(&stage->worker, true);
    stage->admin = worker_grant(&stage->worker, world, &world->admin, "Shared/Sales");
    stage->alice = worker_grant(&stage->worker, world, &world->alice, "Shared/Sales");
    stage->view = worker_view(&stage->worker, world, &world->alice, "Shared/Sales");
}

static void stage_close(struct stage *stage)
{
    view_close(&stage->view);
    worker_stop(&stage->worker);
}

static void append(struct stage *stage, uint32_t count, flag_mask flags)
{
    struct append_outcome outcome = {0};
    if (CHECK_OK(workers_append(stage->worker.mail, stage->alice, workers_make_messages(count),
                                count, flags, &outcome)))
        uidset_clear(&outcome.uids);
}

static void set_header(uint32_t uid, const char *header)
{
    char sql[400];
    snprintf(sql, sizeof sql,
             "UPDATE messages SET header = convert_to('%s', 'UTF8') WHERE id = "
             "(SELECT message_id FROM entries WHERE uid = %u)",
             header, (unsigned)uid);
    world_sql(sql);
}

static void expunge(struct stage *stage, uint32_t first, uint32_t last)
{
    struct uidset uids;
    uidset_init(&uids);
    CHECK_OK(uidset_add_range(&uids, first, last));
    CHECK_OK(workers_store(stage->worker.mail, stage->alice, first, last, FLAG_CHANGE_ADD,
                           FLAG_DELETED));
    CHECK_OK(writer_expunge(stage->worker.mail, stage->alice, &uids, 0, NULL));
    uidset_clear(&uids);
}

static const struct undelete_filter everything = {.since = INT64_MAX, .until = INT64_MAX};

/* The UIDs that are found, as text. */
static void check_found(struct stage *stage, struct undelete_filter filter, const char *expected)
{
    struct expunged_message *rows;
    size_t count;
    uint32_t next = 9;
    char text[200] = "";
    if (!CHECK_OK(undelete_find(stage->worker.mail, stage->admin, &filter, 1, &stage->world->arena,
                                &rows, &count, &next)))
        return;
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u", i ? " " : "",
                 (unsigned)rows[i].row.uid);
    CHECK_STR(text, expected);
    CHECK_INT(next, 0);
}

static int restore(struct stage *stage, const struct grant *grant, uint32_t first, uint32_t last,
                   uint64_t *restored_out)
{
    struct uidset uids, restored;
    struct append_outcome outcome;
    uidset_init(&uids);
    CHECK_OK(uidset_add_range(&uids, first, last));
    int err = undelete_restore(stage->worker.mail, grant, &uids, grant, NULL, &restored, &outcome);
    uidset_clear(&uids);
    if (err)
        return err;
    *restored_out = uidset_size(&restored);
    CHECK_U64(uidset_size(&outcome.uids), *restored_out);
    uidset_clear(&restored);
    uidset_clear(&outcome.uids);
    return 0;
}

static void check_shown(struct stage *stage, const struct actor *actor, const char *expected)
{
    struct picture *picture = worker_picture(stage->view, actor);
    CHECK_STR(workers_render(picture), expected);
    picture_unref(&picture);
}

static void finds(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage, 5, 0);
    set_header(1, "Subject: =?utf-8?Q?=C3=9Cbersicht?= of\r\n sales\r\n\r\n");
    set_header(2, "From: a@example.com\r\nSubject: Other\r\n\r\n");
    set_header(3, "From: a@example.com\r\n\r\n");
    expunge(&stage, 1, 3);
    world_sql("UPDATE expunged SET expunged_at = '2026-01-10 00:00Z' WHERE uid = 1");
    world_sql("UPDATE expunged SET expunged_at = '2026-01-20 00:00Z' WHERE uid = 2");
    world_sql("UPDATE expunged SET expunged_at = '2026-01-30 00:00Z' WHERE uid = 3");
    const int64_t january_20 = INT64_C(1768867200000000);
    struct undelete_filter filter = everything;
    check_found(&stage, filter, "1 2 3");
    filter.since = january_20;
    check_found(&stage, filter, "2 3");
    filter.until = january_20 + 1;
    check_found(&stage, filter, "2");
    filter = everything;
    filter.until = january_20;
    check_found(&stage, filter, "1");
    filter = everything;
    filter.subject = SLICE("\xc3\xbc"
                           "BERSICHT OF sales");
    check_found(&stage, filter, "1");
    filter.subject = SLICE("o");
    check_found(&stage, filter, "1 2");
    filter.subject = SLICE("absent");
    check_found(&stage, filter, "");
    filter = everything;
    filter.by = SLICE("alice");
    check_found(&stage, filter, "1 2 3");
    filter.by = SLICE("bob");
    check_found(&stage, filter, "");
    struct uidset uids;
    uidset_init(&uids);
    CHECK_OK(uidset_add_range(&uids, 3, 9));
    filter = everything;
    filter.uids = &uids;
    check_found(&stage, filter, "3");
    uidset_clear(&uids);
    stage_close(&stage);
}

void test_undelete_finds_by_who_when_and_subject(void)
{
    world_run(finds);
}

static void tells_all(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage, 2, FLAG_FLAGGED);
    set_header(2, "Subject: =?utf-8?B?w5xiZXI=?=\r\n\r\n");
    expunge(&stage, 2, 2);
    struct expunged_message *rows;
    size_t count;
    uint32_t next;
    CHECK_OK(undelete_find(stage.worker.mail, stage.admin, &everything, 1, &world->arena, &rows,
                           &count, &next));
    CHECK_INT(count, 1);
    CHECK_SLICE(rows[0].subject, "\xc3\x9c"
                                 "ber");
    CHECK_SLICE(rows[0].row.actor, "alice");
    CHECK_SLICE(rows[0].row.client, "192.0.2.1");
    CHECK_U64(rows[0].row.flags, FLAG_FLAGGED | FLAG_DELETED);
    CHECK_U64(rows[0].row.size, 1001);
    CHECK_INT(rows[0].row.internal_date, INT64_C(1700000001000000));
    CHECK_ERR(undelete_find(stage.worker.mail,
                            worker_grant(&stage.worker, world, &world->bob, "Shared/Sales"),
                            &everything, 1, &world->arena, &rows, &count, &next),
              ERR_DENIED);
    world_sql("DELETE FROM journal");
    CHECK_OK(undelete_find(stage.worker.mail, stage.admin, &everything, 1, &world->arena, &rows,
                           &count, &next));
    CHECK_INT(count, 1);
    CHECK_SLICE(rows[0].row.actor, "");
    stage_close(&stage);
}

void test_undelete_tells_what_is_known(void)
{
    world_run(tells_all);
}

/* Of two users who had seen different messages each sees the same again. */
static void restores(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage, 4, FLAG_FLAGGED);
    const struct grant *bob = worker_grant(&stage.worker, world, &world->bob, "Shared/Sales");
    CHECK_OK(workers_store(stage.worker.mail, stage.alice, 2, 3, FLAG_CHANGE_ADD, FLAG_SEEN));
    CHECK_OK(workers_store(stage.worker.mail, bob, 1, 2, FLAG_CHANGE_ADD, FLAG_SEEN));
    int64_t dates = world_sql("SELECT sum(extract(epoch FROM internal_date)::bigint "
                              "+ extract(microseconds FROM save_date)::bigint) FROM entries "
                              "WHERE uid < 4");
    expunge(&stage, 1, 3);
    check_shown(&stage, &world->alice, "4:4");
    uint64_t restored;
    CHECK_OK(restore(&stage, stage.admin, 1, 4, &restored));
    CHECK_U64(restored, 3);
    check_shown(&stage, &world->alice, "4:4 5:4 6:5 7:5");
    check_shown(&stage, &world->bob, "4:4 5:5 6:5 7:4");
    CHECK_INT(world_sql("SELECT sum(extract(epoch FROM internal_date)::bigint "
                        "+ extract(microseconds FROM save_date)::bigint) FROM entries "
                        "WHERE uid > 4"),
              dates);
    CHECK_INT(world_sql("SELECT count(*) FROM expunged"), 0);
    CHECK_INT(
        world_sql("SELECT count(*) FROM journal WHERE kind = 'append' AND actor = 'postroomctl' "
                  "AND detail = 'given back' AND uids = '{[5,8)}' "
                  "AND other_id = mailbox_id AND other_uids = '{[1,4)}'"),
        1);
    CHECK_INT(
        world_sql("SELECT sum(messages * 1000000 + deleted * 100000 + bytes) FROM mailbox_state"),
        4000000 + 4000 + 6);
    CHECK_INT(world_sql("SELECT count(*) FROM mailbox_state s WHERE highest_modseq <> "
                        "(SELECT count(*) FROM journal j WHERE j.mailbox_id = s.mailbox_id)"),
              0);
    CHECK_OK(restore(&stage, stage.admin, 1, 4, &restored));
    CHECK_U64(restored, 0);
    CHECK_ERR(restore(&stage, bob, 1, 4, &restored), ERR_DENIED);
    stage_close(&stage);
}

void test_undelete_restores_flags_dates_and_who_had_seen(void)
{
    world_run(restores);
}

static void keeps_what_may_be_set(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage, 2, FLAG_FLAGGED | FLAG_SEEN);
    expunge(&stage, 1, 2);
    world_allow(world, "Shared/Sales", "alice", "lrsite");
    const struct grant *stale = stage.alice;
    uint64_t restored;
    CHECK_ERR(restore(&stage, stale, 1, 1, &restored), ERR_STALE);
    stage.alice = worker_grant(&stage.worker, world, &world->alice, "Shared/Sales");
    CHECK_OK(restore(&stage, stage.alice, 1, 1, &restored));
    CHECK_U64(restored, 1);
    check_shown(&stage, &world->alice, "3:1");
    world_allow(world, "Shared/Sales", "alice", "lrte");
    stage.alice = worker_grant(&stage.worker, world, &world->alice, "Shared/Sales");
    CHECK_ERR(restore(&stage, stage.alice, 2, 2, &restored), ERR_DENIED);
    stage_close(&stage);
}

void test_undelete_checks_rights(void)
{
    world_run(keeps_what_may_be_set);
}

/* Into another mailbox, with flags as the caller says, and from a mailbox where \Seen is
 * a flag like others. */
static void restores_elsewhere(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    world_create(world, "Shared/Archive");
    world_allow(world, "Shared/Archive", "alice", "lrswite");
    const struct grant *archive =
        worker_grant(&stage.worker, world, &world->alice, "Shared/Archive");
    append(&stage, 3, FLAG_FLAGGED);
    expunge(&stage, 1, 3);
    const struct append_item items[] = {{.flags = FLAG_SEEN}, {.flags = FLAG_DELETED}};
    struct uidset uids, restored;
    struct append_outcome outcome;
    uidset_init(&uids);
    CHECK_OK(uidset_add_range(&uids, 2, 3));
    CHECK_OK(undelete_restore(stage.worker.mail, stage.alice, &uids, archive, items, &restored,
                              &outcome));
    CHECK_INT(outcome.uidvalidity, grant_uidvalidity(archive));
    CHECK_U64(uidset_size(&outcome.uids), 2);
    CHECK_U64(uidset_size(&restored), 2);
    struct view *view = worker_view(&stage.worker, world, &world->alice, "Shared/Archive");
    struct picture *picture = worker_picture(view, &world->alice);
    CHECK_STR(workers_render(picture), "1:1 2:0");
    picture_unref(&picture);
    view_close(&view);
    CHECK_INT(world_sql("SELECT count(*) FROM expunged"), 1);
    CHECK_INT(world_sql("SELECT count(*) FROM journal j JOIN mailboxes m ON m.id = j.mailbox_id "
                        "WHERE m.name = 'Sales' AND kind = 'mailbox' AND detail = 'given back' "
                        "AND other_uids = '{[1,3)}'"),
              1);
    CHECK_ERR(
        undelete_restore(stage.worker.mail, stage.alice, &uids, archive, NULL, &restored, &outcome),
        ERR_INTERNAL);
    uidset_clear(&uids);
    uidset_clear(&restored);
    uidset_clear(&outcome.uids);
    stage_close(&stage);
}

void test_undelete_restores_into_another_mailbox(void)
{
    world_run(restores_elsewhere);
}

struct restorer {
    struct stage *stage;
    struct mail *mail;
    uint64_t restored;
    int *left;
};

static void restore_all(void *arg)
{
    struct restorer *restorer = arg;
    struct uidset uids, restored;
    struct append_outcome outcome;
    uidset_init(&uids);
    CHECK_OK(uidset_add_range(&uids, 1, 900));
    if (CHECK_OK(undelete_restore(restorer->mail, restorer->stage->admin, &uids,
                                  restorer->stage->admin, NULL, &restored, &outcome))) {
        restorer->restored = uidset_size(&restored);
        uidset_clear(&restored);
        uidset_clear(&outcome.uids);
    }
    uidset_clear(&uids);
    --*restorer->left;
}

static bool none_left(void *arg)
{
    return *(int *)arg == 0;
}

static void restores_once(struct world *world)
{
    struct stage stage;
    struct worker other;
    stage_open(&stage, world);
    worker_start(&other, true);
    append(&stage, 900, 0);
    expunge(&stage, 1, 900);
    int left = 2;
    struct restorer restorers[] = {{&stage, stage.worker.mail, 0, &left},
                                   {&stage, other.mail, 0, &left}};
    for (int i = 0; i < 2; i++)
        CHECK_OK(fiber_spawn("restorer", restore_all, &restorers[i], NULL));
    CHECK(workers_wait(none_left, &left));
    CHECK_U64(restorers[0].restored + restorers[1].restored, 900);
    CHECK_INT(world_sql("SELECT count(*) FROM entries"), 900);
    CHECK_INT(world_sql("SELECT sum(messages) FROM mailbox_state"), 900);
    worker_stop(&other);
    stage_close(&stage);
}

void test_undelete_at_the_same_time_gives_back_once(void)
{
    world_run(restores_once);
}

static bool is_shown(void *arg)
{
    struct stage *stage = arg;
    struct picture *picture = view_picture_now(stage->view, stage->world->alice.user_id);
    bool shown = picture && picture_count(picture) == 3;
    picture_unref(&picture);
    return shown;
}

/* The engine of the world is another worker, and has no view of the mailbox. */
static void seen_elsewhere(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    struct picture *held = worker_picture(stage.view, &world->alice);
    append(&stage, 3, 0);
    expunge(&stage, 1, 3);
    struct restorer restorer = {&stage, world->mail, 0, &(int){1}};
    restore_all(&restorer);
    CHECK_U64(restorer.restored, 3);
    CHECK(workers_wait(is_shown, &stage));
    check_shown(&stage, &world->alice, "4:0 5:0 6:0");
    picture_unref(&held);
    stage_close(&stage);
}

void test_undelete_reaches_the_views_of_other_workers(void)
{
    world_run(seen_elsewhere);
}

/* Mailboxes ------------------------------------------------------------------------------ */

static void delete_mailbox(struct stage *stage, const char *name)
{
    CHECK_OK(mailbox_delete(stage->worker.mail, worker_grant(&stage->worker, stage->world,
                                                             &stage->world->admin, name)));
}

static void undeletes_mailbox(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage, 3, FLAG_FLAGGED);
    uint32_t uidvalidity = grant_uidvalidity(stage.alice);
    int64_t id = grant_mailbox_id(stage.alice);
    delete_mailbox(&stage, "Shared/Sales");
    struct deleted_mailbox_row *rows;
    size_t count;
    CHECK_OK(mailbox_list_deleted(stage.worker.mail, &world->admin, SLICE("Shared/Sales"),
                                  &world->arena, &rows, &count));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].id, id);
    CHECK_U64(rows[0].messages, 3);
    CHECK_SLICE(rows[0].actor, "postroomctl");
    CHECK_ERR(mailbox_list_deleted(stage.worker.mail, &world->alice, SLICE("Shared/Sales"),
                                   &world->arena, &rows, &count),
              ERR_DENIED);
    CHECK_ERR(mailbox_undelete(stage.worker.mail, &world->alice, id, SLICE("Shared/Sales")),
              ERR_DENIED);
    CHECK_OK(mailbox_undelete(stage.worker.mail, &world->admin, id, SLICE("Shared/Sales")));
    CHECK_ERR(mailbox_undelete(stage.worker.mail, &world->admin, id, SLICE("Shared/Other")),
              ERR_NOT_FOUND);
    view_close(&stage.view);
    stage.view = worker_view(&stage.worker, world, &world->alice, "Shared/Sales");
    check_shown(&stage, &world->alice, "1:4 2:4 3:4");
    stage.alice = worker_grant(&stage.worker, world, &world->alice, "Shared/Sales");
    CHECK_INT(grant_uidvalidity(stage.alice), uidvalidity);
    CHECK_INT(grant_mailbox_id(stage.alice), id);
    append(&stage, 1, 0);
    check_shown(&stage, &world->alice, "1:4 2:4 3:4 4:0");
    stage_close(&stage);
}

void test_undelete_mailbox_as_it_was(void)
{
    world_run(undeletes_mailbox);
}

static void undeletes_under_another_name(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    append(&stage, 1, 0);
    delete_mailbox(&stage, "Shared/Sales");
    world_create(world, "Shared/Sales");
    delete_mailbox(&stage, "Shared/Sales");
    world_create(world, "Shared/Sales");
    struct deleted_mailbox_row *rows;
    size_t count;
    CHECK_OK(mailbox_list_deleted(stage.worker.mail, &world->admin, SLICE("Shared/Sales"),
                                  &world->arena, &rows, &count));
    CHECK_INT(count, 2);
    CHECK_U64(rows[0].messages, 0);
    CHECK_U64(rows[1].messages, 1);
    CHECK_ERR(mailbox_undelete(stage.worker.mail, &world->admin, rows[1].id, SLICE("Shared/Sales")),
              ERR_EXISTS);
    CHECK_OK(
        mailbox_undelete(stage.worker.mail, &world->admin, rows[1].id, SLICE("Shared/Sales old")));
    const struct grant *old = worker_grant(&stage.worker, world, &world->alice, "Shared/Sales old");
    CHECK_INT(grant_mailbox_id(old), rows[1].id);
    stage_close(&stage);
}

void test_undelete_mailbox_under_another_name(void)
{
    world_run(undeletes_under_another_name);
}

static void retention(struct world *world)
{
    struct stage stage;
    stage_open(&stage, world);
    int32_t days = 7;
    CHECK_OK(mailbox_retention(stage.worker.mail, stage.admin, &days));
    CHECK_INT(days, RETENTION_DEFAULT);
    CHECK_OK(mailbox_set_retention(stage.worker.mail, stage.alice, 30));
    stage.alice = worker_grant(&stage.worker, world, &world->alice, "Shared/Sales");
    CHECK_OK(mailbox_retention(stage.worker.mail, stage.alice, &days));
    CHECK_INT(days, 30);
    int64_t rows = world_sql("SELECT count(*) FROM journal");
    CHECK_OK(mailbox_set_retention(stage.worker.mail, stage.alice, 30));
    CHECK_INT(world_sql("SELECT count(*) FROM journal"), rows);
    CHECK_OK(mailbox_set_retention(stage.worker.mail, stage.alice, RETENTION_DEFAULT));
    CHECK_INT(world_sql("SELECT count(*) FROM journal WHERE kind = 'mailbox' AND actor = 'alice' "
                        "AND detail IN ('retention: default -> 30d', 'retention: 30d -> default')"),
              2);
    CHECK_ERR(mailbox_set_retention(stage.worker.mail, stage.admin, 36501), ERR_INVALID);
    CHECK_ERR(mailbox_set_retention(stage.worker.mail, stage.admin, -2), ERR_INVALID);
    CHECK_ERR(mailbox_set_retention(stage.worker.mail,
                                    worker_grant(&stage.worker, world, &world->bob, "Shared/Sales"),
                                    1),
              ERR_DENIED);
    stage_close(&stage);
}

void test_undelete_retention_of_a_mailbox(void)
{
    world_run(retention);
}
