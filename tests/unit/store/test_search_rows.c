/* Rows of the search index. */
#include "store/search_rows.h"

#include <inttypes.h>

#include "support/check.h"
#include "table_fixture.h"

enum { EDITION = 7, BUCKETS = 16 };

/* A block of `count` messages from first_uid on, in two slices and one column. */
static void write_block(struct database *database, const struct search_claim *claim,
                        uint32_t first_uid, uint32_t count)
{
    struct search_piece pieces[] = {
        {-1, SLICE("column")}, {0, SLICE("lower")}, {1, SLICE("up\0per")}};
    struct search_block_row row = {
        .first_uid = first_uid, .slices = 2, .pieces = pieces, .piece_count = 3};
    uidset_init(&row.uids);
    CHECK_OK(uidset_add_range(&row.uids, first_uid, first_uid + count - 1));
    CHECK_OK(search_block_replace(database, claim, first_uid, first_uid + count - 1, &row,
                                  first_uid + count - 1));
    uidset_clear(&row.uids);
}

static struct search_claim claim_mailbox(struct database *database, int64_t mailbox_id)
{
    struct search_claim claim = {0};
    CHECK_OK(search_claim(database, mailbox_id, EDITION, 60000, &claim));
    return claim;
}

/* What was read, as text. */
static int note_block(void *arg, const struct search_block_row *row)
{
    struct buffer *text = arg;
    buffer_printf(text, "%u/%u", row->first_uid, (unsigned)uidset_size(&row->uids));
    for (size_t i = 0; i < row->piece_count; i++)
        buffer_printf(text, " %d=%zu", (int)row->pieces[i].number, row->pieces[i].octets.len);
    buffer_add_char(text, ';');
    return 0;
}

static void check_read(struct database *database, int64_t mailbox_id, int64_t bucket, uint32_t max,
                       const char *expected, uint32_t expected_next)
{
    const int64_t column = -1;
    const struct search_question question = {mailbox_id, EDITION, &column, 1, &bucket, 1, BUCKETS};
    struct buffer text;
    uint32_t next = 99;
    buffer_init(&text, 0);
    CHECK_OK(search_blocks_read(database, &question, 1, max, note_block, &text, &next));
    CHECK(slice_equal(buffer_slice(&text), slice_cstr(expected)));
    CHECK_U64(next, expected_next);
    buffer_clear(&text);
}

static void check_reading(struct database *database)
{
    int64_t mailbox_id = table_mailbox(database, 0, false);
    struct search_claim claim = claim_mailbox(database, mailbox_id);
    check_read(database, mailbox_id, 3, 10, "", 0);
    write_block(database, &claim, 1, 10);
    write_block(database, &claim, 20, 5);
    check_read(database, mailbox_id, BUCKETS / 2 - 1, 10, "1/10 -1=6 0=5;20/5 -1=6 0=5;", 0);
    check_read(database, mailbox_id, BUCKETS / 2, 10, "1/10 -1=6 1=6;20/5 -1=6 1=6;", 0);
    check_read(database, mailbox_id, 0, 1, "1/10 -1=6 0=5;", 11);
    table_sql("UPDATE search_blocks SET edition = 6 WHERE mailbox_id = %" PRId64
              " AND first_uid = 1",
              mailbox_id);
    check_read(database, mailbox_id, 0, 10, "20/5 -1=6 0=5;", 0);
}

void test_search_rows_read_columns_and_slices(void)
{
    store_run(check_reading);
}

static void check_claiming(struct database *database)
{
    int64_t mailbox_id = table_mailbox(database, 0, false);
    struct search_claim first = claim_mailbox(database, mailbox_id), second;
    CHECK_U64(first.indexed_uid, 0);
    CHECK_ERR(search_claim(database, mailbox_id, EDITION, 60000, &second), ERR_NOT_FOUND);
    write_block(database, &first, 1, 10);
    CHECK_OK(search_release(database, &first));
    second = claim_mailbox(database, mailbox_id);
    CHECK_U64(second.indexed_uid, 10);
    CHECK_ERR(search_block_replace(database, &first, 1, 10, NULL, 10), ERR_STALE);
    CHECK_OK(search_release(database, &first)); /* not theirs any more: does nothing */
    CHECK_ERR(search_claim(database, mailbox_id, EDITION, 60000, &first), ERR_NOT_FOUND);
    CHECK_OK(search_release(database, &second));
    CHECK_ERR(search_claim(database, mailbox_id, EDITION - 1, 60000, &first), ERR_NOT_FOUND);
    CHECK_OK(search_claim(database, mailbox_id, EDITION + 1, 60000, &first));
    CHECK_U64(first.indexed_uid, 0);
    check_read(database, mailbox_id, 0, 10, "", 0);
}

