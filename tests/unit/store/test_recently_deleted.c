#include "store/recently_deleted.h"

#include <inttypes.h>

#include "store/entries.h"
#include "store/mailboxes.h"
#include "support/check.h"
#include "table_fixture.h"

/* Messages 1 to `count`, of which these were expunged by one change each. */
static int64_t mailbox_after(struct database *database, size_t count, const char *const *expunged,
                             size_t expunges)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, count, FLAG_FLAGGED | FLAG_DELETED);
    for (size_t i = 0; i < expunges; i++) {
        struct uidset uids = table_uids(expunged[i]);
        struct change change = table_change(CHANGE_EXPUNGE, mailbox);
        change.uids = &uids;
        table_run(database, &change);
        change_clear(&change);
        uidset_clear(&uids);
    }
    return mailbox;
}

struct seen_rows {
    struct entry_row rows[16];
    size_t count;
};

static void keep_row(void *arg, const struct entry_row *entry)
{
    struct seen_rows *seen = arg;
    if (CHECK(seen->count < 16))
        seen->rows[seen->count++] = *entry;
}

static void read_body(struct database *database)
{
    static const char *const expunged[] = {"4:5", "1"};
    int64_t mailbox = mailbox_after(database, 5, expunged, 2);
    int64_t id = recently_deleted_of(mailbox);
    struct mailbox_state state;
    if (CHECK_OK(entries_state(database, id, &state))) {
        CHECK_U64(state.uidnext, 4);
        CHECK_U64(state.messages, 3);
        CHECK_U64(state.highest_modseq, 4);
        CHECK_U64(state.first_recent, UINT32_MAX);
    }
    struct seen_rows seen = {.count = 0};
    uint32_t count;
    CHECK_OK(entries_read(database, id, 1, 2, keep_row, &seen, &count));
    CHECK_U64(count, 2);
    CHECK_OK(entries_read(database, id, 3, 2, keep_row, &seen, &count));
    if (CHECK_U64(seen.count, 3)) {
        static const uint64_t modseqs[] = {3, 3, 4};
        for (size_t i = 0; i < 3; i++) {
            CHECK_U64(seen.rows[i].uid, i + 1);
            CHECK_U64(seen.rows[i].flags, FLAG_FLAGGED);
            CHECK_U64(seen.rows[i].modseq, modseqs[i]);
        }
        CHECK_INT(seen.rows[2].internal_date, 0); /* message 1 was the last to go */
    }
    struct mailbox_status status;
    if (CHECK_OK(mailboxes_status(database, id, 7, &status))) {
        CHECK_U64(status.messages, 3);
        CHECK_U64(status.unseen, 3);
        CHECK_U64(status.uidnext, 4);
        CHECK_U64(status.recent, 0);
        CHECK_U64(status.bytes, 300);
    }
    CHECK(table_is_sound(mailbox));
}

void test_recently_deleted_is_read_like_a_mailbox(void)
{
    store_run(read_body);
}

static void give_back(struct database *database, int64_t from, int64_t to, const char *uids,
                      const char *moved)
{
    struct uidset set = table_uids(uids);
    struct change change = table_change(CHANGE_RESTORE, to);
    change.source_id = from;
    change.source_rights_modseq = UINT32_MAX;
    change.uids = &set;
    change.uids_are_deleted = true;
    change.restorable = FLAGS_ALL;
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_UIDS(&change.source_row.uids, moved);
    change_clear(&change);
    uidset_clear(&set);
}

static void check_row(const struct journal_batch *batch, size_t i, enum journal_kind kind,
                      const char *uids)
{
    if (!CHECK(i < batch->count))
        return;
    CHECK_INT(batch->rows[i].kind, kind);
    CHECK_UIDS(&batch->rows[i].uids, uids);
}

static void journal_body(struct database *database)
{
    static const char *const expunged[] = {"2:3", "1"};
    int64_t mailbox = mailbox_after(database, 5, expunged, 2); /* modseqs 2, 3 and 4 */
    int64_t other = table_mailbox(database, 0, true);
    give_back(database, mailbox, mailbox, "1,9", "1"); /* 5 */
    give_back(database, mailbox, other, "3", "3");     /* 6 */
    table_append(database, mailbox, 1, 0);             /* 7 */
    struct journal_batch batch;
    if (!CHECK_OK(journal_read(database, recently_deleted_of(mailbox), 1, 1, &batch)))
        return;
    CHECK(!batch.gap && batch.complete);
    CHECK_U64(batch.count, 6);
    check_row(&batch, 0, JOURNAL_FLAGS, "");
    check_row(&batch, 1, JOURNAL_APPEND, "2"); /* 1 is not there any more */
    check_row(&batch, 2, JOURNAL_APPEND, "");
    check_row(&batch, 3, JOURNAL_EXPUNGE, "1");
    check_row(&batch, 4, JOURNAL_EXPUNGE, "3");
    check_row(&batch, 5, JOURNAL_FLAGS, "");
    if (CHECK_U64(batch.entry_count, 1))
        CHECK_U64(batch.entries[0].uid, 2);
    journal_batch_clear(&batch);
    CHECK_INT(table_number("SELECT recently_deleted FROM mailbox_state WHERE mailbox_id = %" PRId64,
                           mailbox),
              1);
    CHECK(table_is_sound(mailbox));
    CHECK(table_is_sound(other));
}

void test_recently_deleted_follows_the_journal_of_its_mailbox(void)
{
    store_run(journal_body);
}

static void modseqs_body(struct database *database)
{
    static const char *const expunged[] = {"1"};
    int64_t mailbox = mailbox_after(database, 2, expunged, 1);
    const int64_t ids[] = {recently_deleted_of(mailbox), mailbox};
    struct arena arena;
    arena_init(&arena, 0);
    struct mailbox_modseq *rows;
    size_t count;
    CHECK_OK(mailboxes_modseqs(database, &arena, ids, 2, &rows, &count));
    if (CHECK_U64(count, 2)) {
        CHECK_INT(rows[0].mailbox_id + rows[1].mailbox_id, 0);
        CHECK_U64(rows[0].modseq, 3);
        CHECK_U64(rows[1].modseq, 3);
    }
    arena_clear(&arena);
}

void test_recently_deleted_has_the_modseq_of_its_mailbox(void)
{
    store_run(modseqs_body);
}
