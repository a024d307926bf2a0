#include "store/change.h"

#include <inttypes.h>

#include "store/acl_rows.h"
#include "store/mailboxes.h"
#include "support/check.h"
#include "table_fixture.h"

static void append_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    int64_t message = table_message(database, 100);
    const struct append_item items[] = {
        {message, 100, FLAG_SEEN | FLAG_FLAGGED, 5, 0, NULL},
        {message, 200, 0, 6, 0, NULL},
        {message, 300, FLAG_SEEN | FLAG_DELETED, 7, 0, NULL},
    };
    struct change change = table_change(CHANGE_APPEND, mailbox);
    change.seen_per_user = true;
    change.user_id = user;
    change.items = items;
    change.item_count = 3;
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_U64(change.row.modseq, 2);
    CHECK_INT(change.row.kind, JOURNAL_APPEND);
    CHECK_UIDS(&change.row.uids, "1:3");
    CHECK_U64(change.seen_row.modseq, 3);
    CHECK_INT(change.seen_row.kind, JOURNAL_SEEN);
    CHECK_INT(change.seen_row.user_id, user);
    CHECK_U64(change.seen_row.flags_set, FLAG_SEEN);
    CHECK_UIDS(&change.seen_row.uids, "1,3");
    CHECK(change.uidvalidity > 0);
    change_clear(&change);
    change.item_count = 0;
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_U64(change.row.modseq, 0);
    change_clear(&change);

    struct mailbox_status status;
    CHECK_OK(mailboxes_status(database, mailbox, user, &status));
    CHECK_U64(status.messages, 3);
    CHECK_U64(status.unseen, 1);
    CHECK_U64(status.deleted, 1);
    CHECK_U64(status.bytes, 600);
    CHECK_U64(status.highest_modseq, 3);
    CHECK_INT(
        table_number("SELECT bit_or(flags) FROM entries WHERE mailbox_id = %" PRId64, mailbox),
        FLAG_FLAGGED | FLAG_DELETED);
    table_is_sound(mailbox);
}

void test_change_append_gives_uids_in_order(void)
{
    store_run(append_body);
}

static void flags_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, false);
    table_append(database, mailbox, 4, FLAG_SEEN);
    table_append(database, mailbox, 2, FLAG_FLAGGED);
    struct uidset uids = table_uids("2:5,9:4294967295");
    struct change change = table_change(CHANGE_FLAGS, mailbox);
    change.uids = &uids;
    change.flags_cleared = FLAG_SEEN;
    change.flags_set = FLAG_FLAGGED;
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_UIDS(&change.row.uids, "2:4");
    CHECK_U64(change.row.modseq, 4);
    CHECK_U64(change.row.flags_cleared, FLAG_SEEN);
    CHECK_U64(change.row.flags_set, FLAG_FLAGGED);
    change_clear(&change);
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_U64(change.row.modseq, 0);
    CHECK_INT(change.row.uids.count, 0);
    change_clear(&change);
    struct mailbox_status status;
    CHECK_OK(mailboxes_status(database, mailbox, 1, &status));
    CHECK_U64(status.unseen, 5);
    CHECK_U64(status.highest_modseq, 4);
    table_is_sound(mailbox);
    uidset_clear(&uids);
}

void test_change_flags_only_what_differs(void)
{
    store_run(flags_body);
}

static void run_seen(struct database *database, int64_t mailbox, int64_t user, const char *text,
                     bool seen, const char *changed)
{
    struct uidset uids = table_uids(text);
    struct change change = table_change(CHANGE_SEEN, mailbox);
    change.seen_per_user = true;
    change.user_id = user;
    change.uids = &uids;
    *(seen ? &change.flags_set : &change.flags_cleared) = FLAG_SEEN;
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_UIDS(&change.row.uids, changed);
    CHECK((change.row.modseq != 0) == (*changed != 0));
    CHECK_INT(change.row.kind, JOURNAL_SEEN);
    CHECK_INT(change.row.user_id, user);
    change_clear(&change);
    uidset_clear(&uids);
}

