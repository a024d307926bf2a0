#include "store/acl_rows.h"

#include <inttypes.h>

#include "base/clock.h"
#include "store/mailboxes.h"
#include "support/check.h"
#include "table_fixture.h"

static rights_mask rights_of(struct database *database, int64_t mailbox_id, int64_t user_id)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct mailbox_row row = {.rights = 0xffff};
    CHECK_OK(mailboxes_get(database, &arena, mailbox_id, user_id, &row));
    arena_clear(&arena);
    return row.rights;
}

static void union_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t owner = table_user(database);
    int64_t user = table_user(database);
    int64_t group = table_group(database);
    int64_t mailbox = table_mailbox(database, owner, false);
    struct mailbox_modseq *touched;
    size_t count;
    CHECK_OK(groups_change_member(database, &arena, group, user, true, SLICE("tester"), &touched,
                                  &count));
    CHECK_INT(rights_of(database, mailbox, owner), RIGHTS_OWNER_KEEPS);
    CHECK_INT(rights_of(database, mailbox, 0), RIGHTS_ALL);
    CHECK_INT(rights_of(database, mailbox, user), 0);
    table_grant(database, mailbox, ACL_ANYONE, 0, false, RIGHT_LOOKUP);
    table_grant(database, mailbox, ACL_GROUP, group, false, RIGHT_READ | RIGHT_WRITE);
    table_grant(database, mailbox, ACL_USER, user, false, RIGHT_INSERT);
    CHECK_INT(rights_of(database, mailbox, user),
              RIGHT_LOOKUP | RIGHT_READ | RIGHT_WRITE | RIGHT_INSERT);
    table_grant(database, mailbox, ACL_GROUP, group, true, RIGHT_WRITE);
    table_grant(database, mailbox, ACL_ANYONE, 0, true, RIGHT_LOOKUP | RIGHT_ADMINISTER);
    CHECK_INT(rights_of(database, mailbox, user), RIGHT_READ | RIGHT_INSERT);
    CHECK_INT(rights_of(database, mailbox, owner), RIGHTS_OWNER_KEEPS);
    arena_clear(&arena);
}

void test_acl_rows_negative_rows_are_taken_from_the_union(void)
{
    store_run(union_body);
}

static void change_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    struct acl_change change = {
        .mailbox_id = mailbox,
        .kind = ACL_USER,
        .id = user,
        .change = RIGHTS_ADD,
        .rights = RIGHT_LOOKUP | RIGHT_READ,
        .expires_at = INT64_MAX,
        .actor = SLICE("tester"),
        .client = SLICE("test"),
    };
    uint64_t modseq = 0;
    CHECK_OK(acl_rows_change(database, &change, &modseq));
    CHECK_U64(modseq, 2);
    CHECK_OK(acl_rows_change(database, &change, &modseq)); /* nothing new */
    CHECK_U64(modseq, 2);
    change.rights = RIGHT_WRITE;
    CHECK_OK(acl_rows_change(database, &change, &modseq));
    CHECK_U64(modseq, 3);
    CHECK_INT(rights_of(database, mailbox, user), RIGHT_LOOKUP | RIGHT_READ | RIGHT_WRITE);
    change.change = RIGHTS_REMOVE;
    change.rights = RIGHT_READ;
    CHECK_OK(acl_rows_change(database, &change, &modseq));
    CHECK_INT(rights_of(database, mailbox, user), RIGHT_LOOKUP | RIGHT_WRITE);
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE mailbox_id = %" PRId64
                           " AND kind = 'acl' AND modseq = 4 AND detail LIKE '%%: lrw -> lw'",
                           mailbox),
              1);
    change.rights = RIGHTS_ALL;
    CHECK_OK(acl_rows_change(database, &change, &modseq));
    CHECK_INT(table_number("SELECT count(*) FROM acl WHERE mailbox_id = %" PRId64, mailbox), 0);
    change.id = -1;
    change.change = RIGHTS_ADD;
    CHECK_ERR(acl_rows_change(database, &change, &modseq), ERR_STALE);
    change.id = user;
    change.mailbox_id = -1;
    CHECK_ERR(acl_rows_change(database, &change, &modseq), ERR_NOT_FOUND);
    CHECK_U64(modseq, 5);
    table_is_sound(mailbox);
}

void test_acl_rows_change_applies_to_what_is_there(void)
{
    store_run(change_body);
}

/* The database says for how long, so that it does not matter what the clocks here say. */
static void check_hour_left(const struct mailbox_row *row)
{
    int64_t left = row->rights_until - clock_monotonic_ms();
    CHECK(left > 3590 * 1000 && left <= 3600 * 1000);
}

