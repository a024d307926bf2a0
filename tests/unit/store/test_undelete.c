#include "store/undelete.h"

#include <inttypes.h>

#include "store/change_small.h"
#include "support/check.h"
#include "table_fixture.h"

/* What changes keep, so that history can tell of it and what went can come back. */

static void run_on(struct database *database, struct change change, const char *uids)
{
    struct uidset set = table_uids(uids);
    change.uids = &set;
    table_run(database, &change);
    CHECK_OK(change.result);
    change_clear(&change);
    uidset_clear(&set);
}

static void run_small(struct database *database, struct change change, const char *uids)
{
    struct uidset set = table_uids(uids);
    struct change *changes[] = {&change};
    bool left_out = true;
    change.uids = &set;
    if (CHECK(change_is_small(&change)))
        CHECK_OK(change_small_run(database, changes, 1, &left_out));
    CHECK(!left_out);
    CHECK_OK(change.result);
    change_clear(&change);
    uidset_clear(&set);
}

static void set_seen(struct database *database, int64_t mailbox, int64_t user, const char *uids)
{
    struct change change = table_change(CHANGE_SEEN, mailbox);
    change.seen_per_user = true;
    change.user_id = user;
    change.flags_set = FLAG_SEEN;
    run_on(database, change, uids);
}

/* Whether there is such a row of expunged_seen; the users in ascending order. */
static void check_seen(int64_t mailbox, const char *uids, int64_t first, int64_t last)
{
    CHECK_INT(table_number("SELECT count(*) FROM expunged_seen WHERE mailbox_id = %" PRId64
                           " AND uids = '%s' AND (SELECT (count(*), min(u), max(u))::text"
                           " FROM unnest(user_ids) u)"
                           " = (%d, %" PRId64 "::bigint, %" PRId64 "::bigint)::text",
                           mailbox, uids, first == last ? 1 : 2, first, last),
              1);
}

/* Three users, of whom two had seen the same of what goes at once, over two pages. */
static void seen_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    int64_t ann = table_user(database);
    int64_t ben = table_user(database);
    int64_t cleo = table_user(database);
    table_append(database, mailbox, 8200, 0);
    set_seen(database, mailbox, ann, "8000:8200");
    set_seen(database, mailbox, ben, "8000:8100,8150:8200");
    set_seen(database, mailbox, cleo, "1:8100,8150:8200");
    run_on(database, table_change(CHANGE_EXPUNGE, mailbox), "8050:8195");
    CHECK_INT(
        table_number("SELECT count(*) FROM expunged_seen WHERE mailbox_id = %" PRId64, mailbox), 2);
    check_seen(mailbox, "{[8050,8196)}", ann, ann);
    check_seen(mailbox, "{[8050,8101),[8150,8196)}", ben, cleo);
    run_small(database, table_change(CHANGE_EXPUNGE, mailbox), "8000");
    CHECK_INT(table_number("SELECT count(*) FROM expunged_seen WHERE mailbox_id = %" PRId64
                           " AND uids = '{[8000,8001)}' AND cardinality(user_ids) = 3",
                           mailbox),
              1);
    run_small(database, table_change(CHANGE_EXPUNGE, mailbox), "7");
    check_seen(mailbox, "{[7,8)}", cleo, cleo);
    table_is_sound(mailbox);
}

void test_undelete_expunge_keeps_who_had_seen(void)
{
    store_run(seen_body);
}

static void copies_body(struct database *database)
{
    int64_t source = table_mailbox(database, 0, false);
    int64_t destination = table_mailbox(database, 0, false);
    int64_t message = table_message(database, 10);
    const struct append_item items[] = {{.message_id = message, .size = 10},
                                        {.message_id = message, .size = 10}};
    struct change change = table_change(CHANGE_APPEND, destination);
    change.items = items;
    change.source_id = source;
    change.item_count = 2;
    run_on(database, change, "3,5");
    change.item_count = 1;
    run_small(database, change, "7");
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE mailbox_id = %" PRId64
                           " AND kind = 'append' AND detail = 'copied' AND other_id = %" PRId64
                           " AND other_uids = CASE uids WHEN '{[1,3)}' THEN '{[3,4),[5,6)}'"
                           " WHEN '{[3,4)}' THEN '{[7,8)}' END::int8multirange",
                           destination, source),
              2);
    table_append(database, destination, 1, 0);
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE mailbox_id = %" PRId64
                           " AND kind = 'append' AND detail IS NULL AND other_id IS NULL",
                           destination),
              1);
}

void test_undelete_journal_says_where_copies_are_from(void)
{
    store_run(copies_body);
}

static void moves_body(struct database *database)
{
    int64_t source = table_mailbox(database, 0, false);
    int64_t destination = table_mailbox(database, 0, false);
    table_append(database, source, 5, 0);
    const struct append_item items[3] = {{0}};
    struct change change = table_change(CHANGE_MOVE, destination);
    change.source_id = source;
    change.source_rights_modseq = change.rights_modseq;
    change.items = items;
    change.item_count = 3;
    run_on(database, change, "2,4:5");
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE detail = 'moved'"
                           " AND mailbox_id = %" PRId64 " AND kind = 'expunge'"
                           " AND other_id = %" PRId64 " AND other_uids = '{[1,4)}'",
                           source, destination),
              1);
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE detail = 'moved'"
                           " AND mailbox_id = %" PRId64 " AND kind = 'append'"
                           " AND other_id = %" PRId64 " AND other_uids = '{[2,3),[4,6)}'",
                           destination, source),
              1);
}

void test_undelete_journal_says_where_moves_go(void)
{
    store_run(moves_body);
}

static void restore_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, false);
    table_append(database, mailbox, 3, FLAG_SEEN | FLAG_DELETED | FLAG_FLAGGED);
    run_on(database, table_change(CHANGE_EXPUNGE, mailbox), "1:2");
    struct uidset uids = table_uids("1:3");
    struct change change = table_change(CHANGE_RESTORE, mailbox);
    change.source_id = mailbox;
    change.source_rights_modseq = change.rights_modseq;
    change.uids = &uids;
    change.restorable = FLAGS_ALL;
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_INT(change.row.kind, JOURNAL_APPEND);
    CHECK_UIDS(&change.row.uids, "4:5");
    CHECK_UIDS(&change.source_row.uids, "1:2");
    CHECK_U64(change.source_row.modseq, 0);
    change_clear(&change);
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_U64(change.row.modseq, 0);
    change_clear(&change);
    uidset_clear(&uids);
    CHECK_INT(table_number("SELECT sum(flags)::bigint FROM entries WHERE mailbox_id = %" PRId64
                           " AND uid > 3",
                           mailbox),
              2 * (int64_t)(FLAG_SEEN | FLAG_FLAGGED));
    CHECK_INT(table_number("SELECT count(*) FROM expunged WHERE mailbox_id = %" PRId64, mailbox),
              0);
    table_is_sound(mailbox);
}

void test_undelete_restores_what_is_there(void)
{
    store_run(restore_body);
}
