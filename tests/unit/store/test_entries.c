#include "store/entries.h"
#include "store/entry_stream.h"

#include <inttypes.h>
#include <string.h>

#include "store/acl_rows.h"
#include "store/messages.h"
#include "support/check.h"
#include "table_fixture.h"

static void state_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, 5, 0);
    struct mailbox_state state;
    if (CHECK_OK(entries_state(database, mailbox, &state))) {
        CHECK_U64(state.uidnext, 6);
        CHECK_U64(state.highest_modseq, 2);
        CHECK_U64(state.rights_modseq, 1);
        CHECK_U64(state.first_recent, 1);
        CHECK_U64(state.messages, 5);
        CHECK(state.uidvalidity > 1700000000);
        CHECK(state.seen_per_user);
    }
    CHECK_ERR(entries_state(database, INT64_MAX, &state), ERR_NOT_FOUND);
}

void test_entries_state_is_where_a_view_starts(void)
{
    store_run(state_body);
}

struct reading {
    uint32_t last_uid;
    size_t count;
};

static void count_row(void *arg, const struct entry_row *entry)
{
    struct reading *reading = arg;
    CHECK(entry->uid > reading->last_uid);
    CHECK_U64(entry->flags, FLAG_FLAGGED);
    CHECK_U64(entry->modseq, 2);
    CHECK_U64(entry->size, 100);
    CHECK_INT(entry->internal_date, 1000000 * (int64_t)(entry->uid - 1));
    reading->last_uid = entry->uid;
    reading->count++;
}

static void read_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, 2500, FLAG_FLAGGED);
    static const uint32_t batches[] = {1000, 8192};
    for (size_t i = 0; i < 2; i++) {
        struct reading reading = {0};
        uint32_t count = 0;
        do
            CHECK_OK(entries_read(database, mailbox, reading.last_uid + 1, batches[i], count_row,
                                  &reading, &count));
        while (count == batches[i]);
        CHECK_INT(reading.count, 2500);
        CHECK_INT(reading.last_uid, 2500);
    }
}

void test_entries_read_in_batches(void)
{
    store_run(read_body);
}

/* Reads all; how many batches it took. */
static uint32_t stream_all(struct database *database, int64_t mailbox,
                           const struct mailbox_state *state, struct reading *reading)
{
    struct entry_stream *stream;
    uint32_t batches = 0, count;
    if (!CHECK_OK(entry_stream_open(database, mailbox, state, &stream)))
        return 0;
    for (bool more = true; more && batches < 20; batches++)
        if (!CHECK_OK(entry_stream_next(stream, count_row, reading, &count, &more)))
            break;
    bool more = true;
    CHECK_OK(entry_stream_next(stream, count_row, reading, &count, &more));
    CHECK(!more && count == 0);
    entry_stream_close(&stream);
    entry_stream_close(&stream);
    return batches;
}

static void stream_body(struct database *database)
{
    enum { MESSAGES = 5000 };
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, MESSAGES, FLAG_FLAGGED);
    struct mailbox_state state;
    if (!CHECK_OK(entries_state(database, mailbox, &state)))
        return;
    struct reading reading = {0};
    CHECK_INT(stream_all(database, mailbox, &state, &reading), 3);
    CHECK_INT(reading.count, MESSAGES);
    CHECK_INT(reading.last_uid, MESSAGES);
    /* What came after the state was read is there, too. */
    struct mailbox_state older = {.uidnext = 2501, .messages = 2500};
    reading = (struct reading){0};
    CHECK_INT(stream_all(database, mailbox, &older, &reading), 2);
    CHECK_INT(reading.count, MESSAGES);
    /* One that is closed while batches are under way, and one that begins nothing. */
    struct entry_stream *stream;
    uint32_t count;
    bool more;
    reading = (struct reading){0};
    if (CHECK_OK(entry_stream_open(database, mailbox, &state, &stream))) {
        CHECK_OK(entry_stream_next(stream, count_row, &reading, &count, &more));
        CHECK(more && count > 2000 && count < 2100);
        entry_stream_close(&stream);
    }
    if (CHECK_OK(entry_stream_open(database, -1, &state, &stream)))
        entry_stream_close(&stream);
}

void test_entries_are_read_ahead(void)
{
    store_run(stream_body);
}

/* Many are gone, what is left is not where the average says: empty batches, and one that the
 * limit cuts. */