static void run_expunge(struct database *database, int64_t mailbox, const char *text,
                        bool only_deleted, const char *gone)
{
    struct uidset uids = table_uids(text);
    struct change change = table_change(CHANGE_EXPUNGE, mailbox);
    change.uids = &uids;
    change.only_deleted = only_deleted;
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_UIDS(&change.row.uids, gone);
    change_clear(&change);
    uidset_clear(&uids);
}

static void seen_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, 8200, 0);
    run_expunge(database, mailbox, "5,8192", false, "5,8192");
    run_seen(database, mailbox, user, "1:4294967295", true, "1:4,6:8191,8193:8200");
    run_seen(database, mailbox, user, "1:4294967295", true, "");
    run_seen(database, mailbox, user, "5:7,8190:8194", false, "6:7,8190:8191,8193:8194");
    run_seen(database, mailbox, user, "7:8", true, "7");
    run_seen(database, mailbox, other, "9000:10000", true, "");
    run_seen(database, mailbox, other, "1", false, "");
    run_seen(database, mailbox, other, "1", true, "1");
    struct mailbox_status status;
    CHECK_OK(mailboxes_status(database, mailbox, user, &status));
    CHECK_U64(status.unseen, 5);
    CHECK_OK(mailboxes_status(database, mailbox, other, &status));
    CHECK_U64(status.unseen, 8197);
    table_is_sound(mailbox);
}

void test_change_seen_of_each_user(void)
{
    store_run(seen_body);
}

static void expunge_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, 3, 0);
    table_append(database, mailbox, 3, FLAG_DELETED);
    run_seen(database, mailbox, user, "1:6", true, "1:6");
    run_expunge(database, mailbox, "2:5", true, "4:5");
    run_expunge(database, mailbox, "2:5", true, "");
    run_expunge(database, mailbox, "1", false, "1");
    struct mailbox_status status;
    CHECK_OK(mailboxes_status(database, mailbox, user, &status));
    CHECK_U64(status.messages, 3);
    CHECK_U64(status.unseen, 0);
    CHECK_U64(status.deleted, 1);
    CHECK_U64(status.bytes, 300);
    CHECK_U64(status.uidnext, 7);
    CHECK_INT(table_number("SELECT sum(uid * 1000 + modseq)::bigint FROM expunged WHERE mailbox_id "
                           "= %" PRId64,
                           mailbox),
              4005 + 5005 + 1006);
    table_is_sound(mailbox);
}

void test_change_expunge_keeps_what_went(void)
{
    store_run(expunge_body);
}

/* 2 and 4 of 5 have moved behind the destination's two, 3 was gone before. */
static void check_moved(struct database *database, int64_t source, int64_t destination,
                        int64_t user)
{
    struct mailbox_status status;
    CHECK_OK(mailboxes_status(database, destination, user, &status));
    CHECK_U64(status.messages, 4);
    CHECK_U64(status.unseen, 3);
    CHECK_U64(status.deleted, 0);
    CHECK_OK(mailboxes_status(database, source, user, &status));
    CHECK_U64(status.messages, 2);
    CHECK_U64(status.unseen, 0);
    CHECK_INT(table_number("SELECT sum(uid * 1000 + flags)::bigint FROM entries WHERE mailbox_id = "
                           "%" PRId64 " AND uid > 2",
                           destination),
              3000 + 4000 + (int64_t)FLAG_FLAGGED);
    /* The second message's date was 1 s, the fourth's 3 s. */
    CHECK_INT(table_number("SELECT sum(uid * extract(epoch FROM internal_date))::bigint FROM "
                           "entries WHERE mailbox_id = %" PRId64 " AND uid > 2",
                           destination),
              3 * 1 + 4 * 3);
    CHECK_INT(table_number("SELECT count(*) FROM expunged WHERE mailbox_id = %" PRId64, source), 1);
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE mailbox_id = %" PRId64
                           " AND detail = 'moved' AND other_id = %" PRId64,
                           source, destination),
              1);
}

