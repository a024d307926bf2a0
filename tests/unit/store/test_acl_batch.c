#include "store/acl_batch.h"

#include <inttypes.h>

#include "support/check.h"
#include "table_fixture.h"

static struct acl_batch *begin(struct database *database)
{
    struct acl_batch *batch = NULL;
    CHECK_OK(acl_batch_begin(database, SLICE("tester"), SLICE("test"), &batch));
    return batch;
}

static struct acl_change change_for(int64_t mailbox_id, int64_t user_id, rights_mask rights)
{
    return (struct acl_change){.mailbox_id = mailbox_id,
                               .kind = ACL_USER,
                               .id = user_id,
                               .change = RIGHTS_REPLACE,
                               .rights = rights,
                               .expires_at = INT64_MAX};
}

static void touched_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database), other = table_user(database);
    int64_t group = table_group(database);
    const int64_t mailboxes[] = {table_mailbox(database, 0, true),
                                 table_mailbox(database, 0, true)};
    table_grant(database, mailboxes[1], ACL_GROUP, group, false, RIGHT_READ);
    struct acl_batch *batch = begin(database);
    CHECK_OK(acl_batch_lock_mailboxes(batch, mailboxes, 1, &group, 1));
    CHECK_OK(acl_batch_change_member(batch, group, user, true));
    CHECK_OK(acl_batch_change_member(batch, group, other, true));
    struct acl_change change = change_for(mailboxes[0], user, RIGHT_LOOKUP);
    CHECK_OK(acl_batch_change(batch, &change));
    struct mailbox_modseq *touched = NULL;
    size_t count = 0;
    CHECK_OK(acl_batch_commit(batch, &arena, &touched, &count));
    acl_batch_end(&batch);
    CHECK(batch == NULL);
    CHECK_INT(count, 2);
    for (size_t i = 0; i < count && i < 2; i++) {
        CHECK_INT(touched[i].mailbox_id, mailboxes[i]);
        CHECK_U64(touched[i].modseq,
                  (uint64_t)table_number("SELECT highest_modseq FROM mailbox_state"
                                         " WHERE mailbox_id = %" PRId64,
                                         mailboxes[i]));
        CHECK(table_is_sound(mailboxes[i]));
    }
    arena_clear(&arena);
}

void test_acl_batch_tells_each_mailbox_once(void)
{
    store_run(touched_body);
}

static void undone_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true), gone = table_mailbox(database, 0, true);
    struct mailbox_modseq *touched;
    size_t count;
    struct acl_batch *batch = begin(database);
    struct acl_change change = change_for(mailbox, user, RIGHT_LOOKUP);
    CHECK_OK(acl_batch_change(batch, &change));
    acl_batch_end(&batch); /* never committed */
    table_sql("UPDATE mailboxes SET deleted_at = now() WHERE id = %" PRId64, gone);
    batch = begin(database);
    CHECK_OK(acl_batch_change(batch, &change));
    change = change_for(gone, user, RIGHT_LOOKUP);
    CHECK_OK(acl_batch_change(batch, &change));
    CHECK_ERR(acl_batch_commit(batch, &arena, &touched, &count), ERR_NOT_FOUND);
    acl_batch_end(&batch);
    batch = begin(database);
    CHECK_OK(acl_batch_change(batch, &(struct acl_change){.mailbox_id = mailbox,
                                                          .kind = ACL_ANYONE,
                                                          .rights = RIGHT_READ,
                                                          .expires_at = INT64_MAX,
                                                          .actor_id = user}));
    CHECK_ERR(acl_batch_commit(batch, &arena, &touched, &count), ERR_STALE);
    acl_batch_end(&batch);
    CHECK_INT(table_number("SELECT count(*) FROM acl WHERE mailbox_id = %" PRId64, mailbox), 0);
    arena_clear(&arena);
}

void test_acl_batch_leaves_nothing_when_a_change_fails(void)
{
    store_run(undone_body);
}

static void names_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    struct slice new_group = table_name("made"), nobody = table_name("nobody");
    struct user_row row;
    CHECK_OK(users_get(database, &arena, user, &row));
    const struct slice logins[] = {nobody, row.login, row.login};
    const struct slice groups[] = {new_group, new_group};
    struct acl_batch *batch = begin(database);
    struct batch_name *rows;
    size_t count;
    CHECK_OK(acl_batch_lock_users(batch, logins, 3, &arena, &rows, &count));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].id, user);
    CHECK_OK(acl_batch_lock_groups(batch, groups, 2, &arena, &rows, &count));
    CHECK_INT(count, 0);
    CHECK_OK(acl_batch_make_groups(batch, groups, 2, &arena, &rows, &count));
    CHECK_INT(count, 1);
    CHECK(rows[0].made);
    CHECK_OK(acl_batch_make_groups(batch, groups, 2, &arena, &rows, &count));
    CHECK(!rows[0].made);
    acl_batch_end(&batch);
    CHECK_INT(
        table_number("SELECT count(*) FROM groups WHERE name = '%.*s'", SLICE_ARGS(new_group)), 0);
    arena_clear(&arena);
}

void test_acl_batch_finds_and_makes_names(void)
{
    store_run(names_body);
}