static void stream_sparse_body(struct database *database)
{
    enum { MESSAGES = 6000, GONE = 14000 };
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, MESSAGES, FLAG_FLAGGED);
    table_sql("UPDATE entries SET uid = uid + %d, internal_date = internal_date + interval '%d s'"
              " WHERE mailbox_id = %" PRId64,
              GONE, GONE, mailbox);
    struct mailbox_state state = {.uidnext = GONE + MESSAGES + 1, .messages = MESSAGES};
    struct reading reading = {0};
    CHECK_INT(stream_all(database, mailbox, &state, &reading), 4);
    CHECK_INT(reading.count, MESSAGES);
    CHECK_INT(reading.last_uid, GONE + MESSAGES);
}

void test_entries_are_read_where_many_are_gone(void)
{
    store_run(stream_sparse_body);
}

static void stream_empty_body(struct database *database)
{
    struct mailbox_state state = {.uidnext = 1};
    struct reading reading = {0};
    CHECK_INT(stream_all(database, table_mailbox(database, 0, true), &state, &reading), 1);
    CHECK_INT(reading.count, 0);
}

void test_entries_of_an_empty_mailbox(void)
{
    store_run(stream_empty_body);
}

static bool has_bit(const struct seen_page_row *page, uint32_t uid)
{
    uint32_t n = uid % SEEN_PAGE_BITS;
    return (page->bits[n / 8] >> (7 - n % 8)) & 1;
}

static void seen_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, 17000, 0);
    struct uidset uids = table_uids("1,8190:8193,16384");
    struct change change = table_change(CHANGE_SEEN, mailbox);
    change.user_id = user;
    change.uids = &uids;
    change.flags_set = FLAG_SEEN;
    table_run(database, &change);
    CHECK_UIDS(&change.row.uids, "1,8190:8193,16384");
    change_clear(&change);
    struct seen_page_row *rows;
    size_t count = 0;
    CHECK_OK(seen_pages_read(database, &arena, mailbox, user, &rows, &count));
    if (CHECK_INT(count, 3)) {
        size_t bits = 0;
        for (uint32_t uid = 0; uid < 3 * SEEN_PAGE_BITS; uid++) {
            CHECK_INT(rows[uid / SEEN_PAGE_BITS].page, uid / SEEN_PAGE_BITS);
            if (has_bit(&rows[uid / SEEN_PAGE_BITS], uid)) {
                bits++;
                CHECK(uidset_contains(&uids, uid));
            }
        }
        CHECK_INT(bits, 6);
    }
    CHECK_OK(seen_pages_read(database, &arena, mailbox, user + 1, &rows, &count));
    CHECK_INT(count, 0);
    table_is_sound(mailbox);
    uidset_clear(&uids);
    arena_clear(&arena);
}

void test_entries_seen_pages_have_a_bit_a_uid(void)
{
    store_run(seen_body);
}

static void flag(struct database *database, int64_t mailbox, const char *text, flag_mask cleared,
                 flag_mask set)
{
    struct uidset uids = table_uids(text);
    struct change change = table_change(CHANGE_FLAGS, mailbox);
    change.uids = &uids;
    change.flags_cleared = cleared;
    change.flags_set = set;
    table_run(database, &change);
    CHECK_OK(change.result);
    change_clear(&change);
    uidset_clear(&uids);
}

static void journal_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, 3, 0);                               /* 2 */
    table_append(database, mailbox, 2, FLAG_DRAFT);                      /* 3 */
    flag(database, mailbox, "2,4", FLAG_DRAFT, FLAG_FLAGGED);            /* 4 */
    table_grant(database, mailbox, ACL_USER, user, false, RIGHT_LOOKUP); /* 5 */
    struct journal_batch batch;
    if (CHECK_OK(journal_read(database, mailbox, 2, 4, &batch))) {
        CHECK(batch.complete && !batch.gap);
        if (CHECK_INT(batch.count, 3)) {
            CHECK_INT(batch.rows[0].kind, JOURNAL_APPEND);
            CHECK_U64(batch.rows[0].modseq, 3);
            CHECK_UIDS(&batch.rows[0].uids, "4:5");
            CHECK_INT(batch.rows[1].kind, JOURNAL_FLAGS);
            CHECK_UIDS(&batch.rows[1].uids, "2,4");
            CHECK_U64(batch.rows[1].flags_cleared, FLAG_DRAFT);
            CHECK_U64(batch.rows[1].flags_set, FLAG_FLAGGED);
            CHECK_INT(batch.rows[1].user_id, 0);
            CHECK_INT(batch.rows[2].kind, JOURNAL_ACL);
            CHECK_INT(batch.rows[2].uids.count, 0);
        }
        if (CHECK_INT(batch.entry_count, 2)) {
            CHECK_U64(batch.entries[0].uid, 4);
            CHECK_U64(batch.entries[0].flags, FLAG_FLAGGED);
            CHECK_U64(batch.entries[0].modseq, 4);
            CHECK_U64(batch.entries[1].flags, FLAG_DRAFT);
            CHECK_U64(batch.entries[1].size, 100);
            CHECK_INT(batch.entries[1].internal_date, 1000000);
        }
        journal_batch_clear(&batch);
    }
    CHECK_OK(journal_read(database, mailbox, 5, 6, &batch));
    CHECK(batch.complete && !batch.gap);
    CHECK_INT(batch.count, 0);
    journal_batch_clear(&batch);
    CHECK_ERR(journal_read(database, INT64_MAX, 5, 6, &batch), ERR_NOT_FOUND);
}

