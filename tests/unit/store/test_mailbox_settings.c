#include "store/mailbox_settings.h"

#include <inttypes.h>

#include "store/acl_rows.h"
#include "store/users.h"
#include "support/check.h"
#include "table_fixture.h"

enum { READS = RIGHT_LOOKUP | RIGHT_READ };

static void see(int64_t mailbox_id, int64_t user_id, const char *uids)
{
    table_sql("INSERT INTO seen_pages (mailbox_id, user_id, page, bits)"
              " SELECT %" PRId64 ", %" PRId64 ", page, mask FROM seen_masks('%s')",
              mailbox_id, user_id, uids);
}

static uint64_t set_seen(struct database *database, int64_t mailbox_id, bool per_user)
{
    uint64_t modseq = 0;
    CHECK_OK(mailboxes_set_seen_per_user(database, mailbox_id, per_user, SLICE("tester"),
                                         SLICE("test"), &modseq));
    CHECK(table_is_sound(mailbox_id));
    return modseq;
}

static int64_t seen_by(int64_t mailbox_id, int64_t user_id)
{
    return table_number("SELECT coalesce(sum(bit_count(bits)), 0)::bigint FROM seen_pages WHERE "
                        "mailbox_id = %" PRId64 " AND user_id = %" PRId64,
                        mailbox_id, user_id);
}

static void shared_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    int64_t one = table_user(database), other = table_user(database);
    table_append(database, mailbox, 5, FLAG_FLAGGED);
    see(mailbox, one, "{[1,3)}");
    see(mailbox, other, "{[2,3),[5,6)}");
    int64_t before = table_number(
        "SELECT highest_modseq FROM mailbox_state WHERE mailbox_id = %" PRId64, mailbox);
    CHECK_U64(set_seen(database, mailbox, false), (uint64_t)before + 2);
    CHECK_INT(table_number("SELECT sum(uid * 100 + flags)::bigint FROM entries WHERE flags & 1 = 1"
                           " AND modseq = %" PRId64 " AND mailbox_id = %" PRId64,
                           before + 2, mailbox),
              800 + 3 * (FLAG_FLAGGED | FLAG_SEEN));
    CHECK_INT(
        table_number("SELECT count(*) FROM entries WHERE flags & 1 = 1 AND mailbox_id = %" PRId64,
                     mailbox),
        3);
    CHECK_INT(table_number("SELECT count(*) FROM seen_pages WHERE mailbox_id = %" PRId64, mailbox),
              0);
    CHECK_INT(table_number("SELECT rights_modseq FROM mailbox_state WHERE mailbox_id = %" PRId64,
                           mailbox),
              before + 1);
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE mailbox_id = %" PRId64
                           " AND ((modseq = %" PRId64 " AND detail = 'seen: per-user -> shared')"
                           " OR (kind = 'flags' AND flags_set = 1 AND uids = '{[1,3),[5,6)}'))",
                           mailbox, before + 1),
              2);
    CHECK_U64(set_seen(database, mailbox, false), (uint64_t)before + 2); /* nothing to do */
}

void test_mailbox_settings_share_what_anybody_has_seen(void)
{
    store_run(shared_body);
}

static void per_user_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t mailbox = table_mailbox(database, 0, false);
    int64_t reader = table_user(database), viewer = table_user(database);
    int64_t member = table_user(database), denied = table_user(database);
    int64_t group = table_group(database);
    struct mailbox_modseq *touched;
    size_t count;
    CHECK_OK(groups_change_member(database, &arena, group, member, true, SLICE("tester"), &touched,
                                  &count));
    CHECK_OK(groups_change_member(database, &arena, group, denied, true, SLICE("tester"), &touched,
                                  &count));
    table_append(database, mailbox, 2, FLAG_SEEN);
    table_append(database, mailbox, 2, 0);
    table_grant(database, mailbox, ACL_USER, reader, false, READS);
    table_grant(database, mailbox, ACL_USER, viewer, false, RIGHT_LOOKUP);
    table_grant(database, mailbox, ACL_GROUP, group, false, READS);
    table_grant(database, mailbox, ACL_USER, denied, true, RIGHT_READ);
    uint64_t modseq = set_seen(database, mailbox, true);
    CHECK_INT(seen_by(mailbox, reader), 2);
    CHECK_INT(seen_by(mailbox, member), 2);
    CHECK_INT(seen_by(mailbox, viewer), 0);
    CHECK_INT(seen_by(mailbox, denied), 0);
    CHECK_INT(
        table_number("SELECT count(*) FROM entries WHERE flags & 1 = 1 AND mailbox_id = %" PRId64,
                     mailbox),
        0);
    CHECK_INT(table_number("SELECT count(*) FROM entries WHERE modseq = %" PRIu64
                           " AND mailbox_id = %" PRId64,
                           modseq, mailbox),
              2);
    CHECK_U64(set_seen(database, mailbox, true), modseq);
    /* And back: nothing is lost. */
    set_seen(database, mailbox, false);
    CHECK_INT(table_number("SELECT seen FROM mailbox_state WHERE mailbox_id = %" PRId64, mailbox),
              2);
    /* With anyone, everybody there is. */
    table_grant(database, mailbox, ACL_ANYONE, 0, false, READS);
    set_seen(database, mailbox, true);
    CHECK_INT(seen_by(mailbox, viewer), 2);
    CHECK_INT(seen_by(mailbox, denied), 0);
    arena_clear(&arena);
}

void test_mailbox_settings_leave_seen_to_those_who_may_read(void)
{
    store_run(per_user_body);
}

static void empty_body(struct database *database)
{
    int64_t owner = table_user(database);
    int64_t mailbox = table_mailbox(database, owner, false);
    uint64_t modseq = 0;
    CHECK_U64(set_seen(database, mailbox, true), 2);
    CHECK_U64(set_seen(database, mailbox, false), 3);
    CHECK_OK(mailboxes_set_special_use(database, mailbox, SLICE("\\Sent"), SLICE("tester"),
                                       SLICE("test"), &modseq));
    CHECK_U64(modseq, 4);
    CHECK_OK(mailboxes_set_special_use(database, mailbox, SLICE("\\Sent"), SLICE("tester"),
                                       SLICE("test"), &modseq));
    CHECK_U64(modseq, 4);
    CHECK_OK(mailboxes_set_special_use(database, mailbox, SLICE_EMPTY, SLICE("tester"),
                                       SLICE("test"), &modseq));
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE mailbox_id = %" PRId64
                           " AND detail = 'special-use: \\Sent -> none'",
                           mailbox),
              1);
    CHECK(table_is_sound(mailbox));
    table_sql("UPDATE mailboxes SET deleted_at = now() WHERE id = %" PRId64, mailbox);
    CHECK_ERR(mailboxes_set_seen_per_user(database, mailbox, true, SLICE("t"), SLICE("t"), &modseq),
              ERR_NOT_FOUND);
}

void test_mailbox_settings_of_an_empty_mailbox(void)
{
    store_run(empty_body);
}
