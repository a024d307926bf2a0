#include "store/messages.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "change_statement.h"
#include "store/mailboxes.h"
#include "support/check.h"
#include "table_fixture.h"

static struct message_row message_row(void)
{
    struct message_row row = {
        .size = 11,
        .header = SLICE("Subject: hello\r\n\r\n"),
        .envelope = SLICE("(envelope)"),
        .bodystructure = SLICE("(structure)"),
        .parts = {"\0\1\2", 3},
        .message_id = SLICE("<1@example.org>"),
        .sent_day = 20000,
        .sent_at = 1728000000,
    };
    random_octets(row.sha256, sizeof row.sha256);
    return row;
}

static void put_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct message_row row = message_row();
    const struct slice octets = {"hello\0world", 11};
    int64_t id = 0;
    int64_t again = 0;
    CHECK_OK(table_put(database, &row, octets, &id));
    CHECK_OK(table_put(database, &row, octets, &again));
    CHECK(id > 0);
    CHECK_INT(again, id);
    struct message_row bare = {.size = 0, .sent_day = INT64_MIN, .sent_at = INT64_MIN};
    random_octets(bare.sha256, sizeof bare.sha256);
    bare.header = bare.envelope = bare.bodystructure = bare.parts = bare.message_id = SLICE_EMPTY;
    int64_t other = 0;
    CHECK_OK(table_put(database, &bare, SLICE_EMPTY, &other));

    const int64_t ids[] = {other, -1, id};
    struct message_part_row *parts;
    const unsigned all =
        MESSAGE_HEADER | MESSAGE_ENVELOPE | MESSAGE_STRUCTURE | MESSAGE_PARTS | MESSAGE_SENT_DAY;
    if (CHECK_OK(messages_get(database, &arena, ids, 3, all, &parts))) {
        CHECK_INT(parts[0].id, other);
        CHECK_INT(parts[0].sent_day, INT64_MIN);
        CHECK_INT(parts[1].id, 0);
        CHECK_INT(parts[2].id, id);
        CHECK_SLICE(parts[2].header, "Subject: hello\r\n\r\n");
        CHECK_SLICE(parts[2].envelope, "(envelope)");
        CHECK_SLICE(parts[2].bodystructure, "(structure)");
        CHECK_SLICE(parts[2].parts, "\0\1\2");
        CHECK_INT(parts[2].sent_day, 20000);
    }
    if (CHECK_OK(messages_get(database, &arena, ids, 3, MESSAGE_ENVELOPE, &parts))) {
        CHECK_SLICE(parts[2].envelope, "(envelope)");
        CHECK_SLICE(parts[2].header, "");
    }
    struct message_rows *rows;
    if (CHECK_OK(message_rows_read(database, ids, 3, MESSAGE_WHOLE | MESSAGE_PARTS, 11, &rows))) {
        CHECK(message_rows_at(rows, 0)->octets.data && message_rows_at(rows, 0)->octets.len == 0);
        CHECK_INT(message_rows_at(rows, 1)->id, 0);
        CHECK(message_rows_at(rows, 1)->octets.data == NULL);
        CHECK(slice_equal(message_rows_at(rows, 2)->octets, octets));
        CHECK_SLICE(message_rows_at(rows, 2)->parts, "\0\1\2");
        message_rows_free(&rows);
        CHECK(rows == NULL);
    }
    struct slice *firsts;
    if (CHECK_OK(messages_first_chunks(database, &arena, ids, 3, &firsts))) {
        CHECK(firsts[0].data != NULL && firsts[0].len == 0);
        CHECK(firsts[1].data == NULL);
        CHECK(slice_equal(firsts[2], octets));
    }
    struct slice whole;
    CHECK_OK(messages_chunks(database, &arena, id, 0, 0, &whole));
    CHECK(slice_equal(whole, octets));
    CHECK_ERR(messages_chunks(database, &arena, id, 1, 2, &whole), ERR_NOT_FOUND);
    arena_clear(&arena);
}

void test_messages_put_small_stores_content_once(void)
{
    store_run(put_body);
}

static void strange_dates_body(struct database *database)
{
    static const int64_t days[] = {INT64_MIN, -800000, 0, 5000000, INT64_MAX};
    static const int64_t times[] = {INT64_MIN, INT64_MIN / 1000000, -1, 253402300800, INT64_MAX};
    for (size_t i = 0; i < 5; i++) {
        struct message_row row = message_row();
        row.sent_day = days[i];
        row.sent_at = times[i];
        int64_t id;
        CHECK_OK(table_put(database, &row, SLICE("x"), &id));
    }
}

void test_messages_put_small_takes_any_date(void)
{
    store_run(strange_dates_body);
}

struct put_race {
    struct database *database;
    struct message_row row;
    int64_t ids[8];
};

static void put_fiber(void *arg, size_t number)
{
    struct put_race *race = arg;
    CHECK_OK(table_put(race->database, &race->row, SLICE("hello world"), &race->ids[number]));
}

