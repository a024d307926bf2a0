/* REPLACE: one message comes and another one goes, or neither does. */
#include <inttypes.h>

#include "store/acl_rows.h"
#include "store/change.h"
#include "store/mailboxes.h"
#include "support/check.h"
#include "table_fixture.h"

struct scene {
    struct database *database;
    int64_t user;
    int64_t mailbox; /* with five messages, all seen by the user, at modseq 3 */
    struct append_item item;
    struct uidset uids;
    struct change change;
};

static void scene_begin(struct scene *scene, struct database *database, const char *uid)
{
    *scene = (struct scene){
        .database = database,
        .user = table_user(database),
        .mailbox = table_mailbox(database, 0, true),
        .item = {.message_id = table_message(database, 70),
                 .size = 70,
                 .flags = FLAG_SEEN | FLAG_DRAFT,
                 .internal_date = 5},
        .uids = table_uids(uid),
    };
    table_append(database, scene->mailbox, 5, FLAG_FLAGGED | FLAG_DELETED);
    struct uidset all = table_uids("1:5");
    struct change seen = table_change(CHANGE_SEEN, scene->mailbox);
    seen.seen_per_user = true;
    seen.user_id = scene->user;
    seen.uids = &all;
    seen.flags_set = FLAG_SEEN;
    table_run(database, &seen);
    change_clear(&seen);
    uidset_clear(&all);
}

static void scene_run(struct scene *scene, int64_t destination)
{
    scene->change = table_change(CHANGE_REPLACE, destination);
    scene->change.seen_per_user = true;
    scene->change.user_id = scene->user;
    scene->change.source_id = scene->mailbox;
    scene->change.uids = &scene->uids;
    scene->change.items = &scene->item;
    scene->change.item_count = 1;
    table_run(scene->database, &scene->change);
}

static void scene_end(struct scene *scene)
{
    change_clear(&scene->change);
    uidset_clear(&scene->uids);
    table_is_sound(scene->mailbox);
}

static void check_status(struct scene *scene, int64_t mailbox, uint64_t messages, uint64_t bytes)
{
    struct mailbox_status status;
    CHECK_OK(mailboxes_status(scene->database, mailbox, scene->user, &status));
    CHECK_U64(status.messages, messages);
    CHECK_U64(status.bytes, bytes);
    CHECK_U64(status.unseen, 0);
}

static void check_rows(const struct change *change, uint64_t modseq, uint64_t source_modseq)
{
    CHECK_OK(change->result);
    CHECK_INT(change->row.kind, JOURNAL_APPEND);
    CHECK_U64(change->row.modseq, modseq);
    CHECK_INT(change->seen_row.kind, JOURNAL_SEEN);
    CHECK_U64(change->seen_row.modseq, modseq + 1);
    CHECK_INT(change->source_row.kind, JOURNAL_EXPUNGE);
    CHECK_U64(change->source_row.modseq, source_modseq);
    CHECK_UIDS(&change->source_row.uids, "4");
}

static void same_body(struct database *database)
{
    struct scene scene;
    scene_begin(&scene, database, "4");
    uint64_t before = (uint64_t)table_number(
        "SELECT bytes FROM mailbox_state WHERE mailbox_id = %" PRId64, scene.mailbox);
    uint64_t old = (uint64_t)table_number(
        "SELECT size FROM entries WHERE uid = 4 AND mailbox_id = %" PRId64, scene.mailbox);
    scene_run(&scene, scene.mailbox);
    check_rows(&scene.change, 4, 6);
    CHECK_UIDS(&scene.change.row.uids, "6");
    CHECK_UIDS(&scene.change.seen_row.uids, "6");
    check_status(&scene, scene.mailbox, 5, before - old + 70);
    CHECK_INT(table_number("SELECT flags FROM entries WHERE uid = 6 AND modseq = 4"
                           " AND mailbox_id = %" PRId64,
                           scene.mailbox),
              FLAG_DRAFT);
    /* It can be given back, as who has seen it knows it. */
    CHECK_INT(table_number("SELECT count(*) FROM expunged x JOIN expunged_seen s"
                           " USING (mailbox_id, modseq) WHERE x.uid = 4 AND s.uids @> x.uid"
                           " AND s.user_ids = ARRAY[%" PRId64 "::bigint]"
                           " AND x.mailbox_id = %" PRId64,
                           scene.user, scene.mailbox),
              1);
    CHECK_INT(
        table_number("SELECT modseq FROM seen_pages WHERE mailbox_id = %" PRId64, scene.mailbox),
        5);
    scene_end(&scene);
}

