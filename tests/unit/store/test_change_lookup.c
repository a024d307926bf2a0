#include "change_lookup.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "store/messages.h"
#include "support/check.h"
#include "table_fixture.h"

enum { NO_PROCESS = 0, CHANGES = 6 };

/* A batch with one change of each kind, at home in two mailboxes. */
struct sample {
    int64_t user;
    int64_t personal;
    int64_t shared;
    struct uidset few, many, one;
    struct append_item items[2];
    struct change changes[CHANGES];
    struct change *batch[CHANGES];
};

static void sample_make(struct sample *sample, struct database *database)
{
    *sample = (struct sample){.user = table_user(database)};
    sample->personal = table_mailbox(database, sample->user, false);
    sample->shared = table_mailbox(database, 0, true);
    table_append(database, sample->personal, 4, 0);
    table_append(database, sample->shared, 6, FLAG_DELETED);
    sample->few = table_uids("1:2");
    sample->many = table_uids("5:9");
    sample->one = table_uids("3");
    for (size_t i = 0; i < 2; i++)
        sample->items[i] = (struct append_item){
            .message_id = table_message(database, 50), .size = 50, .flags = FLAG_SEEN};
}

/* As they were before anybody ran them. */
static void sample_reset(struct sample *sample)
{
    static const enum change_kind kinds[CHANGES] = {CHANGE_APPEND,  CHANGE_FLAGS, CHANGE_SEEN,
                                                    CHANGE_EXPUNGE, CHANGE_MOVE,  CHANGE_REPLACE};
    for (size_t i = 0; i < CHANGES; i++) {
        struct change *change = &sample->changes[i];
        bool of_personal = kinds[i] == CHANGE_FLAGS;
        *change = table_change(kinds[i], of_personal ? sample->personal : sample->shared);
        change->seen_per_user = !of_personal;
        change->user_id = sample->user;
        change->items = sample->items;
        change->item_count = kinds[i] == CHANGE_REPLACE ? 1 : 2;
        change->uids = kinds[i] == CHANGE_EXPUNGE ? &sample->many : &sample->few;
        if (kinds[i] == CHANGE_REPLACE)
            change->uids = &sample->one;
        change->flags_set = kinds[i] == CHANGE_FLAGS ? FLAG_FLAGGED : FLAG_SEEN;
        change->source_id = sample->personal;
        sample->batch[i] = change;
    }
}

static void sample_clear(struct sample *sample)
{
    for (size_t i = 0; i < CHANGES; i++)
        change_clear(&sample->changes[i]);
    uidset_clear(&sample->few);
    uidset_clear(&sample->many);
    uidset_clear(&sample->one);
}

static void check_outcome(const struct sample *sample)
{
    static const char *const uids[CHANGES] = {"7:8", "1:2", "1:2", "5:8", "9:10", "11"};
    static const enum journal_kind kinds[CHANGES] = {JOURNAL_APPEND, JOURNAL_FLAGS,
                                                     JOURNAL_SEEN,   JOURNAL_EXPUNGE,
                                                     JOURNAL_APPEND, JOURNAL_APPEND};
    static const uint64_t modseqs[CHANGES] = {3, 3, 5, 6, 7, 9};
    for (size_t i = 0; i < CHANGES; i++) {
        const struct change *change = &sample->changes[i];
        CHECK_OK(change->result);
        CHECK_INT(change->row.kind, kinds[i]);
        CHECK_U64(change->row.modseq, modseqs[i]);
        CHECK_UIDS(&change->row.uids, uids[i]);
        CHECK(change->uidvalidity > 0);
    }
    CHECK_U64(sample->changes[1].row.flags_set, FLAG_FLAGGED);
    CHECK_INT(sample->changes[2].row.user_id, sample->user);
    CHECK_U64(sample->changes[0].seen_row.modseq, 4);
    CHECK_UIDS(&sample->changes[0].seen_row.uids, "7:8");
    CHECK_U64(sample->changes[4].seen_row.modseq, 8);
    CHECK_INT(sample->changes[4].seen_row.user_id, sample->user);
    CHECK_U64(sample->changes[4].source_row.modseq, 4);
    CHECK_INT(sample->changes[4].source_row.kind, JOURNAL_EXPUNGE);
    CHECK_UIDS(&sample->changes[4].source_row.uids, "1:2");
    CHECK_U64(sample->changes[5].seen_row.modseq, 10);
    CHECK_U64(sample->changes[5].source_row.modseq, 5);
    CHECK_UIDS(&sample->changes[5].source_row.uids, "3");
}

