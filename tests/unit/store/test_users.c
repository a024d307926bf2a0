#include "store/users.h"

#include <inttypes.h>

#include "store/acl_rows.h"
#include "store/mailboxes.h"
#include "support/check.h"
#include "table_fixture.h"

static void find_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice login = table_name("alice");
    int64_t id = 0;
    CHECK_OK(users_insert(database, login, SLICE("first"), &id));
    CHECK_ERR(users_insert(database, login, SLICE("second"), &id), ERR_EXISTS);
    struct user_row row;
    if (CHECK_OK(users_find(database, &arena, login, &row))) {
        CHECK_INT(row.id, id);
        CHECK(slice_equal(row.login, login));
        CHECK_SLICE(row.verifier, "first");
        CHECK(!row.disabled);
        CHECK(row.created_at > 1700000000000000);
    }
    CHECK_OK(users_set_verifier(database, id, SLICE("third")));
    CHECK_OK(users_set_disabled(database, id, true));
    if (CHECK_OK(users_get(database, &arena, id, &row))) {
        CHECK_SLICE(row.verifier, "third");
        CHECK(row.disabled);
    }
    CHECK_ERR(users_find(database, &arena, SLICE("nobody"), &row), ERR_NOT_FOUND);
    CHECK_ERR(users_get(database, &arena, -1, &row), ERR_NOT_FOUND);
    CHECK_ERR(users_set_verifier(database, -1, SLICE("x")), ERR_NOT_FOUND);
    CHECK_ERR(users_set_disabled(database, -1, true), ERR_NOT_FOUND);
    struct user_row *rows;
    size_t count = 0;
    CHECK_OK(users_list(database, &arena, &rows, &count));
    CHECK(count >= 1);
    arena_clear(&arena);
}

void test_users_are_found_by_name_and_id(void)
{
    store_run(find_body);
}

static void delete_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    int64_t own = table_mailbox(database, user, false);
    int64_t granted = table_mailbox(database, other, true);
    table_grant(database, granted, ACL_USER, user, false, RIGHT_LOOKUP);
    table_append(database, own, 1, 0);
    struct arena arena;
    arena_init(&arena, 0);
    struct mailbox_modseq *touched;
    size_t count = 0;
    CHECK_OK(users_delete(database, &arena, user, SLICE("tester"), &touched, &count));
    if (CHECK_INT(count, 2))
        for (size_t i = 0; i < count; i++)
            CHECK_U64(touched[i].modseq, 3);
    CHECK_ERR(users_delete(database, &arena, user, SLICE("tester"), &touched, &count),
              ERR_NOT_FOUND);

    struct mailbox_row row;
    CHECK_ERR(mailboxes_get(database, &arena, own, 0, &row), ERR_NOT_FOUND);
    CHECK_OK(mailboxes_get(database, &arena, granted, other, &row));
    CHECK_U64(row.rights_modseq, 3);
    CHECK_INT(table_number("SELECT count(*) FROM acl WHERE user_id = %" PRId64, user), 0);
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE mailbox_id = %" PRId64
                           " AND kind = 'mailbox' AND detail LIKE 'deleted with its owner %%'",
                           own),
              1);
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE mailbox_id = %" PRId64
                           " AND kind = 'acl' AND detail LIKE '%% was deleted'",
                           granted),
              1);
    CHECK_INT(table_number("SELECT count(*) FROM entries WHERE mailbox_id = %" PRId64, own), 1);
    table_is_sound(own);
    table_is_sound(granted);
    arena_clear(&arena);
}

void test_users_delete_leaves_mailboxes_to_the_retention(void)
{
    store_run(delete_body);
}

static void groups_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice name = table_name("sales");
    int64_t group = 0;
    CHECK_OK(groups_insert(database, name, &group));
    CHECK_ERR(groups_insert(database, name, &group), ERR_EXISTS);
    int64_t user = table_user(database);
    struct mailbox_modseq *touched;
    size_t count = 9;
    CHECK_OK(groups_change_member(database, &arena, group, user, true, SLICE("tester"), &touched,
                                  &count));
    CHECK_INT(count, 0);
    CHECK_ERR(groups_change_member(database, &arena, group, user, true, SLICE("tester"), &touched,
                                   &count),
              ERR_EXISTS);
    struct group_row row;
    CHECK_OK(groups_find(database, &arena, name, &row));
    CHECK_INT(row.members, 1);
    CHECK_ERR(groups_find(database, &arena, SLICE("none"), &row), ERR_NOT_FOUND);
    struct user_row *users;
    CHECK_OK(groups_members(database, &arena, group, &users, &count));
    if (CHECK_INT(count, 1))
        CHECK_INT(users[0].id, user);
    struct group_row *groups;
    CHECK_OK(groups_of_user(database, &arena, user, &groups, &count));
    if (CHECK_INT(count, 1))
        CHECK(slice_equal(groups[0].name, name));
    CHECK_OK(groups_list(database, &arena, &groups, &count));
    CHECK(count >= 1);
    CHECK_OK(groups_change_member(database, &arena, group, user, false, SLICE("tester"), &touched,
                                  &count));
    CHECK_ERR(groups_change_member(database, &arena, group, user, false, SLICE("tester"), &touched,
                                   &count),
              ERR_NOT_FOUND);
    CHECK_ERR(
        groups_change_member(database, &arena, group, -1, true, SLICE("tester"), &touched, &count),
        ERR_NOT_FOUND);
    arena_clear(&arena);
}

void test_groups_have_members(void)
{
    store_run(groups_body);
}

static void touch_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t group = table_group(database);
    int64_t user = table_user(database);
    int64_t first = table_mailbox(database, 0, true);
    int64_t second = table_mailbox(database, 0, true);
    table_grant(database, second, ACL_GROUP, group, false, RIGHT_LOOKUP | RIGHT_READ);
    table_grant(database, first, ACL_GROUP, group, false, RIGHT_LOOKUP);
    struct mailbox_row row;
    CHECK_OK(mailboxes_get(database, &arena, second, user, &row));
    CHECK_INT(row.rights, 0);

    struct mailbox_modseq *touched;
    size_t count = 0;
    CHECK_OK(groups_change_member(database, &arena, group, user, true, SLICE("tester"), &touched,
                                  &count));
    if (CHECK_INT(count, 2)) {
        CHECK_INT(touched[0].mailbox_id, first);
        CHECK_INT(touched[1].mailbox_id, second);
        CHECK_U64(touched[0].modseq, 3);
    }
    CHECK_OK(mailboxes_get(database, &arena, second, user, &row));
    CHECK_INT(row.rights, RIGHT_LOOKUP | RIGHT_READ);
    CHECK_U64(row.rights_modseq, 3);

    CHECK_OK(groups_delete(database, &arena, group, SLICE("tester"), &touched, &count));
    CHECK_INT(count, 2);
    CHECK_ERR(groups_delete(database, &arena, group, SLICE("tester"), &touched, &count),
              ERR_NOT_FOUND);
    CHECK_OK(mailboxes_get(database, &arena, second, user, &row));
    CHECK_INT(row.rights, 0);
    CHECK_U64(row.rights_modseq, 4);
    table_is_sound(first);
    table_is_sound(second);
    arena_clear(&arena);
}

void test_groups_change_touches_their_mailboxes(void)
{
    store_run(touch_body);
}