static void move_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t source = table_mailbox(database, 0, true);
    int64_t destination = table_mailbox(database, 0, true);
    table_append(database, destination, 2, 0);
    table_append(database, source, 5, FLAG_FLAGGED | FLAG_DELETED);
    run_seen(database, source, user, "1:5", true, "1:5");
    run_expunge(database, source, "3", false, "3");
    struct uidset uids = table_uids("2:4");
    const struct append_item items[] = {
        {.flags = FLAG_SEEN},
        {.flags = FLAG_DRAFT},
        {.flags = FLAG_FLAGGED},
    };
    struct change change = table_change(CHANGE_MOVE, destination);
    change.seen_per_user = true;
    change.user_id = user;
    change.source_id = source;
    change.uids = &uids;
    change.items = items;
    change.item_count = 3;
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_INT(change.row.kind, JOURNAL_APPEND);
    CHECK_U64(change.row.modseq, 3);
    CHECK_UIDS(&change.row.uids, "3:4");
    CHECK_UIDS(&change.seen_row.uids, "3");
    CHECK_INT(change.source_row.kind, JOURNAL_EXPUNGE);
    CHECK_U64(change.source_row.modseq, 5);
    CHECK_UIDS(&change.source_row.uids, "2,4");
    change_clear(&change);
    table_run(database, &change); /* they are gone by now */
    CHECK_OK(change.result);
    CHECK_U64(change.row.modseq, 0);
    CHECK_U64(change.source_row.modseq, 0);
    change_clear(&change);

    check_moved(database, source, destination, user);
    table_is_sound(source);
    table_is_sound(destination);
    uidset_clear(&uids);
}

void test_change_move_takes_what_is_still_there(void)
{
    store_run(move_body);
}

static void stale_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    int64_t other = table_mailbox(database, 0, true);
    table_append(database, mailbox, 2, 0);
    uint64_t rights = table_grant(database, mailbox, ACL_USER, user, false, RIGHT_LOOKUP);
    struct uidset uids = table_uids("1:2");
    const struct append_item items[] = {{.flags = 0}, {.flags = 0}};
    for (int kind = CHANGE_APPEND; kind <= CHANGE_MOVE; kind++) {
        struct change change = table_change((enum change_kind)kind, mailbox);
        change.user_id = user;
        change.uids = &uids;
        change.flags_set = FLAG_SEEN;
        change.items = items;
        change.item_count = 2;
        change.source_id = other;
        change.rights_modseq = rights - 1;
        table_run(database, &change);
        CHECK_ERR(change.result, ERR_STALE);
        CHECK_U64(change.row.modseq, 0);
        change_clear(&change);
    }
    struct change change = table_change(CHANGE_MOVE, other);
    change.uids = &uids;
    change.items = items;
    change.item_count = 2;
    change.source_id = mailbox; /* whose rights are the stale ones now */
    change.source_rights_modseq = rights - 1;
    table_run(database, &change);
    CHECK_ERR(change.result, ERR_STALE);
    change_clear(&change);
    change.source_rights_modseq = rights;
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_UIDS(&change.row.uids, "1:2");
    change_clear(&change);
    uint64_t modseq;
    CHECK_OK(mailboxes_delete(database, mailbox, 0, SLICE("tester"), SLICE("test"), &modseq));
    change = table_change(CHANGE_EXPUNGE, mailbox);
    change.rights_modseq = modseq;
    change.uids = &uids;
    table_run(database, &change);
    CHECK_ERR(change.result, ERR_NOT_FOUND);
    change_clear(&change);
    change.mailbox_id = -1;
    table_run(database, &change);
    CHECK_ERR(change.result, ERR_NOT_FOUND);
    change_clear(&change);
    table_is_sound(mailbox);
    table_is_sound(other);
    uidset_clear(&uids);
}

void test_change_stale_rights_and_gone_mailboxes_change_nothing(void)
{
    store_run(stale_body);
}