void test_entries_journal_has_each_change_once(void)
{
    store_run(journal_body);
}

static void gap_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    for (int i = 0; i < 5; i++)
        table_append(database, mailbox, 1, 0);
    struct journal_batch batch;
    CHECK_OK(journal_read(database, mailbox, 7, 6, &batch)); /* more than there ever was */
    CHECK(batch.gap);
    journal_batch_clear(&batch);
    table_sql("UPDATE journal SET at = now() - interval '10 days' WHERE mailbox_id = %" PRId64
              " AND modseq IN (1, 2, 3, 5)",
              mailbox);
    uint32_t done = 0;
    int64_t place = 0;
    CHECK_OK(journal_sweep(database, INT64_C(86400) * 11, 10000, &place, &done));
    CHECK_OK(journal_read(database, mailbox, 0, 6, &batch));
    CHECK(!batch.gap);
    journal_batch_clear(&batch);
    place = mailbox + 1; /* it was passed */
    CHECK_OK(journal_sweep(database, INT64_C(86400) * 9, 10000, &place, &done));
    CHECK_OK(journal_read(database, mailbox, 0, 6, &batch));
    CHECK(!batch.gap);
    journal_batch_clear(&batch);
    place = 0;
    CHECK_OK(journal_sweep(database, INT64_C(86400) * 9, 10000, &place, &done));
    CHECK(place >= mailbox);
    CHECK(done >= 2);
    CHECK_OK(journal_read(database, mailbox, 2, 3, &batch));
    CHECK(batch.gap);
    CHECK_INT(batch.count, 0);
    journal_batch_clear(&batch);
    table_sql("DELETE FROM journal WHERE mailbox_id = %" PRId64, mailbox);
    CHECK_OK(journal_read(database, mailbox, 6, 6, &batch));
    CHECK(!batch.gap && batch.complete);
    journal_batch_clear(&batch);
    CHECK_OK(journal_read(database, mailbox, 5, 6, &batch));
    CHECK(batch.gap);
    journal_batch_clear(&batch);
}

void test_entries_journal_gap_means_load_anew(void)
{
    store_run(gap_body);
}

static void far_behind_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, false);
    table_append(database, mailbox, 400, 0);
    table_sql("WITH j AS (INSERT INTO journal (mailbox_id, modseq, kind, uids, flags_set, actor, "
              "client) SELECT %" PRId64 ", n, 'flags', '{[1,2)}', 4, '', '' FROM "
              "generate_series(3, 1500) n) UPDATE mailbox_state SET highest_modseq = 1500 WHERE "
              "mailbox_id = %" PRId64,
              mailbox, mailbox);
    table_append(database, mailbox, 300, 0);
    struct journal_batch batch;
    CHECK_OK(journal_read(database, mailbox, 1, 1, &batch));
    CHECK(!batch.complete && !batch.gap);
    CHECK_INT(batch.count, JOURNAL_BATCH_MAX);
    CHECK_INT(batch.entry_count, 400);
    uint64_t since = batch.rows[batch.count - 1].modseq;
    journal_batch_clear(&batch);
    CHECK_OK(journal_read(database, mailbox, since, 401, &batch));
    CHECK(batch.complete);
    CHECK_INT(batch.count, 500);
    CHECK_INT(batch.entry_count, 300);
    if (batch.entry_count)
        CHECK_U64(batch.entries[0].uid, 401);
    journal_batch_clear(&batch);
}

void test_entries_journal_comes_in_batches_with_their_entries(void)
{
    store_run(far_behind_body);
}