static void expiry_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    int64_t in_an_hour = clock_realtime_us() + 3600 * INT64_C(1000000);
    struct acl_change change = {
        .mailbox_id = mailbox,
        .kind = ACL_USER,
        .id = user,
        .rights = RIGHT_LOOKUP,
        .expires_at = in_an_hour,
        .actor = SLICE("tester"),
        .client = SLICE("test"),
    };
    uint64_t modseq;
    CHECK_OK(acl_rows_change(database, &change, &modseq));
    table_grant(database, mailbox, ACL_ANYONE, 0, false, RIGHT_READ);
    struct mailbox_row row;
    CHECK_OK(mailboxes_get(database, &arena, mailbox, user, &row));
    CHECK_INT(row.rights, RIGHT_LOOKUP | RIGHT_READ);
    check_hour_left(&row);

    change.change = RIGHTS_ADD; /* without an end of its own it keeps the row's */
    change.rights = RIGHT_WRITE;
    change.expires_at = INT64_MAX;
    CHECK_OK(acl_rows_change(database, &change, &modseq));
    CHECK_OK(mailboxes_get(database, &arena, mailbox, user, &row));
    check_hour_left(&row);

    table_sql("UPDATE acl SET expires_at = now() - interval '1 second' WHERE mailbox_id = %" PRId64
              " AND user_id IS NOT NULL",
              mailbox);
    CHECK_OK(mailboxes_get(database, &arena, mailbox, user, &row));
    CHECK_INT(row.rights, RIGHT_READ);
    CHECK_INT(row.rights_until, INT64_MAX);

    struct acl_row *rows;
    size_t count = 0;
    CHECK_OK(acl_rows_explain(database, &arena, mailbox, user, &rows, &count));
    if (CHECK_INT(count, 2)) {
        CHECK_INT(rows[0].kind, ACL_USER);
        CHECK_INT(rows[0].id, user);
        CHECK(rows[0].expired && rows[0].concerns_user);
        CHECK_INT(rows[1].kind, ACL_ANYONE);
        CHECK(!rows[1].expired && rows[1].concerns_user);
    }
    CHECK_OK(
        acl_rows_change(database, &change, &modseq)); /* what has expired is not brought back */
    CHECK_INT(rights_of(database, mailbox, user), RIGHT_READ | RIGHT_WRITE);
    arena_clear(&arena);
}

void test_acl_rows_expire(void)
{
    store_run(expiry_body);
}

static void list_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    int64_t group = table_group(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    table_grant(database, mailbox, ACL_ANYONE, 0, true, RIGHT_WRITE);
    table_grant(database, mailbox, ACL_GROUP, group, false, RIGHT_READ);
    table_grant(database, mailbox, ACL_USER, user, false, RIGHT_LOOKUP);
    struct acl_row *rows;
    size_t count = 0;
    CHECK_OK(acl_rows_list(database, &arena, mailbox, &rows, &count));
    if (CHECK_INT(count, 3)) {
        CHECK_INT(rows[0].kind, ACL_USER);
        CHECK_INT(rows[1].kind, ACL_GROUP);
        CHECK_INT(rows[1].id, group);
        CHECK(slice_starts_with(rows[1].name, SLICE("group-")));
        CHECK_INT(rows[1].rights, RIGHT_READ);
        CHECK_INT(rows[2].kind, ACL_ANYONE);
        CHECK(rows[2].negative);
        CHECK_SLICE(rows[2].name, "");
        CHECK_SLICE(rows[2].granted_by, "tester");
        CHECK_INT(rows[2].expires_at, INT64_MAX);
        CHECK(!rows[0].concerns_user && !rows[0].expired);
    }
    CHECK_OK(acl_rows_explain(database, &arena, mailbox, other, &rows, &count));
    if (CHECK_INT(count, 3))
        CHECK(!rows[0].concerns_user && !rows[1].concerns_user && rows[2].concerns_user);
    arena_clear(&arena);
}

void test_acl_rows_list_users_groups_anyone(void)
{
    store_run(list_body);
}

struct race {
    struct database *database;
    int64_t mailbox, group;
    int64_t users[6];
};

/* Rights for a group, its members and the mailbox change at the same time. */
static void race_fiber(void *arg, size_t number)
{
    struct race *race = arg;
    struct arena arena;
    arena_init(&arena, 0);
    for (int round = 0; round < 20; round++) {
        struct mailbox_modseq *touched;
        size_t count;
        if (number % 2)
            /* An insert looks the group up, a second grant does not: take it back in between. */
            table_grant(race->database, race->mailbox, ACL_GROUP, race->group, false,
                        round % 2 ? RIGHTS_NONE : RIGHT_LOOKUP);
        else
            CHECK_OK(groups_change_member(race->database, &arena, race->group, race->users[number],
                                          round % 2 == 0, SLICE("tester"), &touched, &count));
    }
    arena_clear(&arena);
}