void test_search_rows_are_claimed_by_one(void)
{
    store_run(check_claiming);
}

static void check_replacing(struct database *database)
{
    struct arena arena;
    struct search_block_size *sizes;
    struct search_block_row row;
    size_t count;
    int64_t mailbox_id = table_mailbox(database, 0, false);
    struct search_claim claim = claim_mailbox(database, mailbox_id);
    arena_init(&arena, 0);
    write_block(database, &claim, 1, 10);
    write_block(database, &claim, 20, 5);
    CHECK_OK(search_blocks_list(database, &claim, &arena, 10, &sizes, &count));
    CHECK_U64(count, 2);
    CHECK_U64(sizes[0].first_uid, 20);
    CHECK_U64(sizes[0].last_uid, 24);
    CHECK_U64(sizes[1].messages, 10);
    CHECK_OK(search_block_load(database, &claim, &arena, 20, &row));
    CHECK_U64(row.piece_count, 3);
    CHECK_UIDS(&row.uids, "20:24");
    uidset_clear(&row.uids);
    CHECK_ERR(search_block_load(database, &claim, &arena, 2, &row), ERR_NOT_FOUND);
    write_block(database, &claim, 1, 24); /* instead of both */
    check_read(database, mailbox_id, 0, 10, "1/24 -1=6 0=5;", 0);
    CHECK_OK(search_block_replace(database, &claim, 1, 24, NULL, 0));
    check_read(database, mailbox_id, 0, 10, "", 0);
    CHECK_INT(table_number("SELECT indexed_uid FROM search_state WHERE mailbox_id = %" PRId64,
                           mailbox_id),
              24);
    arena_clear(&arena);
}

void test_search_rows_are_replaced_together(void)
{
    store_run(check_replacing);
}

static bool is_due(struct database *database, int64_t mailbox_id, uint32_t least, uint32_t edition)
{
    struct arena arena;
    int64_t *ids;
    size_t count = 0;
    arena_init(&arena, 0);
    CHECK_OK(search_due(database, &arena, mailbox_id - 1, least, edition, 1, &ids, &count));
    bool is_there = count > 0 && ids[0] == mailbox_id;
    arena_clear(&arena);
    return is_there;
}

static void check_due(struct database *database)
{
    int64_t mailbox_id = table_mailbox(database, 0, false);
    table_append(database, mailbox_id, 10, 0);
    CHECK(is_due(database, mailbox_id, 10, EDITION));
    CHECK(!is_due(database, mailbox_id, 11, EDITION));
    struct search_claim claim = claim_mailbox(database, mailbox_id);
    write_block(database, &claim, 1, 7);
    CHECK(is_due(database, mailbox_id, 3, EDITION));
    CHECK(!is_due(database, mailbox_id, 4, EDITION));
    CHECK(is_due(database, mailbox_id, 10, EDITION + 1));
    CHECK(!is_due(database, mailbox_id, 4, EDITION - 1));
}

void test_search_rows_tell_what_is_due(void)
{
    store_run(check_due);
}

static void check_worn(struct database *database)
{
    struct search_worn_block block;
    int64_t mailbox_id = table_mailbox(database, 0, false);
    table_append(database, mailbox_id, 10, 0);
    struct search_claim claim = claim_mailbox(database, mailbox_id);
    write_block(database, &claim, 1, 10);
    table_sql("UPDATE search_blocks SET checked_at = now()");
    CHECK_ERR(search_worn_find(database, 1, &block), ERR_NOT_FOUND);
    table_sql("UPDATE search_blocks SET checked_at = now() - interval '2 hours'"
              " WHERE mailbox_id = %" PRId64,
              mailbox_id);
    table_sql("DELETE FROM entries WHERE mailbox_id = %" PRId64 " AND uid < 4", mailbox_id);
    CHECK_OK(search_worn_find(database, 1, &block));
    CHECK_INT(block.mailbox_id, mailbox_id);
    CHECK_UIDS(&block.uids, "1:10");
    CHECK_UIDS(&block.kept, "4:10");
    CHECK_OK(search_worn_done(database, &block));
    CHECK_ERR(search_worn_find(database, 1, &block), ERR_NOT_FOUND);
    uidset_clear(&block.uids);
    uidset_clear(&block.kept);
}

void test_search_rows_of_messages_that_are_gone(void)
{
    store_run(check_worn);
}