static void replay_body(struct database *database)
{
    int64_t first = table_mailbox(database, 0, true);
    int64_t second = table_mailbox(database, 0, true);
    int64_t message = table_message(database, 100);
    const struct append_item good = {.message_id = message, .size = 100};
    const struct append_item bad = {.message_id = -1, .size = 100};
    struct change changes[6];
    struct change *batch[6];
    for (size_t i = 0; i < 6; i++) {
        changes[i] = table_change(CHANGE_APPEND, i % 2 ? first : second);
        changes[i].items = i == 1 || i == 4 ? &bad : &good;
        changes[i].item_count = 1;
        batch[i] = &changes[i];
    }
    changes[3].kind = CHANGE_SEEN; /* contradicts itself: never reaches PostgreSQL */
    CHECK_OK(change_batch_run(database, batch, 6));
    CHECK_OK(changes[0].result);
    CHECK_ERR(changes[1].result, ERR_NOT_FOUND);
    CHECK_OK(changes[2].result);
    CHECK_ERR(changes[3].result, ERR_INTERNAL);
    CHECK_ERR(changes[4].result, ERR_NOT_FOUND);
    CHECK_OK(changes[5].result);
    CHECK_UIDS(&changes[0].row.uids, "1");
    CHECK_UIDS(&changes[2].row.uids, "2");
    CHECK_UIDS(&changes[5].row.uids, "1");
    for (size_t i = 0; i < 6; i++)
        change_clear(&changes[i]);
    CHECK_OK(change_batch_run(database, batch, 0));
    table_is_sound(first);
    table_is_sound(second);
}

void test_change_batch_is_run_again_without_what_fails(void)
{
    store_run(replay_body);
}

static void one_trip_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, 1, 0);
    const struct append_item item = {.message_id = table_message(database, 100), .size = 100};
    struct change changes[3];
    struct change *batch[3];
    for (size_t i = 0; i < 3; i++) {
        changes[i] = table_change(CHANGE_APPEND, mailbox);
        changes[i].items = &item;
        changes[i].item_count = 1;
        batch[i] = &changes[i];
    }
    struct database_counters before;
    struct database_counters after;
    database_counters(database, &before);
    CHECK_OK(change_batch_run(database, batch, 3));
    database_counters(database, &after);
    CHECK_U64(after.round_trips - before.round_trips, 1);
    CHECK_U64(after.statements - before.statements, 6); /* BEGIN, lock, COMMIT */
    for (size_t i = 0; i < 3; i++)
        change_clear(&changes[i]);
}

void test_change_batch_takes_one_round_trip(void)
{
    store_run(one_trip_body);
}

enum { WRITERS = 8, ROUNDS = 15, MAILBOXES = 3 };

struct race {
    struct database *databases[2];
    int64_t mailboxes[MAILBOXES];
    int64_t message;
    struct uidset given[MAILBOXES]; /* UIDs that somebody was told are his */
};

static void note_uids(struct race *race, int64_t mailbox, const struct uidset *uids)
{
    for (size_t i = 0; i < MAILBOXES; i++) {
        if (race->mailboxes[i] != mailbox)
            continue;
        for (size_t range = 0; range < uids->count; range++)
            for (uint32_t uid = uids->ranges[range].first; uid <= uids->ranges[range].last; uid++) {
                CHECK(!uidset_contains(&race->given[i], uid));
                CHECK_OK(uidset_add(&race->given[i], uid));
            }
    }
}

static void race_round(struct race *race, size_t number, size_t round)
{
    const struct append_item item = {.message_id = race->message, .size = 100};
    struct uidset uids = table_uids("1:4");
    const struct append_item moved[4] = {{0}};
    struct change changes[MAILBOXES];
    struct change *batch[MAILBOXES];
    for (size_t i = 0; i < MAILBOXES; i++) {
        size_t place = (number + i) % MAILBOXES; /* each in another order */
        changes[i] = table_change(CHANGE_APPEND, race->mailboxes[place]);
        changes[i].items = &item;
        changes[i].item_count = 1;
        if (round % 5 == 4 && i == 1) {
            changes[i].kind = CHANGE_MOVE;
            changes[i].source_id = race->mailboxes[(place + 1) % MAILBOXES];
            changes[i].uids = &uids;
            changes[i].items = moved;
            changes[i].item_count = 4;
        }
        batch[i] = &changes[i];
    }
    CHECK_OK(change_batch_run(race->databases[number % 2], batch, MAILBOXES));
    for (size_t i = 0; i < MAILBOXES; i++) {
        CHECK_OK(changes[i].result);
        note_uids(race, changes[i].mailbox_id, &changes[i].row.uids);
        change_clear(&changes[i]);
    }
    uidset_clear(&uids);
}

