/* The number of a user's mailboxes is kept, whichever statement changes it. */
#include <inttypes.h>

#include "store/mailboxes.h"
#include "support/check.h"
#include "table_fixture.h"

static int64_t create(struct database *database, int64_t owner_id, const char *name)
{
    const struct mailbox_creation creation = {.owner_id = owner_id,
                                              .name = slice_cstr(name),
                                              .actor = SLICE("tester"),
                                              .client = SLICE("test")};
    int64_t id = 0;
    uint32_t uidvalidity;
    CHECK_OK(mailboxes_create(database, &creation, &id, &uidvalidity));
    return id;
}

static void count_body(struct database *database)
{
    int64_t user = table_user(database), other = table_user(database);
    uint64_t count = 1, modseq;
    int64_t quota_root_id = 1;
    CHECK_OK(mailboxes_count(database, user, &count, &quota_root_id));
    CHECK_U64(count, 0);
    CHECK_INT(quota_root_id, 0);
    int64_t top = create(database, user, "a");
    create(database, user, "b");
    create(database, user, "c");
    CHECK_OK(mailboxes_count(database, user, &count, &quota_root_id));
    CHECK_U64(count, 3);
    CHECK_OK(mailboxes_delete(database, top, 0, SLICE("tester"), SLICE("test"), &modseq));
    CHECK_OK(mailboxes_count(database, user, &count, &quota_root_id));
    CHECK_U64(count, 2);
    table_sql("UPDATE mailboxes SET owner_id = %" PRId64 " WHERE owner_id = %" PRId64
              " AND name = 'b'",
              other, user);
    CHECK_OK(mailboxes_count(database, user, &count, &quota_root_id));
    CHECK_U64(count, 1);
    CHECK_OK(mailboxes_count(database, other, &count, &quota_root_id));
    CHECK_U64(count, 1);
    /* What a rename takes out of the index of names is still there. */
    table_sql("UPDATE mailboxes SET deleted_at = '-infinity' WHERE owner_id = %" PRId64
              " AND name = 'b'",
              other);
    CHECK_OK(mailboxes_count(database, other, &count, &quota_root_id));
    CHECK_U64(count, 1);
    table_sql("UPDATE mailboxes SET deleted_at = NULL, name = 'd' WHERE owner_id = %" PRId64
              " AND name = 'b'",
              other);
    CHECK_OK(mailboxes_count(database, other, &count, &quota_root_id));
    CHECK_U64(count, 1);
    table_sql("UPDATE mailboxes SET deleted_at = NULL WHERE id = %" PRId64, top);
    CHECK_OK(mailboxes_count(database, user, &count, &quota_root_id));
    CHECK_U64(count, 2);
}

void test_mailbox_count_is_kept(void)
{
    store_run(count_body);
}