static void race_body(struct database *database)
{
    struct race race = {.database = database};
    race.mailbox = table_mailbox(database, 0, true);
    race.group = table_group(database);
    for (size_t i = 0; i < 6; i++)
        race.users[i] = table_user(database);
    store_run_fibers(6, race_fiber, &race);
    table_is_sound(race.mailbox);
}

void test_acl_rows_and_groups_change_at_once_without_deadlock(void)
{
    store_run(race_body);
}

static int change_as(struct database *database, int64_t mailbox, int64_t actor, int64_t user,
                     enum rights_change kind, rights_mask rights, bool negative)
{
    const struct acl_change change = {
        .mailbox_id = mailbox,
        .kind = ACL_USER,
        .id = user,
        .negative = negative,
        .change = kind,
        .rights = rights,
        .expires_at = INT64_MAX,
        .keep_administered = true,
        .actor_id = actor,
        .actor = SLICE("tester"),
        .client = SLICE("test"),
    };
    uint64_t modseq;
    return acl_rows_change(database, &change, &modseq);
}

static void actor_body(struct database *database)
{
    const rights_mask all = RIGHT_LOOKUP | RIGHT_ADMINISTER;
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    CHECK_ERR(change_as(database, mailbox, user, user, RIGHTS_ADD, all, false), ERR_STALE);
    table_grant(database, mailbox, ACL_USER, user, false, RIGHT_ADMINISTER); /* no l */
    CHECK_ERR(change_as(database, mailbox, user, other, RIGHTS_ADD, all, false), ERR_STALE);
    table_grant(database, mailbox, ACL_USER, user, false, all);
    CHECK_OK(change_as(database, mailbox, user, other, RIGHTS_ADD, all, false));
    CHECK_INT(rights_of(database, mailbox, other), all);
    table_sql("UPDATE acl SET expires_at = now() WHERE mailbox_id = %" PRId64
              " AND user_id = %" PRId64,
              mailbox, user);
    CHECK_ERR(change_as(database, mailbox, user, other, RIGHTS_ADD, RIGHTS_ALL, false), ERR_STALE);
    CHECK_INT(rights_of(database, mailbox, other), all);
}

void test_acl_rows_change_asks_for_the_actors_rights_under_the_lock(void)
{
    store_run(actor_body);
}

static void administered_body(struct database *database)
{
    const rights_mask all = RIGHT_LOOKUP | RIGHT_ADMINISTER;
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    /* Nobody but the administrator ever did: it may stay so. */
    CHECK_OK(change_as(database, mailbox, 0, user, RIGHTS_REPLACE, RIGHTS_NONE, false));
    CHECK_OK(change_as(database, mailbox, 0, user, RIGHTS_REPLACE, all, false));
    CHECK_ERR(change_as(database, mailbox, user, user, RIGHTS_REMOVE, RIGHT_ADMINISTER, false),
              ERR_WRONG_STATE);
    CHECK_ERR(change_as(database, mailbox, 0, user, RIGHTS_REPLACE, RIGHT_ADMINISTER, false),
              ERR_WRONG_STATE); /* who can't see it can't administer it */
    CHECK_ERR(change_as(database, mailbox, 0, user, RIGHTS_ADD, RIGHT_ADMINISTER, true),
              ERR_WRONG_STATE);
    CHECK_INT(rights_of(database, mailbox, user), all);
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE mailbox_id = %" PRId64, mailbox), 2);
    /* Through a group without members nobody does; through one with a member, somebody. */
    int64_t group = table_group(database);
    table_grant(database, mailbox, ACL_GROUP, group, false, all);
    CHECK_ERR(change_as(database, mailbox, user, user, RIGHTS_REPLACE, RIGHTS_NONE, false),
              ERR_WRONG_STATE);
    struct arena arena;
    arena_init(&arena, 0);
    struct mailbox_modseq *touched;
    size_t count;
    CHECK_OK(groups_change_member(database, &arena, group, other, true, SLICE("tester"), &touched,
                                  &count));
    arena_clear(&arena);
    CHECK_OK(users_set_disabled(database, other, true));
    CHECK_ERR(change_as(database, mailbox, user, user, RIGHTS_REPLACE, RIGHTS_NONE, false),
              ERR_WRONG_STATE);
    CHECK_OK(users_set_disabled(database, other, false));
    CHECK_OK(change_as(database, mailbox, user, user, RIGHTS_REPLACE, RIGHTS_NONE, false));
    /* Anyone is somebody, too. */
    table_grant(database, mailbox, ACL_GROUP, group, false, RIGHTS_NONE);
    table_grant(database, mailbox, ACL_ANYONE, 0, false, all);
    CHECK_OK(change_as(database, mailbox, 0, user, RIGHTS_REPLACE, RIGHTS_ALL, true));
    table_is_sound(mailbox);
}

void test_acl_rows_keep_somebody_who_administers(void)
{
    store_run(administered_body);
}