static void finds_body(struct database *database)
{
    struct sample sample;
    sample_make(&sample, database);
    sample_reset(&sample);
    CHECK_OK(change_batch_run(database, sample.batch, CHANGES));
    check_outcome(&sample);
    for (size_t i = 0; i < CHANGES; i++)
        change_clear(&sample.changes[i]);

    sample_reset(&sample);
    int64_t deadline = clock_monotonic_ms() + 5000;
    struct change_ids others = change_ids_make(CHANGES);
    CHECK_OK(change_look_up(database, sample.batch, others, NO_PROCESS, deadline));
    for (size_t i = 0; i < CHANGES; i++)
        CHECK_U64(sample.changes[i].row.modseq, 0);
    struct change_ids ids = {
        table_number("SELECT min(change_id) FROM journal WHERE mailbox_id = %" PRId64
                     " AND modseq > 2",
                     sample.shared),
        CHANGES};
    CHECK_OK(change_look_up(database, sample.batch, ids, NO_PROCESS, deadline));
    check_outcome(&sample);
    sample_clear(&sample);
}

void test_change_lookup_finds_what_each_kind_did(void)
{
    store_run(finds_body);
}

static void ends_process_body(struct database *database)
{
    struct script *script;
    struct result *result;
    if (!CHECK_OK(script_open(store_conninfo(), clock_monotonic_ms() + 5000, &script)))
        return;
    if (CHECK_OK(script_query(script, "SELECT pg_backend_pid()", NULL, &result))) {
        int process = (int)result_int8(result, 0, 0);
        result_free(&result);
        struct change change = table_change(CHANGE_APPEND, 1);
        struct change *batch[] = {&change};
        CHECK_OK(change_look_up(database, batch, change_ids_make(1), process,
                                clock_monotonic_ms() + 5000));
        CHECK_ERR(script_run(script, "SELECT 1"), ERR_UNAVAILABLE);
        CHECK_INT(table_number("SELECT count(*) FROM pg_stat_activity WHERE pid = %d", process), 0);
    }
    script_close(&script);
}

void test_change_lookup_ends_the_process_first(void)
{
    store_run(ends_process_body);
}

struct slow_commit {
    struct database *database;
    int64_t mailbox;
    struct change change;
};

/* Fiber 0 commits, which takes as long as the trigger sleeps; fiber 1 kills
 * that, after which the trigger is gone. */
static void slow_commit_fiber(void *arg, size_t number)
{
    struct slow_commit *slow = arg;
    if (number == 0) {
        table_run(slow->database, &slow->change);
        return;
    }
    fiber_sleep(400);
    store_kill("postroom transactions");
    store_sql("DROP TRIGGER slow_commit ON journal; DROP FUNCTION slow_commit()");
}

static void runs_again_body(struct database *database)
{
    struct slow_commit slow = {.database = database};
    slow.mailbox = table_mailbox(database, 0, true);
    const struct append_item item = {.message_id = table_message(database, 50), .size = 50};
    slow.change = table_change(CHANGE_APPEND, slow.mailbox);
    slow.change.items = &item;
    slow.change.item_count = 1;
    store_sql("CREATE OR REPLACE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS "
              "$$BEGIN PERFORM pg_sleep(2); RETURN NULL; END$$;"
              "CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON journal "
              "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow_commit()");
    store_run_fibers(2, slow_commit_fiber, &slow);
    CHECK_OK(slow.change.result);
    CHECK_UIDS(&slow.change.row.uids, "1");
    CHECK_INT(
        table_number("SELECT count(*) FROM entries WHERE mailbox_id = %" PRId64, slow.mailbox), 1);
    change_clear(&slow.change);
    table_is_sound(slow.mailbox);
}

void test_change_lookup_lets_what_did_not_happen_run_again(void)
{
    store_run(runs_again_body);
}

/* A seal -------------------------------------------------------------------- */

static void seal_body(struct database *database)
{
    struct message_row row = {.size = 4, .sent_day = INT64_MIN, .sent_at = INT64_MIN};
    row.header = row.envelope = row.bodystructure = row.parts = SLICE("x");
    snprintf((char *)row.sha256, sizeof row.sha256, "\xff\xfe%" PRId64, clock_realtime_us());
    int64_t id = 0;
    CHECK_OK(table_put(database, &row, SLICE("text"), &id));
    int64_t mailbox = table_mailbox(database, 0, false);
    struct append_item items[2] = {{.message_id = id, .size = 4, .seal = message_seal(&row)},
                                   {.message_id = id, .size = 4}};
    struct change change = table_change(CHANGE_APPEND, mailbox);
    change.items = items;
    change.item_count = 2;
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_UIDS(&change.row.uids, "1:2");
    change_clear(&change);

    items[1].seal = message_seal(&row) + 1; /* somebody else's message by now */
    table_run(database, &change);
    CHECK_INT(change.result, -ERR_UNAVAILABLE);
    CHECK_U64(change.row.modseq, 0);
    change_clear(&change);
    items[1] = (struct append_item){.message_id = id + 1000000, .size = 4, .seal = 1}; /* lost */
    table_run(database, &change);
    CHECK_INT(change.result, -ERR_UNAVAILABLE);
    change_clear(&change);
    CHECK_INT(
        table_number("SELECT uidnext FROM mailbox_state WHERE mailbox_id = %" PRId64, mailbox), 3);
    table_is_sound(mailbox);
}

void test_change_append_takes_no_other_content_than_was_stored(void)
{
    store_run(seal_body);
}