static void race_fiber(void *arg, size_t number)
{
    for (size_t round = 0; round < ROUNDS; round++)
        race_round(arg, number, round);
}

static void race_body(struct database *database)
{
    const struct database_settings settings = store_settings();
    struct race race = {.databases = {database}};
    if (!CHECK_OK(database_open(&settings, &race.databases[1])))
        return;
    for (size_t i = 0; i < MAILBOXES; i++)
        race.mailboxes[i] = table_mailbox(database, 0, true);
    race.message = table_message(database, 100);
    store_run_fibers(WRITERS, race_fiber, &race);
    for (size_t i = 0; i < MAILBOXES; i++) {
        table_is_sound(race.mailboxes[i]);
        CHECK_U64(uidset_size(&race.given[i]),
                  (uint64_t)table_number("SELECT uidnext - 1 FROM mailbox_state WHERE mailbox_id = "
                                         "%" PRId64,
                                         race.mailboxes[i]));
        uidset_clear(&race.given[i]);
    }
    database_close(&race.databases[1]);
}

void test_change_writers_at_once_share_no_uid_and_leave_no_gap(void)
{
    store_run(race_body);
}

/* Locks are taken in the other order by whoever changes rights. */
static void deadlock_fiber(void *arg, size_t number)
{
    struct race *race = arg;
    for (int round = 0; round < 10; round++) {
        if (number % 3 == 0) {
            table_grant(race->databases[0], race->mailboxes[round % MAILBOXES], ACL_ANYONE, 0,
                        false, 1u << (round % 5));
            continue;
        }
        struct append_item item = {.message_id = race->message, .size = 100};
        struct change change = table_change(CHANGE_APPEND, race->mailboxes[round % MAILBOXES]);
        change.items = &item;
        change.item_count = 1;
        table_run(race->databases[0], &change);
        CHECK_OK(change.result);
        change_clear(&change);
    }
}

static void rights_race_body(struct database *database)
{
    struct race race = {.databases = {database}};
    for (size_t i = 0; i < MAILBOXES; i++)
        race.mailboxes[i] = table_mailbox(database, 0, true);
    race.message = table_message(database, 100);
    store_run_fibers(6, deadlock_fiber, &race);
    for (size_t i = 0; i < MAILBOXES; i++)
        table_is_sound(race.mailboxes[i]);
}

void test_change_and_rights_at_once(void)
{
    store_run(rights_race_body);
}

static void in_doubt_fiber(void *arg, size_t number)
{
    struct race *race = arg;
    if (number == 0) {
        for (int i = 0; i < 5; i++)
            store_kill("postroom transactions");
        return;
    }
    for (int round = 0; round < 30; round++) {
        struct append_item item = {.message_id = race->message, .size = 100};
        struct change change = table_change(CHANGE_APPEND, race->mailboxes[0]);
        change.items = &item;
        change.item_count = 1;
        struct change *batch[] = {&change};
        int err = change_batch_run(race->databases[0], batch, 1);
        CHECK(err == 0 || err == -ERR_UNAVAILABLE || err == -ERR_IN_DOUBT);
        if (err == 0)
            note_uids(race, race->mailboxes[0], &change.row.uids);
        change_clear(&change);
    }
}

static void in_doubt_body(struct database *database)
{
    struct race race = {.databases = {database}};
    race.mailboxes[0] = table_mailbox(database, 0, true);
    race.message = table_message(database, 100);
    store_run_fibers(5, in_doubt_fiber, &race);
    table_is_sound(race.mailboxes[0]);
    CHECK(uidset_size(&race.given[0]) <=
          (uint64_t)table_number("SELECT messages FROM mailbox_state WHERE mailbox_id = %" PRId64,
                                 race.mailboxes[0]));
    CHECK(!uidset_is_empty(&race.given[0]));
    uidset_clear(&race.given[0]);
}

void test_change_survives_lost_connections(void)
{
    store_run(in_doubt_body);
}