static void put_race_body(struct database *database)
{
    for (int round = 0; round < 20; round++) {
        struct put_race race = {.database = database, .row = message_row()};
        store_run_fibers(8, put_fiber, &race);
        for (size_t i = 0; i < 8; i++)
            CHECK(race.ids[i] > 0 && race.ids[i] == race.ids[0]);
    }
}

void test_messages_put_small_at_once_gives_one_id(void)
{
    store_run(put_race_body);
}

static int64_t upload(struct database *database, const struct message_row *row, int64_t *started)
{
    char *chunk = malloc(MESSAGE_CHUNK_SIZE);
    memset(chunk, 'a', MESSAGE_CHUNK_SIZE);
    int64_t id = 0;
    CHECK_OK(messages_begin_upload(database, started));
    CHECK_OK(messages_put_chunk(database, *started, 0, slice_of(chunk, MESSAGE_CHUNK_SIZE)));
    CHECK_OK(messages_put_chunk(database, *started, 1, SLICE("the end")));
    CHECK_OK(messages_finish_upload(database, *started, row, &id));
    free(chunk);
    return id;
}

static void upload_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct message_row row = message_row();
    row.size = MESSAGE_CHUNK_SIZE + 7;
    int64_t first;
    int64_t second;
    int64_t id = upload(database, &row, &first);
    CHECK_INT(id, first);
    CHECK_INT(upload(database, &row, &second), first);
    CHECK_INT(
        table_number("SELECT count(*) FROM message_chunks WHERE message_id = %" PRId64, second), 0);
    struct slice octets;
    CHECK_OK(messages_chunks(database, &arena, id, 0, 5, &octets));
    CHECK_INT(octets.len, MESSAGE_CHUNK_SIZE + 7);
    CHECK(slice_ends_with(octets, SLICE("the end")));
    CHECK_ERR(messages_finish_upload(database, id, &row, &id), ERR_UNAVAILABLE);

    CHECK_OK(messages_begin_upload(database, &id));
    CHECK_OK(messages_put_chunk(database, id, 0, SLICE("lost")));
    CHECK_OK(messages_abandon_upload(database, id));
    CHECK_ERR(messages_put_chunk(database, id, 1, SLICE("more")), ERR_UNAVAILABLE);
    CHECK_INT(table_number("SELECT count(*) FROM message_chunks WHERE message_id = %" PRId64, id),
              0);
    arena_clear(&arena);
}

void test_messages_upload_in_chunks(void)
{
    store_run(upload_body);
}

static const int64_t HOUR = 3600, DAY = 86400;

static void sweep_uploads_body(struct database *database)
{
    int64_t old = 0;
    int64_t young = 0;
    CHECK_OK(messages_begin_upload(database, &old));
    CHECK_OK(messages_put_chunk(database, old, 0, SLICE("old")));
    CHECK_OK(messages_begin_upload(database, &young));
    table_sql(
        "UPDATE uploads SET started_at = now() - interval '2 days' WHERE message_id = %" PRId64,
        old);
    uint32_t done = 0;
    CHECK_OK(messages_sweep_uploads(database, DAY, 100, &done));
    CHECK_INT(done, 1);
    CHECK_INT(table_number("SELECT count(*) FROM message_chunks WHERE message_id = %" PRId64, old),
              0);
    CHECK_INT(table_number("SELECT count(*) FROM uploads WHERE message_id = %" PRId64, young), 1);
    CHECK_OK(messages_abandon_upload(database, young));
}

void test_messages_sweep_uploads_that_were_left_behind(void)
{
    store_run(sweep_uploads_body);
}

static int64_t append_message(struct database *database, int64_t mailbox, int64_t message)
{
    const struct append_item item = {.message_id = message, .size = 100};
    struct change change = table_change(CHANGE_APPEND, mailbox);
    change.items = &item;
    change.item_count = 1;
    table_run(database, &change);
    int64_t result = change.result;
    change_clear(&change);
    return result;
}

static void expunge_all(struct database *database, int64_t mailbox)
{
    struct uidset uids = table_uids("1:4294967295");
    struct change change = table_change(CHANGE_EXPUNGE, mailbox);
    change.uids = &uids;
    table_run(database, &change);
    CHECK_OK(change.result);
    change_clear(&change);
    uidset_clear(&uids);
}

static int64_t messages_there(int64_t id)
{
    return table_number("SELECT count(*) FROM messages m JOIN message_chunks c ON c.message_id = "
                        "m.id WHERE m.id = %" PRId64,
                        id);
}

static void sweep_all(struct database *database, int64_t age)
{
    uint32_t done = 0;
    do
        CHECK_OK(messages_sweep_expunged(database, age, 3, &done));
    while (done == 3);
}