void test_change_replace_in_one_mailbox(void)
{
    store_run(same_body);
}

static void other_body(struct database *database)
{
    struct scene scene;
    scene_begin(&scene, database, "4");
    int64_t other = table_mailbox(database, 0, true);
    scene_run(&scene, other);
    check_rows(&scene.change, 2, 4);
    CHECK_UIDS(&scene.change.row.uids, "1");
    check_status(&scene, other, 1, 70);
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE detail = 'replaced'"
                           " AND (mailbox_id, other_id) IN ((%" PRId64 ", %" PRId64 "),"
                           " (%" PRId64 ", %" PRId64 "))",
                           other, scene.mailbox, scene.mailbox, other),
              2);
    table_is_sound(other);
    scene_end(&scene);
}

void test_change_replace_across_mailboxes(void)
{
    store_run(other_body);
}

/* Nothing comes when nothing goes, and the other way round. */
static void check_nothing_happened(struct scene *scene, int64_t destination)
{
    CHECK_U64(scene->change.row.modseq, 0);
    CHECK_U64(scene->change.seen_row.modseq, 0);
    CHECK_U64(scene->change.source_row.modseq, 0);
    CHECK_INT(table_number("SELECT messages * 100 + highest_modseq FROM mailbox_state"
                           " WHERE mailbox_id = %" PRId64,
                           scene->mailbox),
              503);
    CHECK_INT(table_number("SELECT count(*) FROM entries WHERE mailbox_id = %" PRId64
                           " AND message_id = %" PRId64,
                           destination, scene->item.message_id),
              0);
}

static void gone_body(struct database *database)
{
    struct scene scene;
    scene_begin(&scene, database, "9");
    scene_run(&scene, scene.mailbox);
    CHECK_OK(scene.change.result);
    check_nothing_happened(&scene, scene.mailbox);
    scene_end(&scene);
}

void test_change_replace_of_what_is_gone_does_nothing(void)
{
    store_run(gone_body);
}

static void lost_body(struct database *database)
{
    struct scene scene;
    scene_begin(&scene, database, "4");
    scene.item.seal = 1;
    scene_run(&scene, scene.mailbox);
    CHECK_INT(scene.change.result, -ERR_UNAVAILABLE);
    check_nothing_happened(&scene, scene.mailbox);
    scene_end(&scene);
}

void test_change_replace_keeps_the_old_when_the_new_is_lost(void)
{
    store_run(lost_body);
}

static void stale_body(struct database *database)
{
    struct scene scene;
    scene_begin(&scene, database, "4");
    int64_t other = table_mailbox(database, 0, true);
    scene.change = table_change(CHANGE_REPLACE, other);
    scene.change.source_id = scene.mailbox;
    scene.change.uids = &scene.uids;
    scene.change.items = &scene.item;
    scene.change.item_count = 1;
    uint64_t rights = table_grant(database, other, ACL_USER, scene.user, false, RIGHT_LOOKUP);
    scene.change.rights_modseq = rights - 1;
    table_run(database, &scene.change);
    CHECK_ERR(scene.change.result, ERR_STALE);
    change_clear(&scene.change);
    check_nothing_happened(&scene, other);
    scene.change.rights_modseq = rights;
    scene.change.source_rights_modseq =
        table_grant(database, scene.mailbox, ACL_USER, scene.user, false, RIGHT_LOOKUP) - 1;
    table_run(database, &scene.change);
    CHECK_ERR(scene.change.result, ERR_STALE);
    CHECK_U64(scene.change.row.modseq, 0);
    scene_end(&scene);
}

void test_change_replace_needs_rights_that_still_hold(void)
{
    store_run(stale_body);
}

static void contradicting_body(struct database *database)
{
    struct scene scene;
    scene_begin(&scene, database, "3:4");
    scene_run(&scene, scene.mailbox);
    CHECK_ERR(scene.change.result, ERR_INTERNAL);
    scene_end(&scene);
}

void test_change_replace_is_of_one_message(void)
{
    store_run(contradicting_body);
}
