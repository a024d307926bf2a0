#include <inttypes.h>

#include "store/mailboxes.h"
#include "support/check.h"
#include "table_fixture.h"

static void subscriptions_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    CHECK_OK(subscriptions_add(database, user, 0, SLICE("Sales")));
    CHECK_OK(subscriptions_add(database, user, 0, SLICE("Sales")));
    CHECK_OK(subscriptions_add(database, user, other, SLICE("INBOX")));
    CHECK_OK(subscriptions_add(database, user, user, SLICE("INBOX")));
    struct subscription_row *rows;
    size_t count = 0;
    CHECK_OK(subscriptions_list(database, &arena, user, &rows, &count));
    if (CHECK_INT(count, 3)) {
        CHECK_INT(rows[0].owner_id, user);
        CHECK_INT(rows[1].owner_id, other);
        CHECK_INT(rows[2].owner_id, 0);
        CHECK_SLICE(rows[2].owner, "");
        CHECK_SLICE(rows[2].name, "Sales");
    }
    CHECK_OK(subscriptions_remove(database, user, 0, SLICE("Sales")));
    CHECK_OK(subscriptions_remove(database, user, 0, SLICE("Sales")));
    CHECK_OK(subscriptions_list(database, &arena, user, &rows, &count));
    CHECK_INT(count, 2);
    arena_clear(&arena);
}

void test_subscriptions_are_by_name(void)
{
    store_run(subscriptions_body);
}

static void limit_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    table_sql("INSERT INTO subscriptions (user_id, owner_id, name) SELECT %" PRId64
              ", NULL, 'name' || i FROM generate_series(1, 9999) AS i",
              user);
    CHECK_OK(subscriptions_add(database, user, 0, SLICE("last")));
    CHECK_ERR(subscriptions_add(database, user, 0, SLICE("more")), ERR_LIMIT);
    CHECK_ERR(subscriptions_add(database, user, user, SLICE("last")), ERR_LIMIT);
    CHECK_OK(subscriptions_add(database, user, 0, SLICE("last")));
    CHECK_OK(subscriptions_add(database, other, 0, SLICE("more")));
    CHECK_OK(subscriptions_remove(database, user, 0, SLICE("name1")));
    CHECK_OK(subscriptions_add(database, user, 0, SLICE("more")));
}

void test_subscriptions_are_limited(void)
{
    store_run(limit_body);
}