static void sweep_expunged_body(struct database *database)
{
    int64_t lonely = table_message(database, 10);
    int64_t shared = table_message(database, 10);
    int64_t deleted = table_message(database, 10);
    int64_t mailbox = table_mailbox(database, 0, true);
    int64_t other = table_mailbox(database, 0, true);
    int64_t dead = table_mailbox(database, 0, true);
    append_message(database, mailbox, lonely);
    append_message(database, mailbox, shared);
    append_message(database, other, shared);
    append_message(database, dead, deleted);
    expunge_all(database, mailbox);
    uint64_t modseq;
    CHECK_OK(mailboxes_delete(database, dead, 0, SLICE("tester"), SLICE("test"), &modseq));

    sweep_all(database, HOUR);
    CHECK_INT(messages_there(lonely), 1);
    table_sql("UPDATE expunged SET expunged_at = now() - interval '2 hours' WHERE mailbox_id = "
              "%" PRId64,
              mailbox);
    table_sql("UPDATE mailboxes SET deleted_at = now() - interval '2 hours' WHERE id = %" PRId64,
              dead);
    sweep_all(database, HOUR);
    CHECK_INT(messages_there(lonely), 0);
    CHECK_INT(messages_there(shared), 1);
    CHECK_INT(messages_there(deleted), 0);
    CHECK_INT(table_number("SELECT count(*) FROM mailboxes WHERE id = %" PRId64, dead), 0);
    CHECK_INT(table_number("SELECT count(*) FROM expunged WHERE mailbox_id = %" PRId64, mailbox),
              0);
    CHECK_INT(append_message(database, other, lonely), -ERR_NOT_FOUND);
    table_is_sound(other);
}

void test_messages_sweep_expunged_keeps_what_others_hold(void)
{
    store_run(sweep_expunged_body);
}

static void sweep_orphans_body(struct database *database)
{
    int64_t orphan = table_message(database, 10);
    int64_t held = table_message(database, 10);
    int64_t young = table_message(database, 10);
    append_message(database, table_mailbox(database, 0, true), held);
    table_sql("UPDATE messages SET stored_at = now() - interval '2 days' WHERE id <= %" PRId64,
              held);
    uint32_t done;
    do
        CHECK_OK(messages_sweep_orphans(database, DAY, 50, &done));
    while (done == 50);
    CHECK_INT(messages_there(orphan), 0);
    CHECK_INT(messages_there(held), 1);
    CHECK_INT(messages_there(young), 1);
}

void test_messages_sweep_orphans_once_they_are_old(void)
{
    store_run(sweep_orphans_body);
}

/* Somebody is just about to refer to content again that would be swept. */
static void sweep_referred_body(struct database *database)
{
    int64_t message = table_message(database, 10);
    int64_t mailbox = table_mailbox(database, 0, true);
    append_message(database, mailbox, message);
    expunge_all(database, mailbox);
    table_sql("UPDATE expunged SET expunged_at = '2000-01-01' WHERE mailbox_id = %" PRId64,
              mailbox);
    const struct append_item item = {.message_id = message, .size = 100};
    struct change change = table_change(CHANGE_APPEND, mailbox);
    change.items = &item;
    change.item_count = 1;
    struct transaction *tx;
    if (!CHECK_OK(transaction_begin(database, &tx)))
        return;
    CHECK_OK(change_queue(tx, &change, 1, NULL));
    CHECK_OK(transaction_run(tx));
    uint32_t done = 9;
    CHECK_OK(messages_sweep_expunged(database, 5 * 365 * DAY, 1000, &done));
    CHECK_INT(done, 0);
    CHECK_OK(transaction_commit(tx));
    transaction_end(&tx);
    CHECK_OK(messages_sweep_expunged(database, 5 * 365 * DAY, 1000, &done));
    CHECK_INT(done, 1);
    CHECK_INT(messages_there(message), 1);
    table_is_sound(mailbox);
}

void test_messages_sweep_waits_for_nobody(void)
{
    store_run(sweep_referred_body);
}

struct sweep_race {
    struct database *database;
    int64_t mailboxes[4];
    bool over;
};

/* Content comes, goes and comes back while it is swept: an append may be told
 * that the content is gone, but no entry ever loses it. */
static void sweep_fiber(void *arg, size_t number)
{
    struct sweep_race *race = arg;
    if (number == 0) {
        while (!race->over) {
            uint32_t done;
            CHECK_OK(messages_sweep_expunged(race->database, -HOUR, 5, &done));
        }
        return;
    }
    struct message_row row = message_row();
    memset(row.sha256, 7, sizeof row.sha256);
    for (int round = 0; round < 40; round++) {
        int64_t id;
        if (!CHECK_OK(table_put(race->database, &row, SLICE("hello world"), &id)))
            break;
        int64_t result = append_message(race->database, race->mailboxes[number], id);
        CHECK(result == 0 || result == -ERR_NOT_FOUND);
        if (result == 0) {
            CHECK_INT(messages_there(id), 1);
            expunge_all(race->database, race->mailboxes[number]);
        }
    }
    if (number == 1)
        race->over = true;
}

static void sweep_race_body(struct database *database)
{
    struct sweep_race race = {.database = database};
    for (size_t i = 0; i < 4; i++)
        race.mailboxes[i] = table_mailbox(database, 0, true);
    store_run_fibers(4, sweep_fiber, &race);
    for (size_t i = 1; i < 4; i++)
        table_is_sound(race.mailboxes[i]);
}

void test_messages_sweep_never_takes_what_is_appended(void)
{
    store_run(sweep_race_body);
}
